//! Answers as services send them: from botocore's shape to each protocol's own, over the shapes that
//! the client knows. A member that the service's model lacks is a mistake of the test.

mod json;
mod xml;

use org_operator_core::model::timestamp::Timestamp;
use org_operator_models::{Protocol, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use super::fixture::ErrorAnswer;

/// An answer: its HTTP status, headers and body.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// The answer to `call` that says `value`.
pub(super) fn answer(service: &Service, call: &str, value: &Value) -> Wire {
    let operation = &service.operations[call];
    let root = operation.output.as_ref().unwrap_or_else(|| panic!("{call} answers nothing"));
    let body = match service.protocol {
        Protocol::Json | Protocol::RestJson => json::value(service, root, value).to_string(),
        Protocol::Ec2 | Protocol::Query => {
            let wrapper = operation.result_wrapper.as_deref();
            xml::form_answer(service, call, root, wrapper, value)
        }
        Protocol::RestXml => xml::rest_answer(service, call, root, value),
    };
    Wire { status: 200, headers: Vec::new(), body }
}

/// A refusal of the service.
pub(super) fn error(service: &Service, error: &ErrorAnswer) -> Wire {
    let ErrorAnswer { status, code, message } = error;
    let words = format!("<Code>{code}</Code><Message>{message}</Message>");
    let object = |members: &[(&str, &str)]| {
        let members = members.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text)));
        Value::Object(members.collect::<Map<_, _>>()).to_string()
    };
    let mut headers = Vec::new();
    let body = match service.protocol {
        Protocol::Json => object(&[("__type", code.as_str()), ("message", message.as_str())]),
        Protocol::RestJson => {
            headers.push(("x-amzn-errortype", code.clone()));
            object(&[("message", message.as_str())])
        }
        Protocol::Ec2 => {
            format!(
                "<Response><Errors><Error>{words}</Error></Errors><RequestID>1</RequestID></Response>"
            )
        }
        Protocol::RestXml if service.name == "s3" => {
            format!("<Error>{words}<RequestId>1</RequestId></Error>")
        }
        Protocol::Query | Protocol::RestXml => format!(
            "<ErrorResponse><Error><Type>Sender</Type>{words}</Error><RequestId>1</RequestId></ErrorResponse>"
        ),
    };
    Wire { status: *status, headers, body }
}

/// The members of a structure that are there, each with its use.
fn members<'a>(
    shape: &'a Shape,
    value: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a ShapeRef, &'a Value)> {
    let given = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
    given.iter().map(move |(name, value)| {
        let member = shape.members.get(name);
        (name.as_str(), member.unwrap_or_else(|| panic!("the model knows no {name}")), value)
    })
}

/// A moment as ISO 8601, or as seconds since 1970 where `seconds` says so or the model does.
fn moment(of: &ShapeRef, value: &Value, seconds: bool) -> Value {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no moment"));
    let read = Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is no moment"));
    let in_seconds = match of.timestamp_format.as_deref() {
        Some(form) => form.eq_ignore_ascii_case("unixTimestamp"),
        None => seconds,
    };
    if in_seconds { read.epoch_seconds().into() } else { read.to_string().into() }
}
