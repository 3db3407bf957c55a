//! What a request selects, and requests and events that are refused.

use std::collections::BTreeSet;

use org_operator_testkit::TestResult;
use org_operator_testkit::organization::Kind;
use org_operator_tests::deployed::Deployed;
use serde_json::{Value, json};

#[tokio::test]
async fn a_request_chooses_accounts_and_regions() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let ids: Vec<&str> =
        deployed.organization.accounts[..3].iter().map(|a| a.id.as_str()).collect();
    let request = json!({
        "Operation": "internet-routes", "Regions": ["eu-west-1", "eu-west-1"], "RegionsPerWorkItem": 1,
        "Accounts": {"Include": ids, "Exclude": [ids[1]]}, "MaxConcurrency": 2,
    });
    let answer = deployed.run("run-1", &request.to_string()).await?;
    let targets: BTreeSet<(String, String)> =
        answer.coverage()?.into_iter().map(|[account, region, _, _]| (account, region)).collect();
    let expected = [ids[0], ids[2]].map(|id| (id.to_owned(), "eu-west-1".to_owned()));
    assert_eq!(targets, BTreeSet::from(expected));
    assert_eq!(answer.ended.output["Status"], "COMPLETE");
    Ok(())
}

#[tokio::test]
async fn a_request_chooses_by_unit_tag_and_management_account() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let units = &deployed.organization.units;
    let organizations = aws_sdk_organizations::Client::new(deployed.config());
    let tagged = &deployed.organization.accounts[2];
    let tag = aws_sdk_organizations::types::Tag::builder().key("team").value("payments").build()?;
    organizations.tag_resource().resource_id(&tagged.id).tags(tag).send().await?;
    let names = |path: &str, but: &str| -> BTreeSet<String> {
        let below = |unit: &str| format!("/{unit}/").starts_with(&format!("{path}/"));
        let wanted = deployed.organization.accounts.iter().filter(|account| {
            below(account.unit) && !account.unit.starts_with(but) && account.kind != Kind::Closed
        });
        wanted.map(|account| account.id.clone()).collect()
    };
    let cases = [
        (json!({"OrganizationalUnits": [units["/Workloads"]]}), names("/Workloads", "-")),
        (
            json!({
                "OrganizationalUnits": [units["/Workloads"], units["/Workloads/Staging"]],
                "ExcludeOrganizationalUnits": [units["/Workloads/Production"]],
            }),
            names("/Workloads", "Workloads/Production"),
        ),
        (json!({"Tags": {"team": "payments"}}), BTreeSet::from([tagged.id.clone()])),
        (
            json!({"OrganizationalUnits": [units["/Security"]], "IncludeManagementAccount": true}),
            names("/Security", "-"),
        ),
    ];
    for (number, (accounts, expected)) in cases.into_iter().enumerate() {
        let request = json!({"Accounts": accounts, "Regions": ["eu-west-1"]});
        let answer = deployed.run(&format!("run-{number}"), &request.to_string()).await?;
        assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
        let found: BTreeSet<String> = answer.coverage()?.into_iter().map(|[id, ..]| id).collect();
        assert_eq!(found, expected, "{accounts}");
    }
    let unknown = json!({"Accounts": {"OrganizationalUnits": ["ou-zzzz-zzzzzzzz"]}});
    let refused = deployed.run("run-9", &unknown.to_string()).await?.ended;
    // ministack answers an unknown parent with an empty list, so nothing is selected there.
    assert!(["InvalidRequest", "NoTargets"].contains(&refused.error.as_str()), "{}", refused.cause);
    Ok(())
}

#[tokio::test]
async fn enabled_regions_are_asked_of_the_account() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let account = &deployed.organization.accounts[2];
    let request = json!({"Regions": "ENABLED", "Accounts": {"Include": [account.id]}});
    let answer = deployed.run("run-1", &request.to_string()).await?;
    assert_eq!(answer.ended.error, "", "{}", answer.ended.cause);
    let regions: Vec<String> =
        answer.coverage()?.into_iter().map(|[_, region, ..]| region).collect();
    assert!(regions.len() > 10 && regions.contains(&"eu-west-1".to_owned()), "{regions:?}");
    Ok(())
}

