//! The variables that an expression names, and how much of each it reads. Their values are `path`'s business.

use std::collections::{BTreeMap, BTreeSet};

use jpx_core::ast::Ast;

/// The variables of an expression, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mentions(BTreeMap<String, Part>);

/// How much of a variable is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it, as far as can be told.
    Whole,
    /// Only these members.
    Members(BTreeSet<String>),
}

impl Mentions {
    /// Notes that `name` is read: one member of it, or all.
    pub(super) fn note(&mut self, name: &str, member: Option<&str>) {
        let nothing = || Part::Members(BTreeSet::new());
        let part = self.0.entry(name.to_owned()).or_insert_with(nothing);
        match (member, &mut *part) {
            (Some(member), Part::Members(members)) => {
                members.insert(member.to_owned());
            }
            _ => *part = Part::Whole,
        }
    }

    /// Whether nothing is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `name` is named.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The names with what is read of each, sorted by name.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &Part)> {
        self.0.iter().map(|(name, part)| (name.as_str(), part))
    }
}

/// The member with which an expression begins, where nothing else of its input is read.
pub(super) fn first_member(ast: &Ast) -> Option<&str> {
    match ast {
        Ast::Field { name, .. } => Some(name),
        Ast::Subexpr { lhs, .. } => first_member(lhs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Part;
    use crate::expression::{Known, check};
    use crate::types::Type;

    fn parts(text: &str) -> Vec<(String, Part)> {
        let ast = jpx_core::parse(text).unwrap();
        let found = check(&Known::default(), &ast, &Type::Any);
        found.mentions.parts().map(|(name, part)| (name.to_owned(), part.clone())).collect()
    }

    fn only(members: &[&str]) -> Part {
        Part::Members(members.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>())
    }

    #[test]
    fn members_of_a_variable_are_noted_as_such() {
        let found = parts("contains($parent.A[].B, `1`) && $parent.C.D");
        assert_eq!(found, [("parent".to_owned(), only(&["A", "C"]))]);
    }

    #[test]
    fn a_variable_that_stands_alone_anywhere_is_read_whole() {
        for text in ["$parent.A || $parent", "$parent || $parent.A", "$parent[0].A", "$parent.*"] {
            assert_eq!(parts(text), [("parent".to_owned(), Part::Whole)], "{text}");
        }
    }

    #[test]
    fn a_name_that_the_expression_binds_itself_is_no_variable() {
        assert_eq!(parts("let $parent = A in $parent.B"), []);
    }
}
