//! A listing that a definition has more than once: it is asked for once in a target, and is the same
//! answer each time. Between operations, `shared` does that.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;

use crate::calls::{Ask, CallError, Calls, Page};
use crate::checked::{CheckedCall, CheckedSource};

/// The calls of a target's sources. Whatever is no listing may have another answer each time.
pub(super) struct Once<'a> {
    calls: &'a dyn Calls,
    repeated: Vec<(&'a str, &'a str)>,
    answers: Mutex<HashMap<String, Vec<Value>>>,
}

impl<'a> Once<'a> {
    /// The calls of `sources`, which `calls` makes.
    pub(super) fn new(calls: &'a dyn Calls, sources: &'a [CheckedSource]) -> Self {
        let listings: Vec<&CheckedCall> =
            sources.iter().flat_map(CheckedSource::listings).collect();
        let is_repeated =
            |call: &&&CheckedCall| listings.iter().filter(|other| alike(call, other)).count() > 1;
        let repeated = listings.iter().filter(is_repeated);
        let repeated = repeated.map(|call| (call.service.as_str(), call.operation.as_str()));
        Self { calls, repeated: repeated.collect(), answers: Mutex::default() }
    }

    fn known(&self, key: &str) -> Option<Vec<Value>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    async fn kept(&self, ask: Ask<'_>, page: Page<'_>) -> Result<(), CallError> {
        let key = format!("{} {} {}", ask.service, ask.operation, ask.input);
        if let Some(known) = self.known(&key) {
            let _ = known.into_iter().try_for_each(page);
            return Ok(());
        }
        let (mut pages, mut is_whole) = (Vec::new(), true);
        let mut keep = |answer: Value| {
            pages.push(answer.clone());
            let flow = page(answer);
            is_whole = flow == ControlFlow::Continue(());
            flow
        };
        self.calls.listing(ask, &mut keep).await?;
        if is_whole {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.insert(key, pages);
        }
        Ok(())
    }
}

fn alike(one: &CheckedCall, other: &CheckedCall) -> bool {
    one.service == other.service && one.operation == other.operation && one.input == other.input
}

impl Calls for Once<'_> {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        self.calls.pages(ask, page)
    }

    fn listing<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        if self.repeated.contains(&(ask.service, ask.operation)) {
            return self.kept(ask, page).boxed();
        }
        self.calls.listing(ask, page)
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.calls.pause(time)
    }
}
