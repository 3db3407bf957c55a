//! From an operation's input to a request, directed by the model: the same request for the same
//! input, always. Checking the input is done before, in `input.rs`; hosts and signatures come later.

mod json;
mod query;
mod rest;
mod text;
mod xml;

use org_operator_models::{Operation, Protocol, Service};
use serde_json::{Map, Value};

use crate::request::Request;

/// The request of `operation` with an input that was checked.
pub(crate) fn request(
    service: &Service,
    name: &str,
    operation: &Operation,
    input: &Map<String, Value>,
) -> Request {
    let mut request = Request {
        method: operation.method().to_owned(),
        uri: operation.uri().to_owned(),
        ..Request::default()
    };
    match service.protocol {
        Protocol::Ec2 | Protocol::Query => {
            query::write(service, name, operation, input, &mut request);
        }
        Protocol::Json => json::write(service, name, operation, input, &mut request),
        Protocol::RestJson | Protocol::RestXml => {
            rest::write(service, name, operation, input, &mut request);
        }
    }
    request
}
