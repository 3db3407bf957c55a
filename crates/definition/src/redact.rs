//! A whole answer without what AWS marks as sensitive, for those who ask for answers as they come.

use org_operator_models::{Service, ShapeRef, models};
use serde_json::{Map, Value};

/// What stands in the place of a value that AWS marks as sensitive.
pub const REDACTED: &str = "(sensitive)";

/// `answer` of the operation `call`, each value that AWS's model marks as sensitive replaced by
/// [`REDACTED`]. An answer of a call that the models do not know is replaced whole.
#[must_use]
pub fn without_sensitive(service: &str, call: &str, answer: Value) -> Value {
    let known = models().ok().and_then(|models| models.load(service).ok());
    let output = known.as_ref().and_then(|service| {
        let operation = service.operations.get(call)?;
        Some((service, operation.output.as_ref()))
    });
    match output {
        Some((service, Some(root))) => shaped(service, root, answer),
        // An operation without an answer has nothing in it.
        Some((_, None)) => Value::Object(Map::new()),
        None => Value::from(REDACTED),
    }
}

fn shaped(service: &Service, reference: &ShapeRef, value: Value) -> Value {
    let shape = service.shape(reference);
    if shape.sensitive && !value.is_null() {
        return Value::from(REDACTED);
    }
    match value {
        Value::Array(items) => match &shape.item {
            Some(item) => items.into_iter().map(|value| shaped(service, item, value)).collect(),
            None => Value::Array(items),
        },
        Value::Object(members) => {
            let inside = |(name, value): (String, Value)| {
                let reference = shape.members.get(&name).or(shape.value.as_deref());
                let kept = match reference {
                    Some(reference) => shaped(service, reference, value),
                    None => value,
                };
                (name, kept)
            };
            Value::Object(members.into_iter().map(inside).collect())
        }
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marked_values_are_replaced_at_any_depth_and_others_stay() {
        let device = json!({"SerialNumber": "arn", "Base32StringSeed": "c2VlZA=="});
        let answer = json!({"VirtualMFADevices": [device], "IsTruncated": false});
        let kept = without_sensitive("iam", "ListVirtualMFADevices", answer);
        let expected = json!({"SerialNumber": "arn", "Base32StringSeed": REDACTED});
        assert_eq!(kept, json!({"VirtualMFADevices": [expected], "IsTruncated": false}));
    }

    #[test]
    fn an_answer_of_a_call_that_is_not_known_is_replaced_whole() {
        assert_eq!(without_sensitive("iam", "NoSuchCall", json!({"A": 1})), json!(REDACTED));
    }
}
