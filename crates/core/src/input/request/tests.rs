//! What a request may say, and how its violations are reported.

use super::*;
use crate::input::change_request::ChangeSource;
use crate::model::limit::Limit;
use serde_json::json;

fn parse(value: &Value) -> Result<FanoutEvent, Error> {
    let mut violations = Violations::default();
    let event = FanoutEvent::read(value, &mut violations)?;
    violations.into_result("request", Some(event))
}

fn refused(value: &Value) -> String {
    parse(value).unwrap_err().to_string()
}

#[test]
fn an_empty_request_has_the_defaults() {
    let event = parse(&json!({})).unwrap();
    assert_eq!(event.run_id, None);
    assert_eq!(event.request.operation, "internet-routes");
    assert_eq!(event.request.regions, RegionChoice::Configured);
    assert_eq!(event.request.accounts, AccountFilter::default());
}

#[test]
fn the_input_that_the_console_suggests_is_an_empty_request() {
    let suggested = json!({"Comment": "Insert your JSON here"});
    for event in [suggested.clone(), json!({"RunId": "r-1", "Request": suggested})] {
        assert_eq!(parse(&event).unwrap().request, parse(&json!({})).unwrap().request);
    }
}

#[test]
fn the_nested_and_the_flat_form_of_an_event_are_equal() {
    let request = json!({"Operation": "x", "Regions": ["eu-west-1"], "MaxConcurrency": 7});
    let nested = parse(&json!({"RunId": "r-1", "Request": request})).unwrap();
    let mut flat = request.clone();
    flat["RunId"] = json!("r-1");
    assert_eq!(parse(&flat).unwrap(), nested);
    assert_eq!(nested.run_id, RunId::parse("r-1"));
}

