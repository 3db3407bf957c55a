//! The data of one attempt at a work item and at each of its Regions. Nothing is run or written here.

use std::time::Duration;

use org_operator_aws::CallCounter;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::outcome::classification::Classification;
use org_operator_core::{Error, Region, RunId};

/// Targets of one account that run, or are written, at the same time.
pub const CONCURRENT_REGIONS: usize = 20;

/// One attempt at a work item.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Unique per attempt; records of other attempts than their outcome's are discarded by it.
    pub id: String,
    /// The run that the work item belongs to.
    pub run: RunId,
    /// When the ledger's entries expire, in seconds since 1970.
    pub expires_at: i64,
    /// How long the attempt's calls may take altogether.
    pub time_left: Duration,
}

/// One Region's part of an attempt, from the moment its execution starts.
pub(crate) struct RegionAttempt {
    pub(crate) region: Region,
    pub(crate) started_at: Timestamp,
    pub(crate) calls: CallCounter,
}

impl RegionAttempt {
    pub(crate) fn new(region: Region, started_at: Timestamp) -> Self {
        Self { region, started_at, calls: CallCounter::default() }
    }
}

/// A finished Region: a `T`, or a failure whose meaning may depend on the account's other Regions.
pub(crate) struct Executed<T> {
    pub(crate) attempt: RegionAttempt,
    pub(crate) result: Result<T, Classification>,
}

impl<T> Executed<T> {
    /// Whether AWS refused without a reason.
    pub(crate) fn is_unexplained(&self) -> bool {
        self.result.as_ref().is_err_and(Classification::is_unexplained)
    }

    /// The same failure in every Region, for an account whose role cannot be assumed.
    pub(crate) fn all_failed(
        regions: Vec<Region>,
        started_at: Timestamp,
        error: &Error,
    ) -> Vec<Self> {
        let failed = |region| {
            let result = Err(Classification::certain(error.clone()));
            Self { attempt: RegionAttempt::new(region, started_at), result }
        };
        regions.into_iter().map(failed).collect()
    }
}
