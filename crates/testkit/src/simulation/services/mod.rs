//! The services: which call a request is, and what it is answered where nothing goes wrong.

pub(crate) mod account;
pub(crate) mod dynamodb;
pub(crate) mod ec2;
mod ec2_addresses;
pub(crate) mod organizations;
pub(crate) mod s3;
pub(crate) mod sts;

use serde_json::Value;

use super::call::{Call, Request, Service, Signer};
use super::faults::ServiceError;
use super::handle::Simulation;
use super::reply::Reply;

/// What answers a call once it is known that nothing goes wrong; its flag says that a batch is to
/// be processed in part.
pub(crate) type Answer<'a> = Box<dyn FnOnce(&Simulation, bool) -> Reply + Send + 'a>;

/// A service's answer as it is worded there.
pub(crate) type Said<T> = Result<T, ServiceError>;

/// The call that `request` is, with its answer, or nothing where it is not simulated.
pub(crate) fn route<'a>(
    simulation: &Simulation,
    request: &'a Request,
    signer: &'a Signer,
) -> Option<(Call, Answer<'a>)> {
    match signer.service.as_str() {
        "organizations" => Some(organizations::route(request, signer)),
        "account" => Some(account::route(request, signer)),
        "sts" => Some(sts::route(request, signer)),
        "ec2" => Some(ec2::route(simulation, request, signer)),
        "dynamodb" => Some(dynamodb::route(request, signer)),
        "s3" => Some(s3::route(request, signer)),
        _ => None,
    }
}

/// A call of `service`.
pub(crate) fn call(service: Service, operation: &str, account: &str, signer: &Signer) -> Call {
    let (account, region) = (account.to_owned(), signer.region.clone());
    Call { service, operation: operation.to_owned(), account, region }
}

/// The operation that a JSON protocol's header names.
pub(crate) fn target(request: &Request) -> String {
    let target = request.header("x-amz-target");
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// A JSON body; what is none is null.
pub(crate) fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// A JSON protocol's reply.
pub(crate) fn json_reply(service: Service, said: Said<Value>) -> Reply {
    match said {
        Ok(value) => Reply::new(200, "application/x-amz-json-1.1", value.to_string()),
        Err(error) => error.reply(service),
    }
}

/// A page of `all` from the token's offset on, and the next token.
pub(crate) fn page<T>(all: &[T], from: usize, size: usize) -> (&[T], Option<String>) {
    let from = from.min(all.len());
    let to = (from + size).min(all.len());
    (&all[from..to], (to < all.len()).then(|| format!("page-{to}")))
}

/// The offset that a token of [`page`] stands for.
pub(crate) fn offset(token: &str) -> Option<usize> {
    if token.is_empty() { Some(0) } else { token.strip_prefix("page-")?.parse().ok() }
}

/// The account that an access key belongs to: its first 12 digits in a row.
pub(crate) fn account_of(key: &str) -> String {
    let digits: String = key.chars().filter(char::is_ascii_digit).take(12).collect();
    if digits.len() == 12 { digits } else { "000000000000".to_owned() }
}
