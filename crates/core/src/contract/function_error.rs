//! The error of a Lambda function, as Lambda returns it and Step Functions passes it on in `Cause`.

use serde::{Deserialize, Serialize};

/// The `Cause` of a failed task that invoked a function. Lambda adds fields of its own, such as
/// `stackTrace`, which are skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The name of the error kind, or of an error of Lambda's runtime.
    #[serde(default)]
    pub error_type: String,
    /// The message for a person.
    pub error_message: String,
}

impl FunctionError {
    /// The error in a `Cause`, or `None` where the cause is plain text.
    #[must_use]
    pub fn parse(cause: &str) -> Option<Self> {
        serde_json::from_str(cause).ok()
    }
}
