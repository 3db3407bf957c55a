//! From a failed AWS call to an error of one kind: by code, HTTP status and AWS's own text, in every
//! protocol. Getting these out of an SDK error is the AWS crate's business.

use crate::error::{CredentialsProblem, Detail, Error, ErrorKind, OperationFailure};
use crate::model::region::Region;
use crate::outcome::codes;
use crate::outcome::one_line;

pub use crate::error::CallFailure;

/// Which call failed: the same code means different things on different calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `sts:AssumeRole` into a member account.
    AssumeRole,
    /// The operation's own calls, with the member role's credentials.
    Operation,
    /// org-operator's own calls: Organizations, the ledger, the artifacts.
    Own,
}

/// What the same credentials got in the account's other Regions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiblingRegions {
    /// The operation succeeded in one of them.
    pub succeeded: bool,
    /// One that cannot be disabled did not accept the credentials.
    pub refused: bool,
}

/// The meaning of a failed call, as far as it is known without the account's other Regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    error: Error,
    ambiguity: Ambiguity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ambiguity {
    None,
    /// A denial without a reason: a policy's, if the same role succeeds in another Region.
    ShortRefusal,
    /// Credentials that are not accepted: the Region is disabled, unless none accepts them.
    CredentialsRefused,
}

impl Classification {
    /// A classification that other Regions cannot change.
    #[must_use]
    pub fn certain(error: Error) -> Self {
        Self { error, ambiguity: Ambiguity::None }
    }

    /// The same classification; a refusal in which AWS does not name the identity gets the `role`
    /// and the `actions` that the operation needs in its message.
    #[must_use]
    pub fn naming(self, role: &str, actions: &[String]) -> Self {
        let Self { error, ambiguity } = self;
        let refused = matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::DeniedByPolicy);
        if !refused || error.failure().is_some_and(CallFailure::names_an_identity) {
            return Self { error, ambiguity };
        }
        let (refusal, needed) = (one_line(error.reason()), actions.join(", "));
        let message = format!("{refusal} ({role} needs {needed})");
        Self { error: error.with_message(message), ambiguity }
    }

    /// The same classification, its message beginning with which call failed.
    fn in_context(self, call: &str) -> Self {
        Self { error: self.error.context(call), ambiguity: self.ambiguity }
    }

    /// The error, for a call that other Regions say nothing about.
    #[must_use]
    pub fn certainly(self) -> Error {
        self.error
    }

    /// Whether `region` did not accept the credentials although it cannot be disabled: they are bad.
    #[must_use]
    pub fn refuses_credentials(&self, region: &Region) -> bool {
        self.ambiguity == Ambiguity::CredentialsRefused && region.is_always_on()
    }

    /// The same classification where AWS says that the Region is on in the account: credentials that
    /// it does not accept do not mean that it is disabled.
    #[must_use]
    pub fn where_region_is_on(self) -> Self {
        if self.ambiguity != Ambiguity::CredentialsRefused {
            return self;
        }
        let reason = one_line(self.error.reason());
        let message = format!("the Region is on, but does not accept the role's session; {reason}");
        Self::certain(self.error.with_kind(ErrorKind::AccessDenied).with_message(message))
    }

    /// Whether AWS refused without a reason: another Region's success decides what it means.
    #[must_use]
    pub fn is_unexplained(&self) -> bool {
        self.ambiguity == Ambiguity::ShortRefusal
    }

    /// The error, once it is known what the same credentials got in the other Regions.
    #[must_use]
    pub fn resolve(self, siblings: SiblingRegions, region: &Region) -> Error {
        let SiblingRegions { succeeded, refused } = siblings;
        let kind = match (self.error.kind(), self.ambiguity) {
            (_, Ambiguity::ShortRefusal) if succeeded => ErrorKind::DeniedByPolicy,
            // It cannot be disabled: the account is not activated yet, or the credentials are bad.
            (ErrorKind::RegionDisabled, _) if region.is_always_on() => ErrorKind::AccessDenied,
            (_, Ambiguity::CredentialsRefused) if refused && !succeeded => ErrorKind::AccessDenied,
            (ErrorKind::RegionDisabled, Ambiguity::CredentialsRefused) => return self.inferred(),
            (kind, _) => kind,
        };
        self.error.with_kind(kind)
    }

    /// The error of a Region that is taken for disabled because it did not accept the credentials.
    fn inferred(self) -> Error {
        let reason = one_line(self.error.reason());
        let unknown =
            "inferred: AWS did not say whether the Region is on, and it refused the role's";
        self.error.with_message(format!("{unknown} session; {reason}"))
    }
}

