//! What was invoked, in which order, and how each invocation ended: what a fault can excuse.

use std::sync::{Mutex, PoisonError};

/// A work item: an account and the Regions of one child of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The account.
    pub account: String,
    /// Its Regions in this item.
    pub regions: Vec<String>,
}

/// What was invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The fanout.
    Fanout,
    /// The worker, for one item.
    Worker(Item),
    /// The note that an item was given up.
    RecordFailure(Item),
    /// The result handler.
    ResultHandler,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Not yet.
    Open,
    /// Well.
    Done,
    /// With an error of this name.
    Failed(String),
    /// Because the seed let it die.
    Died,
    /// Because Lambda ended it.
    TimedOut,
}

/// One invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its number, which the faults that struck it bear too.
    pub number: u64,
    /// The execution that it belongs to.
    pub execution: String,
    /// What was invoked.
    pub step: Step,
    /// How it ended.
    pub end: End,
    /// When it began, as a count of beginnings and ends.
    pub began: u64,
    /// When it ended, so counted.
    pub ended: u64,
}

impl Invocation {
    /// The error's name as the state machine sees it, or nothing where there is none.
    #[must_use]
    pub fn error(&self) -> &str {
        match &self.end {
            End::Open | End::Done => "",
            End::Failed(name) => name,
            End::Died => death_of(self.number),
            End::TimedOut => "Sandbox.Timedout",
        }
    }
}

/// The error that Step Functions sees where an invocation dies: every other one is killed for its
/// memory.
#[must_use]
pub fn death_of(number: u64) -> &'static str {
    if number.is_multiple_of(2) { "Runtime.ExitError" } else { "Runtime.OutOfMemory" }
}

#[derive(Debug, Default)]
struct State {
    invocations: Vec<Invocation>,
    time: u64,
}

/// Every invocation of a drive.
#[derive(Debug, Default)]
pub struct Log(Mutex<State>);

impl Log {
    /// Notes that an invocation begins; gives its number.
    pub fn begin(&self, execution: &str, step: Step) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.time += 1;
        let (number, began) = (state.invocations.len() as u64, state.time);
        let execution = execution.to_owned();
        let open = Invocation { number, execution, step, end: End::Open, began, ended: u64::MAX };
        state.invocations.push(open);
        number
    }

    /// Notes how it ended.
    pub fn end(&self, number: u64, end: End) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.time += 1;
        let ended = state.time;
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(invocation) = state.invocations.get_mut(place) {
            *invocation = Invocation { end, ended, ..invocation.clone() };
        }
    }

    /// Every invocation, in the order in which they began.
    #[must_use]
    pub fn invocations(&self) -> Vec<Invocation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).invocations.clone()
    }

    /// How many died or were ended by Lambda.
    #[must_use]
    pub fn deaths(&self) -> usize {
        let ended = |i: &&Invocation| matches!(i.end, End::Died | End::TimedOut);
        self.invocations().iter().filter(ended).count()
    }
}
