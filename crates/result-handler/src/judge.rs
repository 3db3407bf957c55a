//! What a run's exceptions say about its records, changes and failures, and the cell that tells it.

use std::borrow::Cow;

use org_operator_core::artifact::sink::RunFacts;
use org_operator_core::exceptions::{Exceptions, Judgement};
use org_operator_core::model::record;
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::report::changes::{Change, ChangeKind};
use org_operator_core::report::coverage::CoveredTarget;
use org_operator_core::{Region, Verdict};

/// The exceptions of a run, if it has any, with what they need to know of its operation.
pub(crate) struct Judge {
    exceptions: Option<Exceptions>,
    operation: String,
    key: Vec<usize>,
}

impl Judge {
    pub(crate) fn new(exceptions: Option<Exceptions>, facts: &RunFacts<'_>) -> Self {
        let (operation, key) = (facts.spec.name.clone(), facts.spec.key_indices());
        Self { exceptions, operation, key }
    }

    /// The judgement of a record by its key.
    pub(crate) fn record(
        &self,
        targets: &AccountTargets,
        region: &Region,
        key: &str,
    ) -> Judgement<'_> {
        self.exceptions.as_ref().map_or(Judgement::Unexpected, |exceptions| {
            exceptions.record(&self.operation, &targets.account_id, region, key)
        })
    }

    /// The judgement of a change. That a record is gone is nothing that anybody excepts.
    pub(crate) fn change(&self, targets: &AccountTargets, change: &Change) -> Judgement<'_> {
        if self.exceptions.is_none() || change.kind == ChangeKind::Removed {
            return Judgement::Unexpected;
        }
        self.record(targets, &change.region, &record::joined(&self.key, &change.cells))
    }

    /// The judgement of a target that FAILED.
    pub(crate) fn target(&self, targets: &AccountTargets, target: &CoveredTarget) -> Judgement<'_> {
        match (&self.exceptions, &target.verdict) {
            (Some(exceptions), Verdict::Failed(kind, _)) => {
                let account = &targets.account_id;
                exceptions.failure(&self.operation, account, &target.region, *kind)
            }
            _ => Judgement::Unexpected,
        }
    }

    /// What stands beside a record: the account's columns, and why it is expected where the run has
    /// exceptions.
    pub(crate) fn beside<'t>(
        &self,
        targets: &'t AccountTargets,
        judgement: Judgement<'_>,
    ) -> Cow<'t, [String]> {
        if self.exceptions.is_none() {
            return Cow::Borrowed(&targets.beside);
        }
        let reason = [judgement.reason().to_owned()];
        Cow::Owned(targets.beside.iter().cloned().chain(reason).collect())
    }
}
