//! What a request means: which operation, accounts and Regions. It needs the directory only, and
//! writes nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use org_operator_core::artifact::SUITES;
use org_operator_core::input::request::{FanoutEvent, RegionChoice, RunRequest};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::account_column::AccountColumn;
use org_operator_core::model::region;
use org_operator_core::model::spec::{Scope, Spec};
use org_operator_core::plan::selection::{Regions, Selection};
use org_operator_core::ports::AccountDirectory;
use org_operator_core::{Error, Region, WorkItem};
use org_operator_operations::{Operation, catalogue};
use serde_json::Value;

use crate::select::{enabled_regions, select};
use crate::suite;

/// Interprets requests for one organization.
#[derive(Debug)]
pub struct Planner<'a, D> {
    /// The organization's accounts.
    pub directory: &'a D,
    /// The Region that the run works from: its partition is the run's.
    pub home_region: &'a Region,
    /// The Regions of a request that names none.
    pub target_regions: &'a [Region],
}

/// What a run of a request would do.
pub struct Preview {
    /// The request as it was understood.
    pub request: RunRequest,
    /// The operations that it means: one, or those of a suite run in the order of their names.
    pub operations: Vec<Arc<dyn Operation>>,
    /// Every account, and why it is or is not in the run.
    pub selection: Selection,
    /// The work items that the workers would get.
    pub items: Vec<WorkItem>,
    /// How many targets each of the operations has.
    pub targets: Vec<u64>,
}

/// A request in which nothing is wrong.
pub(crate) struct Checked {
    /// One, or those of a suite run.
    pub(crate) operations: Vec<Arc<dyn Operation>>,
    /// The Regions of the operations that are not asked once per account.
    regions: Regions,
    pub(crate) selection: Selection,
}

impl Checked {
    /// The Regions that `operation` is asked in.
    pub(crate) fn regions(&self, operation: &dyn Operation) -> Cow<'_, Regions> {
        match operation.spec().scope {
            Scope::Global => Cow::Owned(Regions::Same([Region::global()].into())),
            Scope::Regional => Cow::Borrowed(&self.regions),
        }
    }

    /// The work items of one operation.
    pub(crate) fn items_of(
        &self,
        operation: &dyn Operation,
        per_item: Option<u32>,
    ) -> Vec<WorkItem> {
        self.selection.work_items(&self.regions(operation), per_item)
    }

    /// The work items of the run, and how many targets each operation has: each account is in one
    /// work item, or in as many as its Regions are split into.
    pub(crate) fn items(&self, per_item: Option<u32>) -> (Vec<WorkItem>, Vec<u64>) {
        let of_scope = |scope: Scope| {
            let first = self.operations.iter().find(|o| o.spec().scope == scope);
            first.map(|o| self.items_of(&**o, per_item)).unwrap_or_default()
        };
        let (regional, global) = (of_scope(Scope::Regional), of_scope(Scope::Global));
        let count = |items: &[WorkItem]| items.iter().map(|item| item.regions.len() as u64).sum();
        let (in_regions, once): (u64, u64) = (count(&regional), count(&global));
        let targets = self.operations.iter().map(|o| match o.spec().scope {
            Scope::Regional => in_regions,
            Scope::Global => once,
        });
        let targets = targets.collect();
        (suite::together(regional, global), targets)
    }
}

