//! `latest.json`, beside the runs of an operation: which run was written last.

use serde::{Deserialize, Serialize};

use crate::model::id::RunId;

/// The newest run of an operation, and the run that it was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Latest {
    /// The run whose artifacts were written last; a resumed run counts as new.
    pub run_id: RunId,
    /// The run that its `changes.csv` compares with; null where there was none.
    pub previous_run_id: Option<RunId>,
}
