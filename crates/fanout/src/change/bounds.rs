//! An operation that gives AWS a role: its plans and its changes are refused unless the deployment names the
//! role and the stacks, and so is everything that names others. What is outside is the operation's to say.

use org_operator_changes::Plan;
use org_operator_core::artifact::PLAN;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes};
use org_operator_core::{Error, RunId};
use org_operator_operations::bounds::{Outside, StackBounds};
use org_operator_operations::{CHANGES, Change, change_of};

use super::NO_ADMIN_WORKER;
use crate::{Fanout, Received};

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// A request for a plan, with what keeps this deployment from making it noted.
    pub(super) async fn bounded(&self, mut received: Received) -> Result<Received, Error> {
        let change = change_of(&received.request.operation);
        let Some(change) = change.filter(|change| change.is_bounded()) else { return Ok(received) };
        self.refuse_unbounded(change, &mut received.violations);
        if self.settings.worker_admin.is_empty() {
            let actual = format!("\"{}\", whose plan writes", change.operation());
            received.violations.note_text("Operation", actual, NO_ADMIN_WORKER);
        }
        let Some(bounds) = &self.settings.changes.stacks else { return Ok(received) };
        if let Some(run) = received.request.resume_run.clone() {
            let outside = self.outside_of_run(change, &run, bounds).await?;
            note_of_run(&run, "ResumeRun", outside, &mut received.violations);
        } else {
            let outside = change.outside(&received.request.parameters, bounds);
            note_parameters(outside, &mut received.violations);
        }
        Ok(received)
    }

    /// The operations whose changes this deployment makes.
    pub(super) fn changed_here(&self) -> impl Iterator<Item = &'static str> {
        let has_bounds = self.settings.changes.stacks.is_some();
        let here = CHANGES.iter().filter(move |change| has_bounds || !change.is_bounded());
        here.map(|change| change.operation())
    }

    /// Notes an operation that gives AWS a role which this deployment does not name.
    pub(super) fn refuse_unbounded(&self, change: &dyn Change, violations: &mut Violations) {
        if change.is_bounded() && self.settings.changes.stacks.is_none() {
            let actual = format!("\"{}\", which gives AWS a role", change.operation());
            let allowed = format!(
                "nothing: this deployment names no such role; deploy it with {}, or run the \
                 operation from a machine, by `org-operator run`",
                StackBounds::PARAMETERS
            );
            violations.note_text("Operation", actual, allowed);
        }
    }

    /// Notes the first row of each kind that is outside: no file is trusted more than the deployment.
    pub(super) fn refuse_rows(&self, plan: &Plan, field: &str, violations: &mut Violations) {
        let change = change_of(&plan.operation).filter(|change| change.is_bounded());
        let Some((change, bounds)) = change.zip(self.settings.changes.stacks.as_ref()) else {
            return;
        };
        let rows = plan.rows.iter().filter(|row| row.is_change());
        let mut found: Vec<Outside> = Vec::new();
        for outside in rows.flat_map(|row| change.row_outside(row, bounds)) {
            if !found.iter().any(|known| known.field == outside.field) {
                found.push(outside);
            }
        }
        note_of_run(&plan.run, field, found, violations);
    }

    /// What the parameters that a run began with have outside of the bounds; nothing of a run that is
    /// not there, which is refused elsewhere.
    async fn outside_of_run(
        &self,
        change: &dyn Change,
        run: &RunId,
        bounds: &StackBounds,
    ) -> Result<Vec<Outside>, Error> {
        let folder = self.folder(change.operation(), run);
        let stored: Option<RunPlan> = self.document(&folder, &PLAN).await?;
        Ok(stored.map(|plan| change.outside(&plan.parameters, bounds)).unwrap_or_default())
    }
}

fn note_parameters(outside: Vec<Outside>, violations: &mut Violations) {
    for Outside { field, came, allowed } in outside {
        violations.note_text(FieldPath::root().field("Parameters").field(field), came, allowed);
    }
}

fn note_of_run(run: &RunId, field: &str, outside: Vec<Outside>, violations: &mut Violations) {
    for Outside { field: of_run, came, allowed } in outside {
        let actual = format!("\"{run}\", whose {of_run} is {came}");
        violations.note_text(field, actual, allowed);
    }
}
