//! What is wrong with a definition: every fault, each with its line, its place, what came and what is allowed.
//!
//! Reading and checking note faults here and go on, so that a person sees all of them at once.

use std::collections::BTreeMap;
use std::fmt;

use org_operator_core::input::violation::{nearest, shown};

/// Names beyond this are counted, not listed: EC2 has members by the hundred.
const LISTED: usize = 12;

/// One fault of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, from 1; `None` where the definition is no file.
    pub line: Option<usize>,
    /// The field: `columns[3].path`.
    pub place: String,
    /// The value that the field has.
    pub came: String,
    /// What may stand there, with the nearest name where one is near.
    pub allowed: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        write!(f, "{}: got {}, allowed: {}", self.place, self.came, self.allowed)
    }
}

/// The faults of one definition, by line and then in the order found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes that `came` at `place` is not what is `allowed` there.
    pub(crate) fn note(
        &mut self,
        place: impl fmt::Display,
        came: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let whole = "(the whole definition)".to_owned();
        let place = Some(place.to_string()).filter(|text| !text.is_empty()).unwrap_or(whole);
        self.0.push(Fault { line: None, place, came: came.into(), allowed: allowed.into() });
    }

    /// Each fault, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes each fault in `faults`, those of a whole request, with `field` in front of its place.
    pub fn note_in(
        &self,
        field: &str,
        faults: &mut org_operator_core::input::violation::Violations,
    ) {
        for fault in &self.0 {
            faults.note_text(
                format!("{field}.{}", fault.place),
                fault.came.clone(),
                fault.allowed.clone(),
            );
        }
    }

    /// The same faults with the lines of their places, sorted by them.
    pub(crate) fn at(mut self, lines: &Lines) -> Self {
        for fault in &mut self.0 {
            fault.line = fault.line.or_else(|| lines.of(&fault.place));
        }
        self.0.sort_by_key(|fault| fault.line);
        self
    }

    /// `value` where nothing is wrong.
    ///
    /// # Errors
    /// The faults, where there are any.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}

/// The line of each place of a file.
#[derive(Debug, Clone, Default)]
pub struct Lines(BTreeMap<String, usize>);

impl Lines {
    pub(crate) fn set(&mut self, place: &str, line: usize) {
        self.0.entry(place.to_owned()).or_insert(line);
    }

    /// The line of `place`, or of what it is in: what is missing has no line of its own. Lines are
    /// counted from 1; `None` for a place of another file.
    #[must_use]
    pub fn of(&self, place: &str) -> Option<usize> {
        let known = self.0.get(place).copied();
        // An input that is not there is missing at its call.
        let call = || self.0.get(&format!("{}call", place.strip_suffix("input")?)).copied();
        known.or_else(call).or_else(|| self.of(&place[..place.rfind(['.', '['])?]))
    }
}

/// `names` as a list for a message, cut to a length that can be read, with the one that `wrong` is nearest to.
pub(crate) fn listed<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let shown = all.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    let rest = match all.len().saturating_sub(LISTED) {
        0 if all.is_empty() => "nothing".to_owned(),
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{shown}{rest}{}", near(wrong, all))
}

/// ` (nearest: …)` for a message, or nothing.
pub(crate) fn near<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let alike = all.iter().find(|name| name.eq_ignore_ascii_case(wrong)).copied();
    // Comparing is quadratic in the text's length: nobody mistypes a name by kilobytes.
    let best = alike.or_else(|| nearest(wrong, all).filter(|_| wrong.len() <= 200));
    best.map_or_else(String::new, |name| format!(" (nearest: `{name}`)"))
}

/// `text` as a message quotes it: a path that somebody wrote stays whole, and kilobytes are cut.
pub(crate) fn quoted(text: &str) -> String {
    if text.len() <= 200 { format!("`{text}`") } else { format!("`{}`", shown(text)) }
}
