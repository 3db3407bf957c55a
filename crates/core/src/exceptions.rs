//! Exceptions: failures and records that people know of and expect until a day. They raise no alarm,
//! and nothing else changes: no row is left out, and a target that FAILED stays FAILED.
//!
//! Reading `exceptions.toml` is [`read`]'s; where the file lies is the steps' business.

mod day;
mod exception;
mod pattern;
pub mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::ErrorKind;
use crate::model::id::AccountId;
use crate::model::region::Region;

pub use day::Day;
pub use exception::{Exception, Exempted, Star, Which};
pub use pattern::Pattern;

/// The column of the records' files that says why a record is expected.
pub const EXPECTED: &str = "expected";

/// The exceptions that a run goes by, and the day on which it is judged whether they have expired:
/// that on which the run was planned, so that writing it again gives the same. `exceptions.json` is
/// the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ExceptionsFile", into = "ExceptionsFile")]
pub struct Exceptions {
    file: ExceptionsFile,
    /// The places in the file of those for one account.
    by_account: BTreeMap<AccountId, Vec<usize>>,
    /// The places of those for any account.
    of_any: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExceptionsFile {
    day: Day,
    exceptions: Vec<Exception>,
}

/// What the exceptions say about a failure or a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Judgement<'a> {
    /// No exception is for it.
    #[default]
    Unexpected,
    /// It is expected, by this exception.
    Expected(&'a Exception),
    /// It was expected until a day that is over.
    Expired(&'a Exception),
}

impl<'a> Judgement<'a> {
    /// Why it is expected; empty where it is not, or not any more.
    #[must_use]
    pub fn reason(self) -> &'a str {
        match self {
            Self::Expected(exception) => &exception.reason,
            Self::Unexpected | Self::Expired(_) => "",
        }
    }

    /// Whether it is expected.
    #[must_use]
    pub fn is_expected(self) -> bool {
        matches!(self, Self::Expected(_))
    }
}

impl Exceptions {
    /// The exceptions of a run that is planned on `day`.
    #[must_use]
    pub fn new(day: Day, exceptions: Vec<Exception>) -> Self {
        ExceptionsFile { day, exceptions }.into()
    }

    /// What they say about a target of `operation` that FAILED with `kind`.
    #[must_use]
    pub fn failure(
        &self,
        operation: &str,
        account: &AccountId,
        region: &Region,
        kind: ErrorKind,
    ) -> Judgement<'_> {
        let is_for = |exempted: &Exempted| matches!(exempted, Exempted::Error(k) if *k == kind);
        self.judgement(operation, account, region, is_for)
    }

    /// What they say about the record of `operation` with the key `key`.
    #[must_use]
    pub fn record(
        &self,
        operation: &str,
        account: &AccountId,
        region: &Region,
        key: &str,
    ) -> Judgement<'_> {
        let is_for =
            |exempted: &Exempted| matches!(exempted, Exempted::Record(p) if p.matches(key));
        self.judgement(operation, account, region, is_for)
    }

    /// Of those that are for it, one that has not expired counts; an account's own before one for
    /// any account, then the first of the file.
    fn judgement(
        &self,
        operation: &str,
        account: &AccountId,
        region: &Region,
        is_for: impl Fn(&Exempted) -> bool,
    ) -> Judgement<'_> {
        let own = self.by_account.get(account).into_iter().flatten();
        let listed = own.chain(&self.of_any).filter_map(|place| self.file.exceptions.get(*place));
        let here = listed.filter(|e| e.is_for(operation, region) && is_for(&e.exempted));
        let mut expired = Judgement::Unexpected;
        for exception in here {
            if exception.expires >= self.file.day {
                return Judgement::Expected(exception);
            }
            if expired == Judgement::Unexpected {
                expired = Judgement::Expired(exception);
            }
        }
        expired
    }
}

impl From<ExceptionsFile> for Exceptions {
    fn from(file: ExceptionsFile) -> Self {
        let (mut by_account, mut of_any) = (BTreeMap::new(), Vec::new());
        for (place, exception) in file.exceptions.iter().enumerate() {
            match &exception.account {
                Which::One(id) => {
                    by_account.entry(id.clone()).or_insert_with(Vec::new).push(place);
                }
                Which::Any(_) => of_any.push(place),
            }
        }
        Self { file, by_account, of_any }
    }
}

impl From<Exceptions> for ExceptionsFile {
    fn from(exceptions: Exceptions) -> Self {
        exceptions.file
    }
}

#[cfg(test)]
mod tests;
