//! The one error type of all steps: a kind, a sentence for people, and the data behind both.
//!
//! Nobody decides by the sentence. Constructors, from the most specific:
//!
//! - [`Error::violations`]: an invalid input, with every violation as data.
//! - [`Error::io`]: a file or folder of this machine, with its path and [`std::io::ErrorKind`].
//! - [`Error::call`]: a failed AWS call, with code, HTTP status and request id;
//!   [`crate::outcome::classification::classify`] makes it from a [`CallFailure`].
//! - [`Error::credentials`]: credentials that cannot be used, with the reason.
//! - [`Error::internal`]: a bug of ours, such as a value that cannot be serialized.
//! - [`Error::invalid`] and [`Error::new`]: a sentence without data.
//!
//! [`Error::context`] adds what was being done; [`Error::with_action`] the IAM action of the call.

mod call_failure;
mod credentials;
mod detail;
mod kind;
mod operation_failure;
mod remedy;

use std::fmt;
use std::io;
use std::path::Path;

pub use call_failure::CallFailure;
pub use credentials::CredentialsProblem;
pub use detail::{Detail, IoFailure};
pub use kind::{ErrorKind, UnknownErrorKind};
pub use operation_failure::OperationFailure;

use crate::input::violation::Violations;

/// What went wrong: a kind, a sentence, and data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Report>);

/// The parts of an error, behind one pointer: results stay small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    kind: ErrorKind,
    /// What was being done, outermost first.
    context: Vec<String>,
    /// What happened, without the context.
    reason: String,
    /// Context and reason, joined by colons.
    message: String,
    failure: Option<CallFailure>,
    action: Option<String>,
    detail: Option<Detail>,
}

impl Error {
    /// An error of `kind`; `message` says what happened.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let reason = message.into();
        let message = reason.clone();
        let (context, failure, action, detail) = (Vec::new(), None, None, None);
        Self(Box::new(Report { kind, context, reason, message, failure, action, detail }))
    }

    /// An [`ErrorKind::InvalidRequest`] without data; see [`Error::violations`].
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// An [`ErrorKind::Internal`]: a bug in org-operator.
    #[must_use]
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, message.to_string())
    }

    /// An [`ErrorKind::InvalidRequest`] with everything that is wrong with `input`, such as
    /// `request`: `invalid request: FIELD: got X, allowed: Y`.
    #[must_use]
    pub fn violations(input: &str, violations: Violations) -> Self {
        let error = Self::invalid(format!("invalid {input}: {violations}"));
        error.with_detail(Detail::Violations(violations))
    }

    /// An [`ErrorKind::OperationFailed`] about a file or folder of this machine: `doing` is
    /// `reading` or `writing`.
    #[must_use]
    pub fn io(doing: &str, path: &Path, source: &io::Error) -> Self {
        let error = Self::new(ErrorKind::OperationFailed, source.to_string());
        let failure = IoFailure { kind: source.kind(), path: path.to_owned() };
        error.context(format!("{doing} {}", path.display())).with_detail(Detail::Io(failure))
    }

    /// An error of `kind` from a failed AWS call.
    #[must_use]
    pub fn call(kind: ErrorKind, failure: CallFailure) -> Self {
        let mut error = Self::new(kind, failure.to_string());
        error.0.failure = Some(failure);
        error
    }

    /// An [`ErrorKind::AccessDenied`] from credentials that cannot be used.
    #[must_use]
    pub fn credentials(problem: CredentialsProblem, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::AccessDenied, message).with_detail(Detail::Credentials(problem))
    }

    /// The same error with what was being done, outside of the context that it has.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.0.context.insert(0, doing.to_string());
        self.joined()
    }

    /// The same error of another kind, where more is known than when it came up.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same error with the IAM action of the call, such as `organizations:ListAccounts`.
    #[must_use]
    pub fn with_action(mut self, action: impl Into<String>) -> Self {
        self.0.action = Some(action.into());
        self
    }

    /// The same error with the data behind it.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// The same error with another sentence for what happened; context and data stay.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.reason = message.into();
        self.joined()
    }

    fn joined(mut self) -> Self {
        let parts = self.0.context.iter().chain([&self.0.reason]).map(String::as_str);
        self.0.message = parts.collect::<Vec<_>>().join(": ");
        self
    }

    /// The kind, which decides what happens next.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The whole sentence: what was being done, outermost first, then what happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What happened, without what was being done.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What was being done, outermost first.
    #[must_use]
    pub fn contexts(&self) -> &[String] {
        &self.0.context
    }

    /// The failed AWS call, where one failed.
    #[must_use]
    pub fn failure(&self) -> Option<&CallFailure> {
        self.0.failure.as_ref()
    }

    /// The AWS service's error code, where a call failed with one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.failure()?.code.as_deref()
    }

    /// The IAM action of the call that failed, where it is known.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.0.action.as_deref()
    }

    /// The data behind the error, where there is any.
    #[must_use]
    pub fn detail(&self) -> Option<&Detail> {
        self.0.detail.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_goes_before_the_message_outermost_first() {
        let failure = CallFailure::answered("NoSuchKey", 404, "gone");
        let error = Error::call(ErrorKind::OperationFailed, failure).context("reading s3://b/k");
        let error = error.context("fetching r1").with_action("s3:GetObject");
        assert_eq!(error.to_string(), "fetching r1: reading s3://b/k: NoSuchKey: gone");
        assert_eq!(error.contexts(), ["fetching r1", "reading s3://b/k"]);
        assert_eq!((error.code(), error.action()), (Some("NoSuchKey"), Some("s3:GetObject")));
    }

    #[test]
    fn another_message_keeps_context_and_data() {
        let error = Error::io("writing", Path::new("/x"), &io::Error::from_raw_os_error(28));
        assert!(error.message().starts_with("writing /x: No space left"), "{error}");
        let reworded = error.with_message("full");
        assert_eq!(reworded.message(), "writing /x: full");
        let kind = io::ErrorKind::StorageFull;
        let failure = IoFailure { kind, path: "/x".into() };
        assert_eq!(reworded.detail(), Some(&Detail::Io(failure)));
    }
}
