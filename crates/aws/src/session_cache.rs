//! The sessions of a process: by run, account and what the session policy allows. Asking STS for one
//! is [`crate::member`]'s.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::Credentials;
use org_operator_core::{AccountId, RunId};

/// A cached session is used only if it outlives the longest invocation, 15 minutes.
const MIN_REMAINING: Duration = Duration::from_mins(16);

/// The most accounts in the cache. A local run serves a whole organization; the largest have tens
/// of thousands of accounts.
const CAPACITY: usize = 100_000;

/// An account of a run.
type Place = (RunId, AccountId);

/// Sessions by the account that they are of.
#[derive(Debug, Default)]
pub(crate) struct SessionCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    /// What session policies allow; there are a handful of different ones, and a session knows the
    /// place of its own here.
    allowed: Vec<Vec<String>>,
    sessions: HashMap<Place, Vec<Session>>,
}

#[derive(Debug)]
struct Session {
    allowed: usize,
    credentials: Credentials,
    expiry: SystemTime,
}

impl SessionCache {
    /// The credentials of a session in `account` for `run` that allows exactly `actions` and lives
    /// long enough.
    pub(crate) fn get(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Option<Credentials> {
        let cached = self.lock();
        let allowed = cached.allowed.iter().position(|known| known == actions)?;
        let sessions = cached.sessions.get(&(run.clone(), account.clone()))?;
        let session = sessions.iter().find(|session| session.allowed == allowed)?;
        let lives = session.expiry > SystemTime::now() + MIN_REMAINING;
        lives.then(|| session.credentials.clone())
    }

    /// Keeps a session, in the place of an earlier one that allows the same.
    pub(crate) fn put(
        &self,
        place: Place,
        actions: &[String],
        (credentials, expiry): (Credentials, SystemTime),
    ) {
        let mut cached = self.lock();
        if cached.sessions.len() >= CAPACITY {
            cached.sessions.clear();
        }
        let allowed = cached.place_of(actions);
        let sessions = cached.sessions.entry(place).or_default();
        sessions.retain(|session| session.allowed != allowed);
        sessions.push(Session { allowed, credentials, expiry });
    }

    /// Drops every session in `account` for `run`.
    pub(crate) fn evict(&self, account: &AccountId, run: &RunId) {
        self.lock().sessions.remove(&(run.clone(), account.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cached {
    fn place_of(&mut self, actions: &[String]) -> usize {
        if let Some(place) = self.allowed.iter().position(|known| known == actions) {
            return place;
        }
        self.allowed.push(actions.to_vec());
        self.allowed.len() - 1
    }
}
