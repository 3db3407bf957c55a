//! One row, step by step: read, decide, write down what is about to be done, do it, and after a reply
//! that was lost read again before anything else. No change is repeated blindly.

use org_operator_core::ErrorKind;
use serde_json::Value;

use crate::applied::Outcome;
use crate::decide::{Next, Seen, decide};
use crate::guards::Hold;
use crate::plan::PlanRow;
use crate::settled::Settled;

/// How often a change is tried where AWS throttles or the reply is lost.
pub const MOST_TRIES: u32 = 5;

/// What has to be done next; each step is answered by one [`Event`].
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Read the resource: [`Event::Seen`] or [`Event::Unread`].
    Read,
    /// Ask the guards, then write the intent down for good: [`Event::Begun`] or [`Event::Held`].
    Begin,
    /// Make the change once: [`Event::Made`] or [`Event::NotMade`].
    Change,
    /// Wait before reading again, the longer the higher the number: [`Event::Waited`].
    Wait(u32),
    /// Nothing: the row has its outcome, which has to be written down.
    Done(Box<Settled>),
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The resource as it is.
    Seen(Seen),
    /// It could not be read.
    Unread(CallProblem),
    /// The intent is on disk: from now on the change may happen.
    Begun,
    /// A guard stops the row.
    Held(Hold),
    /// AWS said that the change is made.
    Made(Made),
    /// AWS refused the change, or nobody knows what came of it.
    NotMade(CallProblem),
    /// The time to wait is over.
    Waited,
}

/// What AWS said about a change that it made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// The id of the request.
    pub request_id: Option<String>,
    /// The id of what was made, where it has one that the plan could not know.
    pub id: Option<String>,
    /// The state that AWS said, where it is on its way to the plan's; `None` where it is the plan's.
    pub state: Option<Value>,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallProblem {
    /// The kind, which says whether another try may help.
    pub kind: ErrorKind,
    /// The reason in words.
    pub message: String,
    /// The id of the request, where AWS answered.
    pub request_id: Option<String>,
    /// Whether the call may have had its effect all the same.
    pub may_have_happened: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Reading,
    Beginning,
    Changing,
    Waiting,
    Done,
}

/// The way of one row to its outcome.
#[derive(Debug, Clone)]
pub struct RowRun<'a> {
    row: &'a PlanRow,
    at: At,
    seen: Option<Seen>,
    /// A change that was begun may have happened.
    open: bool,
    tries: u32,
    problem: Option<CallProblem>,
    settled: Option<Settled>,
}

impl<'a> RowRun<'a> {
    /// A row that was not begun, or, where `open`, one of which an earlier process wrote that it
    /// begins and not what came of it.
    #[must_use]
    pub fn new(row: &'a PlanRow, open: bool) -> Self {
        let (seen, problem, settled) = (None, None, None);
        Self { row, at: At::Reading, seen, open, tries: 0, problem, settled }
    }

    /// Holds the row before it is read. A row that was begun has to be read all the same: it may have
    /// been changed.
    pub fn hold(&mut self, hold: &Hold) {
        if self.at == At::Reading && !self.open {
            self.held(hold);
        }
    }

    /// What has to be done next.
    #[must_use]
    pub fn step(&self) -> Step {
        match (self.at, &self.settled) {
            (_, Some(settled)) => Step::Done(Box::new(settled.clone())),
            (At::Beginning, None) => Step::Begin,
            (At::Changing, None) => Step::Change,
            (At::Waiting, None) => Step::Wait(self.tries),
            (At::Reading | At::Done, None) => Step::Read,
        }
    }

    /// The resource as it was read last, for the guards and for the change.
    #[must_use]
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// Takes what came of [`Self::step`]; an event that no step asked for changes nothing.
    pub fn take(&mut self, event: Event) {
        match (self.at, event) {
            (At::Reading, Event::Seen(seen)) => self.read(seen),
            (At::Reading, Event::Unread(problem)) => self.failed(problem),
            (At::Beginning, Event::Held(hold)) => self.held(&hold),
            (At::Beginning, Event::Begun) => {
                self.tries += 1;
                self.at = At::Changing;
            }
            (At::Changing, Event::Made(made)) => self.made(made),
            (At::Changing, Event::NotMade(problem)) => self.not_made(problem),
            (At::Waiting, Event::Waited) => self.at = At::Reading,
            _ => {}
        }
    }

    fn read(&mut self, seen: Seen) {
        let next = decide(self.row, &seen.state, self.open);
        self.seen = Some(seen);
        match (next, self.problem.take()) {
            (Next::Change, Some(problem)) if !self.may_try_again(&problem) => self.failed(problem),
            (Next::Change, _) => self.at = At::Beginning,
            (Next::Settled(outcome), _) => self.found(outcome),
            (Next::Unclear, _) => self.unclear(),
        }
    }

    fn may_try_again(&self, problem: &CallProblem) -> bool {
        problem.kind.is_retryable() && self.tries < MOST_TRIES
    }

    fn not_made(&mut self, problem: CallProblem) {
        self.open |= problem.may_have_happened;
        let again = self.may_try_again(&problem);
        self.problem = Some(problem);
        self.at = if again { At::Waiting } else { At::Reading };
    }

    fn made(&mut self, made: Made) {
        let Made { request_id, id, state } = made;
        let after = state.unwrap_or_else(|| self.row.after.clone());
        self.settle(Settled { after, id, request_id, ..self.outcome(Outcome::Applied) });
    }

    /// The state itself says what became of the row.
    fn found(&mut self, outcome: Outcome) {
        let message = match outcome {
            Outcome::Applied => "the reply was lost; the state says that the change is made",
            Outcome::ChangedSincePlan => "the state is not the plan's any more",
            _ => "",
        };
        let id = self.seen.as_ref().and_then(|seen| seen.id.clone());
        let before = match outcome {
            Outcome::Applied => self.row.before.clone(),
            _ => self.state(),
        };
        let settled = self.outcome(outcome);
        self.settle(Settled { id, before, message: message.to_owned(), ..settled });
    }

    fn held(&mut self, hold: &Hold) {
        let settled = Settled { open: self.open, ..self.outcome(Outcome::Held) };
        self.settle(Settled { message: hold.to_string(), ..settled });
    }

    fn failed(&mut self, problem: CallProblem) {
        let CallProblem { kind, message, request_id, .. } = problem;
        let settled = self.outcome(Outcome::Failed);
        let open = self.open;
        self.settle(Settled { error: Some(kind), message, request_id, open, ..settled });
    }

    fn unclear(&mut self) {
        let message =
            "a change was begun, and the state is neither the plan's before nor its after";
        let (error, message) = (Some(ErrorKind::OperationFailed), message.to_owned());
        let settled = self.outcome(Outcome::Failed);
        self.settle(Settled { error, message, open: true, ..settled });
    }

    fn state(&self) -> Value {
        self.seen.as_ref().map_or_else(|| self.row.before.clone(), |seen| seen.state.clone())
    }

    fn outcome(&self, outcome: Outcome) -> Settled {
        Settled {
            outcome,
            before: self.state(),
            after: self.state(),
            id: None,
            request_id: None,
            error: None,
            message: String::new(),
            open: false,
        }
    }

    fn settle(&mut self, settled: Settled) {
        self.at = At::Done;
        self.settled = Some(settled);
    }
}
