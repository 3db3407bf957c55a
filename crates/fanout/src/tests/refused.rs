//! Requests that are refused, and what is said about them.

use org_operator_core::ErrorKind;

use super::*;

#[tokio::test]
async fn an_unknown_unit_is_refused() {
    let fanout = fanout(Ok(organization()));
    let request = json!({"Accounts": {"OrganizationalUnits": ["ou-root-produktion"]}});
    let error = planned(&fanout, &request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("got \"ou-root-produktion\""), "{error}");
    assert!(fanout.artifacts.all().is_empty());
}

#[tokio::test]
async fn violations_of_every_kind_are_reported_together() {
    let fanout = fanout(Ok(organization()));
    let request = json!({
        "Operation": "internet-rutes", "Parameters": {"X": 1}, "MaxConcurrency": "many",
        "Regions": ["eu-wst-1", "cn-north-1", 5], "Accounts": {"Include": ["000000000009", "000000000004"]},
    });
    let error = planned(&fanout, &request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    for part in [
        "Operation: got \"internet-rutes\", allowed: internet-routes, public-ips (nearest: `internet-routes`)",
        "MaxConcurrency: got \"many\"",
        "Regions[2]: got 5",
        "nearest: `eu-west-1`",
        "a Region of the partition aws",
        "Accounts.Include: got \"000000000009\"",
        "\"000000000004\" (SUSPENDED",
    ] {
        assert!(error.message().contains(part), "{part} is not in: {error}");
    }
    assert!(fanout.artifacts.all().is_empty(), "a refused request writes nothing");
}

#[tokio::test]
async fn violations_outrank_an_organization_that_refuses() {
    let denied = Error::new(ErrorKind::AccessDenied, "no");
    let fanout = fanout(Err(denied.clone()));
    assert_eq!(planned(&fanout, &json!({})).await.unwrap_err(), denied);
    let faulty = json!({"Regions": ["mars-1"], "Accounts": {"Include": ["000000000002"]}});
    assert_eq!(planned(&fanout, &faulty).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_request_that_selects_no_account_is_an_error() {
    for accounts in [vec![], vec![account("000000000004", "closed", "CLOSED")]] {
        let fanout = fanout(Ok(accounts));
        let error = planned(&fanout, &json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoTargets);
        assert!(fanout.artifacts.all().is_empty());
    }
}

#[tokio::test]
async fn an_event_without_any_run_id_is_refused() {
    let error = fanout(Ok(organization())).run(&json!({}), None).await.unwrap_err();
    assert!(error.message().contains("RunId: got nothing"), "{error}");
}
