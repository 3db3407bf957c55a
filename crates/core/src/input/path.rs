//! Where in an input a value stands: `Accounts.Include[2]`. No reading here; see [`crate::input::parse`].

use std::fmt;

/// The path to a value, written as a person would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(String);

impl FieldPath {
    /// The whole input.
    #[must_use]
    pub fn root() -> Self {
        Self(String::new())
    }

    /// A field of this path.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// An element of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(the whole input)" } else { &self.0 })
    }
}
