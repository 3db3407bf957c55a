//! What changed between two runs: records added and removed, over the targets that succeeded in
//! both runs and over no others. A record with a changed cell is removed and added.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::contract::record_row::ChangeKind;
use crate::contract::record_row::{ChangeRow, RecordRow};
use crate::model::region::Region;
use crate::report::account_targets::AccountTargets;

/// A record of an account that was added or removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The Region of the record's target.
    pub region: Region,
    /// The record's cells, in the order of the operation's columns.
    pub cells: Vec<String>,
    /// What happened to it.
    pub kind: ChangeKind,
}

impl Change {
    /// The change's row in `changes.csv`.
    #[must_use]
    pub fn row<'a>(&'a self, targets: &'a AccountTargets) -> ChangeRow<'a> {
        let record = record_row(targets, &self.region, &self.cells);
        ChangeRow { change: self.kind, record }
    }
}

/// The row of a record of the target in `region`.
#[must_use]
pub fn record_row<'a>(
    targets: &'a AccountTargets,
    region: &'a Region,
    cells: &'a [String],
) -> RecordRow<'a> {
    RecordRow {
        account_id: Cow::Borrowed(&targets.account_id),
        account_name: Cow::Borrowed(&targets.account_name),
        region: Cow::Borrowed(region),
        cells: Cow::Borrowed(cells),
        beside: Cow::Borrowed(&targets.beside),
    }
}

/// Compares an account's records of the previous run with those of this run as they are read.
#[derive(Debug, Default)]
pub struct Comparison {
    succeeded: BTreeSet<Region>,
    /// What is compared of each record, and its cells where these are more.
    before: BTreeMap<(Region, Vec<String>), Option<Vec<String>>>,
    added: Vec<Change>,
    /// Cells that are not compared.
    computed: Vec<usize>,
}

impl Comparison {
    /// A comparison with a run in which the targets `succeeded` have the records `before`.
    #[must_use]
    pub fn new(succeeded: BTreeSet<Region>, before: BTreeSet<(Region, Vec<String>)>) -> Self {
        Self::without(&[], succeeded, before)
    }

    /// As [`Comparison::new`], where the cells at the places `computed` do not count: they follow from
    /// the day of a run, so that a change of them is no change of the record.
    #[must_use]
    pub fn without(
        computed: &[usize],
        succeeded: BTreeSet<Region>,
        records: BTreeSet<(Region, Vec<String>)>,
    ) -> Self {
        let (added, computed) = (Vec::new(), computed.to_vec());
        let mut comparison = Self { succeeded, before: BTreeMap::new(), added, computed };
        for (region, cells) in records {
            let (compared, whole) = comparison.compared(cells);
            comparison.before.insert((region, compared), whole);
        }
        comparison
    }

    /// The cells that are compared, and all of them where these are more.
    fn compared(&self, cells: Vec<String>) -> (Vec<String>, Option<Vec<String>>) {
        if self.computed.is_empty() {
            return (cells, None);
        }
        let mut compared = cells.clone();
        for index in &self.computed {
            compared.get_mut(*index).map(String::clear).unwrap_or_default();
        }
        (compared, Some(cells))
    }

    /// Compares a record of this run; the order of records does not matter.
    pub fn record(&mut self, region: Region, cells: Vec<String>) {
        if !self.succeeded.contains(&region) {
            return;
        }
        let (compared, whole) = self.compared(cells);
        let row = (region, compared);
        if self.before.remove(&row).is_none() {
            let (same_region, same) = row;
            let cells = whole.unwrap_or(same);
            self.added.push(Change { region: same_region, cells, kind: ChangeKind::Added });
        }
    }

    /// The changes from this run to `later`, both read from their artifacts.
    #[must_use]
    pub fn until(mut self, later: Self) -> Vec<Change> {
        for ((region, compared), whole) in later.before {
            self.record(region, whole.unwrap_or(compared));
        }
        // A target that failed in the later run has no records to compare.
        self.added.retain(|change| later.succeeded.contains(&change.region));
        self.finish(&later.succeeded)
    }

