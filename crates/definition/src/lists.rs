//! The lists that a report shows of an operation's records, such as every peering with its two ends: read, checked and
//! written. How they are shown is the report's.

use org_operator_core::input::path::FieldPath;
use org_operator_core::model::spec::List;
use serde_json::{Value, json};

use crate::definition::Definition;
use crate::fault::{Faults, listed, quoted};
use crate::fields::Fields;

/// The column beside an operation's own that a list can show.
const REGION: &str = "region";

/// A list as a file has it.
pub(crate) fn read(place: FieldPath, value: &Value, faults: &mut Faults) -> List {
    let fields = Fields::open(place, value, &["title", "of", "about", "lines"], faults);
    if fields.get("lines").is_none() {
        faults.note(fields.place("lines"), "nothing", "a list: the field is required");
    }
    List {
        title: fields.required("title", faults),
        of: fields.required("of", faults),
        about: fields.texts("about", faults),
        lines: fields.list("lines", faults, |place, item, faults| {
            Fields::open(place, item, &["columns"], faults).texts("columns", faults)
        }),
    }
}

/// Notes each column that a list names and the operation does not have.
pub(crate) fn check(definition: &Definition, faults: &mut Faults) {
    for (index, list) in definition.lists.iter().enumerate() {
        let place = format!("lists[{index}]");
        column(definition, &format!("{place}.of"), &list.of, faults);
        columns(definition, &format!("{place}.about"), &list.about, faults);
        for (line, names) in list.lines.iter().enumerate() {
            let at = format!("{place}.lines[{line}].columns");
            if names.is_empty() {
                faults.note(&at, "none", "at least one column");
            }
            columns(definition, &at, names, faults);
        }
    }
}

fn columns(definition: &Definition, place: &str, names: &[String], faults: &mut Faults) {
    for (index, name) in names.iter().enumerate() {
        column(definition, &format!("{place}[{index}]"), name, faults);
    }
}

fn column(definition: &Definition, place: &str, name: &str, faults: &mut Faults) {
    let own = definition.columns.iter().map(|column| column.name.as_str());
    let all: Vec<&str> = own.chain([REGION]).collect();
    // A required field that is missing has its fault already.
    if !name.is_empty() && !all.contains(&name) {
        faults.note(place, quoted(name), listed(name, all));
    }
}

/// The lists as a file has them.
pub(crate) fn written(lists: &[List]) -> Value {
    let line = |columns: &Vec<String>| json!({ "columns": columns });
    let list = |List { title, of, about, lines }: &List| {
        let lines: Vec<Value> = lines.iter().map(line).collect();
        json!({ "title": title, "of": of, "about": about, "lines": lines })
    };
    lists.iter().map(list).collect()
}

#[cfg(test)]
mod tests {
    use crate::{read_toml, to_json, to_toml};

    const FILE: &str = r#"
name = "peers"
summary = "s"
service = "ec2"
call = "DescribeVpcs"
rows = "Vpcs[]"
key = ["vpc_id"]
columns = [{ name = "vpc_id", path = "VpcId", meaning = "the VPC" }]

[[lists]]
title = "VPCs"
of = "vpc_id"
about = ["region"]
lines = [{ columns = ["vpc_id", "region"] }]
"#;

    #[test]
    fn a_list_reads_back_as_it_was_written() {
        let checked = read_toml(FILE).unwrap();
        let written = to_toml(checked.definition());
        assert_eq!(read_toml(&written).unwrap().definition(), checked.definition());
        let list = &to_json(checked.definition()).unwrap()["lists"][0];
        assert_eq!(list["lines"][0]["columns"][1], "region");
    }

    #[test]
    fn columns_that_the_operation_does_not_have_are_named_all_at_once() {
        let wrong = FILE
            .replace("of = \"vpc_id\"", "of = \"vpc\"")
            .replace("about = [\"region\"]", "about = [\"regions\"]")
            .replace("{ columns = [\"vpc_id\", \"region\"] }", "{ columns = [\"vpc_ids\"] }, {}");
        let expected = "line 12, lists[0].of: got `vpc`, allowed: vpc_id, region (nearest: `vpc_id`)\n\
                        line 13, lists[0].about[0]: got `regions`, allowed: vpc_id, region (nearest: `region`)\n\
                        line 14, lists[0].lines[0].columns[0]: got `vpc_ids`, allowed: vpc_id, region (nearest: `vpc_id`)\n\
                        line 14, lists[0].lines[1].columns: got none, allowed: at least one column";
        assert_eq!(read_toml(&wrong).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_list_without_lines_is_refused() {
        let none = FILE.replace("lines = [{ columns = [\"vpc_id\", \"region\"] }]", "");
        let found = read_toml(&none).unwrap_err().to_string();
        assert!(found.contains("lists[0].lines: got nothing, allowed: a list"), "{found}");
    }
}
