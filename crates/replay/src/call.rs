//! Which call a request is, and the pages of its answer.

use std::sync::Arc;

use org_operator_models::{Operation, Pages, Protocol, Service, models};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::fixture::Answer;
use crate::mistake::Mistake;
use crate::wire::{self, Wire};

/// A request, as text that was decoded.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The HTTP method.
    pub method: String,
    /// The path without its query string.
    pub path: String,
    /// The header `X-Amz-Target`, or an empty string.
    pub target: String,
    /// Query string and body, with a space between them.
    pub said: String,
}

impl Asked {
    /// A request from its parts as they were sent; `target` is the header `X-Amz-Target`.
    #[must_use]
    pub fn new(method: &str, path: &str, target: &str, query: &str, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        Self {
            method: method.to_owned(),
            path: decoded(path),
            target: target.to_owned(),
            said: decoded(&format!("{query} {body}")),
        }
    }

    /// Whether the request has every one of these texts, in its path or in what it says.
    #[must_use]
    pub fn has(&self, texts: &[String]) -> bool {
        let whole = format!("{} {}", self.path, self.said);
        texts.iter().all(|text| whole.contains(text))
    }

    /// The page that its token asks for, of `count` pages; 0 is the first.
    #[must_use]
    pub fn page(&self, count: usize) -> usize {
        (1..count).rev().find(|page| self.said.contains(&token(*page))).unwrap_or(0)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn token(page: usize) -> String {
    format!("token-of-page-{page}")
}

/// A call of a service's model.
#[derive(Debug, Clone)]
pub struct KnownCall {
    /// The service's model.
    pub service: Arc<Service>,
    /// The call's name, which the model has.
    pub name: String,
}

impl KnownCall {
    /// The call that `to` names as an answer does: `ec2 DescribeVpcs`.
    ///
    /// # Errors
    /// [`Mistake::UnknownCall`] where the models have no such service or call.
    pub fn find(to: &str) -> Result<Self, Mistake> {
        let unknown = || Mistake::UnknownCall(to.to_owned());
        let (service_name, name) = to.split_once(' ').ok_or_else(unknown)?;
        let known = models().map_err(|_| unknown())?;
        let service = known.load(service_name).map_err(|_| unknown())?;
        let has = service.operations.contains_key(name);
        has.then(|| Self { service, name: name.to_owned() }).ok_or_else(unknown)
    }

    fn operation(&self) -> Option<&Operation> {
        self.service.operations.get(&self.name)
    }

    /// Whether `asked` is this call, by the service's protocol.
    #[must_use]
    pub fn is(&self, asked: &Asked) -> bool {
        let (service, call) = (&self.service, &self.name);
        match service.protocol {
            Protocol::Ec2 | Protocol::Query => {
                asked.said.contains(&format!("Action={call}&Version={}", service.api_version))
            }
            Protocol::Json => {
                let prefix = service.target_prefix.as_deref().unwrap_or_default();
                asked.target == format!("{prefix}.{call}")
            }
            Protocol::RestJson | Protocol::RestXml => {
                self.operation().is_some_and(|operation| is_at(operation, asked))
            }
        }
    }

    /// An answer page by page, as the service sends it: every page but the last with the token of
    /// the next one. A refusal is the last page.
    ///
    /// # Errors
    /// [`Mistake`] where it does not fit the call's model.
    pub fn pages(&self, answer: &Answer) -> Result<Vec<Wire>, Mistake> {
        let paging = self.operation().and_then(|operation| operation.pages.as_ref());
        let refusal = answer.error.as_ref();
        let count = answer.pages.len() + usize::from(refusal.is_some());
        let success = answer.pages.iter().enumerate().map(|(index, value)| {
            let next = (index + 1 < count).then_some(index + 1);
            let page = self.with_token(value, paging, next)?;
            wire::answer(&self.service, &self.name, &page)
        });
        let refused = refusal.map(|error| Ok(wire::error(&self.service, error)));
        success.chain(refused).collect()
    }

    /// A page with the token of the next one, where the service says it.
    fn with_token(
        &self,
        page: &Value,
        paging: Option<&Pages>,
        next: Option<usize>,
    ) -> Result<Value, Mistake> {
        let mut whole = page.clone();
        let Some(known) = paging else {
            let none = || Mistake::NoAnswer { call: self.name.clone(), lacking: "pages" };
            return if next.is_none() { Ok(whole) } else { Err(none()) };
        };
        if let Some(more) = &known.more_results {
            set(&mut whole, more, json!(next.is_some()));
        }
        if let Some((page, path)) = next.zip(known.output_tokens.first()) {
            set(&mut whole, path, json!(token(page)));
        }
        Ok(whole)
    }
}

/// Sets the member at a path of names with dots.
fn set(value: &mut Value, path: &str, to: Value) {
    let place = path.split('.').fold(value, |inside, name| &mut inside[name]);
    *place = to;
}

/// Whether method, path and fixed query string are the operation's.
fn is_at(operation: &Operation, asked: &Asked) -> bool {
    let (path, fixed) = operation.uri().split_once('?').unwrap_or((operation.uri(), ""));
    let mut wanted = path.trim_matches('/').split('/');
    let mut given = asked.path.trim_matches('/').split('/');
    let same = loop {
        match (wanted.next(), given.next()) {
            (None, None) => break true,
            (Some(rest), Some(_)) if rest.ends_with("+}") => break true,
            (Some(one), Some(other)) if one == other => {}
            (Some(label), Some(value)) if label.starts_with('{') && !value.is_empty() => {}
            _ => break false,
        }
    };
    same && operation.method() == asked.method && asked.said.contains(fixed)
}
