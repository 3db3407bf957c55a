//! The files of a run that applied a plan, over a ledger and artifacts in memory.

use org_operator_changes::book::{AccountTask, state_item};
use org_operator_changes::{
    Guards, Line, Outcome, Protected, RowKey, RowRecord, Settled, write_plan,
};
use org_operator_core::contract::document;
use org_operator_core::contract::ledger::WorkerFailure;
use org_operator_core::contract::summary::Status;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{ErrorKind, Region, RunId};
use org_operator_testkit::memory::{MemoryArtifacts, MemoryLedger};
use serde_json::{Value, json};

#[path = "applied_files.rs"]
mod files;

use super::*;

const FOLDER: &str = "runs/close-open-ingress/apply-1";
const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

fn run() -> RunId {
    RunId::parse("apply-1").unwrap()
}

fn row(account: &str, rule: &str) -> PlanRow {
    PlanRow {
        key: RowKey {
            account_id: id(account),
            region: Region::parse("eu-west-1").unwrap(),
            key: rule.to_owned(),
        },
        account_name: "=shop".to_owned(),
        action: "close".to_owned(),
        before: json!({"Port": 22}),
        after: Value::Null,
        reason: "open".to_owned(),
        inverse: Some(org_operator_changes::Inverse {
            key: Some(format!("open {rule}")),
            action: "open".to_owned(),
        }),
    }
}

fn rows() -> Vec<PlanRow> {
    vec![row(ONE, "sgr-1"), row(ONE, "sgr-2"), row(TWO, "sgr-3"), row(TWO, "sgr-4")]
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_790_000_000_000 + seconds * 1_000)
}

struct Applied {
    handler: ResultHandler<MemoryLedger, MemoryArtifacts>,
}

impl Applied {
    /// A run over the four rows, as the fanout leaves it; the second account may be held.
    async fn new(hold: Option<&str>) -> Self {
        let (ledger, artifacts) = (MemoryLedger::new(), MemoryArtifacts::default());
        let rows = rows();
        for (account, own) in org_operator_changes::book::by_account(&rows) {
            let hold = hold.filter(|_| account.as_str() == TWO).map(str::to_owned);
            let task = AccountTask {
                execution: run(),
                hold,
                failures_allowed: None,
                protected_tag_keys: [].into(),
            };
            let items = AccountBook::items(&task, &own).unwrap();
            let partition = account_partition(&run(), account);
            ledger.put_change_items(&partition, &items, 9).await.unwrap();
        }
        let change = ChangeRun {
            run_id: run(),
            operation: "close-open-ingress".to_owned(),
            source: RunId::parse("plan-1").unwrap(),
            is_undo: false,
            made_at: at(0),
            started_at: at(1),
            guards: Guards {
                max_changes: None,
                max_failures: None,
                canary: None,
                plan_max_age_hours: 24,
                protected: Protected::default(),
            },
        };
        let item = |account| {
            json!({"AccountId": account, "AccountName": "=shop", "Regions": ["eu-west-1"],
                "UnitPath": "r-ab12"})
        };
        let files = [
            ("plan.jsonl", write_plan(&rows).unwrap()),
            ("change.json", document::pretty(&change).unwrap()),
            ("manifest.json", json!([item(ONE), item(TWO)]).to_string().into_bytes()),
        ];
        for (name, bytes) in files {
            artifacts.put(&format!("{FOLDER}/{name}"), bytes).await.unwrap();
        }
        Self { handler: ResultHandler::new(ledger, artifacts, "runs".to_owned()) }
    }

    /// What a worker wrote of a row: `None` is an intent.
    async fn wrote(&self, number: u64, lines: &[Option<Settled>]) {
        let row = &rows()[usize::try_from(number).unwrap()];
        let mut record = RowRecord::default();
        for (second, settled) in (10..).zip(lines) {
            let (key, settled) = (row.key.clone(), settled.clone());
            record.take(Line { at: at(second), key, settled, calls: 3 });
        }
        let state = RowState { stamp: "s".to_owned(), record };
        let partition = account_partition(&run(), &row.key.account_id);
        let item = state_item(number, &state).unwrap();
        self.handler.ledger.put_change_items(&partition, &[item], 9).await.unwrap();
    }

    async fn ended(&self, fields: &Value) -> Summary {
        let mut event =
            json!({"RunId": "apply-1", "Operation": "close-open-ingress", "Apply": true});
        for (name, value) in fields.as_object().unwrap() {
            event[name] = value.clone();
        }
        self.handler.deployed(&ResultEvent::parse(&event).unwrap()).await.unwrap()
    }

    fn text(&self, name: &str) -> String {
        self.handler.artifacts.text(&format!("{FOLDER}/{name}"))
    }

    fn row(&self, rule: &str) -> String {
        let table = self.text("applied.csv");
        let found = table.lines().find(|line| line.contains(rule));
        found.unwrap_or_default().to_owned()
    }
}

