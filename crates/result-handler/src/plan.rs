//! The plan of a run whose operation can change something: its records once more, as `plan.jsonl` and
//! `plan.csv`. What a row means is `org_operator_changes`' part.

use org_operator_changes::{PlanTable, planned_row, write_plan};
use org_operator_core::artifact::{Folder, PLAN_ROWS, PLAN_TABLE, RECORD_LINES};
use org_operator_core::contract::plan::ResultEvent;
use org_operator_core::ports::{Artifacts, Upload};
use org_operator_core::{Error, RunId};
use org_operator_operations::change_of;

use crate::ResultHandler;
use crate::lines::{Ending, Lines};

/// Bytes are collected up to about this many before they go to their upload.
const CHUNK: usize = 64 * 1024;

impl<L, A: Artifacts> ResultHandler<L, A> {
    /// Writes the plan of a run whose operation can change something; nothing for others.
    pub(crate) async fn plan_of(&self, event: &ResultEvent, folder: &Folder) -> Result<(), Error> {
        match change_of(&event.operation) {
            Some(change) => self.plan(&event.run_id, folder, change.key_column()).await,
            None => Ok(()),
        }
    }

    /// Writes the plan from the records that lie in `folder` by now; `key_column` has the rows' keys.
    /// Memory holds a few rows at a time.
    async fn plan(&self, run: &RunId, folder: &Folder, key_column: &str) -> Result<(), Error> {
        let key = folder.artifact(&RECORD_LINES);
        let opened = self.artifacts.open(&key).await?;
        let missing = || Error::internal(format!("{}: gone", self.artifacts.uri(&key)));
        let mut records = Lines::new(opened.ok_or_else(missing)?, Ending::Plain);
        let mut rows = self.artifacts.upload(&folder.artifact(&PLAN_ROWS));
        let mut table_upload = self.artifacts.upload(&folder.artifact(&PLAN_TABLE));
        let (mut lines, mut table, mut changes) = (Vec::new(), PlanTable::new()?, 0_u64);
        while let Some(record) = records.next().await?.filter(|record| !record.is_empty()) {
            let row = planned_row(key_column, &record)?;
            changes += u64::from(row.is_change());
            lines.extend(write_plan(std::slice::from_ref(&row))?);
            table.row(&row)?;
            if lines.len() > CHUNK {
                rows.write(&std::mem::take(&mut lines)).await?;
                table_upload.write(&table.take()?).await?;
            }
        }
        rows.write(&lines).await?;
        table_upload.write(&table.take()?).await?;
        rows.finish().await?;
        table_upload.finish().await?;
        tracing::info!(RunId = %run, changes, "a plan: nothing was changed");
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/plan.rs"]
mod tests;
