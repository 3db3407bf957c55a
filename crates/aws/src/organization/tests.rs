//! The organization over recorded responses: pages, units, tags.

use org_operator_core::ErrorKind;
use tokio::time::Instant;

use super::*;
use crate::replay::{answering, bodies};

#[tokio::test(start_paused = true)]
async fn a_list_of_one_page_takes_one_token_of_the_rate() {
    let none = r#"{"Tags":[]}"#;
    let (_, config) = answering(&[(200, none); 40]);
    let organization = Organization::new(&config);
    let account = AccountId::parse("000000000002").unwrap();
    let start = Instant::now();
    for _ in 0..40 {
        organization.tags(&account).await.unwrap();
    }
    // 28 calls at 10 a second after the burst; a token for the end of each list would double it.
    assert!(start.elapsed().as_secs_f64() < 4.1, "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_unreadable_id_is_an_error_and_not_a_gap() {
    let root = UnitId::parse("r-root").unwrap();
    for answers in [
        &[(200, r#"{"Accounts":[{"Id":"12"}]}"#)][..],
        &[(200, r#"{"Accounts":[]}"#), (200, r#"{"OrganizationalUnits":[{"Id":"x"}]}"#)][..],
    ] {
        let (_, config) = answering(answers);
        let error = Organization::new(&config).members(&root).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OperationFailed, "{error}");
    }
}

const ARN: &str = "arn:aws:organizations::000000000001:account/o-a/000000000002";

#[tokio::test]
async fn empty_pages_are_followed_and_state_takes_precedence_over_status() {
    let account = format!(
        r#"{{"Accounts":[{{"Id":"000000000002","Name":"=a","Arn":"{ARN}","State":"SUSPENDED",
        "Status":"ACTIVE","Paths":["o-a/r-root/ou-root-12345678/"]}}]}}"#
    );
    let empty = r#"{"Accounts":[],"NextToken":"more"}"#;
    let (client, config) = answering(&[(200, empty), (200, empty), (200, &account)]);
    // A repeated token: the SDK's paginator would stop here silently and lose the account.
    let accounts = Organization::new(&config).accounts().await.unwrap();
    assert_eq!((accounts.len(), bodies(&client).len()), (1, 3));
    let other = r#"{"Accounts":[],"NextToken":"and more"}"#;
    let (client, config) = answering(&[(200, empty), (200, other), (200, &account)]);
    let accounts = Organization::new(&config).accounts().await.unwrap();
    assert_eq!((accounts.len(), accounts[0].state.as_str()), (1, "SUSPENDED"));
    assert_eq!(accounts[0].management_account, AccountId::parse("000000000001"));
    assert_eq!(accounts[0].units.as_ref().map(Vec::len), Some(2));
    assert!(bodies(&client)[0].contains("\"MaxResults\":20"), "{:?}", bodies(&client));
}

#[tokio::test]
async fn members_of_nested_units_are_found_and_an_unknown_unit_is_none() {
    let accounts = |id: &str| format!(r#"{{"Accounts":[{{"Id":"{id}"}}]}}"#);
    let unit = r#"{"OrganizationalUnits":[{"Id":"ou-root-22222222"}]}"#;
    let none = r#"{"OrganizationalUnits":[]}"#;
    let (first, second) = (accounts("000000000002"), accounts("000000000003"));
    let (_, config) = answering(&[(200, &first), (200, unit), (200, &second), (200, none)]);
    let root = UnitId::parse("r-root").unwrap();
    let members = Organization::new(&config).members(&root).await.unwrap().unwrap();
    assert_eq!(members.len(), 2);
    let unknown = r#"{"__type":"ParentNotFoundException","Message":"no"}"#;
    let (_, config) = answering(&[(400, unknown)]);
    assert_eq!(Organization::new(&config).members(&root).await, Ok(None));
}
