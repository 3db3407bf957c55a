//! AWS as a fixture has it: each request gets the answer to its call, and the page that its token asks
//! for. A request that nothing is said of ends the test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_ec2::config::SharedHttpClient;
use aws_smithy_http_client::test_util::infallible_client_fn;
use org_operator_models::{Operation, Pages, Protocol, Service, models};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::fixture::Answer;
use super::wire::{self, Wire};

/// A request, as text that was decoded.
struct Request {
    method: String,
    path: String,
    target: String,
    /// Query string and body.
    said: String,
}

/// The answer to one call, ready to be sent.
struct Prepared {
    service: Arc<Service>,
    call: String,
    answer: Answer,
    pages: Vec<Wire>,
}

/// How often each page was given, by its answer's place.
type Given = BTreeMap<(usize, usize), usize>;

/// A service that gives the first of these answers that is one to a request, and what it was asked.
pub(super) struct Replay {
    pub client: SharedHttpClient,
    prepared: Arc<Vec<Prepared>>,
    given: Arc<Mutex<Given>>,
}

impl Replay {
    pub(super) fn of(answers: &[&Answer]) -> Self {
        let all: Vec<Prepared> = answers.iter().map(|answer| Prepared::of(answer)).collect();
        let (prepared, given) = (Arc::new(all), Arc::<Mutex<Given>>::default());
        let (known, note) = (prepared.clone(), given.clone());
        let client = infallible_client_fn(move |sent| {
            let target = sent.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
            let query = sent.uri().query().unwrap_or_default();
            let body = String::from_utf8_lossy(sent.body().bytes().unwrap_or_default());
            let request = Request {
                method: sent.method().to_string(),
                path: decoded(sent.uri().path()),
                target: target.unwrap_or_default().to_owned(),
                said: decoded(&format!("{query} {body}")),
            };
            http_answer(answered(&known, &request, &mut note.lock().unwrap()))
        });
        Self { client, prepared, given }
    }

    /// Whether an answer of several pages was read from its first to its last.
    pub(super) fn gave_several_pages(&self) -> bool {
        let given = self.given.lock().unwrap();
        let whole = |(at, answer): (usize, &Prepared)| {
            (0..answer.pages.len()).all(|page| given.contains_key(&(at, page)))
        };
        let all = self.prepared.iter().enumerate();
        all.filter(|(_, answer)| answer.pages.len() > 1).any(whole)
    }
}

fn http_answer(wire: &Wire) -> http::Response<String> {
    let mut response = http::Response::builder().status(wire.status);
    for (name, value) in &wire.headers {
        response = response.header(*name, value);
    }
    response.body(wire.body.clone()).unwrap()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn answered<'a>(prepared: &'a [Prepared], request: &Request, given: &mut Given) -> &'a Wire {
    let is_next = |(at, answer): &(usize, &Prepared)| {
        answer.is_to(request) && answer.has_its_turn(*at, prepared, given)
    };
    let found = prepared.iter().enumerate().find(is_next).unwrap_or_else(|| {
        let Request { method, path, target, said } = request;
        panic!("nothing is said of {method} {path} {target} {said}")
    });
    let (at, answer) = found;
    let page = answer.page(request);
    *given.entry((at, page)).or_default() += 1;
    &answer.pages[page]
}

/// How often a call was answered.
fn times(call: &str, prepared: &[Prepared], given: &Given) -> usize {
    let of_call = given.iter().filter(|((at, _), _)| prepared[*at].answer.to == call);
    of_call.map(|(_, times)| times).sum()
}

impl Prepared {
    fn of(answer: &Answer) -> Self {
        let (service_name, call) = answer.call();
        let service = models().unwrap().load(service_name).unwrap();
        let operation = service.operations.get(call);
        let paging = operation.unwrap_or_else(|| panic!("no {}", answer.to)).pages.as_ref();
        let count = answer.pages.len() + usize::from(answer.error.is_some());
        let success = answer.pages.iter().enumerate().map(|(index, page)| {
            let next = (index + 1 < count).then_some(index + 1);
            wire::answer(&service, call, &with_token(page, paging, next))
        });
        let error = answer.error.iter().map(|error| wire::error(&service, error));
        let pages: Vec<Wire> = success.chain(error).collect();
        Self { service: service.clone(), call: call.to_owned(), answer: answer.clone(), pages }
    }

    fn is_to(&self, request: &Request) -> bool {
        let whole = format!("{} {}", request.path, request.said);
        let calls_it = is_call(&self.service, &self.call, request);
        calls_it && self.answer.asking.iter().all(|text| whole.contains(text))
    }

    /// Whether the answer is still given, and is given already.
    fn has_its_turn(&self, at: usize, prepared: &[Self], given: &Given) -> bool {
        let so_far = given.get(&(at, 0)).copied().unwrap_or(0);
        let other = self.answer.after.as_ref();
        let begun = other.is_none_or(|(call, least)| times(call, prepared, given) >= *least);
        begun && self.answer.times.is_none_or(|most| so_far < most)
    }

    /// The page that a request's token asks for.
    fn page(&self, request: &Request) -> usize {
        (1..self.pages.len()).rev().find(|page| request.said.contains(&token(*page))).unwrap_or(0)
    }
}

fn token(page: usize) -> String {
    format!("token-of-page-{page}")
}

/// A page with the token of the next one, where the service says it.
fn with_token(page: &Value, paging: Option<&Pages>, next: Option<usize>) -> Value {
    let mut whole = page.clone();
    let Some(paging) = paging else {
        assert!(next.is_none(), "the call has no pages");
        return whole;
    };
    if let Some(more) = &paging.more_results {
        set(&mut whole, more, json!(next.is_some()));
    }
    if let Some(page) = next {
        set(&mut whole, &paging.output_tokens[0], json!(token(page)));
    }
    whole
}

/// Sets the member at a path of names with dots.
fn set(value: &mut Value, path: &str, to: Value) {
    let place = path.split('.').fold(value, |inside, name| &mut inside[name]);
    *place = to;
}

fn is_call(service: &Service, call: &str, request: &Request) -> bool {
    let operation = &service.operations[call];
    match service.protocol {
        Protocol::Ec2 | Protocol::Query => {
            let named = format!("Action={call}&Version={}", service.api_version);
            request.said.contains(&named)
        }
        Protocol::Json => {
            let prefix = service.target_prefix.as_deref().unwrap_or_default();
            request.target == format!("{prefix}.{call}")
        }
        Protocol::RestJson | Protocol::RestXml => is_at(operation, request),
    }
}

/// Whether method, path and fixed query string are the operation's.
fn is_at(operation: &Operation, request: &Request) -> bool {
    let (path, fixed) = operation.uri().split_once('?').unwrap_or((operation.uri(), ""));
    let mut wanted = path.trim_matches('/').split('/');
    let mut given = request.path.trim_matches('/').split('/');
    let same = loop {
        match (wanted.next(), given.next()) {
            (None, None) => break true,
            (Some(rest), Some(_)) if rest.ends_with("+}") => break true,
            (Some(one), Some(other)) if one == other => {}
            (Some(label), Some(value)) if label.starts_with('{') && !value.is_empty() => {}
            _ => break false,
        }
    };
    same && operation.method() == request.method && request.said.contains(fixed)
}
