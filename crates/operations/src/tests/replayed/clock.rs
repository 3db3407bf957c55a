//! Two runs over the same things on different days: cells that follow from the day, or that move by
//! themselves, make no row a changed one.

use std::collections::BTreeSet;

use org_operator_core::Region;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::report::changes::{Change, Comparison};

use super::fixture::{Answer, fixture, names, operation_file};
use super::{read, run_over, sorted};
use crate::{Operation, Rows};

/// Noon of two days, 60 days apart.
const DAYS: [&str; 2] = ["2026-11-18T12:00:00Z", "2027-01-17T12:00:00Z"];

/// What an operation finds on each day.
async fn both(name: &str, operation: &dyn Operation) -> [Rows; 2] {
    let fixture = fixture(name);
    let case = &fixture.cases[0];
    let usual = || case.answers.iter().chain(&fixture.answers);
    let answers: [Vec<&Answer>; 2] =
        [usual().collect(), fixture.later.iter().chain(usual()).collect()];
    let mut found = Vec::new();
    for (day, of_day) in DAYS.into_iter().zip(&answers) {
        let (_, outcome) = run_over(operation, case, of_day, Timestamp::parse(day)).await;
        found.push(sorted(outcome.unwrap_or_else(|code| panic!("{name}: {code}"))));
    }
    found.try_into().unwrap()
}

/// What `changes.csv` says of two runs where the cells at `computed` do not count.
fn changes(computed: &[usize], [before, after]: &[Rows; 2]) -> Vec<Change> {
    let region = Region::parse("eu-west-1").unwrap();
    let succeeded = BTreeSet::from([region.clone()]);
    let records = before.iter().map(|cells| (region.clone(), cells.clone())).collect();
    let mut comparison = Comparison::without(computed, succeeded.clone(), records);
    for cells in after {
        comparison.record(region.clone(), cells.clone());
    }
    comparison.finish(&succeeded)
}

/// Every file with computed columns. Its fixture must move each of them.
fn with_computed_columns() -> Vec<String> {
    let computed = |name: &String| operation_file(name).contains("computed = true");
    names("catalogue").into_iter().filter(computed).collect()
}

#[tokio::test(start_paused = true)]
async fn computed_cells_differ_between_days_and_no_row_is_a_changed_one() {
    let names = with_computed_columns();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let operation = read(&name, &operation_file(&name));
        let spec = operation.spec();
        let found = both(&name, &*operation).await;
        for column in spec.computed_indices() {
            let of = |day: usize| found[day].iter().map(|row| &row[column]).collect::<Vec<_>>();
            assert_ne!(of(0), of(1), "{name}: {} is the same", spec.columns[column].name);
        }
        assert!(!changes(&[], &found).is_empty(), "{name}");
        let changed = changes(&spec.computed_indices(), &found);
        assert!(changed.is_empty(), "{name}: {changed:?}");
    }
}
