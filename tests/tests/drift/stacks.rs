//! What the admin role may do with stacks: the generated statements, and that they are what the operation
//! needs and no more.

use std::collections::BTreeSet;

use org_operator_core::model::session::INQUIRY;
use org_operator_core::model::spec::Access;
use org_operator_operations::bounds::bounded_statements;
use org_operator_operations::{CHANGES, catalogue};
use org_operator_tests::files::template;
use serde_json::{Value, json};

use super::{Names, strings};

/// The policy with its statements. The reader leaves the tags of intrinsic functions out; the linter finds a
/// text with a parameter that has none.
fn policy() -> Value {
    let admin = &template("member-roles.yaml")["Resources"]["AdminRole"];
    let policies = admin["Properties"]["Policies"].as_array().expect("policies").clone();
    assert_eq!(policies.len(), 2, "one for every deployment, one within bounds");
    let chosen = policies[1].as_array().expect("a condition").clone();
    assert_eq!((&chosen[0], &chosen[2]), (&json!("HasStacks"), &json!("AWS::NoValue")));
    chosen[1]["PolicyDocument"].clone()
}

#[test]
fn the_statements_for_stacks_are_the_generated_ones() {
    let document = policy();
    let statements = document["Statement"].as_array().expect("statements");
    let expected: Vec<Value> = bounded_statements()
        .map(|it| {
            let mut made = json!({
                "Effect": it.effect.word(), "Action": it.actions, "Resource": it.resource,
            });
            for (operator, key, value) in it.conditions {
                made["Condition"][operator][key] = json!(value);
            }
            made
        })
        .collect();
    assert_eq!(*statements, expected, "run `make policies`");
}

#[test]
fn without_both_parameters_or_an_admin_worker_there_are_no_such_statements() {
    let condition = &template("member-roles.yaml")["Conditions"]["HasStacks"];
    let all = json!(["HasAdmin", [["StackServiceRoleName", ""]], [["StackNamePrefix", ""]]]);
    assert_eq!(*condition, all);
    for file in ["member-roles.yaml", "management.yaml", "operator.yaml"] {
        let parameters = &template(file)["Parameters"];
        for name in ["StackServiceRoleName", "StackNamePrefix"] {
            assert_eq!(parameters[name]["Default"], "", "{file}: {name}");
        }
    }
}

#[test]
fn the_statements_allow_exactly_what_bounded_operations_declare() {
    let document = policy();
    let statements = document["Statement"].as_array().expect("statements");
    let allowing = statements.iter().filter(|it| it["Effect"] == "Allow");
    let allowed: Names = allowing.flat_map(|it| strings(&it["Action"])).collect();
    let mut needed = Names::from([INQUIRY.to_owned()]);
    for change in CHANGES.iter().filter(|change| change.is_bounded()) {
        let words = change.words().iter().copied().collect();
        needed.extend(change.actions(&words).expect("it knows its own words"));
        let operations = catalogue().operations().expect("a catalogue without faults");
        let own = operations.iter().find(|it| it.spec().name == change.operation());
        let spec = own.expect("an operation of the catalogue").spec();
        assert_eq!(spec.access, Access::Mutating, "its plan goes by the admin worker");
        needed.extend(spec.actions.iter().cloned());
    }
    assert_eq!(allowed, needed);
}

#[test]
fn only_the_named_role_is_passed_and_to_cloudformation_only() {
    let document = policy();
    let statements = document["Statement"].as_array().expect("statements");
    let role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${StackServiceRoleName}";
    let of = |action: &str| {
        let has = |it: &&Value| strings(&it["Action"]).contains(action);
        let found: Vec<&Value> = statements.iter().filter(has).collect();
        assert_eq!(found.len(), 1, "{action}");
        found[0].clone()
    };
    let pass = of("iam:PassRole");
    assert_eq!(pass["Resource"], role);
    let service = json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}});
    assert_eq!(pass["Condition"], service);
    // Without a role in the request CloudFormation would take the stack's own, whichever that is.
    let make = of("cloudformation:CreateChangeSet");
    let its_role = json!({"ArnEquals": {"cloudformation:RoleArn": role}});
    assert_eq!(make["Condition"], its_role);
    let wide: BTreeSet<String> = statements
        .iter()
        .filter(|it| it["Effect"] == "Allow" && it["Resource"] == "*" && it["Condition"].is_null())
        .flat_map(|it| strings(&it["Action"]))
        .collect();
    let reading = ["cloudformation:GetTemplateSummary", INQUIRY].map(str::to_owned);
    assert_eq!(wide, BTreeSet::from(reading), "what is allowed on everything only reads");
}
