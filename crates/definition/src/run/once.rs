//! Identical listings of one definition: each is asked for once in a target. Between operations, `shared`
//! does that.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;

use crate::calls::{Ask, CallError, Calls, Page};
use crate::checked::{CheckedCall, CheckedSource};
use crate::shared::{Listing, kept_pages};

/// The calls of a target's sources. One that is not shareable may have another answer each time.
pub(super) struct Once<'a> {
    calls: &'a dyn Calls,
    repeated: Vec<(&'a str, &'a str)>,
    answers: Mutex<HashMap<Listing, Vec<Value>>>,
}

impl<'a> Once<'a> {
    /// The calls of `sources`, which `calls` makes.
    pub(super) fn new(calls: &'a dyn Calls, sources: &'a [CheckedSource]) -> Self {
        let listings: Vec<&CheckedCall> =
            sources.iter().flat_map(CheckedSource::shareable_calls).collect();
        let is_repeated =
            |call: &&&CheckedCall| listings.iter().filter(|other| alike(call, other)).count() > 1;
        let repeated = listings.iter().filter(is_repeated);
        let repeated = repeated.map(|call| (call.service.as_str(), call.operation.as_str()));
        Self { calls, repeated: repeated.collect(), answers: Mutex::default() }
    }

    fn known(&self, listing: &Listing) -> Option<Vec<Value>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(listing).cloned()
    }

    async fn kept(&self, ask: Ask<'_>, page: Page<'_>) -> Result<(), CallError> {
        let listing = Listing::of_ask(ask);
        if let Some(known) = self.known(&listing) {
            let _ = known.into_iter().try_for_each(page);
            return Ok(());
        }
        if let Some(pages) = kept_pages(self.calls, ask, page, usize::MAX, &mut || ()).await? {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.insert(listing, pages);
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

    fn shareable_pages<'a>(
        &'a self,
        ask: Ask<'a>,
        page: Page<'a>,
    ) -> BoxFuture<'a, Result<(), CallError>> {
        if self.repeated.contains(&(ask.service, ask.operation)) {
            return self.kept(ask, page).boxed();
        }
        self.calls.shareable_pages(ask, page)
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.calls.pause(time)
    }
}
