//! Comparisons: of what can be alike, and of values that the model knows.

use jpx_core::ast::{Ast, Comparator};
use serde_json::Value;

use super::Checking;
use super::function::literal_texts;
use crate::fault::{listed, quoted};
use crate::types::{Class, Type};

impl Checking<'_> {
    pub(super) fn comparison(
        &mut self,
        comparator: &Comparator,
        lhs: &Ast,
        rhs: &Ast,
        on: &Type,
    ) -> Type {
        let (left, right) = (self.of(lhs, on), self.of(rhs, on));
        self.value_of(&left, rhs);
        self.value_of(&right, lhs);
        for side in [&left, &right] {
            self.note_sensitive(side);
        }
        if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
            self.alike(&left, &right, [lhs, rhs]);
        } else {
            self.ordered(&left, &right);
        }
        Type::Boolean
    }

    /// A text beside something whose values the model names must be one of them.
    pub(super) fn value_of(&mut self, of: &Type, literal: &Ast) {
        let Some(values) = of.values() else { return };
        let texts = match literal {
            Ast::Literal { value: Value::String(text), .. } => vec![text.clone()],
            other => literal_texts(other).unwrap_or_default(),
        };
        for text in texts.iter().filter(|text| !values.contains(text)) {
            self.problem(quoted(text), listed(text, values.iter().map(String::as_str)));
        }
    }

    fn alike(&mut self, left: &Type, right: &Type, sides: [&Ast; 2]) {
        let classes = (left.class(), right.class());
        let null = sides.iter().any(|side| matches!(side, Ast::Literal { value: Value::Null, .. }));
        if null || classes.0 == classes.1 || matches!(classes, (Class::Any, _) | (_, Class::Any)) {
            return;
        }
        let allowed = match classes {
            (Class::Boolean, _) | (_, Class::Boolean) => {
                "the path alone, `!path`, or `true` in backticks"
            }
            (Class::Number, _) | (_, Class::Number) => "a number in backticks",
            _ => "two things of one kind",
        };
        self.problem(format!("{} beside {}", left.describe(), right.describe()), allowed);
    }

    fn ordered(&mut self, left: &Type, right: &Type) {
        let classes = (left.class(), right.class());
        let of_one_kind =
            classes.0 == classes.1 || matches!(classes, (Class::Any, _) | (_, Class::Any));
        let ordered = |class| matches!(class, Class::Text | Class::Number | Class::Any);
        if !of_one_kind || !ordered(classes.0) || !ordered(classes.1) {
            let came = format!("{} against {}", left.describe(), right.describe());
            self.problem(came, "two numbers (in backticks) or two texts");
        }
    }
}
