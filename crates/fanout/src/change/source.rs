//! Where the rows come from: the plan of a run, or what a run applied, both from the results bucket.

use org_operator_changes::{ChangeResult, ChangeRun, Plan, read_plan};
use org_operator_core::artifact::{
    APPLIED, Artifact, CHANGE, Folder, PLAN, PLAN_ROWS, SUMMARY, UNDO,
};
use org_operator_core::contract::summary::Summary;
use org_operator_core::input::change_request::ChangeSource;
use org_operator_core::input::violation::Violations;
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes, find};
use org_operator_core::{Error, RunId};
use org_operator_operations::catalogue;
use org_operator_operations::change::dropped;
use serde::de::DeserializeOwned;

use crate::Fanout;

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// The plan that is applied, or `None` where there is none, which is noted.
    pub(super) async fn source(
        &self,
        source: &ChangeSource,
        operation: &str,
        violations: &mut Violations,
    ) -> Result<Option<Plan>, Error> {
        let (run, noted) = (source.run(), violations.listed().len());
        let found = match source {
            ChangeSource::Plan(_) => self.planned(source, operation, violations).await?,
            ChangeSource::Undo(_) => self.undone(run, operation).await?,
            ChangeSource::Drop(_) => {
                let plan = self.planned(source, operation, violations).await?;
                plan.map(|plan| dropped(plan, self.clock.now(), violations))
            }
        };
        if found.is_none() && violations.listed().len() == noted {
            self.note_unknown(source, operation, violations).await?;
        }
        Ok(found)
    }

    async fn planned(
        &self,
        source: &ChangeSource,
        operation: &str,
        violations: &mut Violations,
    ) -> Result<Option<Plan>, Error> {
        let run = source.run();
        // A suite run's operations have plans, too.
        for folder in self.folder(operation, run).of_run(run) {
            let key = folder.artifact(&PLAN_ROWS);
            let Some(bytes) = find(&self.artifacts, &key).await? else { continue };
            if self.change_in(&folder).await?.is_some() {
                let actual = format!("\"{run}\", which applied a plan");
                violations.note_text(source.field(), actual, "the run that made the plan");
                return Ok(None);
            }
            let summary: Option<Summary> = self.document(&folder, &SUMMARY).await?;
            let rows = read_plan(&self.artifacts.uri(&key), &bytes)?;
            let Some(made_at) = summary.and_then(|summary| summary.started_at) else {
                return Ok(None);
            };
            let (run, operation) = (run.clone(), operation.to_owned());
            return Ok(Some(Plan { run, operation, made_at, rows }));
        }
        Ok(None)
    }

    async fn undone(&self, run: &RunId, operation: &str) -> Result<Option<Plan>, Error> {
        let folder = self.folder(operation, run);
        let bytes = find(&self.artifacts, &folder.artifact(&UNDO)).await?;
        let result: Option<ChangeResult> = self.document(&folder, &APPLIED).await?;
        let Some((bytes, result)) = bytes.zip(result) else { return Ok(None) };
        let rows = read_plan(UNDO.name, &bytes)?;
        let (run, operation) = (run.clone(), operation.to_owned());
        Ok(Some(Plan { run, operation, made_at: result.ended_at, rows }))
    }

    /// What the run of `folder` was asked for, or `None` where it changes nothing.
    pub(super) async fn change_in(&self, folder: &Folder) -> Result<Option<ChangeRun>, Error> {
        self.document(folder, &CHANGE).await
    }

    pub(super) async fn document<T: DeserializeOwned>(
        &self,
        folder: &Folder,
        file: &Artifact,
    ) -> Result<Option<T>, Error> {
        let key = folder.artifact(file);
        let bytes = find(&self.artifacts, &key).await?;
        bytes.map(|bytes| self.parsed(&key, &bytes)).transpose()
    }

    /// Notes that the run has no such rows, and of which operation it is where it is one of another.
    async fn note_unknown(
        &self,
        source: &ChangeSource,
        operation: &str,
        violations: &mut Violations,
    ) -> Result<(), Error> {
        let (run, mut of_other) = (source.run(), String::new());
        for name in catalogue().names().filter(|name| *name != operation) {
            let key = self.folder(name, run).artifact(&PLAN);
            if self.artifacts.open(&key).await?.is_some() {
                of_other = format!(", a run of {name}");
                break;
            }
        }
        let what = if source.is_undo() { "applied something" } else { "made a plan" };
        let uri = self.artifacts.uri(&self.folder(operation, run).key(""));
        let allowed = format!("a run of {operation} that {what} and has ended ({uri})");
        violations.note_text(source.field(), format!("\"{run}\"{of_other}"), allowed);
        Ok(())
    }
}
