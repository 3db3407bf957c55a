//! The type of a JMESPath expression over a model: what cannot be is a fault before anything is called.
//!
//! On the way it notes what of an answer is asked for. Evaluating is `path`'s business.

mod compare;
mod field;
mod function;
mod mentions;

use std::collections::BTreeMap;

use jpx_core::ast::Ast;
use serde_json::Value;

use crate::definition::Table;
use crate::fault::listed;
use crate::types::{Class, Type};

pub(crate) use mentions::{Mentions, Part};

/// What paths can name besides the members of what they are evaluated on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Constants, parameters and calls, behind `$`.
    pub(crate) variables: Vec<(String, Type)>,
    /// The tables that `lookup` reads, by name.
    pub(crate) tables: BTreeMap<String, Table>,
}

/// What checking one expression found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The type of its value.
    pub(crate) gives: Type,
    /// The variables that it names, and what else it needs of a run: see [`crate::path`].
    pub(crate) mentions: Mentions,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
    /// What of it AWS marks as sensitive.
    pub(crate) sensitive: Option<String>,
}

/// A fault within an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) came: String,
    pub(crate) allowed: String,
}

/// Checks `ast` on something of type `on`.
pub(crate) fn check(known: &Known, ast: &Ast, on: &Type) -> Found {
    let mut checking = Checking {
        known,
        locals: Vec::new(),
        mentions: Mentions::default(),
        problems: Vec::new(),
        sensitive: None,
    };
    let gives = checking.of(ast, on);
    Found {
        gives,
        mentions: checking.mentions,
        problems: checking.problems,
        sensitive: checking.sensitive,
    }
}

struct Checking<'a> {
    known: &'a Known,
    locals: Vec<(String, Type)>,
    mentions: Mentions,
    problems: Vec<Problem>,
    sensitive: Option<String>,
}