#[tokio::test]
async fn a_refused_request_ends_the_execution_with_words_and_writes_nothing() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let before = deployed.written().await?;
    for (number, (input, kind, words)) in [
        (json!({"Operation": "internet-rutes"}), "InvalidRequest", "nearest: `internet-routes`"),
        (json!({"Regionen": ["eu-west-1"]}), "InvalidRequest", "Regionen: got an unknown field"),
        (json!([1, 2]), "InvalidRequest", "got [1,2]"),
        (json!({"Accounts": {"Include": ["999999999999"]}}), "InvalidRequest", "999999999999"),
        (
            json!({"Accounts": {"Exclude": deployed.organization.accounts.iter().map(|a| &a.id).collect::<Vec<_>>()}}),
            "NoTargets",
            "selects no account",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let ended = deployed.run(&format!("run-{number}"), &input.to_string()).await?.ended;
        assert_eq!(ended.error, kind, "{input}: {}", ended.cause);
        assert!(ended.cause.contains(words), "{words} is not in: {}", ended.cause);
        assert!(ended.cause.contains("before any worker started"), "{}", ended.cause);
    }
    assert_eq!(deployed.written().await?, before);
    Ok(())
}

#[tokio::test]
async fn bad_input_is_a_typed_error_naming_the_field_and_writes_nothing() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let before = deployed.written().await?;
    let lambda = aws_sdk_lambda::Client::new(deployed.config());
    let garbage = "x".repeat(300 * 1024);
    let cases = [
        ("FanoutFunction", json!({"Operation": 7}), "Operation: got 7"),
        ("FanoutFunction", json!({"Operation": "nope"}), "Operation: got \"nope\""),
        ("FanoutFunction", json!({"Oops": true}), "Oops: got an unknown field"),
        (
            "FanoutFunction",
            json!({"Accounts": {"Include": ["12"]}}),
            "Accounts.Include[0]: got \"12\"",
        ),
        ("FanoutFunction", json!(garbage), "got \"xxx"),
        ("FanoutFunction", json!({"Operation": garbage}), "Operation: got \"xxx"),
        ("WorkerFunction", json!({}), "AccountId: got nothing"),
        (
            "WorkerFunction",
            json!({"AccountId": "12", "Region": "eu-west-1"}),
            "AccountId: got \"12\"",
        ),
        (
            "WorkerFunction",
            json!({"AccountId": "111111111111", "Regions": "all"}),
            "Regions: got \"all\"",
        ),
        (
            "WorkerFunction",
            json!({"AccountId": "111111111111", "Region": "eu-west-1", "Operation": "nope"}),
            "Operation: got \"nope\"",
        ),
        ("WorkerFunction", json!([garbage]), "the whole input"),
        ("ResultHandlerFunction", json!({}), "RunId: got nothing"),
        (
            "ResultHandlerFunction",
            json!({"RunId": "a/b", "Operation": "internet-routes"}),
            "RunId: got \"a/b\"",
        ),
        (
            "ResultHandlerFunction",
            json!({"RunId": "r", "Operation": "nope"}),
            "Operation: got \"nope\"",
        ),
        (
            "ResultHandlerFunction",
            json!({"RunId": "r", "Operation": "internet-routes", "X": garbage}),
            "X: got an unknown field",
        ),
    ];
    for (function, input, words) in cases {
        let name = deployed.deployment.output(function)?;
        let payload = aws_sdk_lambda::primitives::Blob::new(input.to_string());
        let answer = lambda.invoke().function_name(name).payload(payload).send().await?;
        let bytes = answer.payload().map(|payload| payload.as_ref().to_vec()).unwrap_or_default();
        let error: Value = serde_json::from_slice(&bytes)?;
        assert_eq!(error["errorType"], "InvalidRequest", "{function}: {error}");
        let message = error["errorMessage"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{function}: {words} is not in: {message}");
        assert!(message.len() < 2_000, "{function}: a message of {} bytes", message.len());
    }
    assert!(!deployed.emulator.log().contains("panicked"), "{}", deployed.emulator.log());
    assert_eq!(deployed.written().await?, before);
    Ok(())
}
