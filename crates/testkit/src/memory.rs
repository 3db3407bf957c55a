//! The ports over memory, with violations where a test wants them: what the steps' own tests run on.

mod changes;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use org_operator_core::contract::ledger::{
    Entry, LedgerPartition, LedgerRecord, outcome_key, record_key,
};
use org_operator_core::model::account::Account;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{
    AccountDirectory, Artifacts, Clock, Download, LedgerReader, LedgerWriter, Outcomes, Page,
    Upload,
};
use org_operator_core::{AccountId, Error, ErrorKind, Outcome, Region, UnitId, Verdict};

/// A clock that goes on by one second each time it is read.
#[derive(Debug, Default)]
pub struct TickingClock(AtomicI64);

impl TickingClock {
    /// Moves the clock on by `seconds`.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_epoch_millis(1_790_000_000_000 + self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

/// An organization of given accounts, or one that answers with an error.
#[derive(Debug)]
pub struct MemoryDirectory {
    /// The accounts, or the error of listing them.
    pub accounts: Result<Vec<Account>, Error>,
    /// The units with their accounts.
    pub units: BTreeMap<UnitId, BTreeSet<AccountId>>,
    /// The Regions that are on, by account.
    pub regions: BTreeMap<AccountId, BTreeSet<Region>>,
    /// The tags of the accounts, by key.
    pub tags: BTreeMap<AccountId, BTreeMap<String, String>>,
    /// The names of the units in a root or unit.
    pub unit_names: BTreeMap<UnitId, BTreeMap<UnitId, String>>,
    /// How often tags were asked for.
    pub tag_calls: AtomicUsize,
}

impl AccountDirectory for MemoryDirectory {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.accounts.clone()
    }

    async fn members(&self, unit: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        Ok(self.units.get(unit).cloned())
    }

    async fn enabled_regions(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        Ok(self.regions.get(&account.id).cloned().unwrap_or_default())
    }

    async fn unit_names(&self, parent: &UnitId) -> Result<BTreeMap<UnitId, String>, Error> {
        Ok(self.unit_names.get(parent).cloned().unwrap_or_default())
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        self.tag_calls.fetch_add(1, Ordering::SeqCst);
        Ok(self.tags.get(account).cloned().unwrap_or_default())
    }
}

/// A ledger in memory that dies at a chosen write.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    books: Mutex<BTreeMap<String, BTreeMap<String, Entry>>>,
    items: Mutex<changes::Items>,
    writes: AtomicUsize,
    /// From this write on, counted from 0, every write fails as a dead process's would.
    pub dies_at: Mutex<Option<usize>>,
    /// How many entries a page has at most.
    pub page: usize,
    /// Records of this Region are refused for good.
    pub refuses: Mutex<Option<Region>>,
    /// How often outcomes were asked for.
    pub asked: AtomicUsize,
}

impl MemoryLedger {
    /// A ledger that never fails, with pages of three entries.
    #[must_use]
    pub fn new() -> Self {
        Self { page: 3, ..Self::default() }
    }

    /// Writes so far, failed ones included.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Lets writes fail from the `n`-th one from now on, or never.
    pub fn die_after(&self, n: Option<usize>) {
        *locked(&self.dies_at) = n.map(|n| self.writes() + n);
    }

    /// Puts an entry as it is, past every fault.
    pub fn put(&self, partition: &LedgerPartition, key: String, entry: Entry) {
        let mut books = locked(&self.books);
        books.entry(partition.partition_key()).or_default().insert(key, entry);
    }

    /// Every entry of a partition.
    #[must_use]
    pub fn entries(&self, partition: &LedgerPartition) -> Vec<Entry> {
        let books = locked(&self.books);
        books
            .get(&partition.partition_key())
            .map(|b| b.values().cloned().collect())
            .unwrap_or_default()
    }

    fn write(&self, partition: &LedgerPartition, key: String, entry: Entry) -> Result<(), Error> {
        self.live()?;
        self.put(partition, key, entry);
        Ok(())
    }

