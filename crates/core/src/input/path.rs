//! Where in an input a value stands, such as `Accounts.Include[2]`. Reading values is in
//! [`crate::input::parse`].

use std::fmt;

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A field of an object.
    Field(String),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// The path from the whole input to a value in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPath(Vec<Segment>);

impl FieldPath {
    /// The path of the whole input.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of a field of the object at this path.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        self.with(Segment::Field(name.to_owned()))
    }

    /// The path of an element of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The names of the fields on the way, outermost first; indices are left out.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(name.as_str()),
            Segment::Index(_) => None,
        })
    }

    /// Whether the way begins with the fields `names`.
    #[must_use]
    pub fn is_within(&self, names: &[&str]) -> bool {
        let mut fields = self.fields();
        names.iter().all(|name| fields.next() == Some(*name))
    }

    fn with(&self, segment: Segment) -> Self {
        let segments = self.0.iter().cloned().chain([segment]);
        Self(segments.collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("(the whole input)");
        }
        for (number, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if number == 0 => f.write_str(name)?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A path as people write it: `Accounts.Include[2]`. Whatever the text, the path displays as it.
impl From<&str> for FieldPath {
    fn from(text: &str) -> Self {
        Self(text.split('.').flat_map(segments).collect())
    }
}

impl From<String> for FieldPath {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&FieldPath> for FieldPath {
    fn from(path: &FieldPath) -> Self {
        path.clone()
    }
}

/// The field, and the indices behind it, of one dotted part.
fn segments(part: &str) -> Vec<Segment> {
    let mut name = part;
    let mut indices = Vec::new();
    while let Some((before, index)) = last_index(name) {
        name = before;
        indices.push(Segment::Index(index));
    }
    let field = Segment::Field(name.to_owned());
    [field].into_iter().chain(indices.into_iter().rev()).collect()
}

/// `before[7]` as its two parts; `[07]` is no index, because it would display as `[7]`.
fn last_index(text: &str) -> Option<(&str, usize)> {
    let (before, index) = text.strip_suffix(']')?.rsplit_once('[')?;
    let number: usize = index.parse().ok()?;
    (number.to_string() == index).then_some((before, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_built_of_fields_and_indices() {
        let path = FieldPath::root().field("Accounts").field("Include").index(2);
        assert_eq!(path.to_string(), "Accounts.Include[2]");
        assert_eq!(path, FieldPath::from("Accounts.Include[2]"));
        assert_eq!(path.fields().collect::<Vec<_>>(), ["Accounts", "Include"]);
        assert!(path.is_within(&["Accounts"]) && path.is_within(&["Accounts", "Include"]));
        assert!(!path.is_within(&["Accounts", "Exclude"]) && !path.is_within(&["Regions"]));
    }

    #[test]
    fn any_text_displays_as_it_was_written() {
        for text in ["a", "a.b[0][1].c", "a[", "a]", "[3]", "a[07]", "a..b", "a[-1]", "a[x]"] {
            assert_eq!(FieldPath::from(text).to_string(), text);
        }
        assert_eq!(FieldPath::root().to_string(), "(the whole input)");
    }
}
