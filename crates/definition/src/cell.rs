//! From a value to the text of a cell.

use serde_json::Value;

/// The text of a cell: a list of scalars sorted and joined by `;`, what is absent as nothing.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let mut texts: Vec<String> =
                items.iter().filter(|item| !item.is_null()).map(text).collect();
            texts.sort_unstable();
            texts.join(";")
        }
        other => other.to_string(),
    }
}

/// JMESPath's functions give whole numbers as floats too.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_of_value_has_one_text() {
        for (value, expected) in [
            (json!(null), ""),
            (json!(true), "true"),
            (json!(3.0), "3"),
            (json!(2.5), "2.5"),
            (json!(["b", null, "a", 1]), "1;a;b"),
            (json!([]), ""),
            (json!({"a": [1]}), r#"{"a":[1]}"#),
            (json!([{"a": 1}]), r#"[{"a":1}]"#),
        ] {
            assert_eq!(text(&value), expected);
        }
    }
}
