//! A call of a definition: whether there is such a service and operation, and whether its input is right.

use std::sync::Arc;

use org_operator_core::input::path::FieldPath;
use org_operator_models::{ModelError, Operation, Service};

use super::Checking;
use super::input::Inputs;
use crate::asked::{Asked, Mask};
use crate::checked::CheckedCall;
use crate::definition::{Request, Scope};
use crate::fault::{listed, near, quoted};
use crate::types::Type;

/// A call that there is, with what its answers are.
pub(super) struct Called {
    pub(super) call: CheckedCall,
    pub(super) service: Arc<Service>,
    /// The type of an answer.
    pub(super) answer: Type,
    /// What of an answer is asked for.
    pub(super) asked: Asked,
    /// Whether the answer comes in pages.
    pub(super) paged: bool,
}

impl Called {
    /// The call with what was asked of its answers so far.
    pub(super) fn finished(mut self) -> CheckedCall {
        self.call.mask = self.asked.mask();
        self.call
    }

    /// As [`Called::finished`], where the answer to an earlier, identical call will do.
    pub(super) fn finished_shareable(self) -> CheckedCall {
        CheckedCall { is_shareable: true, ..self.finished() }
    }
}

impl Checking<'_> {
    /// Checks a call at `place`, whose members `bound` come from elsewhere; `None` where there is no such call.
    pub(super) fn call(
        &mut self,
        request: &Request,
        bound: &[&str],
        place: &str,
    ) -> Option<Called> {
        let service = self.service(&request.service, place)?;
        let operation = self.operation(&service, &request.call, place)?.clone();
        self.input(&service, &operation, request, bound, place);
        match service.actions(&request.call) {
            Some(actions) => self.actions.extend(actions),
            None if self.definition.actions.is_empty() => {
                let came = format!("nothing for {} {}", request.service, request.call);
                self.faults.note(
                    "actions",
                    came,
                    "its IAM actions: AWS's service reference lists none",
                );
            }
            None => {}
        }
        let asked = Asked::default();
        let input = request.input.clone();
        let takes = operation.input.as_ref().map(|reference| service.shape(reference));
        let dry_run = takes.is_some_and(|shape| shape.members.contains_key("DryRun"));
        let (name, call) = (request.service.clone(), request.call.clone());
        Some(Called {
            call: CheckedCall {
                service: name,
                operation: call,
                input,
                is_shareable: false,
                dry_run,
                mask: Mask::Whole,
            },
            answer: Type::answer(&service, operation.output.as_ref(), asked.clone()),
            asked,
            paged: operation.pages.is_some(),
            service,
        })
    }

    fn service(&mut self, name: &str, place: &str) -> Option<Arc<Service>> {
        // That it is missing was noted where it was read.
        if name.is_empty() {
            return None;
        }
        match self.models.load(name) {
            Ok(service) => Some(service),
            Err(ModelError::Unsupported { reason, .. }) => {
                let allowed = format!("a service that can be called: this one {}", reason.reason());
                self.faults.note(format!("{place}service"), quoted(name), allowed);
                None
            }
            Err(ModelError::Unknown { version, .. }) => {
                let hint = near(name, self.models.services());
                let allowed = format!("a service of {version}, as the AWS CLI names it{hint}");
                self.faults.note(format!("{place}service"), quoted(name), allowed);
                None
            }
            Err(damaged @ ModelError::Damaged(_)) => {
                self.faults.note(format!("{place}service"), quoted(name), damaged.to_string());
                None
            }
        }
    }

    fn operation<'s>(
        &mut self,
        service: &'s Service,
        name: &str,
        place: &str,
    ) -> Option<&'s Operation> {
        let found = service.operations.get(name);
        if found.is_none() && !name.is_empty() {
            self.faults.note(format!("{place}call"), quoted(name), callable(service, name));
        }
        found
    }

    fn input(
        &mut self,
        service: &Service,
        operation: &Operation,
        request: &Request,
        bound: &[&str],
        place: &str,
    ) {
        let inputs = Inputs { service, parameters: &self.definition.parameters };
        let at = FieldPath::root().field(&format!("{place}input"));
        let Some(shape) = operation.input.as_ref().map(|reference| service.shape(reference)) else {
            if !request.input.is_empty() || !bound.is_empty() {
                self.faults.note(
                    &at,
                    "members",
                    format!("nothing: {} takes no input", request.call),
                );
            }
            return;
        };
        inputs.members(shape, &request.input, bound, &at, &mut self.faults);
        for name in bound.iter().filter(|name| !shape.members.contains_key(**name)) {
            let allowed = listed(name, shape.members.keys().map(String::as_str));
            self.faults.note(format!("{place}bind.{name}"), "an unknown member", allowed);
        }
        for name in bound.iter().filter(|name| request.input.contains_key(**name)) {
            self.faults.note(
                format!("{place}bind.{name}"),
                "a member that `input` has too",
                "each member once",
            );
        }
        let tokens = operation.pages.iter().flat_map(|pages| &pages.input_tokens);
        for token in tokens.filter(|token| request.input.contains_key(*token)) {
            self.faults.note(at.field(token), "a token", "nothing: all pages are read to the end");
        }
    }

    /// Notes where a source's service is called, for the operation's scope.
    pub(super) fn note_scope(&mut self, called: &Called) {
        let (service, operation) = (&called.service, called.call.operation.as_str());
        let known = |partition: &str| self.models.is_global(service, operation, partition).ok();
        let global =
            known("aws").or_else(|| self.models.partitions().keys().find_map(|name| known(name)));
        self.scopes.push(if global == Some(true) { Scope::Global } else { Scope::Regional });
    }
}

/// What may be called in the place of `name`, which cannot be.
fn callable(service: &Service, name: &str) -> String {
    let hint = near(name, service.operations.keys().map(String::as_str));
    let of = &service.name;
    match service.unsupported.get(name) {
        Some(why) => format!("an operation that can be called: {of} {name} {}", why.reason()),
        None => format!("a read-only operation of {of}{hint}"),
    }
}
