//! The one summary over all operations of a suite run. Each operation's own is
//! [`crate::report::tally`]'s.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::SUITES;
use crate::contract::summary::{OperationResult, RunResult, Status, Summary};
use crate::model::id::RunId;
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::report::first::MOST;

/// The summary over those of the operations: PARTIAL where one of them is, counts added up, the
/// first failures and changes of each operation in turn. `artifacts` are the URIs that a person reads
/// first. `Added` and `Removed` are of the operations that have a run to compare with.
#[must_use]
pub fn summary(run_id: RunId, operations: &[Summary], artifacts: Vec<String>) -> Summary {
    let (started_at, ended_at) = span(operations).unzip();
    let mut results: Vec<OperationResult> = operations.iter().map(result).collect();
    results.sort_by(|a, b| a.operation.cmp(&b.operation));
    let all: Vec<&RunResult> = operations.iter().map(|summary| &summary.result).collect();
    Summary {
        result: total(run_id, &all, artifacts),
        operation: SUITES.to_owned(),
        previous_run_id: None,
        accounts_left_out: operations
            .first()
            .map(|summary| summary.accounts_left_out.clone())
            .unwrap_or_default(),
        expected_records: operations.iter().map(|summary| summary.expected_records).sum(),
        expected_added: operations.iter().map(|summary| summary.expected_added).sum(),
        expired_exceptions: first(operations, |summary| &summary.expired_exceptions),
        accounts: operations.iter().map(|summary| summary.accounts).max().unwrap_or(0),
        api_calls: operations.iter().map(|summary| summary.api_calls).sum(),
        errors: errors(operations),
        first_failures: first(operations, |summary| &summary.first_failures),
        first_changes: first(operations, |summary| &summary.first_changes),
        regions_not_asked: not_asked(operations),
        started_at,
        ended_at,
        duration_ms: started_at.zip(ended_at).map(|(first, last)| last.millis_since(first)),
        rows: BTreeMap::new(),
        operations: results,
    }
}

fn result(summary: &Summary) -> OperationResult {
    OperationResult {
        operation: summary.operation.clone(),
        result: summary.result.clone(),
        previous_run_id: summary.previous_run_id.clone(),
    }
}

/// The counts of `results` added up, under one id: PARTIAL where one of them is.
pub(crate) fn total(run_id: RunId, results: &[&RunResult], artifacts: Vec<String>) -> RunResult {
    let sum = |field: fn(&RunResult) -> u64| results.iter().map(|result| field(result)).sum();
    let compared = |field: fn(&RunResult) -> Option<u64>| {
        results.iter().filter_map(|result| field(result)).reduce(|a, b| a + b)
    };
    let is_partial = results.iter().any(|result| result.status == Status::Partial);
    RunResult {
        run_id,
        status: if is_partial { Status::Partial } else { Status::Complete },
        targets: sum(|result| result.targets),
        succeeded: sum(|result| result.succeeded),
        skipped: sum(|result| result.skipped),
        failed: sum(|result| result.failed),
        expected_failures: sum(|result| result.expected_failures),
        records: sum(|result| result.records),
        added: compared(|result| result.added),
        removed: compared(|result| result.removed),
        artifacts,
    }
}

fn errors(operations: &[Summary]) -> BTreeMap<String, u64> {
    let mut errors = BTreeMap::new();
    for (kind, number) in operations.iter().flat_map(|summary| &summary.errors) {
        *errors.entry(kind.clone()).or_default() += number;
    }
    errors
}

/// The first lines, one of each operation in turn, with the operation's name.
fn first(operations: &[Summary], lines: fn(&Summary) -> &Vec<String>) -> Vec<String> {
    let line = |i: usize| {
        operations.iter().filter_map(move |summary| {
            lines(summary).get(i).map(|line| format!("{}: {line}", summary.operation))
        })
    };
    (0..MOST).flat_map(line).take(MOST).collect()
}

