//! From an error to what org-operator's classification takes. What it means is said there.

use org_operator_core::outcome::classification::CallFailure;

use crate::error::Error;
use crate::parse::Unreadable;

impl From<&Error> for CallFailure {
    /// Codes for what no service said are botocore's names for it. An answer that is not whole counts
    /// as none: its status says nothing.
    fn from(error: &Error) -> Self {
        let own = |code: &str| Some(code.to_owned());
        let (code, status) = match error {
            Error::Refused(refusal) => (refusal.code().map(str::to_owned), Some(refusal.status)),
            Error::Input(_) => (own("ParamValidation"), None),
            Error::Unreadable(Unreadable::Unexpected { .. }) => (own("ResponseParserError"), None),
            Error::Pages(_) => (own("PaginationError"), None),
            Error::NotInRegion { .. } => (own("EndpointNotInRegion"), None),
            Error::Unreadable(Unreadable::NotWhole(_)) | Error::NoAnswer(_) => (None, None),
        };
        let message = match error {
            Error::Refused(refusal) => refusal.message().to_owned(),
            other => other.to_string(),
        };
        let request_id = match error {
            Error::Refused(refusal) => refusal.request_id.clone(),
            _ => None,
        };
        Self { code, status, message, request_id, credentials: None }
    }
}
