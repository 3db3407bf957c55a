//! What may excuse a failure: faults that struck the failing step's own calls, and its deaths, often
//! enough to use the state machine's patience up. One strike excuses one try, never the giving up.

use super::drive::Drive;
use super::log::{End, Invocation, Step};
use super::machine::Retrier;
use aws_sim::{Fault, InjectedFault, Service};

/// Faults that end as `Throttled`.
const LIMITS: &[Fault] = &[Fault::Throttled, Fault::Unprocessed];
/// Faults that end as `Transient` or `DeadlineExceeded`.
const BROKEN: &[Fault] = &[
    Fault::Internal,
    Fault::Unavailable,
    Fault::Reset,
    Fault::ResetInBody,
    Fault::Truncated,
    Fault::Stalled,
    Fault::LostReply,
    Fault::Expired,
];

/// Whether `fault` can end as `error`.
#[must_use]
pub fn fits(fault: Fault, error: &str) -> bool {
    match error {
        "Throttled" => LIMITS.contains(&fault),
        "Transient" | "DeadlineExceeded" => BROKEN.contains(&fault),
        "AssumeRoleDenied" => fault == Fault::Denied,
        // Lambda ends what waits for ever.
        "Sandbox.Timedout" => BROKEN.contains(&fault) || LIMITS.contains(&fault),
        _ => false,
    }
}

/// Everything that happened to a drive so far.
#[derive(Debug)]
pub struct Evidence<'a> {
    drive: &'a Drive,
    invocations: Vec<Invocation>,
    struck: Vec<InjectedFault>,
}

impl<'a> Evidence<'a> {
    /// Of a drive.
    #[must_use]
    pub fn of(drive: &'a Drive) -> Self {
        let struck = drive.simulation.meter.faults();
        Self { drive, invocations: drive.log.invocations(), struck }
    }

    /// The invocations that `wanted` chooses, in the order in which they began.
    pub fn invocations(
        &self,
        wanted: impl Fn(&Invocation) -> bool,
    ) -> impl Iterator<Item = &Invocation> {
        self.invocations.iter().filter(move |invocation| wanted(invocation))
    }

    /// What struck the calls of an invocation.
    pub fn strikes(&self, invocation: &Invocation) -> impl Iterator<Item = &InjectedFault> {
        let number = invocation.number;
        self.struck.iter().filter(move |struck| struck.invocation == Some(number))
    }

    /// Whether an invocation that failed had a reason to.
    #[must_use]
    pub fn is_excused(&self, invocation: &Invocation) -> bool {
        let error = invocation.error();
        match invocation.end {
            End::Open | End::Done => false,
            End::Died => true,
            // The note of a failure is one call, made by AWS: whatever strikes it ends as one error.
            End::Failed(_) if matches!(invocation.step, Step::RecordFailure(_)) => {
                self.strikes(invocation).next().is_some()
            }
            End::Failed(_) | End::TimedOut => {
                self.strikes(invocation).any(|struck| fits(struck.fault, error))
            }
        }
    }

    /// Whether these invocations of one state used the patience for the last one's error up, each
    /// of them with a reason.
    #[must_use]
    pub fn used_up(&self, invocations: &[&Invocation]) -> bool {
        let Some(last) = invocations.last() else { return false };
        let retriers = self.retriers(&last.step).iter();
        let Some(retrier) = retriers.into_iter().find(|r| r.matches(last.error())) else {
            return false;
        };
        let spent = |i: &&&Invocation| retrier.matches(i.error()) && self.is_excused(i);
        last.end != End::Done && invocations.iter().filter(spent).count() >= retrier.tries()
    }

    fn retriers(&self, step: &Step) -> &'a [Retrier] {
        let machine = &self.drive.machine;
        match step {
            Step::Fanout => &machine.fanout,
            Step::Worker(_) => &machine.worker,
            Step::RecordFailure(_) => &machine.record_failure,
            Step::ResultHandler => &machine.result_handler,
        }
    }

    /// Whether an invocation of a worker had a reason not to bring an answer for `region`.
    #[must_use]
    pub fn hurt(&self, invocation: &Invocation, region: &str) -> bool {
        matches!(invocation.end, End::Died | End::TimedOut)
            || self.strikes(invocation).any(|struck| concerns(struck, region))
    }

    /// Whether a fault that can end as `error` struck the asking for `region`.
    #[must_use]
    pub fn names(&self, invocation: &Invocation, region: &str, error: &str) -> bool {
        let mut strikes = self.strikes(invocation);
        strikes.any(|struck| concerns(struck, region) && fits(struck.fault, error))
    }

    /// Whether the ledger could not be written, or was not because the worker died.
    #[must_use]
    pub fn lost_its_ledger(&self, invocation: &Invocation) -> bool {
        let ledger = |struck: &InjectedFault| struck.call.service == Service::DynamoDb;
        matches!(invocation.end, End::Died | End::TimedOut) || self.strikes(invocation).any(ledger)
    }

    /// Everything that struck an invocation, for a person.
    #[must_use]
    pub fn told(&self, invocations: &[&Invocation]) -> String {
        let one = |invocation: &&Invocation| {
            let strikes = self.strikes(invocation);
            let strikes: Vec<String> =
                strikes.map(|s| format!("{} {:?}", s.call.operation, s.fault)).collect();
            let Invocation { execution, end, .. } = invocation;
            format!("  {execution}: {end:?}, struck by [{}]", strikes.join(", "))
        };
        invocations.iter().map(one).collect::<Vec<_>>().join("\n")
    }
}

/// Whether a strike on a worker's call concerns its target in `region`.
fn concerns(struck: &InjectedFault, region: &str) -> bool {
    match struck.call.service {
        Service::Ec2 => struck.call.region == region,
        Service::Sts | Service::DynamoDb => true,
        _ => false,
    }
}
