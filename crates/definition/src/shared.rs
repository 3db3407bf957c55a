//! Identical listings of several operations in a visit to an account: each is asked for once in a Region, and
//! all of the operations see the same answer. Within one operation, `run::once` does that.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::calls::{Ask, CallError, Calls, Page};
use crate::checked::{Checked, CheckedCall, CheckedSource};

/// The largest answer that is kept for other operations, so that a visit's memory stays small: its JSON
/// values, and one more for every 32 bytes of a text. Each operation asks for a larger one itself.
const MOST_KEPT: usize = 2_000;

/// What a listing asks for: a service, an operation and an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listing(String);

impl Listing {
    fn of_call(call: &CheckedCall) -> Self {
        Self::new(&call.service, &call.operation, &Value::Object(call.input.clone()))
    }

    pub(crate) fn of_ask(ask: Ask<'_>) -> Self {
        Self::new(ask.service, ask.operation, ask.input)
    }

    fn new(service: &str, operation: &str, input: &Value) -> Self {
        Self(format!("{service} {operation} {input}"))
    }
}

impl Checked {
    /// The listings whose input is the same in every run, each once.
    #[must_use]
    pub fn listings(&self) -> BTreeSet<Listing> {
        let calls = self.sources.iter().flat_map(CheckedSource::shareable_calls);
        calls.filter(|call| is_constant(&call.input)).map(Listing::of_call).collect()
    }
}

fn is_constant(input: &Map<String, Value>) -> bool {
    crate::parameters::filled_members(input, &|_| None) == *input
}

/// The answers that the operations of one visit to an account share.
#[derive(Debug, Default)]
pub struct SharedListings {
    /// How many operations ask for a listing, where more than one does.
    askers: HashMap<Listing, usize>,
    /// What became of a listing in a Region.
    slots: std::sync::Mutex<Slots>,
}

/// Slots by Region and listing. The operation that asks first holds its slot's lock until it has the answer.
type Slots = HashMap<(String, Listing), Arc<Mutex<Slot>>>;

/// A listing in one Region.
#[derive(Debug)]
struct Slot {
    /// How many operations have not asked for it yet.
    to_come: usize,
    answer: Answer,
}

#[derive(Debug)]
enum Answer {
    /// Nobody has asked for it yet.
    Unknown,
    Known(Vec<Value>),
    /// It failed or was not kept: every other operation asks for it, and none waits for another.
    NotShared,
}

impl SharedListings {
    /// What operations share that ask for these listings.
    #[must_use]
    pub fn of(operations: impl IntoIterator<Item = BTreeSet<Listing>>) -> Self {
        let mut askers: HashMap<Listing, usize> = HashMap::new();
        for listing in operations.into_iter().flatten() {
            *askers.entry(listing).or_default() += 1;
        }
        askers.retain(|_, count| *count > 1);
        Self { askers, slots: std::sync::Mutex::default() }
    }

    /// The calls of one operation in `region`: `calls`, where no other operation has asked already.
    pub fn over<'a>(&'a self, calls: &'a dyn Calls, region: &'a str) -> impl Calls + 'a {
        Sharing { calls, region, listings: self }
    }

    fn slot(&self, region: &str, ask: Ask<'_>) -> Option<Arc<Mutex<Slot>>> {
        if self.askers.is_empty() {
            return None;
        }
        let listing = Listing::of_ask(ask);
        let to_come = *self.askers.get(&listing)?;
        // What a thread that panicked left behind is whole: an entry is put in at once.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Mutex::new(Slot { to_come, answer: Answer::Unknown }));
        Some(slots.entry((region.to_owned(), listing)).or_insert_with(new).clone())
    }
}

/// The calls of one operation in one Region.
struct Sharing<'a> {
    calls: &'a dyn Calls,
    region: &'a str,
    listings: &'a SharedListings,
}

impl Sharing<'_> {
    async fn shared(&self, ask: Ask<'_>, page: Page<'_>) -> Result<(), CallError> {
        let Some(slot) = self.listings.slot(self.region, ask) else {
            return self.calls.pages(ask, page).await;
        };
        let mut slot = slot.lock().await;
        slot.to_come = slot.to_come.saturating_sub(1);
        match slot.take() {
            Answer::Known(pages) => {
                let _ = pages.into_iter().try_for_each(page);
                Ok(())
            }
            Answer::Unknown if slot.to_come > 0 => {
                let mut held = Some(slot);
                // The others wait no longer than it takes to know that they must ask themselves.
                let let_go = &mut || held = None;
                let kept = kept_pages(self.calls, ask, page, MOST_KEPT, let_go).await?;
                if let (Some(mut slot), Some(pages)) = (held, kept) {
                    slot.answer = Answer::Known(pages);
                }
                Ok(())
            }
            Answer::Unknown | Answer::NotShared => {
                drop(slot);
                self.calls.pages(ask, page).await
            }
        }
    }
}

impl Slot {
    /// The answer, which stays only as long as other operations are to come. One that is not known yet
    /// is left as not shared, so that a call which fails, or is given up, keeps nobody waiting.
    fn take(&mut self) -> Answer {
        match &self.answer {
            Answer::Known(pages) if self.to_come > 0 => Answer::Known(pages.clone()),
            _ => std::mem::replace(&mut self.answer, Answer::NotShared),
        }
    }
}

/// Hands every page to `page`, and gives copies of them; `None` where `page` broke off, or where they
/// are more than `most`, in the units of [`MOST_KEPT`]: `let_go` is called as soon as that is known.
pub(crate) async fn kept_pages(
    calls: &dyn Calls,
    ask: Ask<'_>,
    page: Page<'_>,
    most: usize,
    let_go: &mut (dyn FnMut() + Send),
) -> Result<Option<Vec<Value>>, CallError> {
    let (mut kept, mut size, mut is_whole) = (Vec::new(), 0, true);
    let mut keep = |answer: Value| {
        size += size_of(&answer);
        if size <= most {
            kept.push(answer.clone());
        } else {
            kept = Vec::new();
            let_go();
        }
        let flow = page(answer);
        is_whole = flow == ControlFlow::Continue(());
        flow
    };
    calls.shareable_pages(ask, &mut keep).await?;
    Ok((is_whole && size <= most).then_some(kept))
}

impl Calls for Sharing<'_> {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        self.calls.pages(ask, page)
    }

    fn shareable_pages<'a>(
        &'a self,
        ask: Ask<'a>,
        page: Page<'a>,
    ) -> BoxFuture<'a, Result<(), CallError>> {
        self.shared(ask, page).boxed()
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.calls.pause(time)
    }
}

/// A value's size, in the units of [`MOST_KEPT`].
fn size_of(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / 32,
        Value::Array(items) => 1 + items.iter().map(size_of).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(|v| 1 + size_of(v)).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
