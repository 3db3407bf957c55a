//! The data behind an error that is not a service's answer: what callers decide by.

use std::io;
use std::path::PathBuf;

use crate::error::credentials::CredentialsProblem;
use crate::input::violation::Violations;

/// Data behind an error, where somebody decides by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// An input is invalid.
    Violations(Violations),
    /// The caller's credentials cannot be used.
    Credentials(CredentialsProblem),
    /// A file or folder of this machine cannot be read or written.
    Io(IoFailure),
}

/// A failed operation on a file or folder of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoFailure {
    /// What the operating system said, as a kind.
    pub kind: io::ErrorKind,
    /// The file or folder.
    pub path: PathBuf,
}
