//! Sessions of assumed roles: how many were issued, and which have expired.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sessions of one simulation.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    count: u64,
    expired: HashSet<String>,
}

impl Sessions {
    /// The number of a new session, from 1.
    pub(crate) fn issue(&self) -> u64 {
        let mut issued = self.lock();
        issued.count += 1;
        issued.count
    }

    /// A session that has expired once stays expired. Credentials without a token do not expire: the
    /// operation account's own are renewed by Lambda.
    pub(crate) fn expire(&self, token: &str) {
        if !token.is_empty() {
            self.lock().expired.insert(token.to_owned());
        }
    }

    pub(crate) fn has_expired(&self, token: &str) -> bool {
        let issued = self.lock();
        !issued.expired.is_empty() && issued.expired.contains(token)
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
