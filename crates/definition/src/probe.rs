//! Asks whether a definition's calls are allowed, as far as that can be found out without running it.

use std::ops::ControlFlow;

use org_operator_core::ErrorKind;
use org_operator_core::outcome::classification::{Call, CallFailure, classify};
use serde_json::Value;

use crate::calls::{Ask, CallError, Calls, Failure};
use crate::checked::{Checked, CheckedCall, CheckedSource, Step};
use crate::parameters::Parameters;
use crate::run::{Facts, Target};

/// What EC2 answers to a dry run of a call that is allowed.
const ALLOWED: &str = "DryRunOperation";

/// One call that says whether it is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The service as botocore and the AWS CLI name it.
    pub service: String,
    /// The operation as AWS names it.
    pub operation: String,
    /// The input; `None` where a row is needed to know it, so that the call is no probe.
    pub input: Option<Value>,
    /// Whether the service only says whether the call is allowed; else its first page is asked for.
    pub dry_run: bool,
}

impl Checked {
    /// The calls that say whether a run would be allowed, each once, in their order.
    #[must_use]
    pub fn probes(&self, target: &Target, parameters: &Parameters) -> Vec<Probe> {
        let facts = Facts::of(target, parameters, &self.definition.tables);
        let mut found: Vec<Probe> = Vec::new();
        for probe in self.sources.iter().flat_map(|source| source.probes(&facts)) {
            if !found.contains(&probe) {
                found.push(probe);
            }
        }
        found
    }

    /// Makes the calls of [`Checked::probes`] whose input is known, and gives the others: a run alone can tell of them.
    ///
    /// A call that the service answers with any other error is allowed: it looked at what was asked.
    ///
    /// # Errors
    /// That of the first call that is not allowed or gets no answer; [`Failure::NoService`] where the Region lacks the
    /// services of all calls.
    pub async fn probe(
        &self,
        target: &Target,
        parameters: &Parameters,
        calls: &dyn Calls,
    ) -> Result<Vec<Probe>, Failure> {
        let (known, unknown): (Vec<Probe>, Vec<Probe>) =
            self.probes(target, parameters).into_iter().partition(|probe| probe.input.is_some());
        let mut lacking = Ok(());
        let mut answered = 0;
        for probe in &known {
            match probe.ask(calls).await {
                Ok(()) => answered += 1,
                Err(failure @ Failure::NoService { .. }) => lacking = Err(failure),
                Err(failure) => return Err(failure),
            }
        }
        if answered == 0 {
            lacking?;
        }
        Ok(unknown)
    }
}

impl CheckedSource {
    fn probes(&self, facts: &Facts<'_>) -> Vec<Probe> {
        let known = |call: &CheckedCall| Probe::of(call, Some(facts));
        let before = self.before.as_ref().map(|before| known(&before.call));
        let beside = self.steps.iter().filter_map(|step| match step {
            Step::Listing(listing) => Some(known(&listing.call)),
            Step::FollowUp(follow_up) if follow_up.bind.is_empty() => Some(known(&follow_up.call)),
            Step::FollowUp(follow_up) => Some(Probe::of(&follow_up.call, None)),
            Step::Keep(_) | Step::Nested(_) => None,
        });
        before.into_iter().chain([known(&self.call)]).chain(beside).collect()
    }
}

impl Probe {
    fn of(call: &CheckedCall, facts: Option<&Facts<'_>>) -> Self {
        let input = facts.map(|facts| {
            let mut members = facts.input(&call.input);
            if call.dry_run {
                members.insert("DryRun".to_owned(), Value::Bool(true));
            }
            Value::Object(members)
        });
        let (service, operation) = (call.service.clone(), call.operation.clone());
        Self { service, operation, input, dry_run: call.dry_run }
    }

    async fn ask(&self, calls: &dyn Calls) -> Result<(), Failure> {
        let nothing = Value::Null;
        let input = self.input.as_ref().unwrap_or(&nothing);
        let ask = Ask { service: &self.service, operation: &self.operation, input };
        // An emulator that does not know dry runs has done it; it only reads.
        let answer = calls.pages(ask, &mut |_| ControlFlow::Break(())).await;
        let (service, operation) = (self.service.clone(), self.operation.clone());
        match answer {
            Ok(()) => Ok(()),
            Err(CallError::Failed(failure)) if failure.code.as_deref() == Some(ALLOWED) => Ok(()),
            Err(CallError::Failed(failure)) if was_looked_at(&failure) => Ok(()),
            Err(CallError::Failed(failure)) => Err(Failure::Call { service, operation, failure }),
            Err(CallError::NoService(message)) => Err(Failure::NoService { service, message }),
        }
    }
}

/// Whether the service refused what was asked, and not who asked or when.
fn was_looked_at(failure: &CallFailure) -> bool {
    classify(Call::Operation, failure).certainly().kind() == ErrorKind::OperationFailed
}
