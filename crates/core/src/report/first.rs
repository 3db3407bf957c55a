//! The first few of many lines: those that nobody expects before those that are expected.

use std::collections::BTreeSet;

use crate::exceptions::Judgement;

/// How many lines are kept.
pub(super) const MOST: usize = 10;

/// Lines about a run, of which the first ones count.
#[derive(Debug, Default)]
pub(super) struct First {
    unexpected: Vec<String>,
    expected: Vec<String>,
}

impl First {
    /// Takes the line that `words` gives, unless there are enough.
    pub(super) fn take(&mut self, judgement: Judgement<'_>, words: impl FnOnce() -> String) {
        let lines = if judgement.is_expected() { &mut self.expected } else { &mut self.unexpected };
        if lines.len() < MOST {
            lines.push(words() + &remark(judgement));
        }
    }

    /// The lines, at most ten.
    pub(super) fn lines(self) -> Vec<String> {
        self.unexpected.into_iter().chain(self.expected).take(MOST).collect()
    }
}

/// What an exception adds to a line.
fn remark(judgement: Judgement<'_>) -> String {
    match judgement {
        Judgement::Unexpected => String::new(),
        Judgement::Expected(exception) => format!(" (expected: {})", exception.reason),
        Judgement::Expired(exception) => {
            format!(" (expected until {}: {})", exception.expires, exception.reason)
        }
    }
}

/// The exceptions that have expired and would still be for something.
#[derive(Debug, Default)]
pub(super) struct Expired(BTreeSet<String>);

impl Expired {
    /// Notes an exception that has expired.
    pub(super) fn note(&mut self, judgement: Judgement<'_>) {
        if let Judgement::Expired(exception) = judgement
            && self.0.len() < MOST
        {
            self.0.insert(exception.to_string());
        }
    }

    /// Each of them as a line, at most ten.
    pub(super) fn lines(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}
