//! The fanout over an organization and artifacts in memory: what it plans.

mod columns;
mod definition;
mod exceptions;
mod planner;
mod refused;
mod resume;
mod suite;

use org_operator_core::contract::summary::Status;
use org_operator_core::model::account::{Account, units_of};
use org_operator_core::report::tally::Tally;
use org_operator_core::{AccountId, UnitId};
use org_operator_core::{ErrorKind, WorkItem};
use org_operator_testkit::memory::{MemoryArtifacts, MemoryDirectory, MemoryLedger, TickingClock};
use serde_json::json;

use super::*;

pub(crate) type TestFanout = Fanout<MemoryDirectory, MemoryArtifacts, MemoryLedger, TickingClock>;

fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

pub(crate) fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub(crate) fn unit(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

fn account(id: &str, name: &str, state: &str) -> Account {
    let management_account = AccountId::parse("000000000001");
    let (name, state) = (name.to_owned(), state.to_owned());
    let email = format!("{name}@example.com");
    let id = AccountId::parse(id).unwrap();
    Account { id, name, state, management_account, units: None, email }
}

pub(crate) fn fanout(accounts: Result<Vec<Account>, Error>) -> TestFanout {
    Fanout {
        settings: Settings {
            home_region: region("eu-west-1"),
            target_regions: vec![region("us-east-1"), region("eu-west-1")],
            max_concurrency: 50,
            results_bucket: "bucket".to_owned(),
            results_prefix: "runs".to_owned(),
            ledger_retention_days: 30,
            worker_readonly: "worker".to_owned(),
            worker_admin: String::new(),
            allow_definitions: false,
            changes: ChangeSettings::default(),
            exceptions: ExceptionSource::Stored,
        },
        directory: MemoryDirectory {
            accounts,
            units: [(unit("ou-root-production"), [id("000000000003")].into())].into(),
            tags: [(id("000000000002"), [("team".to_owned(), "a".to_owned())].into())].into(),
            regions: [
                (id("000000000002"), [region("eu-west-1"), region("me-south-1")].into()),
                (id("000000000003"), [region("eu-west-1")].into()),
            ]
            .into(),
            unit_names: [].into(),
            tag_calls: 0.into(),
        },
        artifacts: MemoryArtifacts::default(),
        ledger: MemoryLedger::new(),
        clock: TickingClock::default(),
    }
}

pub(crate) fn organization() -> Vec<Account> {
    vec![
        account("000000000001", "management", "ACTIVE"),
        account("000000000003", "=three", "ACTIVE"),
        account("000000000002", "two", "ACTIVE"),
        account("000000000004", "closed", "SUSPENDED"),
    ]
}

async fn planned(fanout: &TestFanout, event: &Value) -> Result<RunPlan, Error> {
    fanout.run(event, RunId::parse("r1")).await
}

#[tokio::test]
async fn a_plan_counts_the_targets_of_the_manifest() {
    let fanout = fanout(Ok(organization()));
    let plan = planned(&fanout, &json!({})).await.unwrap();
    assert_eq!((plan.work_items, plan.targets, plan.max_concurrency), (2, 4, 50));
    assert_eq!(plan.worker_function, "worker");
    assert_eq!(plan.expires_at, 1_790_000_000 + 30 * 86_400);
    assert_eq!(plan.manifest.key, "runs/internet-routes/r1/manifest.json");
    let manifest: Vec<WorkItem> =
        serde_json::from_str(&fanout.artifacts.text(&plan.manifest.key)).unwrap();
    let ids: Vec<&str> = manifest.iter().map(|item| item.account_id.as_str()).collect();
    assert_eq!(ids, ["000000000002", "000000000003"]);
    assert!(manifest.iter().all(|item| item.regions == [region("eu-west-1"), region("us-east-1")]));
}

#[tokio::test]
async fn accounts_csv_has_every_account_with_its_reason() {
    let mut accounts = organization();
    accounts[1].units = units_of(&["o-a1/r-ab12/ou-ab12-11111111/"]);
    let fanout = fanout(Ok(accounts));
    planned(&fanout, &json!({"Accounts": {"Exclude": ["000000000002"]}})).await.unwrap();
    let expected = "account_id,account_name,state,selected,reason,unit_path\n\
        000000000001,management,ACTIVE,false,\"the management account, where the StackSet puts no role\",\n\
        000000000002,two,ACTIVE,false,in Accounts.Exclude,\n\
        000000000003,'=three,ACTIVE,true,,r-ab12/ou-ab12-11111111\n\
        000000000004,closed,SUSPENDED,false,the account is not active,\n";
    assert_eq!(fanout.artifacts.text("runs/internet-routes/r1/accounts.csv"), expected);
    let manifest = fanout.artifacts.text("runs/internet-routes/r1/manifest.json");
    assert!(manifest.contains(r#""UnitPath":"r-ab12/ou-ab12-11111111""#), "{manifest}");
}

#[tokio::test]
async fn regions_per_work_item_splits_an_account() {
    let fanout = fanout(Ok(organization()));
    let plan =
        planned(&fanout, &json!({"RegionsPerWorkItem": 1, "MaxConcurrency": 3})).await.unwrap();
    assert_eq!((plan.work_items, plan.targets, plan.max_concurrency), (4, 4, 3));
}

async fn selected(fanout: &TestFanout, accounts: Value) -> Vec<String> {
    let plan =
        planned(fanout, &json!({"Accounts": accounts, "Regions": ["eu-west-1"]})).await.unwrap();
    let manifest = fanout.artifacts.text(&plan.manifest.key);
    let items: Vec<WorkItem> = serde_json::from_str(&manifest).unwrap();
    items.iter().map(|item| item.account_name.clone()).collect()
}

#[tokio::test]
async fn units_tags_and_the_management_account_select() {
    let fanout = fanout(Ok(organization()));
    let production = json!(["ou-root-production"]);
    assert_eq!(selected(&fanout, json!({"OrganizationalUnits": production})).await, ["=three"]);
    assert_eq!(selected(&fanout, json!({"ExcludeOrganizationalUnits": production})).await, ["two"]);
    assert_eq!(fanout.directory.tag_calls.load(std::sync::atomic::Ordering::SeqCst), 0);
    assert_eq!(selected(&fanout, json!({"Tags": {"team": ["a", "b"]}})).await, ["two"]);
    assert_eq!(fanout.directory.tag_calls.load(std::sync::atomic::Ordering::SeqCst), 2);
    let management = selected(&fanout, json!({"IncludeManagementAccount": true})).await;
    assert_eq!(management, ["management", "two", "=three"]);
}

#[tokio::test]
async fn enabled_regions_differ_by_account() {
    let fanout = fanout(Ok(organization()));
    let plan = planned(&fanout, &json!({"Regions": "ENABLED"})).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (2, 3));
    let manifest = fanout.artifacts.text(&plan.manifest.key);
    let items: Vec<WorkItem> = serde_json::from_str(&manifest).unwrap();
    assert_eq!(items[0].regions, [region("eu-west-1"), region("me-south-1")]);
    assert_eq!(items[1].regions, [region("eu-west-1")]);
}

#[tokio::test]
async fn a_plan_of_fifty_thousand_accounts_is_under_one_kilobyte() {
    let name = "n".repeat(50);
    let accounts: Vec<Account> =
        (0..50_000).map(|n| account(&format!("{:012}", 100_000 + n), &name, "ACTIVE")).collect();
    let mut fanout = fanout(Ok(accounts));
    // The longest names that AWS allows: bucket 63, function ARN 140, execution 80 characters.
    fanout.settings.results_bucket = "b".repeat(63);
    fanout.settings.worker_readonly = "f".repeat(140);
    let event = json!({"RunId": "r".repeat(80), "RegionsPerWorkItem": 1});
    let plan = fanout.run(&event, None).await.unwrap();
    assert_eq!((plan.work_items, plan.targets), (100_000, 100_000));
    assert!(serde_json::to_string(&plan).unwrap().len() < 1024);
}

#[test]
fn a_mutating_operation_needs_the_admin_worker() {
    use futures_util::future::BoxFuture;
    use org_operator_core::model::spec::Spec;
    use org_operator_operations::{OperationFailure, Rows, Target};

    struct Mutating(Spec);
    impl Operation for Mutating {
        fn probe<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
            Box::pin(async { Ok(()) })
        }

        fn spec(&self) -> &Spec {
            &self.0
        }
        fn run<'a>(&'a self, _: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
            Box::pin(async { Ok(Vec::new()) })
        }
    }
    let spec = Spec::read_only("change", "", []);
    let mutating = Mutating(Spec { access: Access::Mutating, ..spec });
    let mut fanout = fanout(Ok(organization()));
    let refused = fanout.worker(&mutating).unwrap_err();
    assert!(refused.message().contains("EnableAdminOperations"), "{refused}");
    fanout.settings.worker_admin = "admin".to_owned();
    assert_eq!(fanout.worker(&mutating).unwrap(), "admin");
}