/// The meaning of an operation's `failure`.
#[must_use]
pub fn classify_operation(failure: OperationFailure) -> Classification {
    let (kind, message) = match failure {
        OperationFailure::Call { call: None, failure } => {
            return classify(Call::Operation, &failure);
        }
        OperationFailure::Call { call: Some(call), failure } => {
            return classify(Call::Operation, &failure).in_context(&call);
        }
        OperationFailure::ServiceNotInRegion(message) => (ErrorKind::ServiceNotInRegion, message),
        OperationFailure::UnexpectedAnswer(message) => (ErrorKind::OperationFailed, message),
    };
    Classification::certain(Error::new(kind, message))
}

/// The meaning of `failure` for a call of the sort `call`.
#[must_use]
pub fn classify(call: Call, failure: &CallFailure) -> Classification {
    let kind = kind_of(call, failure);
    let error = Error::call(kind, failure.clone());
    let error = match credentials_problem(call, failure) {
        Some(problem) => error.with_detail(Detail::Credentials(problem)),
        None => error,
    };
    Classification { error, ambiguity: ambiguity_of(call, kind, failure) }
}

fn kind_of(call: Call, failure: &CallFailure) -> ErrorKind {
    let has = |codes: &[&str]| failure.has_code(codes);
    if has(codes::THROTTLED) || failure.status == Some(429) {
        ErrorKind::Throttled
    } else if failure.is_expired() || is_transient(failure) {
        ErrorKind::Transient
    } else if has(codes::REFUSED) {
        refusal(call, &failure.message)
    } else if has(codes::REGION_DISABLED) {
        region_disabled(call)
    } else if failure.code.is_none() && failure.status == Some(403) {
        refusal(call, &failure.message)
    } else {
        ErrorKind::OperationFailed
    }
}

fn is_transient(failure: &CallFailure) -> bool {
    let is_answer = |of: fn(u16) -> bool| failure.status.is_some_and(of);
    let no_answer = failure.code.is_none() && failure.status.is_none();
    // A success that cannot be read was cut on the way.
    let cut = failure.code.is_none() && is_answer(|status| (200..300).contains(&status));
    let failed = is_answer(|status| status >= 500 || status == 408);
    no_answer || cut || failed || failure.has_code(codes::SERVICE_FAILED)
}

fn refusal(call: Call, message: &str) -> ErrorKind {
    match call {
        // A service control policy binds the caller, so this one would be the operation account's
        // and hold for every account: it says nothing about the member account.
        Call::AssumeRole => ErrorKind::AssumeRoleDenied,
        Call::Operation if codes::BY_POLICY.iter().any(|text| message.contains(text)) => {
            ErrorKind::DeniedByPolicy
        }
        Call::Operation | Call::Own => ErrorKind::AccessDenied,
    }
}

fn region_disabled(call: Call) -> ErrorKind {
    match call {
        Call::Operation => ErrorKind::RegionDisabled,
        // It is about STS in the Region where this runs, or about the account, not about the
        // Regions of the run.
        Call::AssumeRole => ErrorKind::AssumeRoleDenied,
        Call::Own => ErrorKind::AccessDenied,
    }
}

fn ambiguity_of(call: Call, kind: ErrorKind, failure: &CallFailure) -> Ambiguity {
    match (call, kind) {
        (Call::Operation, ErrorKind::AccessDenied)
            if one_line(&failure.message) == codes::SHORT_REFUSAL =>
        {
            Ambiguity::ShortRefusal
        }
        (Call::Operation, ErrorKind::RegionDisabled)
            if !failure.has_code(codes::CERTAINLY_DISABLED) =>
        {
            Ambiguity::CredentialsRefused
        }
        _ => Ambiguity::None,
    }
}

/// What is wrong with the caller's own credentials. A member role's are not the caller's to renew.
fn credentials_problem(call: Call, failure: &CallFailure) -> Option<CredentialsProblem> {
    match call {
        Call::Operation => None,
        _ if failure.credentials.is_some() => failure.credentials,
        _ if failure.has_code(codes::SESSION_EXPIRED) => Some(CredentialsProblem::Expired),
        _ if failure.has_code(codes::KEY_REJECTED) => Some(CredentialsProblem::Rejected),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