    /// The changes, sorted by Region and cells; `succeeded` are this run's Regions with an answer.
    #[must_use]
    pub fn finish(self, succeeded: &BTreeSet<Region>) -> Vec<Change> {
        let both = |region: &Region| succeeded.contains(region) && self.succeeded.contains(region);
        let left = self.before.into_iter().filter(|((region, _), _)| both(region));
        let removed = left.map(|((region, compared), whole)| Change {
            region,
            cells: whole.unwrap_or(compared),
            kind: ChangeKind::Removed,
        });
        let mut changes: Vec<Change> = removed.chain(self.added).collect();
        changes.sort();
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = BTreeSet<(Region, Vec<String>)>;

    fn region(n: u8) -> Region {
        Region::parse(&format!("xx-made-{n}")).unwrap()
    }

    fn rows(pairs: &BTreeSet<(u8, u8)>, succeeded: &BTreeSet<Region>) -> Rows {
        let row = |(r, n): &(u8, u8)| (region(*r), vec![n.to_string()]);
        pairs.iter().map(row).filter(|(region, _)| succeeded.contains(region)).collect()
    }

    #[test]
    fn a_computed_cell_that_differs_is_no_change() {
        let row = |id: &str, age: &str| (region(1), vec![id.to_owned(), age.to_owned()]);
        let ok: BTreeSet<Region> = [region(1)].into();
        let before = [row("a", "3"), row("b", "9")].into();
        let mut comparison = Comparison::without(&[1], ok.clone(), before);
        for (region, cells) in [row("a", "4"), row("c", "0")] {
            comparison.record(region, cells);
        }
        let changed = |kind, id: &str, age: &str| {
            let (region, cells) = row(id, age);
            Change { region, cells, kind }
        };
        let expected =
            [changed(ChangeKind::Removed, "b", "9"), changed(ChangeKind::Added, "c", "0")];
        assert_eq!(comparison.finish(&ok), expected);
    }

    proptest! {
        #[test]
        fn changes_are_the_set_difference_over_targets_that_succeeded_twice(
            before in proptest::collection::btree_set((0u8..4, 0u8..6), 0..15),
            now in proptest::collection::btree_set((0u8..4, 0u8..6), 0..15),
            ok_before in proptest::collection::btree_set(0u8..4, 0..5),
            ok_now in proptest::collection::btree_set(0u8..4, 0..5),
        ) {
            let ok_before: BTreeSet<Region> = ok_before.into_iter().map(region).collect();
            let ok_now: BTreeSet<Region> = ok_now.into_iter().map(region).collect();
            let both: BTreeSet<Region> = ok_before.intersection(&ok_now).cloned().collect();
            let mut comparison = Comparison::new(ok_before.clone(), rows(&before, &ok_before));
            for (region, cells) in rows(&now, &ok_now) {
                comparison.record(region, cells);
            }
            let changes = comparison.finish(&ok_now);
            let of = |kind| -> Rows {
                let of_kind = changes.iter().filter(|change| change.kind == kind);
                of_kind.map(|change| (change.region.clone(), change.cells.clone())).collect()
            };
            let (old, new) = (rows(&before, &both), rows(&now, &both));
            prop_assert_eq!(of(ChangeKind::Added), new.difference(&old).cloned().collect::<Rows>());
            prop_assert_eq!(of(ChangeKind::Removed), old.difference(&new).cloned().collect::<Rows>());
            prop_assert!(changes.is_sorted());
            let later = Comparison::new(ok_now.clone(), rows(&now, &ok_now));
            let earlier = Comparison::new(ok_before.clone(), rows(&before, &ok_before));
            prop_assert_eq!(earlier.until(later), changes);
        }
    }
}
