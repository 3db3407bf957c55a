//! `CloudFormation`'s stacks and change sets, which only calls make. An execution takes some looks at
//! the stack to settle, and fails where its template has a resource of the type [`FAILS`]. How the
//! service words them stands in `services`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The type of a resource that cannot be made.
pub const FAILS: &str = "Simulated::Fails";
/// How often a stack that is worked on is looked at until it has settled.
const LOOKS: u32 = 2;

/// A stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// The account's id, and the Region.
    pub place: (String, String),
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state, in AWS's word.
    pub status: String,
    /// Its template; empty where it has none yet.
    pub template: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// Its events, newest last: resource, type, state and reason.
    pub events: Vec<[String; 4]>,
    /// What it is after some more looks.
    pub(crate) settles: Option<Settles>,
}

/// How a stack that is worked on ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settles {
    looks: u32,
    set: String,
    template: String,
    parameters: BTreeMap<String, String>,
    fails: bool,
}

/// A change set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its stack's ARN.
    pub stack: String,
    /// Whether it creates its stack.
    pub creates: bool,
    /// The template that it gives the stack.
    pub template: String,
    /// The parameters that it gives the stack.
    pub parameters: BTreeMap<String, String>,
    /// Whether it can be executed, or was, in AWS's word.
    pub execution: String,
    /// Why it could not be made; empty where it was.
    pub reason: String,
}

/// Everything, and what calls have done.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) stacks: Vec<Stack>,
    pub(crate) sets: Vec<ChangeSet>,
    /// The ARNs of the change sets that calls have executed, in order.
    pub(crate) executed: Vec<String>,
    numbers: u64,
}

/// The stacks of all accounts and Regions.
#[derive(Debug, Default)]
pub(crate) struct Stacks(Mutex<State>);

impl Stacks {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The stack of an id, or the one that has the name now.
    pub(crate) fn find(&mut self, place: (&str, &str), name: &str) -> Option<&mut Stack> {
        let here = |stack: &&mut Stack| (stack.place.0.as_str(), stack.place.1.as_str()) == place;
        let mut all = self.stacks.iter_mut().filter(here);
        all.find(|stack| {
            stack.id == name || (stack.name == name && stack.status != "DELETE_COMPLETE")
        })
    }

    /// A new ARN of a `stack` or `changeSet`.
    pub(crate) fn arn(&mut self, place: (&str, &str), kind: &str, name: &str) -> String {
        self.numbers += 1;
        let ((account, region), number) = (place, self.numbers);
        format!("arn:aws:cloudformation:{region}:{account}:{kind}/{name}/{number}")
    }

    /// Begins to execute a change set; false where it cannot be executed.
    pub(crate) fn execute(&mut self, arn: &str) -> bool {
        let Some(set) = self.sets.iter_mut().find(|set| set.arn == arn) else { return false };
        let Some(stack) = self.stacks.iter_mut().find(|stack| stack.id == set.stack) else {
            return false;
        };
        if set.execution != "AVAILABLE" {
            return false;
        }
        "EXECUTE_IN_PROGRESS".clone_into(&mut set.execution);
        let word = if set.creates { "CREATE" } else { "UPDATE" };
        stack.begin(&format!("{word}_IN_PROGRESS"));
        stack.settles = Some(Settles {
            looks: LOOKS,
            set: set.arn.clone(),
            template: set.template.clone(),
            parameters: set.parameters.clone(),
            fails: set.template.contains(FAILS),
        });
        self.executed.push(arn.to_owned());
        // Executing one makes the others invalid, and removes them (API reference).
        let (executed, of) = (set.arn.clone(), set.stack.clone());
        self.sets.retain(|other| other.stack != of || other.arn == executed);
        true
    }

    /// Looks at all stacks: those that are worked on come nearer to their end.
    pub(crate) fn look(&mut self) {
        for stack in &mut self.stacks {
            if let Some(done) = stack.looked_at() {
                let execution = if done.fails { "EXECUTE_FAILED" } else { "EXECUTE_COMPLETE" };
                let mut sets = self.sets.iter_mut();
                if let Some(set) = sets.find(|set| set.arn == done.set) {
                    execution.clone_into(&mut set.execution);
                }
            }
        }
    }
}

impl Stack {
    /// Writes the event by which an operation on the stack begins.
    pub(crate) fn begin(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        let name = self.name.clone();
        self.event(&name, "AWS::CloudFormation::Stack", status, "User Initiated");
    }

    fn event(&mut self, resource: &str, kind: &str, status: &str, reason: &str) {
        self.events.push([resource, kind, status, reason].map(str::to_owned));
    }

    /// What was settled by this look, where something was.
    fn looked_at(&mut self) -> Option<Settles> {
        let settles = self.settles.as_mut()?;
        settles.looks -= 1;
        if settles.looks > 0 {
            return None;
        }
        let done = self.settles.take()?;
        let creates = self.status.starts_with("CREATE");
        let word = match (creates, done.fails) {
            (true, true) => "ROLLBACK_COMPLETE",
            (true, false) => "CREATE_COMPLETE",
            (false, true) => "UPDATE_ROLLBACK_COMPLETE",
            (false, false) => "UPDATE_COMPLETE",
        };
        if done.fails {
            self.event("Broken", FAILS, "CREATE_FAILED", "it is not to be had & never was");
        } else {
            self.template.clone_from(&done.template);
            self.parameters.clone_from(&done.parameters);
        }
        word.clone_into(&mut self.status);
        Some(done)
    }
}

/// The resources of a template: type and properties by name.
pub(crate) fn resources(template: &str) -> BTreeMap<String, Value> {
    let read: Value = serde_json::from_str(template).unwrap_or_default();
    let all = read["Resources"].as_object().cloned().unwrap_or_default();
    all.into_iter().collect()
}