#[test]
fn all_violations_are_reported_together() {
    let text = refused(&json!({
        "Operaton": "x", "Regions": ["eu-west-1", 7], "MaxConcurrency": 0,
        "Accounts": {"Include": ["12"], "Exclude": "all"}, "Parameters": [],
    }));
    for part in [
        "Operaton: got an unknown field",
        "nearest: `Operation`",
        "Regions[1]: got 7",
        "MaxConcurrency: got 0, allowed: a whole number from 1 to 10000",
        "Accounts.Include[0]: got \"12\"",
        "Accounts.Exclude: got \"all\", allowed: a list",
        "Parameters: got []",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn guards_without_apply_are_refused_unless_neutral() {
    let text = refused(&json!({"PlanRun": "r1", "MaxChanges": 5, "Canary": 1, "Approval": true}));
    for part in [
        "PlanRun: got \"r1\", allowed: nothing without \"Apply\": true",
        "MaxChanges: got 5",
        "Canary: got 1",
        "Approval: got true",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let neutral = json!({"Apply": false, "Accounts": {"OrganizationalUnits": []}});
    assert!(parse(&neutral).unwrap().request.change.is_none());
    let enabled = parse(&json!({"Regions": "ENABLED"})).unwrap();
    assert_eq!(enabled.request.regions, RegionChoice::Enabled);
    assert!(refused(&json!({"Regions": "enabled"})).contains("or \"ENABLED\""));
    assert!(refused(&json!({"Regions": []})).contains("at least one Region"));
}

#[test]
fn a_request_that_applies_a_plan_names_it_and_its_guards() {
    let request = json!({
        "Apply": true, "Operation": "close-open-ingress", "PlanRun": "r1", "MaxChanges": "5%",
        "MaxFailures": 2, "Canary": 1, "PlanMaxAgeHours": 48, "Approval": false,
        "Accounts": {"Include": ["111111111111"]},
    });
    let RunRequest { change, approval, .. } = parse(&request).unwrap().request;
    let wanted = ChangeRequest {
        source: ChangeSource::Plan(RunId::parse("r1").unwrap()),
        max_changes: Some(Limit::Percent(5)),
        max_failures: Some(Limit::Number(2)),
        canary: Some(1),
        plan_max_age_hours: Some(48),
    };
    assert_eq!((change, approval), (Some(wanted), Some(false)));
    let undo = parse(&json!({"Apply": true, "Undo": "r2"})).unwrap().request.change.unwrap();
    assert!(undo.source.is_undo() && undo.source.run().as_str() == "r2");
    let drop = parse(&json!({"Apply": true, "DropRun": "r3"})).unwrap().request.change.unwrap();
    assert!(!drop.source.is_undo() && drop.source.field() == "DropRun");
    let alone = refused(&json!({"DropRun": "r3"}));
    assert!(alone.contains("DropRun: got"), "{alone}");
}

#[test]
fn a_request_that_narrows_a_plan_or_names_none_is_refused_with_all_faults() {
    let text = refused(&json!({
        "Apply": true, "Regions": ["eu-west-1"], "Parameters": {"Ports": 22}, "MaxChanges": "101%",
        "Canary": 0,
    }));
    for part in [
        "PlanRun: got nothing, allowed: beside Apply either PlanRun",
        "Regions: got [\"eu-west-1\"], allowed: nothing beside Apply",
        "Parameters: got",
        "MaxChanges: got \"101%\", allowed: a whole number such as 20, or a share",
        "Canary: got 0",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let selected = json!({"Apply": true, "PlanRun": "r1", "Undo": "r2",
        "Accounts": {"Exclude": ["111111111111"]}});
    let text = refused(&selected);
    assert!(text.contains("PlanRun: got PlanRun and Undo, allowed: beside Apply either"), "{text}");
    let one = json!({"Apply": true, "PlanRun": "r1", "Accounts": {"Exclude": ["111111111111"]}});
    assert!(refused(&one).contains("Accounts: got a selection, allowed: only Include"));
    let resumed = json!({"ResumeRun": "r1", "Apply": true, "MaxFailures": 1});
    assert!(refused(&resumed).contains("Apply: got true, allowed: nothing beside ResumeRun"));
    assert_eq!(
        parse(&json!({"ResumeRun": "r1", "Approval": false})).unwrap().request.approval,
        Some(false)
    );
}

#[test]
fn a_resumed_run_takes_no_field_that_selects_targets() {
    let event = parse(&json!({"ResumeRun": "r-1", "MaxConcurrency": 3})).unwrap();
    assert_eq!(event.request.resume_run, RunId::parse("r-1"));
    let text = refused(&json!({"ResumeRun": "r-1", "Regions": ["eu-west-1"]}));
    assert!(
        text.contains("Regions: got [\"eu-west-1\"], allowed: nothing beside ResumeRun"),
        "{text}"
    );
}

#[test]
fn units_and_tags_are_parsed_and_their_violations_named() {
    let accounts = json!({
        "OrganizationalUnits": ["ou-ab12-cdefgh34"], "ExcludeOrganizationalUnits": ["r-ab12"],
        "Tags": {"team": "a", "stage": ["prod", "test"]}, "IncludeManagementAccount": true,
    });
    let filter = parse(&json!({ "Accounts": accounts })).unwrap().request.accounts;
    assert_eq!(filter.named_units().count(), 2);
    assert_eq!(filter.tags["stage"].len(), 2);
    assert!(filter.include_management && filter.names_any());
    let wrong = json!({"OrganizationalUnits": ["prod"], "Tags": {"a": [], "b": 7}});
    let text = refused(&json!({ "Accounts": wrong }));
    for part in ["OrganizationalUnits[0]: got \"prod\"", "Tags.a: got []", "Tags.b: got 7"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn garbage_is_refused_with_a_short_message() {
    let long = "x".repeat(300_000);
    for value in [json!(null), json!([]), json!("run"), json!(7), json!({ &long: long })] {
        let text = refused(&value);
        assert!(text.starts_with("invalid request") && text.len() < 1_000, "{}", text.len());
    }
    let many: Vec<u32> = (0..60_000).collect();
    assert!(refused(&json!({"Regions": many})).len() < 4_000);
}

#[test]
fn columns_about_accounts_are_named_or_refused_together() {
    let names = json!(["tag:team", "email", "unit_path", "email"]);
    let event = parse(&json!({"AccountColumns": names})).unwrap();
    let columns: Vec<String> =
        event.request.account_columns.iter().map(ToString::to_string).collect();
    assert_eq!(columns, ["unit_path", "email", "tag:team"]);
    let text = refused(&json!({"AccountColumns": ["unit_pth", "tag:", 7], "Regions": []}));
    for part in [
        "AccountColumns[0]: got \"unit_pth\"",
        "nearest: `unit_path`",
        "AccountColumns[1]: got \"tag:\", allowed: `unit_path`, `email`, or `tag:` and the key",
        "AccountColumns[2]: got 7",
        "Regions: got []",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let beside = json!({"ResumeRun": "r-1", "AccountColumns": ["email"]});
    assert!(refused(&beside).contains("AccountColumns: got [\"email\"], allowed: nothing beside"));
}
