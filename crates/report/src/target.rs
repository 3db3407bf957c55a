//! A target as the page shows it: its letter, and why it has no answer. What becomes of a target is known
//! by others.

use std::borrow::Cow;

/// A target of an account, with its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// The Region that was asked.
    pub region: &'a str,
    /// SUCCEEDED, SKIPPED or FAILED.
    pub status: &'a str,
    /// The error kind, empty for a success.
    pub kind: &'a str,
    /// Why, empty for a success.
    pub message: &'a str,
    /// Why a failure is expected; empty where it is not, and for all else.
    pub expected: &'a str,
    /// How many records the target has.
    pub records: u64,
}

/// The letter that the page has for a target.
pub(crate) fn letter(target: &Target<'_>) -> char {
    match target.status {
        "SUCCEEDED" => 'S',
        "SKIPPED" => 'K',
        _ if !target.expected.is_empty() => 'E',
        _ => 'F',
    }
}

/// Why a target has no answer, and why that is expected.
pub(crate) fn why<'t>(target: &Target<'t>) -> Cow<'t, str> {
    match target.expected {
        "" => target.message.into(),
        reason => format!("{} (expected: {reason})", target.message).into(),
    }
}
