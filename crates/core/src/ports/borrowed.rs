//! A step may borrow its ports, so that several steps share one.

use super::{Clock, LedgerReader, LedgerWriter, Outcomes, Page};
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

impl<T: Clock> Clock for &T {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
