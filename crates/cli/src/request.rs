//! From options to the request that the state machine takes, as JSON. Whether it is right is said
//! by the fanout, all violations together.

use org_operator_operations::catalogue;
use serde_json::{Map, Value, json};

use crate::args::SelectionArgs;
use crate::error::CliError;
use crate::operation_file;
use crate::output::printer;

/// The request: the file's fields, overridden by options.
pub(crate) fn build(args: &SelectionArgs) -> Result<Map<String, Value>, CliError> {
    let mut request = base(args)?;
    operations(&mut request, args);
    let mut set = |field: &str, value: Value| drop(request.insert(field.to_owned(), value));
    if let Some(definition) = definition(args)? {
        set("Definition", Value::Object(definition));
    }
    if !args.regions.is_empty() {
        set("Regions", regions(&args.regions));
    }
    if !args.account_column.is_empty() {
        set("AccountColumns", json!(args.account_column));
    }
    if let Some(number) = args.regions_per_work_item {
        set("RegionsPerWorkItem", json!(number));
    }
    if !args.param.is_empty() {
        let texts = args.param.iter().map(|text| pair("--param", text));
        let pairs = texts.map(|pair| pair.map(|(name, value)| (name, parameter(&value))));
        into_object(&mut request, "Parameters", pairs.collect::<Result<_, _>>()?);
    }
    accounts(&mut request, args)?;
    for line in left_out(&request) {
        printer::always(&line);
    }
    Ok(request)
}

/// A line for each operation that a suite goes without.
fn left_out(request: &Map<String, Value>) -> Vec<String> {
    let Some(suite) = request.get("Suite").and_then(Value::as_str) else { return Vec::new() };
    let none = Map::new();
    let given = request.get("Parameters").and_then(Value::as_object).unwrap_or(&none);
    let line = |(operation, parameters): (String, Vec<String>)| {
        let options: Vec<String> =
            parameters.iter().map(|name| format!("--param {name}=…")).collect();
        format!("without {operation}, which needs {}", options.join(" "))
    };
    catalogue().left_out(suite, given).into_iter().map(line).collect()
}

/// The operations that options name, in the place of those that the file names in whichever field.
fn operations(request: &mut Map<String, Value>, args: &SelectionArgs) {
    let named = match (args.operation.as_slice(), &args.suite) {
        ([], None) => return,
        ([], Some(suite)) => ("Suite", json!(suite)),
        ([one], _) => ("Operation", json!(one)),
        (several, _) => ("Operations", json!(several)),
    };
    for field in ["Operation", "Operations", "Suite"] {
        request.remove(field);
    }
    request.insert(named.0.to_owned(), named.1);
}

/// The operation that options bring, free of faults: an operation file, or what `ask` made.
fn definition(args: &SelectionArgs) -> Result<Option<Map<String, Value>>, CliError> {
    let Some(path) = &args.file else { return Ok(args.definition.clone()) };
    operation_file::read(path).map(Some)
}

fn base(args: &SelectionArgs) -> Result<Map<String, Value>, CliError> {
    let Some(path) = &args.request else { return Ok(Map::new()) };
    let what = format!("the request file {} cannot be read", path.display());
    let remedy = "give a file with a JSON object, such as {\"Regions\": [\"eu-west-1\"]}";
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|e| CliError::usage(&what, e.to_string(), remedy))?;
    serde_json::from_str(&text).map_err(|e| CliError::usage(&what, e.to_string(), remedy))
}

fn regions(names: &[String]) -> Value {
    match names {
        [only] if only.eq_ignore_ascii_case("enabled") => json!("ENABLED"),
        _ => json!(names),
    }
}

/// Options about accounts go into the file's `Accounts`, field by field.
fn accounts(request: &mut Map<String, Value>, args: &SelectionArgs) -> Result<(), CliError> {
    let lists = [
        ("Include", &args.account),
        ("Exclude", &args.exclude_account),
        ("OrganizationalUnits", &args.ou),
        ("ExcludeOrganizationalUnits", &args.exclude_ou),
    ];
    let given = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
    let mut fields: Map<String, Value> =
        given.map(|(field, ids)| (field.to_owned(), json!(ids))).collect();
    if !args.tag.is_empty() {
        fields.insert("Tags".to_owned(), tags(&args.tag)?);
    }
    if args.include_management_account {
        fields.insert("IncludeManagementAccount".to_owned(), json!(true));
    }
    into_object(request, "Accounts", fields);
    Ok(())
}

/// Puts options into an object of the file, one by one. None there, and null, is an empty one, as
/// to the fanout. Anything else is the fanout's to refuse: options must not paint over it.
fn into_object(request: &mut Map<String, Value>, name: &str, fields: Map<String, Value>) {
    if fields.is_empty() {
        return;
    }
    let value = request.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    if let Value::Object(object) = value {
        object.extend(fields);
    }
}

