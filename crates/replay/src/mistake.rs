//! What can be wrong with recorded answers.

use serde_json::Value;

/// A mistake in recorded answers, for whoever wrote them.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// A file cannot be read.
    #[error("{file}: {reason}")]
    File {
        /// The file's path or the name of its operation.
        file: String,
        /// Why not, or all that is wrong with it.
        reason: String,
    },
    /// The models have no such service and call.
    #[error("`{0}` is no service and call of the models")]
    UnknownCall(String),
    /// The call answers nothing, or its answer has no pages though several are given.
    #[error("{call}: the model knows no {lacking} of its answer")]
    NoAnswer {
        /// The call's name.
        call: String,
        /// What the answer does not have.
        lacking: &'static str,
    },
    /// The model of a service lacks a member of a structure.
    #[error("the model knows no member {0}")]
    UnknownMember(String),
    /// A value does not have the kind that its place in the model has.
    #[error("{value} is no {kind}")]
    Kind {
        /// What was given.
        value: Value,
        /// The kind that the model has, in words.
        kind: &'static str,
    },
}

impl Mistake {
    /// That `value` should be a `kind`.
    pub(crate) fn kind(value: &Value, kind: &'static str) -> Self {
        Self::Kind { value: value.clone(), kind }
    }
}
