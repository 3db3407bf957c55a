//! What the steps need of the world outside: one small trait per need. The AWS crate implements
//! them over AWS; tests and the local command over memory and directories.
//!
//! A directory of accounts that are known beforehand:
//!
//! ```
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! use org_operator_core::ports::AccountDirectory;
//! use org_operator_core::{Account, AccountId, Error, Region, UnitId};
//!
//! struct Listed(Vec<Account>);
//!
//! impl AccountDirectory for Listed {
//!     async fn accounts(&self) -> Result<Vec<Account>, Error> {
//!         Ok(self.0.clone())
//!     }
//!
//!     async fn members(&self, unit: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
//!         let is_in = |a: &&Account| a.units.as_ref().is_some_and(|units| units.contains(unit));
//!         let members: BTreeSet<_> = self.0.iter().filter(is_in).map(|a| a.id.clone()).collect();
//!         Ok(Some(members).filter(|members| !members.is_empty()))
//!     }
//!
//!     async fn enabled_regions(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
//!         Err(Error::invalid(format!("the Regions of {} are not known", account.id)))
//!     }
//!
//!     async fn unit_names(&self, _: &UnitId) -> Result<BTreeMap<UnitId, String>, Error> {
//!         Ok(BTreeMap::new())
//!     }
//!
//!     async fn tags(&self, _: &AccountId) -> Result<BTreeMap<String, String>, Error> {
//!         Ok(BTreeMap::new())
//!     }
//! }
//! ```

mod borrowed;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use crate::contract::change_item::ChangeItem;
use crate::contract::handler_output::Notification;
use crate::contract::ledger::{Entry, LedgerPartition, LedgerRecord};
use crate::error::Error;
use crate::model::account::Account;
use crate::model::id::{AccountId, UnitId};
use crate::model::region::Region;
use crate::model::timestamp::Timestamp;
use crate::outcome::Outcome;

/// The organization's accounts.
pub trait AccountDirectory: Sync {
    /// Every account, whatever its state.
    fn accounts(&self) -> impl Future<Output = Result<Vec<Account>, Error>> + Send;

    /// The accounts in a unit, at any depth, or `None` where the organization has no such unit.
    fn members(
        &self,
        unit: &UnitId,
    ) -> impl Future<Output = Result<Option<BTreeSet<AccountId>>, Error>> + Send;

    /// The Regions that are on in an account.
    fn enabled_regions(
        &self,
        account: &Account,
    ) -> impl Future<Output = Result<BTreeSet<Region>, Error>> + Send;

    /// The names of the units directly in a root or unit; none where it is not there.
    fn unit_names(
        &self,
        parent: &UnitId,
    ) -> impl Future<Output = Result<BTreeMap<UnitId, String>, Error>> + Send;

    /// The tags of an account.
    fn tags(
        &self,
        account: &AccountId,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, Error>> + Send;
}

/// The artifacts' store; keys are as [`crate::artifact::Folder`] makes them.
pub trait Artifacts: Sync {
    /// What writes one artifact piece by piece.
    type Upload: Upload;

    /// What reads one artifact piece by piece.
    type Download: Download;

    /// Writes a whole artifact.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), Error>> + Send;

    /// Opens an artifact that is read piece by piece, or `None` where there is none.
    fn open(&self, key: &str)
    -> impl Future<Output = Result<Option<Self::Download>, Error>> + Send;

    /// Begins an artifact that is written piece by piece.
    fn upload(&self, key: &str) -> Self::Upload;

    /// Where a person finds the artifact.
    fn uri(&self, key: &str) -> String;
}

/// An artifact that is being written; it exists only once [`Upload::finish`] has returned.
pub trait Upload: Send {
    /// Adds bytes; memory stays bounded however many there are.
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), Error>> + Send;

    /// Completes the artifact, which exists from then on.
    fn finish(self) -> impl Future<Output = Result<(), Error>> + Send;
}

/// An artifact that is being read.
pub trait Download: Send {
    /// The next bytes, or `None` at the end.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Error>> + Send;

    /// How many bytes the whole artifact has, where the store says it; 0 where it does not.
    fn length(&self) -> usize {
        0
    }
}

/// Reads a whole artifact, or `None` where there is none.
///
/// # Errors
/// What the store answered.
pub async fn find<A: Artifacts>(artifacts: &A, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(mut download) = artifacts.open(key).await? else { return Ok(None) };
    let mut bytes = Vec::new();
    // A length comes from outside: where there is no room for so much, the bytes themselves decide.
    let _ = bytes.try_reserve_exact(download.length());
    while let Some(chunk) = download.chunk().await? {
        bytes.extend(chunk);
    }
    Ok(Some(bytes))
}

/// What has become of an account's targets so far.
pub trait Outcomes: Sync {
    /// The outcomes that earlier attempts have written.
    fn outcomes(
        &self,
        partition: &LedgerPartition,
    ) -> impl Future<Output = Result<Vec<Outcome>, Error>> + Send;
}

/// The worker's side of the ledger.
pub trait LedgerWriter: Outcomes {
    /// Writes records. They count for nothing until their outcome is written.
    fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        expires_at: i64,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Writes an outcome: the commit marker. One without records never replaces an answer, so a late
    /// attempt that failed takes nothing back.
    fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        expires_at: i64,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The result handler's side of the ledger.
pub trait LedgerReader: Sync {
    /// The entries of a partition after the sort key `after`, in the order of their sort keys.
    fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> impl Future<Output = Result<Page, Error>> + Send;

    /// A first page of at most `most` entries, for a reader that keeps many of them in memory.
    fn first_page(
        &self,
        partition: &LedgerPartition,
        most: u16,
    ) -> impl Future<Output = Result<Page, Error>> + Send;
}

/// The part of the ledger in which a run that changes something keeps what it does.
pub trait ChangeLedger: Sync {
    /// The items of a partition whose sort keys begin with `prefix`, in their order, at most `most`;
    /// what was written before the call is among them.
    fn change_items(
        &self,
        partition: &str,
        prefix: &str,
        most: Option<u16>,
    ) -> impl Future<Output = Result<Vec<ChangeItem>, Error>> + Send;

    /// Writes items, whatever is in their place.
    fn put_change_items(
        &self,
        partition: &str,
        items: &[ChangeItem],
        expires_at: i64,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Writes an item where there is none, or one with the stamp `expected`; false where there is
    /// another. A write whose answer was lost may be told as false: read the item then.
    fn swap_change_item(
        &self,
        partition: &str,
        item: &ChangeItem,
        expected: &str,
        expires_at: i64,
    ) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// Some entries of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries of the partition, by sort key.
    pub entries: Vec<Entry>,
    /// The sort key to go on after, or `None` at the end.
    pub next: Option<String>,
}

/// What signs links to stored files.
pub trait LinkSigner: Sync {
    /// An address at which whoever has it can read the file at `uri`, `s3://BUCKET/KEY`, for at most
    /// `valid`: a secret.
    fn link(
        &self,
        uri: &str,
        valid: Duration,
    ) -> impl Future<Output = Result<String, Error>> + Send;
}

/// Who hears how runs end.
pub trait Topic: Sync {
    /// Tells all subscribers.
    fn publish(
        &self,
        notification: &Notification,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Where the time comes from.
pub trait Clock: Sync {
    /// The present time, to the millisecond.
    fn now(&self) -> Timestamp;
}
