//! A new run whose accounts are asked while the organization is still being listed.
//!
//! Its request is kept beside the journal until plan and manifest are written: a run whose listing
//! failed or was stopped is planned by it when it is resumed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::{fs, io};

use org_operator_aws::Organization;
use org_operator_core::contract::ledger::LedgerPartition;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::ports::AccountDirectory;
use org_operator_core::report::coverage::final_regions;
use org_operator_core::{Account, AccountId, Error, Region, UnitId, WorkItem};
use org_operator_fanout::EarlyItems;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::atomic_file::AtomicFile;
use crate::journal::Journal;

/// The organization, which passes on each page of its accounts as it comes.
#[derive(Debug)]
pub(crate) struct PagedDirectory {
    pub(crate) organization: Organization,
    pub(crate) pages: UnboundedSender<Vec<Account>>,
}

impl AccountDirectory for PagedDirectory {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        // Where nobody takes the pages any more, the run has been stopped.
        let pass_on = |page: &[Account]| drop(self.pages.send(page.to_vec()));
        self.organization.accounts_by_page(pass_on).await
    }

    async fn members(&self, unit: &UnitId) -> Result<Option<BTreeSet<AccountId>>, Error> {
        self.organization.members(unit).await
    }

    async fn enabled_regions(&self, account: &Account) -> Result<BTreeSet<Region>, Error> {
        self.organization.enabled_regions(account).await
    }

    async fn unit_names(&self, parent: &UnitId) -> Result<BTreeMap<UnitId, String>, Error> {
        self.organization.unit_names(parent).await
    }

    async fn tags(&self, account: &AccountId) -> Result<BTreeMap<String, String>, Error> {
        self.organization.tags(account).await
    }
}

/// A plan in the making.
pub(crate) type Planning<'a> = Pin<Box<dyn Future<Output = Result<RunPlan, Error>> + 'a>>;

/// A run that is being planned while its organization is listed.
pub struct Listing<'a> {
    pub(crate) event: Value,
    pub(crate) planning: Planning<'a>,
    pub(crate) pages: UnboundedReceiver<Vec<Account>>,
    pub(crate) early: EarlyItems,
    pub(crate) journal: Journal,
    /// The plan without what only the complete list shows: its numbers are 0.
    pub(crate) plan: RunPlan,
    pub(crate) seen: HashSet<AccountId>,
    /// The work items of the accounts that were listed before any is asked.
    pub(crate) known: Vec<WorkItem>,
}

/// A run that can be worked on.
pub enum Begun<'a> {
    /// It is planned.
    Planned(Box<RunPlan>),
    /// Its organization is still being listed; the first accounts are known.
    Listing(Box<Listing<'a>>),
}

impl Begun<'_> {
    pub(crate) fn planned(plan: RunPlan) -> Self {
        Self::Planned(Box::new(plan))
    }

    /// The plan as far as it is known: at least the run's id and operation.
    #[must_use]
    pub fn plan(&self) -> &RunPlan {
        match self {
            Self::Planned(plan) => plan,
            Self::Listing(listing) => &listing.plan,
        }
    }
}

impl<'a> Listing<'a> {
    /// Lists until there is something to ask, or the run is planned.
    pub(crate) async fn begin(mut self) -> Result<Begun<'a>, Error> {
        loop {
            tokio::select! {
                biased;
                plan = &mut self.planning => return plan.map(Begun::planned),
                Some(page) = self.pages.recv() => self.known = self.items(page)?,
            }
            if !self.known.is_empty() {
                return Ok(Begun::Listing(Box::new(self)));
            }
        }
    }

    /// Lists to the end, and gives `queue` the work items of each page.
    ///
    /// # Errors
    /// What the fanout said.
    pub(crate) async fn list(&mut self, queue: impl Fn(Vec<WorkItem>)) -> Result<RunPlan, Error> {
        let planned = loop {
            tokio::select! {
                biased;
                Some(page) = self.pages.recv() => queue(self.items(page)?),
                plan = &mut self.planning => break plan?,
            }
        };
        while let Ok(page) = self.pages.try_recv() {
            queue(self.items(page)?);
        }
        Ok(planned)
    }

    /// The work items of accounts that have not been listed before, without the answers that an
    /// earlier process wrote.
    fn items(&mut self, page: Vec<Account>) -> Result<Vec<WorkItem>, Error> {
        let new = page.into_iter().filter(|account| self.seen.insert(account.id.clone())).collect();
        let mut items = self.early.items(new);
        for item in &mut items {
            let (run, account) = (self.plan.run_id.clone(), item.account_id.clone());
            let done = final_regions(self.journal.known(&LedgerPartition {
                run,
                operation: None,
                account,
            })?);
            item.regions.retain(|region| !done.contains(region));
        }
        items.retain(|item| !item.regions.is_empty());
        Ok(items)
    }
}

/// The request of a run whose plan is not written yet, in the journal's folder.
#[derive(Debug)]
pub(crate) struct KeptRequest(PathBuf);

impl KeptRequest {
    pub(crate) fn in_folder(journal: &Path) -> Self {
        Self(journal.join("request.json"))
    }

    pub(crate) fn write(&self, event: &Value) -> io::Result<()> {
        let mut file = AtomicFile::create(&self.0)?;
        file.write(event.to_string().as_bytes())?;
        file.finish()
    }

    /// The event, or `None` where none is kept.
    pub(crate) fn read(&self) -> io::Result<Option<Value>> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
