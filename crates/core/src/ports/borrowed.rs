//! A step may borrow its ports, so that several steps share one.

use super::{ChangeLedger, Clock, LedgerReader, LedgerWriter, Outcomes, Page};
use crate::contract::change_item::ChangeItem;
use crate::contract::ledger::{LedgerPartition, LedgerRecord};
use crate::error::Error;
use crate::model::timestamp::Timestamp;
use crate::outcome::Outcome;

impl<T: Outcomes> Outcomes for &T {
    async fn outcomes(&self, partition: &LedgerPartition) -> Result<Vec<Outcome>, Error> {
        (**self).outcomes(partition).await
    }
}

impl<T: LedgerWriter> LedgerWriter for &T {
    async fn put_records(
        &self,
        partition: &LedgerPartition,
        records: &[LedgerRecord],
        expires_at: i64,
    ) -> Result<(), Error> {
        (**self).put_records(partition, records, expires_at).await
    }

    async fn put_outcome(
        &self,
        partition: &LedgerPartition,
        outcome: &Outcome,
        expires_at: i64,
    ) -> Result<(), Error> {
        (**self).put_outcome(partition, outcome, expires_at).await
    }
}

impl<T: LedgerReader> LedgerReader for &T {
    async fn page(
        &self,
        partition: &LedgerPartition,
        after: Option<String>,
    ) -> Result<Page, Error> {
        (**self).page(partition, after).await
    }

    async fn first_page(&self, partition: &LedgerPartition, most: u16) -> Result<Page, Error> {
        (**self).first_page(partition, most).await
    }
}

impl<T: ChangeLedger> ChangeLedger for &T {
    async fn change_items(
        &self,
        partition: &str,
        prefix: &str,
        most: Option<u16>,
    ) -> Result<Vec<ChangeItem>, Error> {
        (**self).change_items(partition, prefix, most).await
    }

    async fn put_change_items(
        &self,
        partition: &str,
        items: &[ChangeItem],
        expires_at: i64,
    ) -> Result<(), Error> {
        (**self).put_change_items(partition, items, expires_at).await
    }

    async fn swap_change_item(
        &self,
        partition: &str,
        item: &ChangeItem,
        expected: &str,
        expires_at: i64,
    ) -> Result<bool, Error> {
        (**self).swap_change_item(partition, item, expected, expires_at).await
    }
}

impl<T: Clock> Clock for &T {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
