//! Ports that answer at once: an organization, a ledger of many records, and artifacts that are only
//! counted, so that a benchmark measures the step alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use org_operator_core::contract::ledger::{Entry, LedgerPartition, LedgerRecord};
use org_operator_core::model::account::Account;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{
    AccountDirectory, Artifacts, Download, LedgerReader, Outcomes, Page, Upload,
};
use org_operator_core::{AccountId, Error, Outcome, Record, Region, UnitId, Verdict};

/// The accounts of the organization.
pub(crate) const ACCOUNTS: u64 = 10_000;
/// The records of each account, all in its first Region.
pub(crate) const RECORDS: u64 = 100;
/// The records in a page of the ledger.
const PAGE: u64 = 50;

/// The n-th Region; none of them exists on AWS.
pub(crate) fn region(n: usize) -> Option<Region> {
    Region::parse(&format!("xx-made-{n}"))
}

/// Artifacts that only count the bytes written; the manifest alone can be read.
#[derive(Default)]
pub(crate) struct CountingArtifacts {
    pub(crate) manifest: Vec<u8>,
    pub(crate) written: AtomicU64,
}

/// An upload that counts its bytes.
pub(crate) struct CountingUpload<'a>(&'a AtomicU64);

impl Upload for CountingUpload<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn finish(self) -> Result<(), Error> {
        Ok(())
    }
}

/// A download of one chunk.
pub(crate) struct SingleChunk(Option<Vec<u8>>);

impl Download for SingleChunk {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.take())
    }
}

impl<'a> Artifacts for &'a CountingArtifacts {
    type Upload = CountingUpload<'a>;
    type Download = SingleChunk;

    async fn put(&self, _: &str, bytes: Vec<u8>) -> Result<(), Error> {
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    async fn open(&self, key: &str) -> Result<Option<SingleChunk>, Error> {
        let manifest = || SingleChunk(Some(self.manifest.clone()));
        Ok(key.ends_with("manifest.json").then(manifest))
    }

    fn upload(&self, _: &str) -> CountingUpload<'a> {
        CountingUpload(&self.written)
    }

    fn uri(&self, key: &str) -> String {
        key.to_owned()
    }
}

/// An organization of [`ACCOUNTS`], and a ledger with [`RECORDS`] per account.
pub(crate) struct InstantPorts;

impl AccountDirectory for InstantPorts {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let account = |n| {
            Some(Account {
                id: AccountId::parse(&format!("{n:012}"))?,
                name: format!("account {n}"),
                state: "ACTIVE".to_owned(),
                management_account: None,
                units: None,
                email: String::new(),
            })
        };
        Ok((0..ACCOUNTS).filter_map(account).collect())
    }

    async fn members(&self, _: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        Ok(None)
    }

    async fn enabled_regions(&self, _: &Account) -> Result<BTreeSet<Region>, Error> {
        Ok(BTreeSet::new())
    }

    async fn unit_names(&self, _: &UnitId) -> Result<BTreeMap<UnitId, String>, Error> {
        Ok(BTreeMap::new())
    }

    async fn tags(&self, _: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        Ok(BTreeMap::new())
    }
}

impl Outcomes for InstantPorts {
    async fn outcomes(&self, _: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        Ok(Vec::new())
    }
}

impl LedgerReader for InstantPorts {
    async fn page(&self, _: &LedgerPartition, after: Option<String>) -> Result<Page, Error> {
        let start: u64 = after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
        let end = (start + PAGE).min(RECORDS);
        let mut entries: Vec<Entry> = (start..end).filter_map(record).collect();
        if start == 0 {
            entries.insert(0, outcome().ok_or_else(|| Error::invalid("no outcome"))?);
        }
        Ok(Page { entries, next: (end < RECORDS).then(|| end.to_string()) })
    }

    async fn first_page(&self, partition: &LedgerPartition, _: u16) -> Result<Page, Error> {
        self.page(partition, None).await
    }
}

fn outcome() -> Option<Entry> {
    let now = Timestamp::from_epoch_millis(0);
    Some(Entry::Outcome(Outcome {
        region: region(0)?,
        verdict: Verdict::Succeeded,
        attempts: 1,
        started_at: now,
        ended_at: now,
        records: RECORDS,
        calls: 1,
        attempt: "a".to_owned(),
        unexplained: false,
    }))
}

fn record(n: u64) -> Option<Entry> {
    let cells = [
        "vpc-0123456789abcdef0",
        "rtb-0123456789abcdef0",
        "false",
        "subnet-0123456789abcdef0",
        &format!("10.0.{n}.0/24"),
        "igw-0123456789abcdef0",
        "active",
        "CreateRoute",
    ];
    let record = Record { key: format!("{n:08}"), cells: cells.map(str::to_owned).to_vec() };
    Some(Entry::Record(LedgerRecord { region: region(0)?, attempt: "a".to_owned(), record }))
}
