//! The mark of the worker that is at work in an account. A second one waits until the first is done, or
//! has not renewed its mark for so long that it must be dead.

use std::time::Duration;

use org_operator_core::contract::change_item::{ChangeItem, LEASE};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{ChangeLedger, Clock};
use org_operator_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How long a mark holds: longer than any call that its worker has sent may be under way.
const LASTS: Duration = Duration::from_secs(90);
/// How often a worker renews its mark.
const RENEWED: Duration = Duration::from_secs(20);
/// How often a waiting worker looks.
const LOOKS: Duration = Duration::from_secs(5);
/// The stamp of a mark that nobody holds.
const FREE: &str = "free";

/// A worker's claim to an account of a run.
pub(super) struct Lease<'a, L, C> {
    pub(super) ledger: &'a L,
    pub(super) clock: &'a C,
    pub(super) partition: &'a str,
    /// The attempt's id.
    pub(super) holder: &'a str,
    pub(super) expires_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mark {
    until: Timestamp,
}

impl<L: ChangeLedger, C: Clock> Lease<'_, L, C> {
    /// Does `work` while the mark is held, which has to be had before `deadline`.
    ///
    /// # Errors
    /// `DeadlineExceeded` where another worker is at work until then; `Transient` where the mark was
    /// lost; what `work` or the ledger returned.
    pub(super) async fn held<T>(
        &self,
        deadline: Instant,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.acquire(deadline).await?;
        let done = tokio::select! {
            biased;
            done = work => done,
            lost = self.renewing() => Err(lost),
        };
        if let Err(error) = self.swap(FREE, self.holder, Duration::ZERO).await {
            tracing::warn!(%error, "the account's mark stays until it expires");
        }
        done
    }

    async fn acquire(&self, deadline: Instant) -> Result<(), Error> {
        let mut expected = FREE.to_owned();
        while !self.swap(self.holder, &expected, LASTS).await? {
            let Some((holder, until)) = self.current().await? else { continue };
            if holder == self.holder {
                return Ok(());
            }
            expected = if holder == FREE || until <= self.clock.now() {
                holder
            } else if Instant::now() + LOOKS >= deadline {
                let message = "another worker is at work in the account";
                return Err(Error::new(ErrorKind::DeadlineExceeded, message));
            } else {
                tokio::time::sleep(LOOKS).await;
                FREE.to_owned()
            };
        }
        Ok(())
    }

    /// Renews the mark for ever; gives the error by which it was lost.
    async fn renewing(&self) -> Error {
        loop {
            tokio::time::sleep(RENEWED).await;
            match self.swap(self.holder, self.holder, LASTS).await {
                Ok(true) => {}
                Ok(false) => {
                    let message = "another worker took the account over";
                    return Error::new(ErrorKind::Transient, message);
                }
                Err(error) => return error,
            }
        }
    }

    async fn swap(&self, holder: &str, expected: &str, lasts: Duration) -> Result<bool, Error> {
        let until = self.clock.now().epoch_millis()
            + i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX / 2);
        let mark = Mark { until: Timestamp::from_epoch_millis(until) };
        let body = serde_json::to_string(&mark).map_err(Error::internal)?;
        let item = ChangeItem { entry: LEASE.to_owned(), stamp: holder.to_owned(), body };
        self.ledger.swap_change_item(self.partition, &item, expected, self.expires_at).await
    }

    /// Who holds the mark, and until when.
    async fn current(&self) -> Result<Option<(String, Timestamp)>, Error> {
        let items = self.ledger.change_items(self.partition, LEASE, Some(1)).await?;
        let read = |item: ChangeItem| {
            let mark: Mark = serde_json::from_str(&item.body).map_err(Error::internal)?;
            Ok((item.stamp, mark.until))
        };
        items.into_iter().next().map(read).transpose()
    }
}

#[cfg(test)]
#[path = "../tests/lease.rs"]
mod tests;
