//! What turns the stream of a run's records, changes and targets into the bytes of one artifact.
//! Sinks are pure: the result handler moves their bytes into the store.

use serde_json::{Map, Value, json};

use crate::contract::coverage_row::CoverageRow;
use crate::contract::record_row::{ChangeRow, RecordRow};
use crate::contract::summary::Summary;
use crate::error::Error;
use crate::model::id::RunId;
use crate::model::portal::PortalUrl;
use crate::model::region::Partition;
use crate::model::spec::{Column, Spec};
use crate::report::csv_table::Table;

/// Begins a sink for the run of which the facts are known.
pub type OpenSink = fn(&RunFacts<'_>) -> Result<Box<dyn ArtifactSink>, Error>;

/// What is known of a run before its first record.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    /// What the run's operation declares.
    pub spec: &'a Spec,
    /// The run's id.
    pub run_id: &'a RunId,
    /// The operation's parameters, as the plan has them.
    pub parameters: &'a Map<String, Value>,
    /// The partition of the run's accounts.
    pub partition: Partition,
    /// The columns that the run has behind those of the operation.
    pub beside: &'a [Column],
    /// Where the run's steps run.
    pub origin: Origin,
    /// The operation by which the run is resumed: its own, or [`crate::artifact::SUITES`].
    pub resumed_as: &'a str,
    /// The portal through which the report's links open.
    pub portal: Option<&'a PortalUrl>,
}

/// Where the steps of a run run, which decides how a person resumes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// As the functions of a deployment.
    #[default]
    Deployment,
    /// On one machine, by `org-operator run`.
    Local,
}

impl Origin {
    /// How to ask the failed targets of a run of `operation` again: a command, and for a deployment
    /// the state machine's input too.
    #[must_use]
    pub fn resume(self, operation: &str, run_id: &RunId) -> String {
        match self {
            Self::Local => format!("org-operator run --resume {run_id} --operation {operation}"),
            Self::Deployment => {
                let input = json!({ "Operation": operation, "ResumeRun": run_id });
                let command = "org-operator start --operation";
                format!("{command} {operation} --resume-run {run_id}\n{input}")
            }
        }
    }
}

/// An artifact while it is written. The methods are called account by account in ascending order:
/// first the account's records by Region and key, then its changes, then its targets by Region. A
/// sink overrides the ones it needs.
///
/// A sink of the Regions that a run could not ask, one line each:
///
/// ```
/// use org_operator_core::Error;
/// use org_operator_core::artifact::sink::{ArtifactSink, Buffer, OpenSink};
/// use org_operator_core::contract::coverage_row::{CoverageRow, TargetStatus};
///
/// #[derive(Default)]
/// struct FailedTargets(Vec<u8>);
///
/// impl ArtifactSink for FailedTargets {
///     fn target(&mut self, row: &CoverageRow) -> Result<(), Error> {
///         if row.status == TargetStatus::Failed {
///             self.0.extend(format!("{} {}: {}\n", row.account_id, row.region, row.error).bytes());
///         }
///         Ok(())
///     }
///
///     fn buffer(&mut self) -> &mut dyn Buffer {
///         &mut self.0
///     }
/// }
///
/// // What the artifact's entry in the list takes.
/// const OPEN: OpenSink = |_spec| Ok(Box::new(FailedTargets::default()));
/// ```
pub trait ArtifactSink: Send {
    /// Takes a record; it belongs to a target that SUCCEEDED, with all of its records.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    fn record(&mut self, _row: &RecordRow<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Takes a record that was added or removed since the previous run.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    fn change(&mut self, _row: &ChangeRow<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Takes what became of a target.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    fn target(&mut self, _row: &CoverageRow) -> Result<(), Error> {
        Ok(())
    }

    /// Adds what comes after the last account.
    ///
    /// # Errors
    /// `Internal` where it cannot be written.
    fn finish(&mut self, _summary: &Summary) -> Result<(), Error> {
        Ok(())
    }

    /// The bytes that are ready for the store; emptied whenever it has grown, so that memory stays
    /// bounded.
    fn buffer(&mut self) -> &mut dyn Buffer;
}

/// Bytes on their way to the store.
pub trait Buffer {
    /// How many bytes can be taken.
    fn buffered(&self) -> usize;

    /// Takes all of them; later ones follow behind.
    ///
    /// # Errors
    /// `Internal` where the buffer is broken, which memory is not.
    fn take(&mut self) -> Result<Vec<u8>, Error>;
}

impl Buffer for Vec<u8> {
    fn buffered(&self) -> usize {
        self.len()
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Ok(std::mem::take(self))
    }
}

impl Buffer for Table {
    fn buffered(&self) -> usize {
        Table::buffered(self)
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Table::take(self)
    }
}
