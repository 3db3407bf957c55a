//! Listings that several operations of a visit ask for alike: each is asked for once in a Region, and all
//! of them see the same answer. Within one operation, `run::once` does that.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::calls::{Ask, CallError, Calls, Page};
use crate::checked::{Checked, CheckedCall, CheckedSource};

/// How much of an answer is kept for others, in values and 32 bytes of text each: about 200 KB. What is
/// larger is asked for by each operation.
const MOST_KEPT: usize = 2_000;

/// What a listing asks for: a service, an operation and an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listing(String);

impl Listing {
    fn of_call(call: &CheckedCall) -> Self {
        Self::new(&call.service, &call.operation, &Value::Object(call.input.clone()))
    }

    fn of_ask(ask: Ask<'_>) -> Self {
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
        let calls = self.sources.iter().flat_map(CheckedSource::listings);
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

/// Slots by Region and listing. Who asks for one holds its lock until the answer is there.
type Slots = HashMap<(String, Listing), Arc<Mutex<Slot>>>;

/// A listing in one Region.
#[derive(Debug)]
struct Slot {
    /// How many operations have not asked for it yet.
    to_come: usize,
    answer: Answer,
}

#[derive(Debug, Default)]
enum Answer {
    /// Nobody has it: whoever comes asks for it.
    #[default]
    Unknown,
    Known(Vec<Value>),
    /// It is not kept: whoever comes asks for it, and nobody waits.
    TooLarge,
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
        match (slot.take(), slot.to_come) {
            (Answer::Known(pages), _) => {
                let _ = pages.into_iter().try_for_each(page);
                Ok(())
            }
            (Answer::TooLarge, _) | (Answer::Unknown, 0) => {
                drop(slot);
                self.calls.pages(ask, page).await
            }
            (Answer::Unknown, _) => {
                slot.answer = self.asked(ask, page).await?;
                Ok(())
            }
        }
    }

    /// Asks, and gives what is kept for the others.
    async fn asked(&self, ask: Ask<'_>, page: Page<'_>) -> Result<Answer, CallError> {
        let (mut kept, mut weight, mut is_whole) = (Vec::new(), 0, true);
        let mut keep = |answer: Value| {
            weight += weight_of(&answer);
            if weight <= MOST_KEPT {
                kept.push(answer.clone());
            } else {
                kept = Vec::new();
            }
            let flow = page(answer);
            is_whole = flow == ControlFlow::Continue(());
            flow
        };
        self.calls.pages(ask, &mut keep).await?;
        Ok(match (is_whole, weight <= MOST_KEPT) {
            (false, _) => Answer::Unknown,
            (true, true) => Answer::Known(kept),
            (true, false) => Answer::TooLarge,
        })
    }
}

impl Slot {
    /// What is known, which stays only as long as others are to come.
    fn take(&mut self) -> Answer {
        match &self.answer {
            Answer::Known(pages) if self.to_come > 0 => Answer::Known(pages.clone()),
            Answer::TooLarge => Answer::TooLarge,
            Answer::Known(_) | Answer::Unknown => std::mem::take(&mut self.answer),
        }
    }
}

impl Calls for Sharing<'_> {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        self.calls.pages(ask, page)
    }

    fn listing<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        self.shared(ask, page).boxed()
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.calls.pause(time)
    }
}

/// About how much memory a value takes, in units of some 100 bytes.
fn weight_of(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / 32,
        Value::Array(items) => 1 + items.iter().map(weight_of).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(|v| 1 + weight_of(v)).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
