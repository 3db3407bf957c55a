//! What a request means: which operation, accounts and Regions. It needs the directory only, and
//! writes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// The operation that it names.
    pub operation: Arc<dyn Operation>,
    /// Every account, and why it is or is not in the run.
    pub selection: Selection,
    /// The work items that the workers would get.
    pub items: Vec<WorkItem>,
}

/// A request in which nothing is wrong.
pub(crate) struct Checked {
    pub(crate) operation: Arc<dyn Operation>,
    pub(crate) regions: Regions,
    pub(crate) selection: Selection,
}

impl<D: AccountDirectory> Planner<'_, D> {
    /// What a run of the request in `event` would do.
    ///
    /// # Errors
    /// `InvalidRequest` with every violation, `NoTargets`, or what Organizations returned. A resumed
    /// run is refused, because it has its targets already.
    pub async fn preview(&self, event: &Value) -> Result<Preview, Error> {
        let (request, violations) = new_run(event)?;
        let Checked { operation, regions, selection } = self.check(&request, violations).await?;
        let items = selection.work_items(&regions, request.regions_per_work_item);
        Ok(Preview { request, operation, selection, items })
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
        let found = operation(request, &mut violations);
        let same_regions = self.regions(request, &mut violations);
        let selection = self.selected(request, &mut violations).await?;
        let operation = violations.into_result("request", found)?;
        selection.require_some()?;
        let regions = match (operation.spec().scope, same_regions) {
            (Scope::Global, _) => Regions::Same([Region::global()].into()),
            (Scope::Regional, Some(same)) => Regions::Same(same),
            (Scope::Regional, None) => {
                Regions::Enabled(enabled_regions(self.directory, &selection).await?)
            }
        };
        Ok(Checked { operation, regions, selection })
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

/// The operation that a request means, if it accepts the request's parameters and columns.
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