impl Checking<'_> {
    /// Notes a problem and goes on as if anything could be there.
    fn problem(&mut self, came: impl Into<String>, allowed: impl Into<String>) -> Type {
        let problem = Problem { came: came.into(), allowed: allowed.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        Type::Any
    }

    fn of(&mut self, ast: &Ast, on: &Type) -> Type {
        match ast {
            Ast::Identity { .. } => on.clone(),
            Ast::Field { name, .. } => self.field(name, on),
            Ast::Subexpr { lhs, rhs, .. } => {
                let left = match (lhs.as_ref(), mentions::first_member(rhs)) {
                    (Ast::VariableRef { name, .. }, Some(member)) => {
                        self.variable(name, Some(member))
                    }
                    _ => self.of(lhs, on),
                };
                self.of(rhs, &left)
            }
            Ast::Index { .. } => self.item(on, "an index"),
            Ast::Slice { .. } => Type::List(Box::new(self.item(on, "a slice"))),
            Ast::Projection { lhs, rhs, .. } => {
                let list = self.of(lhs, on);
                let item = self.item(&list, "`[]` or `[*]`");
                Type::List(Box::new(self.of(rhs, &item)))
            }
            Ast::Flatten { node, .. } => self.flattened(node, on),
            Ast::ObjectValues { node, .. } => self.object_values(node, on),
            Ast::Condition { predicate, then, .. } => {
                self.truth(predicate, on);
                self.of(then, on)
            }
            Ast::Comparison { comparator, lhs, rhs, .. } => {
                self.comparison(comparator, lhs, rhs, on)
            }
            Ast::Not { node, .. } => {
                self.truth(node, on);
                Type::Boolean
            }
            Ast::And { lhs, rhs, .. } => {
                self.truth(lhs, on);
                self.of(rhs, on)
            }
            Ast::Or { lhs, rhs, .. } => self.either(lhs, rhs, on),
            _ => self.made(ast, on),
        }
    }

    /// What an expression makes out of other things.
    fn made(&mut self, ast: &Ast, on: &Type) -> Type {
        match ast {
            Ast::Literal { value, .. } => self.literal(value),
            Ast::MultiList { elements, .. } => {
                let types = elements.iter().map(|element| self.of(element, on)).collect();
                Type::List(Box::new(Type::either(types).unwrap_or(Type::Any)))
            }
            Ast::MultiHash { elements, .. } => Type::Object(
                elements.iter().map(|pair| (pair.key.clone(), self.of(&pair.value, on))).collect(),
            ),
            Ast::Function { name, args, .. } => self.function(name, args, on),
            Ast::VariableRef { name, .. } => self.variable(name, None),
            Ast::Let { bindings, expr, .. } => self.binding(bindings, expr, on),
            _ => self.problem(
                "`&` outside of a function",
                "`&path` as an argument of sort_by, max_by, min_by or map",
            ),
        }
    }

    fn field(&mut self, name: &str, on: &Type) -> Type {
        let found = field::of(name, on);
        if let Ok(Type::Shape(shaped)) = &found
            && shaped.shape().sensitive
        {
            self.sensitive = Some(format!("`{name}`"));
        }
        found.unwrap_or_else(|problem| self.problem(problem.came, problem.allowed))
    }

    fn item(&mut self, list: &Type, what: &str) -> Type {
        let allowed = match list.class() {
            Class::Boolean => "a list before it; `!` binds closer than `[`, so write `!(a[0])`",
            _ => "a list before it",
        };
        list.item()
            .unwrap_or_else(|| self.problem(format!("{what} on {}", list.describe()), allowed))
    }

    fn flattened(&mut self, node: &Ast, on: &Type) -> Type {
        let list = self.of(node, on);
        let item = self.item(&list, "`[]`");
        let inner = item.item().filter(|_| item.class() == Class::List);
        Type::List(Box::new(inner.unwrap_or(item)))
    }

    fn object_values(&mut self, node: &Ast, on: &Type) -> Type {
        let object = self.of(node, on);
        self.note_sensitive(&object);
        let value = match &object {
            Type::Shape(shaped) => shaped.of_map(|shape| shape.value.as_deref()),
            _ => None,
        };
        if !matches!(object.class(), Class::Object | Class::Any) {
            self.problem(format!("`*` on {}", object.describe()), "a structure or a map before it");
        }
        Type::List(Box::new(value.unwrap_or(Type::Any)))
    }

    fn truth(&mut self, ast: &Ast, on: &Type) {
        self.of(ast, on).exists();
    }

    fn either(&mut self, lhs: &Ast, rhs: &Ast, on: &Type) -> Type {
        let left = self.of(lhs, on);
        left.exists();
        let right = self.of(rhs, on);
        Type::Either(vec![left, right])
    }

    fn literal(&mut self, value: &Value) -> Type {
        if let Some(name) = value.as_str().and_then(placeholder) {
            return self.problem(
                format!("`{{{name}}}`"),
                format!("`${name}`, without quotes: braces are for inputs"),
            );
        }
        match value {
            Value::String(_) => Type::Text,
            Value::Number(_) => Type::Number,
            Value::Bool(_) => Type::Boolean,
            Value::Array(items) => {
                Type::List(Box::new(items.first().map_or(Type::Any, |item| self.literal(item))))
            }
            Value::Object(_) | Value::Null => Type::Any,
        }
    }

    /// A variable, or only a member of it.
    fn variable(&mut self, name: &str, member: Option<&str>) -> Type {
        if let Some((_, local)) = self.locals.iter().rev().find(|(known, _)| known == name) {
            return local.clone();
        }
        self.mentions.note(name, member);
        let found = self.known.variables.iter().find(|(known, _)| known == name);
        if let Some((_, of)) = found {
            return of.clone();
        }
        let names = self.known.variables.iter().map(|(known, _)| known.as_str());
        let allowed = listed(name, names);
        self.problem(format!("`${name}`"), allowed)
    }

    fn binding(&mut self, bindings: &[(String, Ast)], expr: &Ast, on: &Type) -> Type {
        let depth = self.locals.len();
        let bound: Vec<_> =
            bindings.iter().map(|(name, ast)| (name.clone(), self.of(ast, on))).collect();
        self.locals.extend(bound);
        let gives = self.of(expr, on);
        self.locals.truncate(depth);
        gives
    }

    /// Notes that all of `found` is asked for.
    fn note_sensitive(&mut self, found: &Type) {
        let inside = found.whole();
        self.sensitive = self.sensitive.take().or(inside);
    }
}

/// The name in a text that has one in braces, as inputs do.
fn placeholder(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('{')?;
    let (name, _) = rest.split_once('}')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}
