//! What is wrong with an input: every fault, each with its path, the actual value and what is expected.
//!
//! Reading an input notes violations here and goes on, so that a person sees all of them at once.

use std::fmt;

use serde_json::Value;

use crate::error::Error;

/// More violations than this are counted, not listed: an errorMessage is no place for 300 KB.
const LISTED: usize = 20;
/// Characters of an offending value that are shown.
const SHOWN: usize = 60;

/// One fault of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    path: String,
    actual: String,
    expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: got {}, allowed: {}", self.path, self.actual, self.expected)
    }
}

/// The violations of one input, in the order found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes that the JSON value `actual` at `path` is not what is `expected` there.
    pub fn note(&mut self, path: impl fmt::Display, actual: &Value, expected: impl Into<String>) {
        self.note_text(path, shown(&actual.to_string()), expected);
    }

    /// Notes a fault whose `actual` is already text.
    pub fn note_text(
        &mut self,
        path: impl fmt::Display,
        actual: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.0.push(Violation {
            path: shown(&path.to_string()),
            actual: actual.into(),
            expected: expected.into(),
        });
    }

    /// Whether there are as many violations as are listed: what is only for reading need not be found out
    /// for another one.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.len() >= LISTED
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` where nothing is wrong, else one [`Error`] of kind `InvalidRequest` with every fault.
    ///
    /// # Errors
    /// When a fault was noted, or `value` is missing.
    pub fn into_result<T>(self, what: &str, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(Error::invalid(format!("invalid {what}: {self}"))),
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: Vec<String> = self.0.iter().take(LISTED).map(ToString::to_string).collect();
        f.write_str(&listed.join("; "))?;
        match self.0.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// `text` cut to a length that fits a message.
#[must_use]
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
    }
}

/// The candidate that `wrong` was most likely meant to be, if one is near.
#[must_use]
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(wrong, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// ` (nearest: …)` for a message, or nothing.
#[must_use]
pub fn nearest_hint<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    // Comparing is quadratic in the text's length: nobody mistypes a name by kilobytes.
    let near = if wrong.len() > 200 { None } else { nearest(wrong, candidates) };
    near.map_or_else(String::new, |near| format!(" (nearest: `{near}`)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_faults_are_reported_together_and_the_list_is_bounded() {
        let mut violations = Violations::default();
        for i in 0..25 {
            violations.note(format!("Regions[{i}]"), &json!(i), "a Region");
        }
        let text = violations.into_result::<()>("request", None).unwrap_err().to_string();
        assert!(
            text.starts_with("invalid request: Regions[0]: got 0, allowed: a Region; Regions[1]")
        );
        assert!(text.ends_with("Regions[19]: got 19, allowed: a Region; and 5 more"), "{text}");
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let cut = shown(&"ö".repeat(300_000));
        assert!(cut.len() < 200 && cut.ends_with("(600000 bytes)"), "{cut}");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let regions = ["eu-west-1", "us-east-1"];
        assert_eq!(nearest_hint("eu-wst-1", regions), " (nearest: `eu-west-1`)");
        assert_eq!(nearest_hint("mars", regions), "");
    }
}
