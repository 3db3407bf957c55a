//! Exit codes: a contract with scripts, documented in `docs/cli.md`.

use std::process::ExitCode;

use org_operator_core::ErrorKind;
use org_operator_core::contract::summary::RunResult;

/// How the program ends, and so what a script can tell from its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything that was asked for is done; a run has an answer for every target.
    Complete,
    /// 1: `diff` found differences between the runs.
    Differences,
    /// 2: the command line or the request is wrong; the same command fails again.
    Usage,
    /// 3: the run is written and some targets FAILED that no exception expects, or some accounts
    /// cannot be asked.
    Partial,
    /// 4: the request selects no account.
    NothingSelected,
    /// 5: credentials are missing or expired, or AWS refused this identity.
    Access,
    /// 6: AWS could not be reached, or throttled until all retries were used up.
    Unreachable,
    /// 7: anything else, such as the disk, an unexpected answer or a bug.
    Other,
    /// 130: stopped by Ctrl-C or a termination signal.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Differences => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::NothingSelected => 4,
            Self::Access => 5,
            Self::Unreachable => 6,
            Self::Other => 7,
            Self::Interrupted => 130,
        }
    }

    /// The end of a run that is written: failures that are all expected are no reason for an alarm.
    pub(crate) fn of_run(result: &RunResult) -> Self {
        if result.has_unexpected_failures() { Self::Partial } else { Self::Complete }
    }

    /// The end of a command or a run that failed with an error of `kind`.
    pub(crate) fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidRequest => Self::Usage,
            ErrorKind::NoTargets => Self::NothingSelected,
            ErrorKind::AccessDenied | ErrorKind::AssumeRoleDenied | ErrorKind::DeniedByPolicy => {
                Self::Access
            }
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::DeadlineExceeded => {
                Self::Unreachable
            }
            ErrorKind::RegionDisabled
            | ErrorKind::ServiceNotInRegion
            | ErrorKind::OperationFailed
            | ErrorKind::WorkerCrashed
            | ErrorKind::NoOutcome
            | ErrorKind::Internal => Self::Other,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
