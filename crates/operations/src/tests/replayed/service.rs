//! AWS as a fixture has it: each request gets the answer to its call, and the page that its token asks
//! for. A request that nothing is said of ends the test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_ec2::config::SharedHttpClient;
use aws_smithy_http_client::test_util::infallible_client_fn;
use org_operator_replay::wire::Wire;
use org_operator_replay::{Answer, Asked, KnownCall};

/// The answer to one call, ready to be sent.
struct Prepared {
    call: KnownCall,
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
            let (uri, body) = (sent.uri(), sent.body().bytes().unwrap_or_default());
            let query = uri.query().unwrap_or_default();
            let target = target.unwrap_or_default();
            let asked = Asked::new(sent.method().as_str(), uri.path(), target, query, body);
            http_answer(answered(&known, &asked, &mut note.lock().unwrap()))
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

fn answered<'a>(prepared: &'a [Prepared], asked: &Asked, given: &mut Given) -> &'a Wire {
    let is_next = |(at, answer): &(usize, &Prepared)| {
        answer.is_to(asked) && answer.has_its_turn(*at, prepared, given)
    };
    let found = prepared.iter().enumerate().find(is_next).unwrap_or_else(|| {
        panic!("nothing is said of {asked:?}");
    });
    let (at, answer) = found;
    let page = asked.page(answer.pages.len());
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
        let call = KnownCall::find(&answer.to).unwrap_or_else(|mistake| panic!("{mistake}"));
        let pages = call.pages(answer).unwrap_or_else(|mistake| panic!("{mistake}"));
        Self { call, answer: answer.clone(), pages }
    }

    fn is_to(&self, asked: &Asked) -> bool {
        self.call.is(asked) && asked.has(&self.answer.asking)
    }

    /// Whether the answer is still given, and is given already.
    fn has_its_turn(&self, at: usize, prepared: &[Self], given: &Given) -> bool {
        let so_far = given.get(&(at, 0)).copied().unwrap_or(0);
        let other = self.answer.after.as_ref();
        let begun = other.is_none_or(|(call, least)| times(call, prepared, given) >= *least);
        begun && self.answer.times.is_none_or(|most| so_far < most)
    }
}
