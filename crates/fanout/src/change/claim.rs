//! Two runs never apply one plan at the same time: the first that begins claims it in the ledger until it
//! has ended.

use org_operator_changes::ChangeRun;
use org_operator_core::artifact::{APPLIED, MANIFEST};
use org_operator_core::contract::change_item::{ChangeItem, claims_partition};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::ports::{AccountDirectory, Artifacts, ChangeLedger, Clock, Outcomes};
use org_operator_core::{Error, RunId};
use serde::{Deserialize, Serialize};

use crate::Fanout;

/// A claim whose run has no manifest after so long is of an execution that failed.
const ABANDONED_MILLIS: u64 = 3_600_000;

/// What stands in a claim beside the run.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Claim {
    at: Timestamp,
}

impl<D: AccountDirectory, A: Artifacts, L: Outcomes + ChangeLedger, C: Clock> Fanout<D, A, L, C> {
    /// Claims the rows for `run`; `field` names the run that has them.
    ///
    /// # Errors
    /// `InvalidRequest` where another run has not ended; what the ledger or the store returned.
    pub(super) async fn claim(&self, run: &ChangeRun, field: &str) -> Result<(), Error> {
        let partition = claims_partition(&run.source, &run.operation);
        let now = self.clock.now();
        let body = serde_json::to_string(&Claim { at: now }).map_err(Error::internal)?;
        let entry = if run.is_undo { "undo" } else { "apply" }.to_owned();
        let own = ChangeItem { entry, stamp: run.run_id.to_string(), body };
        let mut expected = own.stamp.clone();
        let expires_at = self.expiry(now);
        while !self.ledger.swap_change_item(&partition, &own, &expected, expires_at).await? {
            let found = self.ledger.change_items(&partition, &own.entry, Some(1)).await?;
            let Some(held) = found.into_iter().next() else { continue };
            if held.stamp == own.stamp {
                return Ok(());
            }
            if !self.has_ended(run, &held).await? {
                return Err(busy(run, field, &held.stamp));
            }
            expected = held.stamp;
        }
        Ok(())
    }

    /// Whether the run of a claim is over.
    async fn has_ended(&self, run: &ChangeRun, held: &ChangeItem) -> Result<bool, Error> {
        let Some(other) = RunId::parse(&held.stamp) else { return Ok(true) };
        let folder = self.folder(&run.operation, &other);
        if self.artifacts.open(&folder.artifact(&APPLIED)).await?.is_some() {
            return Ok(true);
        }
        let has_begun = self.artifacts.open(&folder.artifact(&MANIFEST)).await?.is_some();
        let claim: Option<Claim> = serde_json::from_str(&held.body).ok();
        let age = claim.map(|claim| self.clock.now().millis_since(claim.at));
        Ok(!has_begun && age.is_some_and(|age| age > ABANDONED_MILLIS))
    }
}

fn busy(run: &ChangeRun, field: &str, other: &str) -> Error {
    let doing = if run.is_undo { "taking back" } else { "applying" };
    let mut violations = Violations::default();
    let actual = format!("\"{}\", which {other} is {doing}", run.source);
    let allowed = format!("nothing before {other} has ended; where it failed, ResumeRun {other}");
    violations.note_text(field, actual, allowed);
    Error::violations("request", violations)
}
