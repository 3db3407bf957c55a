//! The calls beside a source's listing: second listings, and calls for each row.

use super::Checking;
use super::call::Called;
use super::plan::{Beside, Plan};
use crate::asked::Asked;
use crate::checked::{CheckedFollowUp, CheckedListing, Step};
use crate::definition::{FollowUp, Listing, Request};
use crate::expression::Known;
use crate::fault::quoted;
use crate::path::Path;
use crate::types::{Class, Type};

/// A call that is right, with the type of what paths see of it.
struct Found {
    step: Step,
    gives: Type,
    asked: Asked,
}

impl Checking<'_> {
    /// Checks a call and puts it into the plan; where it is wrong, paths that name it can be checked still.
    pub(super) fn call_beside(&mut self, plan: &mut Plan<'_>, call: Beside<'_>) {
        let (name, errors, found) = match call {
            Beside::Listing(index, listing) => {
                let place = format!("{}with[{index}].", plan.place);
                (&listing.name, &listing.errors, self.listing(plan, listing, &place))
            }
            Beside::FollowUp(index, follow_up) => {
                let place = format!("{}each[{index}].", plan.place);
                (&follow_up.name, &follow_up.errors, self.follow_up(plan, follow_up, &place))
            }
        };
        let gives = found.as_ref().map_or(Type::Any, |found| found.gives.clone());
        plan.note(name, gives, errors.denied);
        if let Some(Found { step, asked, .. }) = found {
            plan.call(step, asked);
        }
    }

    fn listing(&mut self, plan: &Plan<'_>, listing: &Listing, place: &str) -> Option<Found> {
        let called = self.call(&listing.request, &[], place)?;
        let (rows, gives) = self.wanted(&plan.known, &called, listing.rows.as_deref(), place)?;
        if listing.on.is_some() && rows.is_none() {
            self.faults.note(
                format!("{place}on"),
                "paths",
                "nothing without `rows`: there is nothing to match with",
            );
        }
        let item = gives.item().unwrap_or(Type::Any);
        let on = listing.on.as_ref().and_then(|on| self.on(plan, on, &item, place));
        let (name, errors, asked) =
            (listing.name.clone(), listing.errors.clone(), called.asked.clone());
        let step = Step::Listing(CheckedListing {
            name,
            call: called.finished_shareable(),
            rows,
            on,
            errors,
        });
        Some(Found { step, gives, asked })
    }

    fn on(
        &mut self,
        plan: &Plan<'_>,
        on: &(String, String),
        item: &Type,
        place: &str,
    ) -> Option<(Path, Path)> {
        let row = self.path(&plan.known, &on.0, &plan.row, &format!("{place}on[0]"));
        let known = self.known();
        let listed = self.path(&known, &on.1, item, &format!("{place}on[1]"));
        let (left, right) = row.zip(listed)?;
        left.gives.whole();
        right.gives.whole();
        Some((left.path, right.path))
    }

    /// What a call is for: the rows at a path, or the answer itself.
    fn wanted(
        &mut self,
        known: &Known,
        called: &Called,
        rows: Option<&str>,
        place: &str,
    ) -> Option<(Option<Path>, Type)> {
        let Some(text) = rows else {
            self.refuse_pages(called, place);
            return Some((None, called.answer.clone()));
        };
        let typed = self.rows_of(known, called, text, place)?;
        let item = typed.rows(&format!("{place}rows"), &mut self.faults);
        Some((Some(typed.path), Type::List(Box::new(item))))
    }

    /// An answer that comes in pages is none that a path can be evaluated on as a whole.
    fn refuse_pages(&mut self, called: &Called, place: &str) {
        if called.paged {
            let came = format!("nothing for {}", called.call.operation);
            let allowed = "a list of its answer, which comes in pages";
            self.faults.note(format!("{place}rows"), came, allowed);
        }
    }

    fn follow_up(&mut self, plan: &Plan<'_>, each: &FollowUp, place: &str) -> Option<Found> {
        let bound: Vec<&str> = each.bind.keys().map(String::as_str).collect();
        let called = self.call(&each.request, &bound, place)?;
        let known = &plan.known;
        let when = each
            .when
            .as_ref()
            .and_then(|text| self.condition(known, text, &plan.row, &format!("{place}when")));
        let at = format!("{place}over");
        let over = each.over.as_ref().and_then(|text| self.path(known, text, &plan.row, &at));
        let item = over.as_ref().map(|typed| typed.rows(&at, &mut self.faults));
        let bind =
            self.binds(known, &called, each, &item.unwrap_or_else(|| plan.row.clone()), place);
        let (rows, one) = self.wanted(known, &called, each.rows.as_deref(), place)?;
        // Several calls give a list of answers; rows of several calls are one list.
        let gives = if over.is_some() && rows.is_none() { Type::List(Box::new(one)) } else { one };
        let (name, errors, asked) = (each.name.clone(), each.errors.clone(), called.asked.clone());
        let call = called.finished();
        let over_path = over.map(|typed| typed.path);
        let step = Step::FollowUp(CheckedFollowUp {
            name,
            call,
            bind,
            when,
            over: over_path,
            rows,
            errors,
        });
        Some(Found { step, gives, asked })
    }

    fn binds(
        &mut self,
        known: &Known,
        called: &Called,
        each: &FollowUp,
        on: &Type,
        place: &str,
    ) -> Vec<(String, Path)> {
        let mut found = Vec::new();
        for (member, text) in &each.bind {
            let at = format!("{place}bind.{member}");
            let Some(typed) = self.path(known, text, on, &at) else { continue };
            typed.gives.whole();
            let wanted =
                member_of(called, &each.request, member).map_or(Class::Any, |of| of.class());
            let given = typed.gives.class();
            if wanted != given && wanted != Class::Any && given != Class::Any {
                let came = format!("{}, which gives {}", quoted(text), typed.gives.describe());
                self.faults.note(at, came, wanted.name());
            }
            found.push((member.clone(), typed.path));
        }
        found
    }
}

/// The type of a member of a call's input.
fn member_of(called: &Called, request: &Request, member: &str) -> Option<Type> {
    let operation = called.service.operations.get(&request.call)?;
    match Type::answer(&called.service, operation.input.as_ref(), Asked::default()) {
        Type::Shape(shaped) => shaped.member(member),
        _ => None,
    }
}
