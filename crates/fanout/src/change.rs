//! A run that changes something, in a deployment: the plan that is applied is read and checked, and what
//! the workers need is written. What may be applied is decided in `org_operator_changes`.

mod bounds;
mod claim;
mod members;
mod resume;
mod source;
mod tasks;

use org_operator_changes::{
    ChangeRun, Guards, Plan, Protected, Wanted, changes_by_action, check, write_plan,
    write_plan_table,
};
use org_operator_core::artifact::{CHANGE, MANIFEST, PLAN_ROWS, PLAN_TABLE};
use org_operator_core::contract::document;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::input::change_request::ChangeRequest;
use org_operator_core::input::request::RunRequest;
use org_operator_core::input::violation::{Expected, Violations};
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes};
use org_operator_core::{Error, ErrorKind, RunId};
use org_operator_operations::bounds::StackBounds;
use org_operator_operations::change_of;
use serde_json::{Map, Value};

use crate::{Fanout, Received};
pub use members::{PlanMembers, plan_members};
use tasks::{Begun, Tasks};

/// What a deployment says about runs that change something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSettings {
    /// Whom no run touches.
    pub protected: Protected,
    /// Whether a request may do without a person's approval.
    pub approval_optional: bool,
    /// The role that runs may give to `CloudFormation`, and for which stacks; `None` for none.
    pub stacks: Option<StackBounds>,
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// As [`Fanout::run`], for a deployment: also a run that applies a plan, or that goes on with one.
    ///
    /// # Errors
    /// As [`Fanout::run`].
    pub async fn deployed(&self, event: &Value, fallback: Option<RunId>) -> Result<RunPlan, Error> {
        let received = Received::read(event, fallback)?;
        if let Some(wanted) = received.request.change.clone() {
            return self.change(&wanted, received).await;
        }
        if let Some(run) = received.request.resume_run.clone() {
            let folder = self.folder(&received.request.operation, &run);
            if let Some(change) = self.change_in(&folder).await? {
                return self.resume_change(&folder, change, received).await;
            }
        }
        let received = self.bounded(received).await?;
        self.received(received).await
    }

    async fn change(&self, wanted: &ChangeRequest, received: Received) -> Result<RunPlan, Error> {
        let Received { run_id, request, mut violations } = received;
        self.refuse_change(&request, "Apply", &mut violations);
        let field = wanted.source.field();
        let operation = request.operation.as_str();
        let found = self.source(&wanted.source, operation, &mut violations).await?;
        let Some((plan, run_id)) = found.zip(run_id) else {
            return violations.into_result("request", None);
        };
        let guards = self.guards(wanted);
        let members = self.checked(&plan, &request, (&guards, field), violations).await?;
        let now = self.clock.now();
        let run = ChangeRun {
            run_id,
            operation: plan.operation.clone(),
            source: plan.run.clone(),
            is_undo: wanted.source.is_undo(),
            made_at: plan.made_at,
            started_at: now,
            guards,
        };
        self.claim(&run, field).await?;
        self.begin_change(&run, &plan, &members, &request).await
    }

    /// The accounts of the plan, where nothing keeps it from being applied; `field` names the run that
    /// has it.
    async fn checked(
        &self,
        plan: &Plan,
        request: &RunRequest,
        (guards, field): (&Guards, &str),
        mut violations: Violations,
    ) -> Result<PlanMembers, Error> {
        let listed = plan_members(&self.directory, plan, &guards.protected, &mut violations).await;
        if listed.is_err() && !violations.is_empty() {
            return violations.into_result("request", None);
        }
        let members = listed?;
        let included = &request.accounts.include;
        let wanted = Wanted {
            operation: Some(&request.operation),
            accounts: Some(included).filter(|included| !included.is_empty()),
            organization: &members.all,
            guards,
            now: self.clock.now(),
        };
        check(plan, &wanted, &mut violations);
        self.refuse_rows(plan, field, &mut violations);
        violations.into_result("request", Some(members))
    }

    /// Writes the run's files and what its workers need, and last the manifest that they start from.
    async fn begin_change(
        &self,
        run: &ChangeRun,
        plan: &Plan,
        members: &PlanMembers,
        request: &RunRequest,
    ) -> Result<RunPlan, Error> {
        let folder = self.folder(&run.operation, &run.run_id);
        let tasks = Tasks::new(run, &run.run_id, plan, members, run.guards.canary);
        let all = tasks.items();
        if all.is_empty() {
            let message = format!("{} has nothing to change", plan.run);
            return Err(Error::new(ErrorKind::NoTargets, message));
        }
        let targets: usize = all.iter().map(|item| item.regions.len()).sum();
        let written = RunPlan {
            apply: true,
            approval: request.approval.unwrap_or(true),
            changes: changes_by_action(&plan.rows),
            parameters: Map::new(),
            worker_function: self.settings.worker_admin.clone(),
            ..self.plan(run.run_id.clone(), request, &folder, (&all, targets as u64))
        };
        let rows = &plan.rows;
        self.artifacts.put(&folder.artifact(&PLAN_TABLE), write_plan_table(rows)?).await?;
        self.artifacts.put(&folder.artifact(&PLAN_ROWS), write_plan(rows)?).await?;
        self.artifacts.put(&folder.artifact(&CHANGE), document::pretty(run)?).await?;
        self.write_tasks(&tasks, written.expires_at).await?;
        self.put_plan(&folder, &written, &all).await?;
        tracing::info!(RunId = %run.run_id, targets, "a plan will be applied");
        let begun = Begun { folder: &folder, manifest: folder.artifact(&MANIFEST), all };
        self.manifest_of_free(begun, &tasks, written).await
    }

    fn guards(&self, wanted: &ChangeRequest) -> Guards {
        Guards {
            max_changes: wanted.max_changes,
            max_failures: wanted.max_failures,
            canary: wanted.canary,
            plan_max_age_hours: wanted.plan_max_age_hours.unwrap_or(Guards::PLAN_MAX_AGE_HOURS),
            protected: self.settings.changes.protected.clone(),
        }
    }

    /// Notes what keeps this deployment from changing anything for the request; `field` asks for it.
    fn refuse_change(&self, request: &RunRequest, field: &str, violations: &mut Violations) {
        let operation = request.operation.as_str();
        if let Some(change) = change_of(operation) {
            self.refuse_unbounded(change, violations);
        } else {
            let allowed = self.changed_here().collect::<Vec<_>>().join(", ");
            let expected = Expected::name(allowed, operation, self.changed_here());
            violations.note_text("Operation", format!("\"{operation}\""), expected);
        }
        if self.settings.worker_admin.is_empty() {
            violations.note_text(field, "a run that changes something", NO_ADMIN_WORKER);
        }
        if request.approval == Some(false) && !self.settings.changes.approval_optional {
            let allowed = "true: in this deployment a person approves every change";
            violations.note_text("Approval", "false", allowed);
        }
    }
}

/// What a deployment without an admin worker allows.
const NO_ADMIN_WORKER: &str =
    "nothing: this deployment has no admin worker; deploy it with EnableAdminOperations=true";

#[cfg(test)]
#[path = "tests/change.rs"]
mod tests;
