//! What is said about the plan of a run that planned changes.

use std::path::Path;

use org_operator_changes::PlanRow;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::{Error, RunId};
use org_operator_local::changes::ChangeFolder;
use org_operator_operations::change_of;

/// How many changes a run planned; `None` for a run that only read.
pub(crate) async fn in_words(out: &Path, plan: &RunPlan) -> Result<Option<String>, Error> {
    let rows = ChangeFolder::new(out, &plan.operation, &plan.run_id).plan().await?;
    let change = change_of(&plan.operation);
    let leaves = |row: &PlanRow| change.is_some_and(|change| change.dropped(row).is_some());
    Ok(rows.map(|rows| said(&rows, &plan.run_id, rows.iter().any(leaves))))
}

fn said(rows: &[PlanRow], run: &RunId, leaves: bool) -> String {
    let changes = rows.iter().filter(|row| row.is_change()).count();
    let left = rows.len() - changes;
    match changes {
        0 => format!("plan: nothing to change, {left} rows left as they are"),
        _ => format!(
            "plan: {changes} changes, {left} rows left as they are; nothing was changed. Look at \
             plan.csv, then: org-operator run --apply --plan-run {run}{}",
            if leaves {
                format!("; or remove its change sets: --drop {run}")
            } else {
                String::new()
            }
        ),
    }
}
