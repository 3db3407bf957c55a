//! One attempt at an account, as all its operations share it: the sessions, the question which Regions
//! are on, identical listings, the width and the time.

use std::sync::Arc;
use std::time::Duration;

use org_operator_aws::Member;
use org_operator_core::plan::sessions::{Session, pack};
use org_operator_core::{AccountId, Error, ErrorKind};
use org_operator_operations::{Shared, SharedClients, SharedListings};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::asked::Asked;
use crate::attempt::{Attempt, CONCURRENT_REGIONS};
use crate::members::Members;
use crate::region_inquiry::RegionInquiry;

/// What the operations of one attempt at an account share.
pub(crate) struct Visit<'a, M> {
    pub(crate) account: &'a AccountId,
    pub(crate) members: &'a M,
    pub(crate) attempt: &'a Attempt,
    /// What its targets share; the permits limit what runs at the same time over all accounts of the process.
    pub(crate) shared: Shared,
    pub(crate) inquiry: RegionInquiry,
    width: Semaphore,
    deadline: Instant,
    sessions: Vec<SharedSession>,
}

/// A session of the account, and why it cannot be had once that is known: no other operation asks
/// again in this attempt.
struct SharedSession {
    names: Vec<String>,
    session: Session,
    refusal: Mutex<Option<Error>>,
}

impl<'a, M: Members> Visit<'a, M> {
    /// A visit whose deadline starts now, with as few sessions as the operations need.
    pub(crate) fn new(
        account: &'a AccountId,
        members: &'a M,
        attempt: &'a Attempt,
        (permits, clients): (Option<Arc<Semaphore>>, SharedClients),
        asked: &[Asked],
    ) -> Self {
        let listings = SharedListings::of(asked.iter().map(|asked| asked.operation.listings()));
        Self {
            account,
            members,
            attempt,
            shared: Shared { permits, clients, listings: Arc::new(listings) },
            inquiry: RegionInquiry::default(),
            width: Semaphore::new(CONCURRENT_REGIONS),
            deadline: Instant::now() + attempt.time_left,
            sessions: shared_sessions(asked),
        }
    }

    /// When an operation that begins now must have assumed its role, and where nothing is limited, be
    /// done. Where targets wait for a permit, each one's time starts with it.
    pub(crate) fn deadline(&self) -> Instant {
        match self.shared.permits {
            Some(_) => Instant::now() + self.attempt.time_left,
            None => self.deadline,
        }
    }

    /// How long one target may take from now on.
    pub(crate) fn time_left(&self) -> Duration {
        self.attempt.time_left
    }

    /// A place within the account's width, free again when it is dropped.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.width.acquire().await.ok()
    }

    /// The session that serves the operation called `name`.
    ///
    /// # Errors
    /// What STS answered, to this operation or to another one of the same session.
    pub(crate) async fn assume(&self, name: &str) -> Result<Member, Error> {
        let found = self.sessions.iter().find(|s| s.names.iter().any(|other| other == name));
        let none = || Error::new(ErrorKind::Internal, format!("no session for {name}"));
        let shared = found.ok_or_else(none)?;
        let mut refusal = shared.refusal.lock().await;
        if let Some(error) = &*refusal {
            return Err(error.clone());
        }
        let actions = &shared.session.actions;
        let assumed = self.members.assume(self.account, &self.attempt.run, actions).await;
        *refusal = assumed.as_ref().err().cloned();
        assumed
    }
}

fn shared_sessions(asked: &[Asked]) -> Vec<SharedSession> {
    let actions: Vec<&[String]> =
        asked.iter().map(|asked| asked.operation.spec().actions.as_slice()).collect();
    let shared = |session: Session| {
        let names = session.operations.iter().filter_map(|place| asked.get(*place));
        let names = names.map(|asked| asked.operation.spec().name.clone()).collect();
        SharedSession { names, session, refusal: Mutex::default() }
    };
    pack(&actions).into_iter().map(shared).collect()
}
