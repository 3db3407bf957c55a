//! One operation's requests and answers, without any sending: from an input to a request, from an
//! answer to a value.

use std::sync::{Arc, Mutex, PoisonError};

use org_operator_core::input::violation::Violations;
use org_operator_models::{Operation, Service};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::parse::{self, Answer};
use crate::request::Request;
use crate::{customize, input, serialize};

/// What it takes to write an operation's requests and to read its answers.
#[derive(Debug)]
pub(crate) struct Codec {
    pub(crate) service: Arc<Service>,
    pub(crate) name: String,
    pub(crate) operation: Operation,
    /// The request that was written last, and its input: most runs ask the same everywhere.
    last: Mutex<Option<(Map<String, Value>, Request)>>,
}

impl Codec {
    pub(crate) fn new(service: Arc<Service>, name: &str, operation: Operation) -> Self {
        Self { service, name: name.to_owned(), operation, last: Mutex::default() }
    }

    /// The request of an input's members.
    pub(crate) fn request(&self, asked: &Map<String, Value>) -> Result<Request, Violations> {
        // What a thread that panicked left behind is whole: a request is put in at once.
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, request)) = last().as_ref().filter(|(input, _)| input == asked) {
            return Ok(request.clone());
        }
        let request = self.written(asked)?;
        *last() = Some((asked.clone(), request.clone()));
        Ok(request)
    }

    fn written(&self, asked: &Map<String, Value>) -> Result<Request, Violations> {
        let mut given = asked.clone();
        customize::input(&self.service, &self.name, &mut given);
        let violations = input::violations(&self.service, &self.operation, &given);
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut request = serialize::request(&self.service, &self.name, &self.operation, &given);
        customize::request(&self.service, &mut request);
        Ok(request)
    }

    /// The value of an answer.
    pub(crate) fn read(&self, answer: &Answer<'_>) -> Result<Value, Error> {
        parse::answer(&self.service, &self.name, &self.operation, answer)
    }

    /// The value of an answer to `asked`, completed where the model does not say everything.
    pub(crate) fn complete(&self, asked: &Map<String, Value>, mut answer: Value) -> Value {
        customize::answer(&self.service, &self.name, asked, &mut answer);
        answer
    }
}
