//! From an answer to a value in botocore's shape, or to what a service refused; directed by the model.
//!
//! Structures are objects with the members that the model knows and the service sent. Timestamps are
//! RFC 3339 text in UTC (`2026-11-24T08:15:30.25Z`, to the microsecond), blobs base64 text, numbers as
//! exact as JSON has them. Where botocore goes further, this does not: an IAM policy stays the text
//! of a JSON document.

mod json;
mod refusal;
mod rest;
mod scalar;
mod xml;

use org_operator_models::{Kind, Operation, Protocol, Service};
use serde_json::{Map, Value};

use crate::error::Error;

pub use refusal::Refusal;

/// One HTTP answer, its body read to the end.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The HTTP status code.
    pub status: u16,
    /// Names and values of the headers.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The bytes of the body.
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The value of the first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }

    /// The id by which AWS finds the call in its logs, where the headers have it.
    pub(crate) fn request_id(&self) -> Option<&'a str> {
        let names = ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"];
        names.iter().find_map(|name| self.header(name))
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is no whole document of the protocol: it was cut short, or is not the service's.
    #[error("the answer is not whole: {0}")]
    NotWhole(String),
    /// The body is a whole document, but not what the model says of it.
    #[error("the answer is not what the models say: {}{problem}", at(.place))]
    Unexpected {
        /// The members that lead to it, as `Reservations[0].Instances`; empty for the answer itself.
        place: String,
        /// What came, and what was expected.
        problem: String,
    },
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("{place}: ") }
}

impl Unreadable {
    fn unexpected(problem: impl Into<String>) -> Self {
        Self::Unexpected { place: String::new(), problem: problem.into() }
    }

    /// The same, said of something inside of `outer`.
    fn inside(self, outer: &str) -> Self {
        match self {
            Self::Unexpected { place, problem } => {
                let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
                Self::Unexpected { place: format!("{outer}{dot}{place}"), problem }
            }
            Self::NotWhole(why) => Self::NotWhole(why),
        }
    }
}

type Parsed = Result<Value, Unreadable>;

/// Deeper than this, an answer is not read: no service nests so deep, and reading it takes stack.
const DEPTH: usize = 100;

/// What an operation answered.
///
/// # Errors
/// [`Error::Refused`] where the service refused, [`Error::Unreadable`] where the answer is not whole
/// or not what the model says.
pub(crate) fn answer(
    service: &Service,
    name: &str,
    operation: &Operation,
    answer: &Answer<'_>,
) -> Result<Value, Error> {
    whole_length(operation, answer).map_err(Error::Unreadable)?;
    if !answer.is_success() {
        let refused = refusal::read(service, answer).map_err(Error::Unreadable)?;
        return Err(Error::Refused(Box::new(refused)));
    }
    // S3 begins to answer before it knows how it ends.
    if let Some(refusal) = refusal::in_success(service, answer) {
        return Err(Error::Refused(Box::new(refusal)));
    }
    success(service, name, operation, answer).map_err(Error::Unreadable)
}

/// Whether the body is as long as the header says: the only thing that says so of raw text.
fn whole_length(operation: &Operation, answer: &Answer<'_>) -> Result<(), Unreadable> {
    let said = answer.header("content-length").and_then(|text| text.parse::<usize>().ok());
    match said.filter(|_| operation.method() != "HEAD") {
        Some(said) if said != answer.body.len() => {
            Err(Unreadable::NotWhole(format!("{} of {said} bytes came", answer.body.len())))
        }
        _ => Ok(()),
    }
}

fn success(service: &Service, name: &str, operation: &Operation, answer: &Answer<'_>) -> Parsed {
    let Some(root) = &operation.output else { return Ok(Value::Object(Map::new())) };
    match service.protocol {
        Protocol::Json => json::body(service, root, answer.body),
        Protocol::Ec2 | Protocol::Query => {
            xml::form_answer(service, name, operation, root, answer.body)
        }
        Protocol::RestJson | Protocol::RestXml => rest::answer(service, root, answer),
    }
}

/// Whether the operation answers with raw text or bytes, of which nothing but the HTTP header
/// `Content-Length` says that they are whole.
#[must_use]
pub fn answers_raw(service: &Service, operation: &Operation) -> bool {
    let Some(root) = &operation.output else { return false };
    let shape = service.shape(root);
    let payload = shape.payload.as_ref().and_then(|name| shape.members.get(name));
    let raw = |kind| matches!(kind, Kind::String | Kind::Blob);
    payload.is_some_and(|member| raw(service.shape(member).kind))
}