    /// Counts a write, which fails once the ledger is dead.
    fn live(&self) -> Result<(), Error> {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        if locked(&self.dies_at).is_some_and(|dies_at| number >= dies_at) {
            return Err(Error::new(ErrorKind::Transient, "the ledger cannot be reached"));
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Outcomes for MemoryLedger {
    async fn outcomes(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        let outcome = |entry| match entry {
            Entry::Outcome(outcome) => Some(outcome),
            _ => None,
        };
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.entries(partition).into_iter().filter_map(outcome).collect())
    }
}

impl LedgerWriter for MemoryLedger {
    async fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        _: i64,
    ) -> Result<(), Error> {
        for record in records {
            if locked(&self.refuses).as_ref() == Some(&record.region) {
                return Err(Error::new(ErrorKind::OperationFailed, "the item is too large"));
            }
            let key = record_key(&record.region, &record.record.key);
            self.write(partition, key, Entry::Record(record.clone()))?;
        }
        Ok(())
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        _: i64,
    ) -> Result<(), Error> {
        let answered = self.entries(partition).into_iter().any(|entry| {
            matches!(entry, Entry::Outcome(o) if o.region == outcome.region && o.verdict.is_final())
        });
        if answered && outcome.verdict != Verdict::Succeeded {
            return Ok(());
        }
        self.write(partition, outcome_key(&outcome.region), Entry::Outcome(outcome.clone()))
    }
}

impl LedgerReader for MemoryLedger {
    async fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> Result<Page, Error> {
        Ok(self.read(partition, after.as_deref(), self.page))
    }

    async fn first_page(&self, partition: &LedgerPartition, most: u16) -> Result<Page, Error> {
        Ok(self.read(partition, None, self.page.min(usize::from(most))))
    }
}

impl MemoryLedger {
    fn read(&self, partition: &LedgerPartition, after: Option<&str>, most: usize) -> Page {
        let books = locked(&self.books);
        let Some(entries) = books.get(&partition.partition_key()) else {
            return Page { entries: Vec::new(), next: None };
        };
        let rest = entries.iter().filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
        let page: Vec<(&String, &Entry)> = rest.take(most).collect();
        let full = page.len() == most;
        let next = page.last().filter(|_| full).map(|(key, _)| (*key).clone());
        Page { entries: page.into_iter().map(|(_, entry)| entry.clone()).collect(), next }
    }
}

/// Artifacts by key, in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryArtifacts(std::sync::Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl MemoryArtifacts {
    /// Every artifact by key.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        locked(&self.0).clone()
    }

    /// An artifact as text, or nothing.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.all()
            .get(key)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .unwrap_or_default()
    }
}

impl Artifacts for MemoryArtifacts {
    type Upload = MemoryUpload;
    type Download = MemoryDownload;

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Error> {
        locked(&self.0).insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn open(&self, key: &str) -> Result<Option<MemoryDownload>, Error> {
        // Small chunks: a reader must put lines together again.
        let chunks = |bytes: &Vec<u8>| bytes.chunks(7).rev().map(<[u8]>::to_vec).collect();
        Ok(locked(&self.0).get(key).map(|bytes| MemoryDownload(chunks(bytes))))
    }

    fn upload(&self, key: &str) -> MemoryUpload {
        MemoryUpload { artifacts: self.clone(), key: key.to_owned(), bytes: Vec::new() }
    }

    fn uri(&self, key: &str) -> String {
        format!("memory://{key}")
    }
}

/// An artifact that is being read, seven bytes at a time.
#[derive(Debug)]
pub struct MemoryDownload(Vec<Vec<u8>>);

impl Download for MemoryDownload {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.pop())
    }
}

/// An artifact that is being written.
#[derive(Debug)]
pub struct MemoryUpload {
    artifacts: MemoryArtifacts,
    key: String,
    bytes: Vec<u8>,
}

impl Upload for MemoryUpload {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    async fn finish(self) -> Result<(), Error> {
        self.artifacts.put(&self.key, self.bytes).await
    }
}
