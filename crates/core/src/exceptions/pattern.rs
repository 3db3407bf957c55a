//! A pattern of texts in which `*` stands for any text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A pattern of a record's key. `*` stands for any text, an empty one too, whatever is in it;
/// everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern that is written as `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether `text` as a whole is of the pattern. Takes time in proportion to both lengths at
    /// most: each part between stars is looked for once, from where the one before ended.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, others)) = self.0.split_once('*') else { return self.0 == text };
        let Some(behind_first) = text.strip_prefix(first) else { return false };
        let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
        let Some(mut rest) = behind_first.strip_suffix(last) else { return false };
        for part in middle.split('*') {
            match rest.split_once(part) {
                Some((_, behind)) if !part.is_empty() => rest = behind,
                Some(_) => {}
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, word for word: a star takes nothing, or one more character.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern_rest @ ..], _) => {
                by_definition(pattern_rest, text)
                    || (!text.is_empty() && by_definition(pattern, &text[1..]))
            }
            ([a, pattern_rest @ ..], [b, text_rest @ ..]) => {
                a == b && by_definition(pattern_rest, text_rest)
            }
            _ => false,
        }
    }

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        let matches = |pattern, text| Pattern::new(pattern).matches(text);
        assert!(matches("vpc-1#*#0.0.0.0/0", "vpc-1#rtb-2#0.0.0.0/0"));
        assert!(matches("*", "") && matches("", "") && matches("a**b", "ab"));
        assert!(!matches("vpc-1", "vpc-12") && !matches("vpc-?", "vpc-1"));
        assert!(!matches("ab*ba", "aba"), "the ends do not overlap");
    }

    proptest! {
        #[test]
        fn matching_is_by_the_definition(pattern in "[ab*é]{0,8}", text in "[abé]{0,10}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(Pattern::new(&pattern).matches(&text), by_definition(&p, &t));
        }
    }
}
