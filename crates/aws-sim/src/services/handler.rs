//! What the services share: the type of a handler, JSON replies and tokens of pages.

use serde_json::Value;

use crate::call::{Call, Service};
use crate::reply::Reply;
use crate::request::Signer;
use crate::service_error::ServiceError;
use crate::stores::Stores;
use crate::world::World;

/// What a handler works on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) stores: &'a Stores,
    /// Whether a batch is to be processed in part only.
    pub(crate) partially: bool,
}

/// Answers a call once it is known that no fault happens to it.
pub(crate) type Handler<'a> = Box<dyn FnOnce(Context<'_>) -> Reply + Send + 'a>;

/// What a service returns: a value, or an error in the service's words.
pub(crate) type ServiceResult<T> = Result<T, ServiceError>;

/// A call of `service` in the signer's Region.
pub(crate) fn call(service: Service, operation: &str, account: &str, signer: &Signer) -> Call {
    let (account, region) = (account.to_owned(), signer.region.clone());
    Call { service, operation: operation.to_owned(), account, region }
}

/// A reply of a JSON protocol.
pub(crate) fn json_reply(service: Service, result: ServiceResult<Value>) -> Reply {
    match result {
        Ok(value) => Reply::new(200, "application/x-amz-json-1.1", value.to_string()),
        Err(error) => error.reply(service),
    }
}

/// The page of `all` from an offset on, and the next token.
pub(crate) fn page<T>(all: &[T], from: usize, size: usize) -> (&[T], Option<String>) {
    let start = from.min(all.len());
    let end = (start + size).min(all.len());
    (&all[start..end], (end < all.len()).then(|| token(end)))
}

/// A page as a JSON object: the entries by `name`, and `NextToken` where there is another page.
pub(crate) fn json_page(name: &str, page: &[Value], next: Option<String>) -> Value {
    let mut body = serde_json::json!({name: page});
    if let Some(next) = next {
        body["NextToken"] = Value::from(next);
    }
    body
}

/// The token of the page that begins at an offset.
pub(crate) fn token(offset: usize) -> String {
    format!("page-{offset}")
}

/// The offset that a token stands for; the empty token is the first page's.
pub(crate) fn offset(token: &str) -> Option<usize> {
    if token.is_empty() { Some(0) } else { token.strip_prefix("page-")?.parse().ok() }
}
