//! What a request means, without doing it: nothing is written, no worker will start.

use org_operator_core::input::request::{FanoutEvent, RunRequest};
use org_operator_core::input::violation::Violations;
use org_operator_core::plan::selection::Selection;
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes};
use org_operator_core::{Error, WorkItem};
use org_operator_operations::Operation;
use serde_json::Value;

use crate::Fanout;

/// What a run would do.
pub struct Preview {
    /// The operation.
    pub operation: &'static dyn Operation,
    /// Every account, and why it is or is not in the run.
    pub selection: Selection,
    /// What the workers would get.
    pub items: Vec<WorkItem>,
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// What a run of the request in `event` would do.
    ///
    /// # Errors
    /// As [`Fanout::run`]; a resumed run is refused, because it has its targets already.
    pub async fn preview(&self, event: &Value) -> Result<Preview, Error> {
        let (request, violations) = request(event)?;
        let (operation, regions, selection) = self.check(&request, violations).await?;
        let items = selection.work_items(&regions, request.regions_per_work_item);
        Ok(Preview { operation, selection, items })
    }

    /// Every account, and why the request in `event` does or does not select it; none selected is
    /// an answer here.
    ///
    /// # Errors
    /// `InvalidRequest` with every fault, or what Organizations answered.
    pub async fn selection(&self, event: &Value) -> Result<Selection, Error> {
        let (request, mut violations) = request(event)?;
        let selection = self.select(&request.accounts, &mut violations).await?;
        violations.into_result("request", Some(selection))
    }
}

fn request(event: &Value) -> Result<(RunRequest, Violations), Error> {
    let mut violations = Violations::default();
    let FanoutEvent { request, .. } = FanoutEvent::read(event, &mut violations)?;
    if let Some(run) = &request.resume_run {
        violations.note_text(
            "ResumeRun",
            format!("\"{run}\""),
            "nothing: this does not run anything",
        );
    }
    Ok((request, violations))
}
