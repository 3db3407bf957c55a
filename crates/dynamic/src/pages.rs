//! Walking the pages of an answer: what is asked next, and when there is nothing more.

use std::collections::HashSet;

use jpx_core::{Expression, JmespathError};
use org_operator_models::Pages;
use serde_json::{Map, Value};

/// How an operation's pages are walked, its expressions compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    inputs: Vec<String>,
    outputs: Vec<Expression<'static>>,
    more: Option<Expression<'static>>,
}

impl Plan {
    pub(crate) fn new(pages: &Pages) -> Result<Self, JmespathError> {
        let compile = |path: &String| jpx_core::compile(path);
        Ok(Self {
            inputs: pages.input_tokens.clone(),
            outputs: pages.output_tokens.iter().map(compile).collect::<Result<_, _>>()?,
            more: pages.more_results.as_ref().map(compile).transpose()?,
        })
    }

    /// The tokens by which the page after `answer` is asked for; `None` where it was the last.
    fn tokens(&self, answer: &Value) -> Result<Option<Vec<Value>>, JmespathError> {
        if let Some(more) = &self.more
            && !says_something(&more.search(answer)?)
        {
            return Ok(None);
        }
        let tokens =
            self.outputs.iter().map(|path| path.search(answer)).collect::<Result<Vec<_>, _>>()?;
        Ok(tokens.iter().any(says_something).then_some(tokens))
    }
}

/// Why the next page cannot be asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PagesError {
    /// An answer has a token that an earlier one had: asking on would never end.
    #[error("the service gave the same token for the next page twice, after {0} pages")]
    SameToken(usize),
    /// The model's expression of a token cannot be applied to the answer.
    #[error("the token of the next page cannot be read: {0}")]
    Token(String),
}

/// A walk over the pages of one answer.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pages: usize,
    seen: HashSet<String>,
}

impl Walk {
    /// Turns `input` into that of the page after `answer`; `false` where it was the last.
    pub(crate) fn turn(
        &mut self,
        plan: Option<&Plan>,
        answer: &Value,
        input: &mut Map<String, Value>,
    ) -> Result<bool, PagesError> {
        self.pages += 1;
        let Some(plan) = plan else { return Ok(false) };
        let Some(tokens) = plan.tokens(answer).map_err(|e| PagesError::Token(e.to_string()))?
        else {
            return Ok(false);
        };
        if !self.seen.insert(Value::from(tokens.as_slice()).to_string()) {
            return Err(PagesError::SameToken(self.pages));
        }
        for (name, token) in plan.inputs.iter().zip(tokens) {
            if says_something(&token) {
                input.insert(name.clone(), token);
            } else {
                input.remove(name);
            }
        }
        Ok(true)
    }
}

/// Whether Python takes a value for true, as botocore's paginators do.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}