/// The Regions that no operation asked. One that runs once per account asks none, and says nothing
/// of them; the others of a run all ask the same.
fn not_asked(operations: &[Summary]) -> Vec<Region> {
    let all: BTreeSet<&Region> =
        operations.iter().flat_map(|summary| &summary.regions_not_asked).collect();
    all.into_iter().cloned().collect()
}

fn span(operations: &[Summary]) -> Option<(Timestamp, Timestamp)> {
    let first = operations.iter().filter_map(|summary| summary.started_at).min()?;
    let last = operations.iter().filter_map(|summary| summary.ended_at).max()?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(operation: &str, failed: u64, added: Option<u64>) -> Summary {
        let failure = |n| format!("11111111111{n} (Shop) eu-west-1: AccessDenied: no");
        Summary {
            result: RunResult {
                run_id: RunId::parse("r1").unwrap(),
                status: if failed == 0 { Status::Complete } else { Status::Partial },
                targets: 17,
                succeeded: 16 - failed,
                skipped: 1,
                failed,
                expected_failures: failed / 2,
                records: 5,
                added,
                removed: added.map(|_| 0),
                artifacts: vec![format!("runs/suites/r1/{operation}/{operation}.csv")],
            },
            operation: operation.to_owned(),
            previous_run_id: added.and_then(|_| RunId::parse("r0")),
            accounts: 3,
            accounts_left_out: BTreeMap::from([("SUSPENDED".to_owned(), 1)]),
            expected_records: 2,
            expected_added: 1,
            expired_exceptions: vec!["sold, expired 2026-03-31".to_owned()],
            api_calls: 20,
            errors: BTreeMap::from([("RegionDisabled".to_owned(), 1)]),
            first_failures: (0..failed).map(failure).collect(),
            first_changes: Vec::new(),
            regions_not_asked: Region::parse("eu-south-1").into_iter().collect(),
            started_at: Some(Timestamp::from_epoch_millis(i64::try_from(failed).unwrap())),
            ended_at: Some(Timestamp::from_epoch_millis(9_000)),
            duration_ms: Some(9_000),
            rows: BTreeMap::new(),
            operations: Vec::new(),
        }
    }

    #[test]
    fn counts_add_up_and_the_worst_status_stands() {
        let run = RunId::parse("r1").unwrap();
        let all = summary(run, &[of("vpcs", 2, None), of("a", 0, Some(3))], Vec::new());
        let RunResult { status, targets, failed, records, added, removed, .. } = all.result;
        assert_eq!((status, targets, failed, records), (Status::Partial, 34, 2, 10));
        assert_eq!((added, removed), (Some(3), Some(0)));
        assert_eq!((all.accounts, all.api_calls, all.errors["RegionDisabled"]), (3, 40, 2));
        assert_eq!(all.regions_not_asked.len(), 1);
        assert_eq!(all.duration_ms, Some(9_000));
        assert_eq!((all.result.expected_failures, all.expected_records), (1, 4));
        assert_eq!(all.accounts_left_out["SUSPENDED"], 1);
        let expired = ["vpcs: sold, expired 2026-03-31", "a: sold, expired 2026-03-31"];
        assert_eq!(all.expired_exceptions, expired);
        let names: Vec<&str> = all.operations.iter().map(|o| o.operation.as_str()).collect();
        assert_eq!(names, ["a", "vpcs"]);
        assert!(all.first_failures[0].starts_with("vpcs: 111111111110 (Shop)"));
    }

    #[test]
    fn without_any_run_to_compare_with_nothing_is_said_of_changes() {
        let all = summary(RunId::parse("r1").unwrap(), &[of("a", 0, None)], Vec::new());
        assert_eq!((all.result.status, all.result.added), (Status::Complete, None));
    }

    #[test]
    fn each_operation_has_its_first_failures_among_the_ten() {
        let operations = [of("a", 9, None), of("b", 9, None), of("c", 1, None)];
        let all = summary(RunId::parse("r1").unwrap(), &operations, Vec::new());
        let of = |name: &str| all.first_failures.iter().filter(|l| l.starts_with(name)).count();
        assert_eq!((of("a: "), of("b: "), of("c: ")), (5, 4, 1));
    }
}
