//! Answers as services send them: from botocore's shape to each protocol's own, over the shapes that
//! the client knows. A member that the service's model lacks is a mistake of the test.

mod json;
mod xml;

use org_operator_core::model::timestamp::Timestamp;
use org_operator_models::{Protocol, Service, Shape, ShapeRef};
use serde_json::{Map, Value};

use crate::fixture::ErrorAnswer;
use crate::mistake::Mistake;

/// An answer: its HTTP status, headers and body.
#[derive(Debug, Clone)]
pub struct Wire {
    /// The HTTP status code.
    pub status: u16,
    /// The headers, without the length and the type of the body.
    pub headers: Vec<(&'static str, String)>,
    /// The body in the protocol of the service.
    pub body: String,
}

/// The answer to `call` that says `value`, with status 200.
///
/// # Errors
/// [`Mistake`] where the model of the service has no such call, or `value` is no answer of it.
pub fn answer(service: &Service, call: &str, value: &Value) -> Result<Wire, Mistake> {
    let unknown = || Mistake::UnknownCall(format!("{} {call}", service.name));
    let operation = service.operations.get(call).ok_or_else(unknown)?;
    let nothing = || Mistake::NoAnswer { call: call.to_owned(), lacking: "members" };
    let root = operation.output.as_ref().ok_or_else(nothing)?;
    let body = match service.protocol {
        Protocol::Json | Protocol::RestJson => json::value(service, root, value)?.to_string(),
        Protocol::Ec2 | Protocol::Query => {
            let wrapper = operation.result_wrapper.as_deref();
            xml::form_answer(service, call, root, wrapper, value)?
        }
        Protocol::RestXml => xml::rest_answer(service, call, root, value)?,
    };
    Ok(Wire { status: 200, headers: Vec::new(), body })
}

/// A refusal of the service, in its own protocol.
#[must_use]
pub fn error(service: &Service, error: &ErrorAnswer) -> Wire {
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
) -> Result<Vec<(&'a str, &'a ShapeRef, &'a Value)>, Mistake> {
    let given = value.as_object().ok_or_else(|| Mistake::kind(value, "structure"))?;
    let used = given.iter().map(|(name, value)| {
        let member = shape.members.get(name);
        let known = member.ok_or_else(|| Mistake::UnknownMember(name.clone()))?;
        Ok((name.as_str(), known, value))
    });
    used.collect()
}

/// What a list or map has inside, of which reading a model makes sure.
fn inside<'a>(of: Option<&'a ShapeRef>, value: &Value) -> Result<&'a ShapeRef, Mistake> {
    of.ok_or_else(|| Mistake::kind(value, "list or map of the model"))
}

/// A moment as ISO 8601, or as seconds since 1970 where `seconds` says so or the model does.
fn moment(of: &ShapeRef, value: &Value, seconds: bool) -> Result<Value, Mistake> {
    let parsed = value.as_str().and_then(Timestamp::parse);
    let read = parsed.ok_or_else(|| Mistake::kind(value, "timestamp"))?;
    let in_seconds = match of.timestamp_format.as_deref() {
        Some(form) => form.eq_ignore_ascii_case("unixTimestamp"),
        None => seconds,
    };
    Ok(if in_seconds { read.epoch_seconds().into() } else { read.to_string().into() })
}
