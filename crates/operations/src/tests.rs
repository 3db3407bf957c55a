//! Checks of every operation in the catalogue, and of finding one by its name.

mod changing_calls;
mod ec2_errors;
mod example;
mod files;
mod replayed;
mod shared_clients;

use std::collections::BTreeSet;

use org_operator_core::model::session;

use super::*;

fn is_case(name: &str, joint: char) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
}

#[test]
fn every_declaration_is_complete_and_consistent() {
    for operation in catalogue().operations().unwrap() {
        let spec = operation.spec();
        let name = &spec.name;
        assert!(is_case(name, '-'), "{name}: the name is not kebab-case");
        assert!(!spec.summary.is_empty() && !spec.actions.is_empty(), "{name}");
        assert!(spec.actions.iter().all(|a| a.contains(':') && !a.contains('*')), "{name}");
        let policy = session::policy(&session::with_inquiry(&spec.actions));
        assert!(policy.len() <= session::MAX_POLICY_CHARS, "{name}: too many actions");
        assert!(
            spec.columns.iter().all(|c| is_case(&c.name, '_') && !c.meaning.is_empty()),
            "{name}"
        );
        let columns: BTreeSet<_> = spec.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(columns.len(), spec.columns.len(), "{name}: a column stands twice");
        assert_eq!(spec.key_indices().len(), spec.key.len(), "{name}: a key is no column");
        let own = ["account_id", "account_name", "region"];
        assert!(own.iter().all(|c| !columns.contains(c)), "{name}: a column that all have");
    }
}

#[test]
fn peerings_and_transit_gateways_declare_the_lists_of_their_reports() {
    let with_lists: Vec<(String, String)> = catalogue()
        .operations()
        .unwrap()
        .iter()
        .flat_map(|operation| {
            let Spec { name, lists, .. } = operation.spec();
            lists.iter().map(|list| (name.clone(), list.of.clone()))
        })
        .collect();
    let declared = |name: &str, of: &str| (name.to_owned(), of.to_owned());
    assert_eq!(
        with_lists,
        [
            declared("transit-gateway-attachments", "transit_gateway_id"),
            declared("vpc-peerings", "peering_id"),
        ]
    );
}

#[test]
fn the_catalogue_is_sorted_by_name() {
    assert!(catalogue().names().is_sorted());
}

#[test]
fn the_operations_that_change_are_sorted_and_their_rows_have_one_key_column() {
    assert!(change::names().is_sorted());
    for change in change::CHANGES {
        assert_eq!(change.spec().key, [change.key_column()], "{}", change.operation());
    }
}

#[tokio::test]
async fn the_example_reads_every_page_and_probes_by_a_dry_run() {
    let page = |id: &str, token: &str| {
        let vpc = format!("<item><vpcId>{id}</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item>");
        let body = format!("<vpcSet>{vpc}</vpcSet>{token}");
        (200, format!("<DescribeVpcsResponse>{body}</DescribeVpcsResponse>"))
    };
    let pages = [page("vpc-1", "<nextToken>2</nextToken>"), page("vpc-2", "")];
    let (_, target) = replay::target_with(&pages);
    let rows = example::ExampleVpcs.run(&target).await.unwrap();
    assert_eq!(rows, [["vpc-1", "10.0.0.0/16"], ["vpc-2", "10.0.0.0/16"]]);
    let (_, refused) = replay::target_with(&[(403, replay::DENIED.to_owned())]);
    assert!(example::ExampleVpcs.probe(&refused).await.is_err());
}

#[test]
fn names_are_unique_and_resolve() {
    let names: BTreeSet<&str> = catalogue().names().collect();
    assert_eq!(names.len(), catalogue().names().count());
    for name in names {
        let mut violations = Violations::default();
        let found = catalogue().find(name, &mut violations).map(|found| found.spec().name.clone());
        assert_eq!(found.as_deref(), Some(name), "{violations}");
    }
}

#[test]
fn an_unknown_name_or_parameter_is_refused_with_what_is_allowed() {
    let refused = |name: &str, parameters: Value| {
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        catalogue()
            .resolve(name, None, &parameters)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    let unknown = refused("internet-route", Value::Null);
    assert!(unknown.contains("Operation: got \"internet-route\""), "{unknown}");
    assert!(unknown.contains("nearest: `internet-routes`"), "{unknown}");
    let parameter = refused("internet-routes", serde_json::json!({"Depth": 3}));
    assert!(parameter.contains("Parameters.Depth: got 3"), "{parameter}");
}
