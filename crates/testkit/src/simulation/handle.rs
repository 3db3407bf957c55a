//! From a request to a reply: who asks, what may go wrong, what the service answers.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::call::{Call, Request, Service, Signer};
use super::faults::{Fault, ServiceError};
use super::knobs::{Knobs, Latency};
use super::meter::Meter;
use super::quotas::Quotas;
use super::reply::Reply;
use super::services::dynamodb::Tables;
use super::services::s3::Buckets;
use super::services::{self, Answer};
use super::world::World;

/// What a simulation is made of.
#[derive(Debug)]
pub struct Settings {
    /// The organization.
    pub world: World,
    /// Latency, faults, quotas.
    pub knobs: Knobs,
}

/// A simulated AWS.
#[derive(Debug)]
pub struct Simulation {
    /// The organization.
    pub world: World,
    /// What was asked of it.
    pub meter: Meter,
    knobs: Mutex<Knobs>,
    quotas: Quotas,
    pub(crate) tables: Tables,
    pub(crate) buckets: Buckets,
    sessions: Mutex<Sessions>,
}

/// A call on its way.
#[derive(Debug, Clone, Copy)]
struct Trip {
    number: u64,
    there: Duration,
    back: Duration,
}

#[derive(Debug, Default)]
struct Sessions {
    given: u64,
    expired: HashSet<String>,
}

impl Simulation {
    /// A simulated AWS with an empty ledger and no artifacts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { world, knobs } = settings;
        let (tables, buckets) = (Tables::new(knobs.ledger_page), Buckets::default());
        let (meter, quotas) = (Meter::default(), Quotas::default());
        Self {
            world,
            meter,
            knobs: Mutex::new(knobs),
            quotas,
            tables,
            buckets,
            sessions: Mutex::default(),
        }
    }

    /// Sets other knobs from now on; calls that are alike are counted anew.
    pub fn turn(&self, knobs: Knobs) {
        self.meter.begin_anew();
        *self.knobs.lock().unwrap_or_else(PoisonError::into_inner) = knobs;
    }

    /// The reply to `request`, once it has come here. Whatever it does is done when this returns,
    /// however the reply ends.
    pub async fn handle(&self, request: &Request) -> Reply {
        let Some(signer) = Signer::of(request) else {
            return ServiceError::new(403, "MissingAuthenticationToken", "not signed")
                .reply(Service::Sts);
        };
        let Some((call, answer)) = services::route(self, request, &signer) else {
            let text = format!("`{}` is not simulated", signer.service);
            return ServiceError::new(501, "NotImplemented", text).reply(Service::Ec2);
        };
        self.meter.signed(call.service, &signer.key);
        let trip = self.trip(&call);
        if !trip.there.is_zero() {
            tokio::time::sleep(trip.there).await;
        }
        let fault = self.chance(&call, trip.number);
        let fault = fault.or_else(|| self.has_expired(&signer).then_some(Fault::Expired));
        if let Some(fault) = fault {
            self.meter.strike(&call, fault);
            self.expire(fault, &signer);
        }
        let mut reply = match fault.and_then(|fault| fault.error(call.service, &call.operation)) {
            Some(error) => error.reply(call.service),
            None => self.answer(&call, answer, fault),
        };
        reply.after = trip.back;
        reply
    }

    fn answer(&self, call: &Call, answer: Answer<'_>, fault: Option<Fault>) -> Reply {
        let Some(fault) = fault else { return answer(self, false) };
        if !fault.takes_effect() {
            return fault.spoil(Reply::new(200, "text/plain", ""));
        }
        let reply = answer(self, fault == Fault::Unprocessed && call.operation == "BatchWriteItem");
        fault.spoil(reply)
    }

    /// The how many-th call like this one it is, and how long it is on its way.
    fn trip(&self, call: &Call) -> Trip {
        let knobs = self.knobs.lock().unwrap_or_else(PoisonError::into_inner);
        let latency = knobs.latency.iter().find(|(pattern, _)| pattern.matches(call));
        let latency = latency.map(|(_, latency)| *latency);
        let by_chance = latency.is_some_and(Latency::varies);
        let number =
            if by_chance || !knobs.faults.is_empty() { self.meter.number(call) } else { 0 };
        let trip = latency.map(|latency| latency.of(self.world.seed, call, number));
        let (there, back) = trip.unwrap_or_default();
        Trip { number, there, back }
    }

    /// Which fault strikes `call`, the `n`-th one like it.
    fn chance(&self, call: &Call, n: u64) -> Option<Fault> {
        self.meter.count(call);
        let knobs = self.knobs.lock().unwrap_or_else(PoisonError::into_inner);
        if knobs.quotas && !self.quotas.allow(call) {
            return Some(Fault::Throttled);
        }
        let mut rules = knobs.faults.iter().enumerate();
        let rule = rules.find(|(number, rule)| rule.strikes(self.world.seed, *number, call, n));
        rule.map(|(_, rule)| rule.fault)
    }

    /// An artifact, past every fault.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.buckets.object(&format!("/{bucket}/{key}"))
    }

    /// Puts an artifact, past every fault.
    pub fn place(&self, bucket: &str, key: &str, bytes: &[u8]) {
        self.buckets.put(&format!("/{bucket}/{key}"), bytes.to_vec());
    }

    /// Multipart uploads that were neither completed nor aborted.
    #[must_use]
    pub fn unfinished_uploads(&self) -> usize {
        self.buckets.unfinished()
    }

    /// Every item of a table, past every fault.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<serde_json::Value> {
        self.tables.items(table)
    }

    /// A new session's number.
    pub(crate) fn session(&self) -> u64 {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.given += 1;
        sessions.given
    }

    /// A session that has expired once stays so; the operation account's own credentials are
    /// renewed by Lambda and last.
    fn expire(&self, fault: Fault, signer: &Signer) {
        if fault == Fault::Expired && !signer.token.is_empty() {
            let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.expired.insert(signer.token.clone());
        }
    }

    fn has_expired(&self, signer: &Signer) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        !sessions.expired.is_empty() && sessions.expired.contains(&signer.token)
    }
}
