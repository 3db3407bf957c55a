//! Exit codes: a contract, documented in `docs/cli.md`.

use std::process::ExitCode;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Complete,
    /// `diff`: the runs differ.
    Differences,
    /// The command line or the request is wrong.
    Usage,
    /// The run is written and some targets FAILED.
    Partial,
    /// The request selects nothing.
    NothingSelected,
    /// Credentials are missing or expired, or AWS refused this identity.
    Access,
    /// AWS could not be reached, or throttled until all retries were used up.
    Unreachable,
    /// Anything else: the disk, an answer that nobody expected.
    Other,
    /// Stopped by Ctrl-C or a termination signal.
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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