fn settled(outcome: Outcome) -> Settled {
    let held = Settled::held(&row(ONE, "sgr-1"), String::new());
    Settled { outcome, request_id: Some("r-1".to_owned()), ..held }
}

#[tokio::test]
async fn a_run_whose_rows_are_all_applied_is_complete() {
    let run = Applied::new(None).await;
    for number in 0..4 {
        run.wrote(number, &[None, Some(settled(Outcome::Applied))]).await;
    }
    let summary = run.ended(&json!({})).await;
    assert_eq!(summary.result.status, Status::Complete);
    assert_eq!((summary.result.targets, summary.result.succeeded), (2, 2));
    assert_eq!(summary.rows, [("APPLIED".to_owned(), 4)].into());
    assert_eq!(summary.api_calls, 4 * 2 * 3, "an intent and an outcome of each row");
    assert_eq!(run.text("undo.jsonl").lines().count(), 4);
    let coverage = run.text("coverage.csv");
    assert!(coverage.contains("111111111111,'=shop,eu-west-1,SUCCEEDED,,,2,1,"), "{coverage}");
    assert!(coverage.contains(",r-ab12,"), "the unit is in the coverage: {coverage}");
    let before = run.handler.artifacts.all();
    run.ended(&json!({})).await;
    assert_eq!(run.handler.artifacts.all(), before, "writing it again writes the same");
}

#[tokio::test]
async fn a_row_that_others_changed_fails_no_target_and_raises_the_alarm() {
    let run = Applied::new(None).await;
    for number in 0..4 {
        let changed = if number == 0 { Outcome::ChangedSincePlan } else { Outcome::Applied };
        run.wrote(number, &[Some(settled(changed))]).await;
    }
    let summary = run.ended(&json!({})).await;
    assert_eq!((summary.result.status, summary.result.failed), (Status::Partial, 0));
    assert!(summary.result.has_unexpected_failures());
}

#[tokio::test]
async fn rows_that_no_worker_began_are_held_with_the_reason() {
    let run = Applied::new(Some("the account is protected")).await;
    run.wrote(0, &[None, Some(settled(Outcome::Applied))]).await;
    let summary = run.ended(&json!({})).await;
    assert_eq!(summary.result.status, Status::Partial);
    assert_eq!(summary.rows, [("APPLIED".to_owned(), 1), ("HELD".to_owned(), 3)].into());
    assert!(run.row("sgr-2").contains("HELD") && run.row("sgr-2").contains("ended before"));
    assert!(run.row("sgr-3").ends_with("the account is protected"), "{}", run.row("sgr-3"));
    assert_eq!(run.text("undo.jsonl").lines().count(), 1);
}

#[tokio::test]
async fn a_row_that_was_begun_and_not_recorded_is_failed_and_in_the_undo() {
    let run = Applied::new(None).await;
    let held = Settled::held(&row(ONE, "sgr-1"), "MaxFailures".to_owned());
    run.wrote(0, &[Some(held), None]).await;
    run.wrote(1, &[None]).await;
    let (account, error) = (id(ONE), "Lambda.Unknown".to_owned());
    let partition = LedgerPartition { run: self::run(), operation: None, account };
    let first_region = Region::parse("eu-west-1").unwrap();
    let cause = "killed".to_owned();
    let entry = Entry::WorkerFailure(WorkerFailure { first_region, error, cause });
    run.handler.ledger.put(&partition, entry.sort_key(), entry);
    let summary = run.ended(&json!({})).await;
    assert_eq!(summary.rows, [("FAILED".to_owned(), 2), ("HELD".to_owned(), 2)].into());
    for rule in ["sgr-1", "sgr-2"] {
        let row = run.row(rule);
        assert!(row.contains("FAILED") && row.contains("a change was begun"), "{row}");
        assert!(row.contains("NoOutcome") && row.contains("Lambda.Unknown: killed"), "{row}");
        assert!(run.text("undo.jsonl").contains(&format!("open {rule}")));
    }
    assert_eq!(summary.errors[ErrorKind::NoOutcome.name()], 2);
}

#[tokio::test]
async fn a_run_that_nobody_approved_holds_every_row() {
    let run = Applied::new(None).await;
    let summary = run.ended(&json!({"Rejected": true})).await;
    assert_eq!(summary.rows, [("HELD".to_owned(), 4)].into());
    assert!(run.row("sgr-1").ends_with("nobody approved the run"), "{}", run.row("sgr-1"));
    // A resumed execution that is rejected takes nothing back that was applied.
    run.wrote(0, &[None, Some(settled(Outcome::Applied))]).await;
    run.wrote(1, &[Some(settled(Outcome::Held))]).await;
    let summary = run.ended(&json!({"Rejected": true})).await;
    assert_eq!(summary.rows, [("APPLIED".to_owned(), 1), ("HELD".to_owned(), 3)].into());
    assert!(run.row("sgr-2").ends_with("nobody approved the run"), "{}", run.row("sgr-2"));
}
