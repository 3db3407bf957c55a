//! Which operations a list or a suite means, and what is refused.

use org_operator_core::input::request::FanoutEvent;
use serde_json::json;

use super::*;
use crate::catalogue;

fn several(request: &Value) -> (Vec<String>, String) {
    let mut violations = Violations::default();
    let event = FanoutEvent::read(request, &mut violations).unwrap();
    let found = catalogue().several(&event.request, &mut violations).unwrap_or_default();
    let names = found.iter().map(|operation| operation.spec().name.clone());
    (names.collect(), violations.to_string())
}

#[test]
fn a_suite_is_all_its_operations_and_all_is_every_one() {
    let suites = catalogue().suites().unwrap();
    assert_eq!(suites, ["cost", "inventory", "network", "security", "all"]);
    let mut together = Vec::new();
    let needed = json!({"Keys": ["owner"]});
    for suite in &suites[..4] {
        let parameters = if suite == "inventory" { &needed } else { &json!({}) };
        let (names, violations) = several(&json!({"Suite": suite, "Parameters": parameters}));
        assert!(violations.is_empty() && names.len() > 2, "{suite}: {names:?}: {violations}");
        together.extend(names);
    }
    together.sort();
    let questions = catalogue().names().filter(|name| change_of(name).is_none());
    let all: Vec<String> = questions.map(str::to_owned).collect();
    assert_eq!(together, all, "every operation that only asks is in exactly one suite");
    assert_eq!(several(&json!({"Suite": "all", "Parameters": needed})).0, all);
}

#[test]
fn a_suite_goes_without_what_needs_a_parameter_and_a_list_does_not() {
    let (names, violations) = several(&json!({"Suite": "inventory"}));
    assert_eq!(violations, "");
    assert!(
        !names.contains(&"missing-tags".to_owned()) && names.contains(&"ec2-instances".to_owned())
    );
    let lacking = vec![("missing-tags".to_owned(), vec!["Keys".to_owned()])];
    assert_eq!(catalogue().left_out("inventory", &Map::new()), lacking);
    let given = Map::from_iter([("Keys".to_owned(), json!(["owner"]))]);
    assert_eq!(catalogue().left_out("inventory", &given), []);
    assert_eq!(catalogue().left_out("no-suite", &Map::new()), []);
    let (_, refused) = several(&json!({"Operations": ["missing-tags", "vpcs"]}));
    assert!(refused.contains("Parameters.Keys: got nothing"), "{refused}");
}

#[test]
fn an_operation_whose_rows_are_a_plan_is_in_no_suite_and_no_list() {
    let plans = json!({"Suite": "security", "Parameters": {"Ports": "22"}});
    let (names, refused) = several(&plans);
    assert!(!names.contains(&"close-open-ingress".to_owned()), "{names:?}");
    assert!(refused.contains("Parameters.Ports: got"), "{refused}");
    let (_, refused) = several(&json!({"Operations": ["close-open-ingress", "vpcs"]}));
    assert!(refused.contains("Operations[0]: got \"close-open-ingress\""), "{refused}");
    assert_eq!(catalogue().left_out("security", &Map::new()), []);
}

#[test]
fn a_list_is_in_the_order_of_the_names_whatever_order_it_came_in() {
    let (names, violations) = several(&json!({"Operations": ["vpcs", "public-ips"]}));
    assert_eq!(
        (names, violations),
        (vec!["public-ips".to_owned(), "vpcs".to_owned()], String::new())
    );
}

#[test]
fn every_wrong_name_is_refused_with_the_nearest_one() {
    let (names, text) = several(&json!({"Operations": ["vpc", "vpcs", "s3-bucket", "vpcs"]}));
    assert!(names.is_empty());
    for part in [
        "Operations[3]: got \"vpcs\" again",
        "Operations[0]: got \"vpc\"",
        "nearest: `vpcs`",
        "Operations[2]: got \"s3-bucket\"",
        "nearest: `s3-buckets`",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let (_, text) = several(&json!({"Suite": "securty"}));
    assert!(
        text.contains("Suite: got \"securty\"") && text.contains("nearest: `security`"),
        "{text}"
    );
}

#[test]
fn each_operation_takes_its_own_parameters_and_one_of_none_is_refused() {
    let two = json!(["acm-certificates", "vpcs"]);
    let (names, text) = several(&json!({"Operations": two, "Parameters": {"WithinDays": 30}}));
    assert_eq!((names.len(), text.as_str()), (2, ""));
    let wrong = json!({"WithinDays": "soon", "WithinDay": 3});
    let (_, text) = several(&json!({"Operations": two, "Parameters": wrong}));
    assert!(text.contains("Parameters.WithinDay: got") && text.contains("`WithinDays`"), "{text}");
    assert!(text.contains("\"soon\""), "{text}");
    let given = json!({"WithinDays": 30}).as_object().unwrap().clone();
    let operations = catalogue().operations().unwrap();
    let takes = |name: &str| {
        let found = operations.iter().find(|operation| operation.spec().name == name).unwrap();
        own_parameters(found.spec(), &given).len()
    };
    assert_eq!((takes("acm-certificates"), takes("vpcs")), (1, 0));
}