fn tags(texts: &[String]) -> Result<Value, CliError> {
    let mut tags: Map<String, Value> = Map::new();
    for text in texts {
        let (key, value) = pair("--tag", text)?;
        if let Value::Array(values) = tags.entry(key).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    Ok(Value::Object(tags))
}

fn pair(flag: &str, text: &str) -> Result<(String, String), CliError> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let pair = parts.map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| {
        let what = format!("{flag} {text} is not understood");
        CliError::usage(&what, "there is no name before an equals sign", "write NAME=VALUE")
    })
}

fn parameter(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn no_option_is_an_empty_request() {
        assert_eq!(build(&SelectionArgs::default()).unwrap(), Map::new());
    }

    #[test]
    fn options_become_the_state_machines_fields() {
        let args = SelectionArgs {
            operation: texts(&["public-ips"]),
            account: texts(&["111111111111"]),
            tag: texts(&["stage=prod", "stage=test", "team=a=b"]),
            regions: texts(&["Enabled"]),
            account_column: texts(&["email", "tag:team"]),
            param: texts(&["Depth=3", "Name=x"]),
            ..SelectionArgs::default()
        };
        let tags = json!({"stage": ["prod", "test"], "team": ["a=b"]});
        let expected = json!({
            "Operation": "public-ips", "Regions": "ENABLED", "AccountColumns": ["email", "tag:team"],
            "Parameters": {"Depth": 3, "Name": "x"},
            "Accounts": {"Include": ["111111111111"], "Tags": tags},
        });
        assert_eq!(Value::Object(build(&args).unwrap()), expected);
    }

    /// The request of a file beside `--account 3` and `--param Depth=3`.
    fn beside_options(file: &Value) -> Value {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(file.to_string().as_bytes()).unwrap();
        let args = SelectionArgs {
            request: Some(written.path().to_owned()),
            account: texts(&["3"]),
            param: texts(&["Depth=3"]),
            ..SelectionArgs::default()
        };
        Value::Object(build(&args).unwrap())
    }

    #[test]
    fn options_override_the_files_fields_one_by_one() {
        let file = json!({
            "Regions": ["eu-west-1"], "Accounts": {"Include": ["1"], "Exclude": ["2"]},
            "Parameters": {"Depth": 1, "Name": "x"},
        });
        let expected = json!({
            "Regions": ["eu-west-1"], "Accounts": {"Include": ["3"], "Exclude": ["2"]},
            "Parameters": {"Depth": 3, "Name": "x"},
        });
        assert_eq!(beside_options(&file), expected);
    }

    #[test]
    fn operations_of_options_take_the_place_of_whichever_field_the_file_has() {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(br#"{"Suite": "cost", "Regions": "ENABLED"}"#).unwrap();
        let request = |operation: &[&str], suite: Option<&str>| {
            let args = SelectionArgs {
                request: Some(written.path().to_owned()),
                operation: texts(operation),
                suite: suite.map(str::to_owned),
                ..SelectionArgs::default()
            };
            Value::Object(build(&args).unwrap())
        };
        assert_eq!(request(&[], None)["Suite"], "cost");
        let (one, several) = (request(&["a"], None), request(&["a", "b"], None));
        assert_eq!(one, json!({"Operation": "a", "Regions": "ENABLED"}));
        assert_eq!(several, json!({"Operations": ["a", "b"], "Regions": "ENABLED"}));
        assert_eq!(request(&[], Some("all")), json!({"Suite": "all", "Regions": "ENABLED"}));
    }

    #[test]
    fn what_a_suite_goes_without_is_said() {
        let request = |request: Value| left_out(request.as_object().unwrap());
        let expected = ["without missing-tags, which needs --param Keys=…"];
        assert_eq!(request(json!({"Suite": "inventory"})), expected);
        let keys = json!({"Suite": "inventory", "Parameters": {"Keys": ["owner"]}});
        assert!(request(keys).is_empty());
        assert!(request(json!({"Operation": "vpcs"})).is_empty());
    }

    #[test]
    fn null_in_a_file_drops_no_option() {
        let expected = json!({"Accounts": {"Include": ["3"]}, "Parameters": {"Depth": 3}});
        assert_eq!(beside_options(&json!({"Accounts": null, "Parameters": null})), expected);
    }

    #[test]
    fn what_is_no_object_stays_for_the_fanout_to_refuse() {
        let file = json!({"Accounts": [], "Parameters": "x"});
        assert_eq!(beside_options(&file), file);
    }

    #[test]
    fn a_pair_without_a_name_and_a_file_that_is_no_object_are_refused() {
        let args = SelectionArgs { tag: texts(&["=x"]), ..SelectionArgs::default() };
        assert_eq!(build(&args).unwrap_err().exit.code(), 2);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"[]").unwrap();
        let args =
            SelectionArgs { request: Some(file.path().to_owned()), ..SelectionArgs::default() };
        assert!(build(&args).unwrap_err().summary.contains("cannot be read"));
    }
}
