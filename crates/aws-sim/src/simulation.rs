//! From a request to a reply: which call it is, what goes wrong with it, what the service answers.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::call::{Call, Service};
use crate::conditions::{Conditions, Latency};
use crate::fault::Fault;
use crate::meter::Meter;
use crate::quotas::Quotas;
use crate::recordings::{self, Recordings};
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::services::{Context, Handler, route};
use crate::stores::{ChangeSet, IngressRule, SecurityHub, Stack, Stores, TagsByArn};
use crate::world::World;

/// A simulated AWS with its organization, stores and meter.
#[derive(Debug)]
pub struct Simulation {
    /// The organization that the simulation serves.
    pub world: World,
    /// What the simulation was called for.
    pub meter: Meter,
    conditions: Mutex<Conditions>,
    quotas: Quotas,
    stores: Stores,
    recordings: Option<Box<dyn Recordings>>,
}

/// A call on its way: its number among equal calls, and both trips.
#[derive(Debug, Clone, Copy)]
struct Trip {
    number: u64,
    there: Duration,
    back: Duration,
}

impl Simulation {
    /// A simulated AWS with an empty ledger and no artifacts. The page size in `conditions` holds for
    /// good, everything else until [`Self::set_conditions`].
    #[must_use]
    pub fn new(world: World, conditions: Conditions) -> Self {
        Self {
            world,
            meter: Meter::default(),
            quotas: Quotas::default(),
            stores: Stores::new(conditions.ledger_page),
            conditions: Mutex::new(conditions),
            recordings: None,
        }
    }

    /// The same simulation, in which recordings answer the calls that they have.
    #[must_use]
    pub fn with_recordings(self, recordings: impl Recordings + 'static) -> Self {
        Self { recordings: Some(Box::new(recordings)), ..self }
    }

    /// Changes the conditions from now on; equal calls are numbered from 1 again.
    pub fn set_conditions(&self, conditions: Conditions) {
        self.meter.restart_numbering();
        *self.conditions() = conditions;
    }

    /// The reply to `request`, once the request has arrived. The call's effects are complete when
    /// this returns, however the reply ends.
    pub async fn handle(&self, request: &Request) -> Reply {
        let Some(signer) = Signer::of(request) else {
            return ServiceError::new(403, "MissingAuthenticationToken", "not signed")
                .reply(Service::Sts);
        };
        let Some((call, handler)) = self.route(request, &signer) else {
            let text = format!("`{}` is not simulated", signer.service);
            // No server error: asking again is of no use.
            return ServiceError::new(400, "InvalidAction", text).reply(Service::Ec2);
        };
        self.meter.record_access_key(call.service, &signer.access_key);
        let trip = self.trip(&call);
        if !trip.there.is_zero() {
            tokio::time::sleep(trip.there).await;
        }
        let fault = self.fault(&call, trip.number, &signer);
        let error = fault.and_then(|fault| fault.error(call.service, &call.operation));
        let reply = match error {
            Some(error) => recordings::error(self.recordings.as_deref(), &call, &error),
            None => self.answer(handler, fault),
        };
        Reply { delay: trip.back, ..reply }
    }

