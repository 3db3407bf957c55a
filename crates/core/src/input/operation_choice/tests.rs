//! What a request may say about its operations, and what does not go together.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::input::path::FieldPath;
use crate::input::request::FanoutEvent;

fn choice(request: &Value) -> (OperationChoice, Violations) {
    let mut violations = Violations::default();
    let fields = Fields::open(&FieldPath::root(), request, &CHOICES, &mut violations).unwrap();
    let read = read(&fields, &mut violations);
    (read, violations)
}

fn refused(request: &Value) -> String {
    choice(request).1.to_string()
}

#[test]
fn one_operation_several_and_a_suite_are_told_apart() {
    assert_eq!(choice(&json!({})).0.operation, DEFAULT_OPERATION);
    assert_eq!(choice(&json!({"Operation": "vpcs"})).0.operation, "vpcs");
    let (several, violations) = choice(&json!({"Operations": ["vpcs", "s3-buckets"]}));
    assert_eq!((several.operation.as_str(), several.operations.len()), (SUITES, 2));
    assert!(violations.is_empty(), "{violations}");
    let (suite, violations) = choice(&json!({"Suite": "network"}));
    assert_eq!((suite.operation.as_str(), suite.suite.as_deref()), (SUITES, Some("network")));
    assert!(violations.is_empty(), "{violations}");
}

#[test]
fn two_fields_that_say_what_is_asked_are_refused_by_name() {
    let text = refused(&json!({"Operation": "vpcs", "Suite": "network"}));
    let expected = "Operation: got a value beside Suite, allowed: one of Operation, Operations, \
                    Suite, Definition";
    assert_eq!(text, expected);
    let all = json!({"Operation": "a", "Operations": ["b"], "Suite": "c", "Definition": {}});
    let text = refused(&all);
    assert!(
        text.contains("Operation: got a value beside Operations and Suite and Definition"),
        "{text}"
    );
    let text = refused(&json!({"Operations": ["b"], "Definition": {"name": "b"}}));
    assert!(text.contains("Operations: got a value beside Definition"), "{text}");
}

#[test]
fn a_definition_stands_beside_its_own_name_only() {
    let own = json!({"Operation": "mine", "Definition": {"name": "mine"}});
    assert_eq!(refused(&own), "");
    let other = json!({"Operation": "vpcs", "Definition": {"name": "mine"}});
    assert!(refused(&other).contains("nothing beside Definition, or its name"));
}

#[test]
fn an_empty_list_and_every_repeated_name_are_refused_together() {
    assert!(refused(&json!({"Operations": []})).contains("at least one operation's name"));
    let text = refused(&json!({"Operations": ["a", "b", "a", 7, "b"]}));
    for part in ["Operations[2]: got \"a\" again", "Operations[3]: got 7", "\"b\" again"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(refused(&json!({"Operations": "vpcs"})).contains("allowed: a list"));
}

proptest! {
    #[test]
    fn any_mixture_is_read_and_refused_exactly_where_two_fields_meet(
        given in proptest::collection::btree_set(0usize..4, 0..4),
    ) {
        let values = [json!("x"), json!(["x"]), json!("x"), json!({"name": "y"})];
        let fields = given.iter().map(|i| (CHOICES[*i].to_owned(), values[*i].clone()));
        let request = Value::Object(fields.collect());
        let mut violations = Violations::default();
        let event = FanoutEvent::read(&request, &mut violations).unwrap();
        prop_assert_eq!(violations.is_empty(), given.len() < 2, "{}", violations);
        prop_assert_eq!(event.request.is_suite(), given.contains(&1) || given.contains(&2));
    }
}
