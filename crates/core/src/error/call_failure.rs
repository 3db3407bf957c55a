//! A failed AWS call as plain data. What it means is decided in [`crate::outcome::classification`].

use std::fmt;

use crate::error::credentials::CredentialsProblem;

/// Codes of AWS services for credentials that have expired.
const EXPIRED: &[&str] =
    &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// What an AWS service answered to a call that failed, or why there was no answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFailure {
    /// The service's error code, where the answer has one.
    pub code: Option<String>,
    /// The HTTP status, or `None` where no answer came.
    pub status: Option<u16>,
    /// The service's message, or what broke on the way.
    pub message: String,
    /// The id of the request, by which AWS Support finds it.
    pub request_id: Option<String>,
    /// Why the call could not be signed, where no credentials could be loaded for it.
    pub credentials: Option<CredentialsProblem>,
}

impl CallFailure {
    /// An error answer with a code, an HTTP status and the service's message.
    #[must_use]
    pub fn answered(code: &str, status: u16, message: impl Into<String>) -> Self {
        let code = Some(code.to_owned());
        Self { code, status: Some(status), message: message.into(), ..Self::default() }
    }

    /// A call without an answer: a timeout, a refused or broken connection.
    #[must_use]
    pub fn no_answer(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Whether the service says that the credentials have expired: a cached session must be
    /// evicted.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.has_code(EXPIRED)
    }

    /// Whether the service's error code is one of `codes`.
    #[must_use]
    pub fn has_code(&self, codes: &[impl AsRef<str>]) -> bool {
        let own = self.code.as_deref();
        own.is_some_and(|own| codes.iter().any(|code| code.as_ref() == own))
    }

    /// Whether AWS's message names the refused identity: a role's session, a role or a user. AWS
    /// says it nowhere else (IAM user guide, "Access denied error message examples").
    #[must_use]
    pub fn names_an_identity(&self) -> bool {
        let arns = [":assumed-role/", ":role/", ":user/", ":root"];
        arns.iter().any(|part| self.message.contains(part))
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, self.status) {
            (Some(code), _) => write!(f, "{code}: {}", self.message),
            (None, Some(status)) => write!(f, "HTTP {status}: {}", self.message),
            (None, None) => f.write_str(&self.message),
        }
    }
}
