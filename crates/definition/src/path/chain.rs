//! Paths that are only members of members, as most columns are: followed without copying what they pass.
//! All others are the interpreter's.

use jpx_core::ast::Ast;
use serde_json::Value;

use super::Scope;

/// A path such as `Placement.Tenancy` or `$parent.VpcId`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    variable: Option<String>,
    members: Vec<String>,
}

impl Chain {
    /// The chain that an expression is, if it is one.
    pub(super) fn of(ast: &Ast) -> Option<Self> {
        match ast {
            Ast::Field { name, .. } => Some(Self { variable: None, members: vec![name.clone()] }),
            Ast::VariableRef { name, .. } => {
                Some(Self { variable: Some(name.clone()), members: Vec::new() })
            }
            Ast::Subexpr { lhs, rhs, .. } => Self::of(lhs)?.then(Self::of(rhs)?),
            _ => None,
        }
    }

    /// This one with the members of `next` behind it; a variable starts anew instead.
    fn then(mut self, next: Self) -> Option<Self> {
        next.variable.is_none().then(|| {
            self.members.extend(next.members);
            self
        })
    }

    /// What it leads to from `on`; null where a member is missing, as JMESPath says. `None` where its
    /// variable is not known, which is the interpreter's to tell.
    pub(super) fn follow<'a>(&self, on: &'a Value, scope: &'a impl Scope) -> Option<&'a Value> {
        let start = match &self.variable {
            Some(name) => scope.value(name)?,
            None => on,
        };
        let mut members = self.members.iter();
        Some(members.try_fold(start, |value, name| value.get(name)).unwrap_or(&Value::Null))
    }

    /// What it leads to from `on`, taken out of it; `None` where it begins at a variable.
    pub(super) fn take(&self, on: &mut Value) -> Option<Value> {
        let mut members = self.members.iter();
        let found = members.try_fold(on, |value, name| value.get_mut(name));
        self.variable.is_none().then(|| found.map(Value::take).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Chain, Scope};

    struct Named(Value);

    impl Scope for Named {
        fn value(&self, name: &str) -> Option<&Value> {
            (name == "parent").then_some(&self.0)
        }
    }

    fn chain(text: &str) -> Option<Chain> {
        Chain::of(&jpx_core::parse(text).unwrap())
    }

    #[test]
    fn only_members_of_members_are_a_chain() {
        for text in ["a", "a.b.c", "$parent", "$parent.a", "\"a b\".c"] {
            assert!(chain(text).is_some(), "{text}");
        }
        for text in
            ["a[0]", "a[].b", "a || b", "`1`", "length(a)", "a.[b]", "@", "let $x = a in $x"]
        {
            assert_eq!(chain(text), None, "{text}");
        }
    }

    #[test]
    fn an_unknown_variable_is_left_to_the_interpreter() {
        let found = chain("$other.a").unwrap();
        assert_eq!(found.follow(&json!({}), &Named(Value::Null)), None);
        assert_eq!(found.take(&mut json!({"a": 1})), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), Just(json!("text")), Just(json!(7))];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                prop::collection::btree_map("[ab0]", inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_chain_gives_what_the_interpreter_gives(on in value(), path in "[ab](\\.[ab]){0,3}") {
            let chain = chain(&path).unwrap();
            let interpreted = jpx_core::compile(&path).unwrap().search(&on).unwrap();
            prop_assert_eq!(chain.follow(&on, &Named(Value::Null)), Some(&interpreted));
            prop_assert_eq!(chain.take(&mut on.clone()), Some(interpreted));
        }
    }
}
