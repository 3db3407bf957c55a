//! A path of a definition: parsed once, checked against what it is evaluated on, evaluated for every row.

mod chain;

use std::collections::HashMap;

use jpx_core::ast::Ast;
use jpx_core::interpreter::interpret;
use jpx_core::{Context, ErrorReason, JmespathError};
use serde_json::{Map, Value};

use self::chain::Chain;
use crate::expression::{self, Found, Known, Mentions, Part};
use crate::fault::{Faults, quoted};
use crate::functions::{NOW, RUNTIME, TABLE};
use crate::types::{Class, Type};

/// A JMESPath expression that is right as far as the model can tell.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    text: String,
    ast: Ast,
    chain: Option<Chain>,
    mentions: Mentions,
}

/// A path and what checking it found.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) path: Path,
    pub(crate) gives: Type,
    pub(crate) sensitive: Option<String>,
}

/// The values of what paths can name, while they are evaluated for one row.
pub(crate) trait Scope {
    /// The value of `name`; `None` where there is no such name.
    fn value(&self, name: &str) -> Option<&Value>;
}

impl Path {
    /// Parses `text` and checks it on something of type `on`; `None` where it cannot be parsed.
    ///
    /// A fault beyond that is noted, and the path comes back, so that more faults can be found.
    pub(crate) fn read(
        known: &Known,
        text: &str,
        on: &Type,
        place: &str,
        faults: &mut Faults,
    ) -> Option<Typed> {
        let ast = match jpx_core::parse(text) {
            Ok(ast) => ast,
            Err(error) => {
                faults.note(place, quoted(text), format!("JMESPath: {}", syntax(&error)));
                return None;
            }
        };
        let Found { gives, mentions, problems, sensitive } = expression::check(known, &ast, on);
        for problem in problems {
            let whole = if problem.came == quoted(text) {
                String::new()
            } else {
                format!(" in {}", quoted(text))
            };
            faults.note(place, format!("{}{whole}", problem.came), problem.allowed);
        }
        let chain = Chain::of(&ast);
        let path = Self { text: text.to_owned(), ast, chain, mentions };
        Some(Typed { path, gives, sensitive })
    }

    /// Whether it names the variable `name`.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.mentions.has(name)
    }

    /// Whether what it gives depends on the day of the run.
    pub(crate) fn by_the_day(&self) -> bool {
        self.mentions(NOW)
    }

    /// The calls, constants and parameters that it names.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.mentions.names().filter(|name| *name != NOW && !name.starts_with(TABLE))
    }

    /// What it gives for `on`.
    ///
    /// # Errors
    /// What is wrong, without any value: values can be secret.
    pub(crate) fn of(&self, on: &Value, scope: &impl Scope) -> Result<Value, String> {
        match self.chain.as_ref().and_then(|chain| chain.follow(on, scope)) {
            Some(found) => Ok(found.clone()),
            None => self.interpreted(on, scope),
        }
    }

    fn interpreted(&self, on: &Value, scope: &impl Scope) -> Result<Value, String> {
        let mut context = Context::new(&self.text, &RUNTIME);
        if !self.mentions.is_empty() {
            let named = self
                .mentions
                .parts()
                .filter_map(|(name, part)| Some((name.to_owned(), cut(scope.value(name)?, part))));
            context.push_scope(named.collect::<HashMap<_, _>>());
        }
        interpret(on, &self.ast, &mut context)
            .map_err(|error| format!("{}: {}", quoted(&self.text), reason(&error)))
    }

    /// Whether it holds for `on`: what it gives is neither absent, false nor empty.
    ///
    /// # Errors
    /// As [`Path::of`].
    pub(crate) fn holds(&self, on: &Value, scope: &impl Scope) -> Result<bool, String> {
        self.of(on, scope).map(|value| jpx_core::ValueExt::is_truthy(&value))
    }

    /// The list that it gives for `on`; empty where it gives nothing.
    ///
    /// # Errors
    /// As [`Path::of`].
    pub(crate) fn list(&self, on: &Value, scope: &impl Scope) -> Result<Vec<Value>, String> {
        self.of(on, scope).map(items)
    }

    /// As [`Path::list`], of an answer that is of no more use: a list in it is not copied.
    ///
    /// # Errors
    /// As [`Path::of`].
    pub(crate) fn list_taken(
        &self,
        mut on: Value,
        scope: &impl Scope,
    ) -> Result<Vec<Value>, String> {
        match self.chain.as_ref().and_then(|chain| chain.take(&mut on)) {
            Some(taken) => Ok(items(taken)),
            None => self.list(&on, scope),
        }
    }
}

/// What is listed: nothing, all of a list, or the one thing that is no list.
fn items(found: Value) -> Vec<Value> {
    match found {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        one => vec![one],
    }
}

impl Typed {
    /// The type of the rows that it gives, noting where it can give none.
    pub(crate) fn rows(&self, place: &str, faults: &mut Faults) -> Type {
        let found = self
            .gives
            .item()
            .or_else(|| (self.gives.class() == Class::Object).then(|| self.gives.clone()));
        if found.is_none() {
            faults.note(
                place,
                format!("{}, which gives {}", quoted(&self.path.text), self.gives.describe()),
                "a list",
            );
        }
        // What follows from one fault is no other one.
        found.unwrap_or(Type::Any)
    }
}

/// The value with what is read of it. Whole rows and answers are large, and a path is evaluated for each row.
fn cut(value: &Value, part: &Part) -> Value {
    match (value, part) {
        (Value::Object(all), Part::Members(names)) => {
            let read = names.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone())));
            Value::Object(read.collect::<Map<_, _>>())
        }
        _ => value.clone(),
    }
}

fn syntax(error: &JmespathError) -> String {
    // The parser shows its tokens as Rust does; the place and what it wanted are enough.
    let wanted = match &error.reason {
        ErrorReason::Parse(text) => text.split(" -- ").next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    format!("at character {}: {wanted}", error.column() + 1)
}

fn reason(error: &JmespathError) -> String {
    match &error.reason {
        ErrorReason::Parse(text) => text.clone(),
        ErrorReason::Runtime(inner) => inner.to_string(),
        other => other.to_string(),
    }
}

/// The variables that a path names; none where it is no path.
pub(crate) fn named(text: &str) -> std::collections::BTreeSet<String> {
    let ast = jpx_core::parse(text);
    let mentions = ast.map(|ast| expression::check(&Known::default(), &ast, &Type::Any).mentions);
    mentions.unwrap_or_default().names().map(str::to_owned).collect()
}
