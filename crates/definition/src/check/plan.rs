//! The order of a source's steps: each as soon as every call that it names has answered.

use std::collections::BTreeSet;

use super::{Checking, PARENT};
use crate::asked::Asked;
use crate::checked::Step;
use crate::definition::{FollowUp, Listing, Source};
use crate::expression::Known;
use crate::types::Type;

/// What is planned so far, and what paths can name then.
pub(super) struct Plan<'a> {
    pub(super) place: &'a str,
    pub(super) known: Known,
    pub(super) row: Type,
    steps: Vec<Step>,
    /// What is asked of the answers of the calls among `steps`, in their order.
    asked: Vec<Asked>,
    done: BTreeSet<String>,
    denied: BTreeSet<String>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(place: &'a str, known: Known, row: Type) -> Self {
        let (done, denied) = (BTreeSet::new(), BTreeSet::new());
        Self { place, known, row, steps: Vec::new(), asked: Vec::new(), done, denied }
    }

    /// Notes what paths can name from now on, and whether it may be refused without a failure.
    pub(super) fn note(&mut self, name: &str, gives: Type, denied: bool) {
        self.known.variables.push((name.to_owned(), gives));
        self.done.insert(name.to_owned());
        if denied {
            self.denied.insert(name.to_owned());
        }
    }

    /// Whether the call `name` may be refused without a failure.
    pub(super) fn may_be_denied(&self, name: &str) -> bool {
        self.denied.contains(name)
    }

    /// Adds a call, with what is asked of its answers.
    pub(super) fn call(&mut self, step: Step, asked: Asked) {
        self.steps.push(step);
        self.asked.push(asked);
    }

    /// The steps, each call with what was asked of its answers, now that every path is known.
    pub(super) fn finished(mut self) -> Vec<Step> {
        let calls = self.steps.iter_mut().filter_map(|step| match step {
            Step::Listing(listing) => Some(&mut listing.call),
            Step::FollowUp(follow_up) => Some(&mut follow_up.call),
            Step::Keep(_) | Step::Nested(_) => None,
        });
        for (call, asked) in calls.zip(&self.asked) {
            call.mask = asked.mask();
        }
        self.steps
    }
}

/// A call beside the listing, with its place among those of its kind.
#[derive(Clone, Copy)]
pub(super) enum Beside<'a> {
    Listing(usize, &'a Listing),
    FollowUp(usize, &'a FollowUp),
}

impl<'a> Beside<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Listing(_, listing) => &listing.name,
            Self::FollowUp(_, follow_up) => &follow_up.name,
        }
    }

    /// The paths that are evaluated for the call.
    fn paths(self) -> Vec<&'a str> {
        match self {
            Self::Listing(_, listing) => listing.on.iter().map(|(row, _)| row.as_str()).collect(),
            Self::FollowUp(_, call) => {
                let bound = call.bind.values().chain(&call.when).chain(&call.over);
                bound.map(String::as_str).collect()
            }
        }
    }
}

/// What is not planned yet.
pub(super) struct Waiting<'a> {
    names: BTreeSet<&'a str>,
    calls: Vec<Beside<'a>>,
    nested: Option<&'a str>,
    keep: Vec<(usize, &'a str)>,
}

impl<'a> Waiting<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        let listings =
            source.with.iter().enumerate().map(|(index, listing)| Beside::Listing(index, listing));
        let follow_ups =
            source.each.iter().enumerate().map(|(index, call)| Beside::FollowUp(index, call));
        let calls: Vec<Beside<'a>> = listings.chain(follow_ups).collect();
        Self {
            names: calls.iter().map(|call| call.name()).collect(),
            calls,
            nested: source.nested.as_deref(),
            keep: source.keep.iter().map(String::as_str).enumerate().collect(),
        }
    }

    /// The first call that can be made; where calls wait for each other the first one, whose fault it is.
    pub(super) fn next(&mut self, plan: &Plan<'_>) -> Option<Beside<'a>> {
        let ready = self
            .calls
            .iter()
            .position(|call| call.paths().into_iter().all(|path| self.ready(path, plan)));
        let index = ready.unwrap_or(0);
        (!self.calls.is_empty()).then(|| self.calls.remove(index))
    }

    /// Whether every call that `text` names is planned.
    fn ready(&self, text: &str, plan: &Plan<'_>) -> bool {
        let named = crate::path::named(text);
        named.iter().all(|name| !self.names.contains(name.as_str()) || plan.done.contains(name))
    }
}

impl Checking<'_> {
    /// Puts in what of `waiting` can be evaluated by now, but for calls.
    pub(super) fn settle(&mut self, plan: &mut Plan<'_>, waiting: &mut Waiting<'_>) {
        if let Some(text) = waiting.nested.filter(|text| waiting.ready(text, plan)) {
            waiting.nested = None;
            self.nested(plan, text);
        }
        // A filter is of the final rows.
        if waiting.nested.is_some() {
            return;
        }
        for (index, text) in std::mem::take(&mut waiting.keep) {
            if !waiting.ready(text, plan) {
                waiting.keep.push((index, text));
                continue;
            }
            let at = format!("{}keep[{index}]", plan.place);
            let path = self.condition(&plan.known, text, &plan.row, &at);
            plan.steps.extend(path.map(Step::Keep));
        }
    }

    fn nested(&mut self, plan: &mut Plan<'_>, text: &str) {
        let at = format!("{}nested", plan.place);
        let typed = self.path(&plan.known, text, &plan.row, &at);
        let item = typed.as_ref().map_or(Type::Any, |typed| typed.rows(&at, &mut self.faults));
        let parent = std::mem::replace(&mut plan.row, item);
        plan.known.variables.push((PARENT.to_owned(), parent));
        plan.steps.extend(typed.map(|typed| Step::Nested(typed.path)));
    }
}
