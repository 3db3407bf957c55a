//! Functions: whether there is such a one, with such arguments, and what it gives.

use jpx_core::ast::Ast;
use serde_json::Value;

use super::Checking;
use crate::definition::Table;
use crate::fault::{listed, near};
use crate::functions::{Arg, FUNCTIONS, Gives, NOW, Signature, TABLE};
use crate::types::{Class, Type};

impl Checking<'_> {
    pub(super) fn function(&mut self, name: &str, args: &[Ast], on: &Type) -> Type {
        let Some(signature) = FUNCTIONS.iter().find(|function| function.name == name) else {
            let names = FUNCTIONS.iter().map(|function| function.name);
            let allowed = format!("a function of FORMAT.md{}", near(name, names));
            return self.problem(format!("the function `{name}`"), allowed);
        };
        let types = self.arguments(signature, args, on);
        if args.len() < signature.least
            || (args.len() > signature.takes.len() && !signature.repeats)
        {
            return self
                .problem(format!("`{name}` with {} arguments", args.len()), signature.usage);
        }
        for (index, (found, ast)) in types.iter().zip(args).enumerate() {
            self.argument(signature, index, found, ast);
        }
        self.special(name, args, &types);
        self.gives(signature, args, types)
    }

    /// The types of the arguments; that of `&path` is of an item of the list beside it.
    fn arguments(&mut self, signature: &Signature, args: &[Ast], on: &Type) -> Vec<Type> {
        let list =
            args.iter().find(|arg| !matches!(arg, Ast::Expref { .. })).map(|arg| self.of(arg, on));
        let item = list.as_ref().and_then(Type::item).unwrap_or(Type::Any);
        let mut first = list;
        let of = |arg: &Ast, checking: &mut Self| match arg {
            Ast::Expref { ast, .. } => checking.of(ast, &item),
            other => first.take().unwrap_or_else(|| checking.of(other, on)),
        };
        let mut type_of = of;
        let types = args.iter().map(|arg| type_of(arg, self)).collect();
        if signature.clock {
            self.mentions.note(NOW, None);
        }
        types
    }

    fn argument(&mut self, signature: &Signature, index: usize, found: &Type, ast: &Ast) {
        let takes =
            signature.takes.get(index).or(signature.takes.last()).copied().unwrap_or(Arg::Any);
        let reference = matches!(ast, Ast::Expref { .. });
        if !takes.accepts(found, reference) {
            let came =
                format!("{} as argument {} of `{}`", found.describe(), index + 1, signature.name);
            self.problem(came, signature.usage);
        }
        match signature.gives {
            // Its argument is what it gives: whoever takes that says what of it is asked for.
            Gives::First | Gives::Item if index == 0 => {}
            Gives::EitherOf => {}
            // What such a function asks of a list says its path.
            _ if signature.takes.contains(&Arg::Path) && !reference => {}
            Gives::Count => found.exists(),
            _ => self.note_sensitive(found),
        }
    }

    fn special(&mut self, name: &str, args: &[Ast], types: &[Type]) {
        match (name, args, types) {
            ("contains", [list, item], [list_type, item_type]) => {
                let member = list_type.item().unwrap_or(Type::Any);
                self.value_of(&member, item);
                self.value_of(item_type, list);
            }
            ("difference", _, [list, _]) => self.note_sensitive(list),
            ("lookup", [table, _], [_, key]) => self.lookup(table, key),
            _ => {}
        }
    }

    /// A table must be there, and have what the model knows where it says that it is complete.
    fn lookup(&mut self, table: &Ast, key: &Type) {
        let Ast::Literal { value: Value::String(name), .. } = table else {
            self.problem("a table that is no text in quotes", "`lookup('table', path)`");
            return;
        };
        let Some(found) = self.known.tables.get(name) else {
            let allowed = listed(name, self.known.tables.keys().map(String::as_str));
            self.problem(format!("the table `{name}`"), allowed);
            return;
        };
        self.mentions.note(&format!("{TABLE}{name}"), None);
        if found.complete {
            self.require_values(name, found, key);
        }
    }

    /// A table that says that it is complete must have every value that the model knows of `key`.
    fn require_values(&mut self, name: &str, table: &Table, key: &Type) {
        let known = key.values().into_iter().flatten();
        let lacking: Vec<&str> =
            known.map(String::as_str).filter(|value| !table.values.contains_key(*value)).collect();
        if !lacking.is_empty() {
            let came = format!("no {} in the table `{name}` of {}", lacking.join(", "), table.date);
            self.problem(
                came,
                "every value that the model knows: the table says that it is complete",
            );
        }
    }

    fn gives(&mut self, signature: &Signature, args: &[Ast], types: Vec<Type>) -> Type {
        let first = || types.first().cloned().unwrap_or(Type::Any);
        match signature.gives {
            Gives::Text => Type::Text,
            Gives::Number | Gives::Count => Type::Number,
            Gives::Boolean => Type::Boolean,
            Gives::Texts => Type::List(Box::new(Type::Text)),
            Gives::First => first(),
            Gives::Item => first().item().unwrap_or(Type::Any),
            Gives::EitherOf => Type::either(types).unwrap_or(Type::Any),
            Gives::ListOfFirst => Type::List(Box::new(first())),
            Gives::Values => Type::List(Box::new(map_value(&first()))),
            Gives::Pairs => pairs(&first()),
            Gives::Lines => self.lines(args),
            Gives::Any => Type::Any,
        }
    }

    /// The rows of a CSV, with the columns that the path names.
    fn lines(&mut self, args: &[Ast]) -> Type {
        let names: Option<Vec<String>> = args.get(1).and_then(literal_texts);
        let Some(names) = names else {
            return self
                .problem("columns that are no texts in quotes", "`csv(path, ['column', …])`");
        };
        let members = names.into_iter().map(|name| (name, Type::Text)).collect();
        Type::List(Box::new(Type::Object(members)))
    }
}

