//! The plan's own files, beside the records of the run that made it.

use std::path::Path;

use org_operator_changes::{PlanRow, planned};
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::{Error, RunId};
use org_operator_local::changes::ChangeFolder;
use org_operator_operations::change_of;

/// Writes `plan.csv` and `plan.jsonl` of a run that planned changes, and says how many; `None` for a
/// run that only read.
pub(crate) async fn written(out: &Path, plan: &RunPlan) -> Result<Option<String>, Error> {
    let Some(change) = change_of(&plan.operation) else { return Ok(None) };
    let folder = ChangeFolder::new(out, &plan.operation, &plan.run_id);
    let path = folder.path(&format!("{}.jsonl", plan.operation));
    let records = std::fs::read(&path).map_err(|e| Error::io("reading", &path, &e))?;
    let rows = planned(change.key_column(), &records)?;
    folder.put_plan(&rows).await?;
    Ok(Some(said(&rows, &plan.run_id)))
}

fn said(rows: &[PlanRow], run: &RunId) -> String {
    let changes = rows.iter().filter(|row| row.is_change()).count();
    let left = rows.len() - changes;
    match changes {
        0 => format!("plan: nothing to change, {left} rows left as they are"),
        _ => format!(
            "plan: {changes} changes, {left} rows left as they are; nothing was changed. Look at \
             plan.csv, then: org-operator run --apply --plan-run {run}"
        ),
    }
}
