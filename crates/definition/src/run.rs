//! Runs a checked definition in one account and Region. The calls themselves are someone else's.

mod ask;
mod each;
mod listing;
mod once;
mod row;
mod source;

use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{AccountId, Region};

use crate::calls::{Calls, Failure};
use crate::checked::Checked;
use crate::definition::Cells;
use crate::parameters::Parameters;

use once::Once;
pub(crate) use row::Facts;

/// Rows of an operation, each cell in the order of the columns, sorted.
pub type Rows = Vec<Vec<String>>;

/// Where and when a definition runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The account that is asked.
    pub account: AccountId,
    /// The Region; of a global operation, the one that its calls are signed for.
    pub region: Region,
    /// The moment that ages are counted from.
    pub now: Timestamp,
}

impl Checked {
    /// Every row of the target; rows that are alike in every cell are one.
    ///
    /// # Errors
    /// The first call that failed, or the first path that could not be evaluated. Where the Region lacks the services
    /// of all sources, [`Failure::NoService`].
    pub async fn run(
        &self,
        target: &Target,
        parameters: &Parameters,
        calls: &dyn Calls,
    ) -> Result<Rows, Failure> {
        let facts = Facts::of(target, parameters, &self.definition.tables);
        let mut rows = Rows::new();
        let mut lacking = Ok(());
        let mut answered = 0;
        let calls = Once::new(calls, &self.sources);
        for source in &self.sources {
            match source.run(&facts, &calls, self).await {
                Ok(found) => {
                    rows.extend(found);
                    answered += 1;
                }
                Err(failure @ Failure::NoService { .. }) => lacking = Err(failure),
                Err(failure) => return Err(failure),
            }
        }
        if answered == 0 {
            lacking?;
        }
        rows.sort_unstable();
        rows.dedup();
        if let Some(row) = self.definition.when_empty.as_ref().filter(|_| rows.is_empty()) {
            rows.push(self.fixed(row));
        }
        Ok(rows)
    }

    /// A row that no answer gave.
    pub(crate) fn fixed(&self, cells: &Cells) -> Vec<String> {
        self.columns()
            .iter()
            .map(|column| cells.get(&column.name).cloned().unwrap_or_default())
            .collect()
    }
}