    /// The call that a request is, and what answers it: recordings first.
    fn route<'a>(
        &'a self,
        request: &'a Request,
        signer: &'a Signer,
    ) -> Option<(Call, Handler<'a>)> {
        let recordings = self.recordings.as_deref();
        let recorded = recordings.and_then(|all| recordings::route(all, request, signer));
        recorded.or_else(|| route(request, signer))
    }

    /// Answers a call whose fault, if there is one, is not an error of the service.
    fn answer(&self, handler: Handler<'_>, fault: Option<Fault>) -> Reply {
        let partially = fault == Some(Fault::Unprocessed);
        let context = Context { world: &self.world, stores: &self.stores, partially };
        match fault {
            None => handler(context),
            Some(fault) if fault.takes_effect() => fault.applied_to(handler(context)),
            Some(fault) => fault.applied_to(Reply::new(200, "text/plain", "")),
        }
    }

    /// The call's number among equal calls, and how long it is on its way.
    fn trip(&self, call: &Call) -> Trip {
        let conditions = self.conditions();
        let patterns = conditions.latency.iter();
        let latency = patterns.filter(|(pattern, _)| pattern.matches(call)).map(|(_, l)| *l).next();
        let needs_number = latency.is_some_and(Latency::varies) || !conditions.faults.is_empty();
        let number = if needs_number { self.meter.number(call) } else { 0 };
        let trips = latency.map(|latency| latency.trips(self.world.seed, call, number));
        let (there, back) = trips.unwrap_or_default();
        Trip { number, there, back }
    }

    /// The fault that happens to `call`, the `n`-th one equal to it.
    fn fault(&self, call: &Call, n: u64, signer: &Signer) -> Option<Fault> {
        let sessions = &self.stores.sessions;
        let expired = || sessions.has_expired(&signer.token).then_some(Fault::Expired);
        let fault = self.injected(call, n).or_else(expired)?;
        self.meter.record_fault(call, fault);
        if fault == Fault::Expired {
            sessions.expire(&signer.token);
        }
        Some(fault)
    }

    /// The fault that the conditions inject.
    fn injected(&self, call: &Call, n: u64) -> Option<Fault> {
        self.meter.count(call);
        let conditions = self.conditions();
        if conditions.quotas && !self.quotas.allow(call) {
            return Some(Fault::Throttled);
        }
        let mut rules = conditions.faults.iter().enumerate();
        let rule = rules.find(|(position, rule)| rule.applies(self.world.seed, *position, call, n));
        rule.map(|(_, rule)| rule.fault)
    }

    /// An object's bytes, without a call that could fail.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.stores.objects.get(&format!("/{bucket}/{key}"))
    }

    /// Puts an object, without a call that could fail.
    pub fn put_object(&self, bucket: &str, key: &str, bytes: &[u8]) {
        self.stores.objects.put(&format!("/{bucket}/{key}"), bytes.to_vec());
    }

    /// How many multipart uploads were neither completed nor aborted.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        self.stores.objects.open_uploads()
    }

    /// Every item of a table, without a call that could fail.
    #[must_use]
    pub fn table_items(&self, table: &str) -> Vec<serde_json::Value> {
        self.stores.tables.items(table)
    }

    /// The ingress rules of an account's Region, without a call that could fail.
    #[must_use]
    pub fn ingress_rules(&self, account: &str, region: &str) -> Vec<IngressRule> {
        self.stores.ingress_rules.of(&self.world, account, region)
    }

    /// The ids of the ingress rules that calls have revoked, in order.
    #[must_use]
    pub fn revoked_rules(&self) -> Vec<String> {
        self.stores.ingress_rules.revoked()
    }

    /// How many ingress rules calls have authorized.
    #[must_use]
    pub fn authorized_rules(&self) -> u64 {
        self.stores.ingress_rules.authorized()
    }

    /// Security Hub in each account and Region that calls have asked about, without a call that could
    /// fail.
    #[must_use]
    pub fn security_hubs(&self) -> BTreeMap<(String, String), SecurityHub> {
        self.stores.hubs.lock().hubs.clone()
    }

    /// What calls have switched in Security Hub, in order.
    #[must_use]
    pub fn switched(&self) -> Vec<String> {
        self.stores.hubs.lock().switched.clone()
    }

    /// Every stack that there is or was, without a call that could fail.
    #[must_use]
    pub fn stacks(&self) -> Vec<Stack> {
        self.stores.stacks.lock().stacks.clone()
    }

    /// Every change set that there is, without a call that could fail.
    #[must_use]
    pub fn change_sets(&self) -> Vec<ChangeSet> {
        self.stores.stacks.lock().sets.clone()
    }

    /// The ARNs of the change sets that calls have executed, in order.
    #[must_use]
    pub fn executed_sets(&self) -> Vec<String> {
        self.stores.stacks.lock().executed.clone()
    }

    /// The tags of an account's Region by ARN and key, without a call that could fail.
    #[must_use]
    pub fn tags(&self, account: &str, region: &str) -> TagsByArn {
        self.stores.tags.of(&self.world, account, region)
    }

    /// What calls have done to tags, in order: the ARN and the key.
    #[must_use]
    pub fn tag_changes(&self) -> Vec<(String, String)> {
        self.stores.tags.changes()
    }

    /// What Inspector scans in an account's Region, as far as it is settled: a scan type that is on its
    /// way to a state has that one.
    #[must_use]
    pub fn scan_types(&self, account: &str, region: &str) -> BTreeMap<String, &'static str> {
        let all = self.stores.scan_types.of(&self.world, account, region);
        all.into_iter().map(|(name, status)| (name.to_owned(), status.settled())).collect()
    }

    /// What calls have done to scan types, in order: account, Region and scan type.
    #[must_use]
    pub fn scan_changes(&self) -> Vec<(String, String, String)> {
        self.stores.scan_types.changes()
    }

    fn conditions(&self) -> MutexGuard<'_, Conditions> {
        self.conditions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
