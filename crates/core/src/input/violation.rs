//! What is wrong with an input: every violation, each with its path, the actual value, what is
//! expected and the nearest right name.
//!
//! Reading an input notes violations and goes on, so that a person sees all of them at once.
//! Turning them into an error is in `crate::input::into_result`.

use std::fmt;

use serde_json::Value;

use crate::input::path::FieldPath;

/// More violations than this are counted, not listed: an errorMessage is no place for 300 KB.
const LISTED: usize = 20;
/// Characters of an offending value that are shown.
const SHOWN: usize = 60;
/// Longer texts have no nearest name: comparing is quadratic, and nobody mistypes by kilobytes.
const COMPARED_BYTES: usize = 200;

/// What is allowed in a place of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    text: String,
    nearest: Option<String>,
}

impl Expected {
    /// One of the names `candidates`, described by `text`; `actual` is what came in their place.
    #[must_use]
    pub fn name<'a>(
        text: impl Into<String>,
        actual: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self { text: text.into(), nearest: nearest(actual, candidates).map(str::to_owned) }
    }
}

impl<T: Into<String>> From<T> for Expected {
    fn from(text: T) -> Self {
        Self { text: text.into(), nearest: None }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.nearest {
            Some(name) => write!(f, " (nearest: `{name}`)"),
            None => Ok(()),
        }
    }
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    path: FieldPath,
    actual: String,
    expected: Expected,
}

impl Violation {
    /// The path of the field.
    #[must_use]
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// What came: JSON cut to a length that fits a message, or words such as `nothing`.
    #[must_use]
    pub fn actual(&self) -> &str {
        &self.actual
    }

    /// What is allowed, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected.text
    }

    /// The allowed name that `actual` was most likely meant to be.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        self.expected.nearest.as_deref()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shown(&self.path.to_string());
        write!(f, "{path}: got {}, allowed: {}", self.actual, self.expected)
    }
}

/// The violations of one input, in the order found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Violations {
    listed: Vec<Violation>,
    more: usize,
}

impl Violations {
    /// Notes that the JSON value `actual` at `path` is not what is `expected` there.
    pub fn note(
        &mut self,
        path: impl Into<FieldPath>,
        actual: &Value,
        expected: impl Into<Expected>,
    ) {
        self.note_text(path, shown(&actual.to_string()), expected);
    }

    /// Notes a violation whose `actual` is already text.
    pub fn note_text(
        &mut self,
        path: impl Into<FieldPath>,
        actual: impl Into<String>,
        expected: impl Into<Expected>,
    ) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let (path, actual, expected) = (path.into(), actual.into(), expected.into());
        self.listed.push(Violation { path, actual, expected });
    }

    /// Notes the violations of a part of this input, each at the place that `place` makes of its own.
    pub fn extend(&mut self, others: Self, place: impl Fn(&FieldPath) -> String) {
        for Violation { path, actual, expected } in others.listed {
            self.note_text(place(&path), actual, expected);
        }
        self.more += others.more;
    }

    /// Whether a further violation is only counted: its nearest name need not be looked for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.listed.len() >= LISTED
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The violations that are listed; further ones are only counted.
    #[must_use]
    pub fn listed(&self) -> &[Violation] {
        &self.listed
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: Vec<String> = self.listed.iter().map(ToString::to_string).collect();
        f.write_str(&listed.join("; "))?;
        match self.more {
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
    if wrong.len() > COMPARED_BYTES {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(wrong, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_violation_keeps_its_parts_as_data() {
        let mut violations = Violations::default();
        let expected = Expected::name("a Region", "eu-wst-1", ["eu-west-1", "us-east-1"]);
        violations.note(FieldPath::root().field("Regions").index(0), &json!("eu-wst-1"), expected);
        let violation = &violations.listed()[0];
        assert!(violation.path().is_within(&["Regions"]));
        assert_eq!((violation.actual(), violation.expected()), ("\"eu-wst-1\"", "a Region"));
        assert_eq!(violation.nearest(), Some("eu-west-1"));
        let text = "Regions[0]: got \"eu-wst-1\", allowed: a Region (nearest: `eu-west-1`)";
        assert_eq!(violations.to_string(), text);
    }

    #[test]
    fn violations_beyond_the_limit_are_only_counted() {
        let mut violations = Violations::default();
        for i in 0..25 {
            violations.note(format!("Regions[{i}]"), &json!(i), "a Region");
        }
        let text = violations.to_string();
        assert!(text.starts_with("Regions[0]: got 0, allowed: a Region; Regions[1]: got 1"));
        assert!(text.ends_with("Regions[19]: got 19, allowed: a Region; and 5 more"), "{text}");
        assert_eq!(violations.listed().len(), LISTED);
    }

    #[test]
    fn violations_of_a_part_get_their_place_in_the_whole() {
        let (mut whole, mut part) = (Violations::default(), Violations::default());
        for i in 0..22 {
            part.note(format!("list[{i}]"), &json!(i), "text");
        }
        whole.note("Other", &json!(1), "text");
        whole.extend(part, |path| format!("file line 3, {path}"));
        let text = whole.to_string();
        assert!(text.contains("; file line 3, list[0]: got 0, allowed: text; "), "{text}");
        assert!(text.ends_with("and 3 more"), "{text}");
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let cut = shown(&"ö".repeat(300_000));
        assert!(cut.len() < 200 && cut.ends_with("(600000 bytes)"), "{cut}");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let regions = ["eu-west-1", "us-east-1"];
        assert_eq!(nearest("eu-wst-1", regions), Some("eu-west-1"));
        assert_eq!(nearest("mars", regions), None);
        assert_eq!(nearest(&"eu-west-1".repeat(100), regions), None);
    }
}