impl<D: AccountDirectory> Planner<'_, D> {
    /// What a run of the request in `event` would do.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation, `NoTargets`, or what Organizations returned. A resumed
    /// run is refused, because it has its targets already.
    pub async fn preview(&self, event: &Value) -> Result<Preview, Error> {
        let (request, violations) = new_run(event)?;
        let checked = self.check(&request, violations).await?;
        let (items, targets) = checked.items(request.regions_per_work_item);
        let Checked { operations, selection, .. } = checked;
        Ok(Preview { request, operations, selection, items, targets })
    }

    /// Every account, and why the request in `event` does or does not select it. A request that
    /// selects none is no error here.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation, or what Organizations returned.
    pub async fn selection(&self, event: &Value) -> Result<Selection, Error> {
        let (request, mut violations) = new_run(event)?;
        let selection = select(self.directory, &request.accounts, &mut violations).await?;
        violations.into_result("request", Some(selection))
    }

    /// Finds everything that is wrong with a request beyond its form.
    pub(crate) async fn check(
        &self,
        request: &RunRequest,
        mut violations: Violations,
    ) -> Result<Checked, Error> {
        if request.change.is_some() {
            let allowed =
                "nothing: here a plan is applied by `org-operator run --apply --plan-run`";
            violations.note_text("Apply", "true", allowed);
        }
        let found = operations(request, &mut violations);
        let same_regions = self.regions(request, &mut violations);
        let selection = self.selected(request, &mut violations).await?;
        let operations = violations.into_result("request", found)?;
        selection.require_some()?;
        let is_global = operations.iter().all(|o| o.spec().scope == Scope::Global);
        let regions = match same_regions {
            Some(same) => Regions::Same(same),
            None if is_global => Regions::Same(BTreeSet::new()),
            None => Regions::Enabled(enabled_regions(self.directory, &selection).await?),
        };
        Ok(Checked { operations, regions, selection })
    }

    /// The selection, also for a request with violations where the organization may show more of
    /// them. Where it cannot be asked then, the violations are the answer.
    async fn selected(
        &self,
        request: &RunRequest,
        violations: &mut Violations,
    ) -> Result<Selection, Error> {
        if !violations.is_empty() && !request.accounts.names_any() {
            return std::mem::take(violations).into_result("request", None);
        }
        match select(self.directory, &request.accounts, violations).await {
            Err(_) if !violations.is_empty() => {
                std::mem::take(violations).into_result("request", None)
            }
            selected => selected,
        }
    }

    /// The Regions of every account, or `None` where each account has its own.
    fn regions(
        &self,
        request: &RunRequest,
        violations: &mut Violations,
    ) -> Option<BTreeSet<Region>> {
        let (named, field) = match &request.regions {
            RegionChoice::Listed(named) => (named.as_slice(), "Regions"),
            RegionChoice::Configured => (self.target_regions, "TARGET_REGIONS"),
            RegionChoice::Enabled => return None,
        };
        for (i, region) in named.iter().enumerate() {
            if let Err(allowed) = region::known(region, self.home_region, self.target_regions) {
                violations.note_text(format!("{field}[{i}]"), format!("\"{region}\""), allowed);
            }
        }
        Some(named.iter().cloned().collect())
    }
}

/// Notes the columns about accounts whose name the operation has for a column of its own.
fn note_own_columns(columns: &BTreeSet<AccountColumn>, spec: &Spec, violations: &mut Violations) {
    for name in columns.iter().map(ToString::to_string) {
        if spec.columns.iter().any(|own| own.name == name) {
            let allowed = format!("a name that is no column of `{}`", spec.name);
            violations.note_text("AccountColumns", format!("\"{name}\""), allowed);
        }
    }
}

/// The operations that a request means, if they accept the request's parameters and columns.
fn operations(
    request: &RunRequest,
    violations: &mut Violations,
) -> Option<Vec<Arc<dyn Operation>>> {
    if request.operation != SUITES {
        return operation(request, violations).map(|operation| vec![operation]);
    }
    if !request.is_suite() && violations.is_empty() {
        let allowed = "an operation's name; several are a list in Operations, or a Suite";
        violations.note_text("Operation", format!("\"{SUITES}\""), allowed);
    }
    let found = catalogue().several(request, violations)?;
    for operation in &found {
        note_own_columns(&request.account_columns, operation.spec(), violations);
    }
    Some(found)
}

/// The one operation that a request means, if it accepts the request's parameters and columns.
pub(crate) fn operation(
    request: &RunRequest,
    violations: &mut Violations,
) -> Option<Arc<dyn Operation>> {
    let RunRequest { operation: name, definition, parameters, account_columns, .. } = request;
    let found = catalogue().requested(name, definition.as_ref(), violations)?;
    found.check_parameters(parameters, violations);
    note_own_columns(account_columns, found.spec(), violations);
    Some(found)
}

/// The request of an event, where a resumed run has no meaning.
fn new_run(event: &Value) -> Result<(RunRequest, Violations), Error> {
    let mut violations = Violations::default();
    let FanoutEvent { request, .. } = FanoutEvent::read(event, &mut violations)?;
    refuse_resumption(&request, "nothing: this does not run anything", &mut violations);
    Ok((request, violations))
}

/// Notes that the request names a run to resume, which is not `allowed` here.
pub(crate) fn refuse_resumption(request: &RunRequest, allowed: &str, violations: &mut Violations) {
    if let Some(run) = &request.resume_run {
        violations.note_text("ResumeRun", format!("\"{run}\""), allowed);
    }
}
