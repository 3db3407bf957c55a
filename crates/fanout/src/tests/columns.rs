//! Columns about accounts: what is asked for them, and where they are written.

use std::sync::atomic::Ordering;

use super::*;

/// The organization with paths and names of units.
fn named() -> TestFanout {
    let mut accounts = organization();
    accounts[1].units = units_of(&["o-a1/r-ab12/ou-ab12-11111111/"]);
    accounts[2].units = units_of(&["o-a1/r-ab12/"]);
    let mut fanout = fanout(Ok(accounts));
    let names = [(unit("ou-ab12-11111111"), "Sales, EU".to_owned())].into();
    fanout.directory.unit_names = [(unit("r-ab12"), names)].into();
    fanout
}

async fn manifest(fanout: &TestFanout, request: Value) -> Vec<Value> {
    let plan = planned(fanout, &request).await.unwrap();
    serde_json::from_str(&fanout.artifacts.text(&plan.manifest.key)).unwrap()
}

#[tokio::test]
async fn a_work_item_has_unit_address_and_tags_where_they_are_asked_for() {
    let fanout = named();
    let columns = json!({"AccountColumns": ["email", "tag:team", "unit_path"]});
    let items = manifest(&fanout, columns).await;
    let expected = json!({"unit_path": "Root", "email": "two@example.com", "tag:team": "a"});
    assert_eq!(items[0]["AccountColumns"], expected);
    assert_eq!(items[0]["UnitPath"], "Root");
    assert_eq!(items[1]["AccountColumns"]["unit_path"], "Root/Sales, EU");
    assert_eq!(items[1]["AccountColumns"]["tag:team"], "");
    let accounts = fanout.artifacts.text("runs/internet-routes/r1/accounts.csv");
    assert!(accounts.contains("true,,\"Root/Sales, EU\"\n"), "{accounts}");
}

#[tokio::test]
async fn nothing_is_asked_for_a_column_that_nobody_asked_for() {
    let fanout = named();
    let items = manifest(&fanout, json!({"AccountColumns": ["email"]})).await;
    assert_eq!(fanout.directory.tag_calls.load(Ordering::SeqCst), 0);
    assert_eq!(items[1]["UnitPath"], "r-ab12/ou-ab12-11111111");
    assert_eq!(items[1]["AccountColumns"], json!({"email": "=three@example.com"}));
    let plain = manifest(&fanout, json!({})).await;
    assert!(!plain[0].to_string().contains("example.com"), "{}", plain[0]);
}

#[tokio::test]
async fn tags_that_select_are_not_read_twice() {
    let fanout = named();
    let request = json!({"Accounts": {"Tags": {"team": "a"}}, "AccountColumns": ["tag:team"]});
    let items = manifest(&fanout, request).await;
    assert_eq!(items[0]["AccountColumns"], json!({"tag:team": "a"}));
    assert_eq!(fanout.directory.tag_calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_column_that_the_operation_has_itself_is_refused_with_the_other_faults() {
    let mut fanout = named();
    fanout.settings.allow_definitions = true;
    let definition = json!({
        "name": "contacts", "summary": "x", "service": "ec2", "call": "DescribeVpcs",
        "rows": "Vpcs[]", "key": ["email"],
        "columns": [{"name": "email", "path": "VpcId", "meaning": "x"}],
    });
    let request = json!({
        "Definition": definition, "AccountColumns": ["email"],
        "Accounts": {"Include": ["999999999999"]},
    });
    let text = planned(&fanout, &request).await.unwrap_err().to_string();
    assert!(text.contains("AccountColumns: got \"email\", allowed: a name that is no"), "{text}");
    assert!(text.contains("Accounts.Include"), "{text}");
}