/// The entries of a map, as objects of a name and a value.
fn pairs(map: &Type) -> Type {
    let pair = vec![("name".to_owned(), Type::Text), ("value".to_owned(), map_value(map))];
    Type::List(Box::new(Type::Object(pair)))
}

/// What stands in a map or structure, where that is of one type.
fn map_value(object: &Type) -> Type {
    let Type::Shape(shaped) = object else { return Type::Any };
    let mut members = shaped.shape().members.iter();
    let of_map = shaped.of_map(|shape| shape.value.as_deref());
    let first = members.next();
    let one_shape = first.filter(|(_, one)| members.all(|(_, other)| other.shape == one.shape));
    let of_structure = one_shape.and_then(|(name, _)| shaped.member(name));
    // The values are taken together, so that none has a place of its own.
    of_map.or(of_structure).map_or(Type::Any, |value| {
        value.whole();
        value
    })
}

/// The texts of a list in which nothing else is.
pub(super) fn literal_texts(ast: &Ast) -> Option<Vec<String>> {
    let text = |ast: &Ast| match ast {
        Ast::Literal { value: Value::String(text), .. } => Some(text.clone()),
        _ => None,
    };
    match ast {
        Ast::MultiList { elements, .. } => elements.iter().map(text).collect(),
        Ast::Literal { value: Value::Array(items), .. } => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

impl Arg {
    fn accepts(self, found: &Type, reference: bool) -> bool {
        let class = found.class();
        match self {
            Self::Path => reference,
            _ if reference => false,
            Self::Any => true,
            Self::Time => found.can_be_time(),
            Self::Text => matches!(class, Class::Text | Class::Any),
            Self::Number => matches!(class, Class::Number | Class::Any),
            Self::List => matches!(class, Class::List | Class::Any),
            Self::Object => matches!(class, Class::Object | Class::Any),
            Self::TextOrList => matches!(class, Class::Text | Class::List | Class::Any),
            Self::TextOrNumber => matches!(class, Class::Text | Class::Number | Class::Any),
            Self::Sized => matches!(class, Class::Text | Class::List | Class::Object | Class::Any),
        }
    }
}
