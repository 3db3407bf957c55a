//! One question per attempt: which Regions the account has on. It is asked when the first Region that
//! can be disabled comes up, and its answer serves the others.

use org_operator_aws::{CallCounter, Member};
use org_operator_core::model::account_regions::{AccountRegions, RegionStatus};
use org_operator_core::{Error, Region};
use tokio::sync::OnceCell;

use crate::execute::RegionExecutor;
use crate::members::Members;

/// The account's Regions, asked for at most once.
#[derive(Default)]
pub(crate) struct RegionInquiry(OnceCell<AccountRegions>);

impl RegionInquiry {
    /// Whether `region` is on, or `None` where the account did not say, or where no
    /// account can disable it: then nothing is asked.
    pub(crate) async fn status<M: Members>(
        &self,
        executor: &RegionExecutor<'_, M>,
        member: &Member,
        region: &Region,
        calls: &CallCounter,
    ) -> Option<RegionStatus> {
        if region.is_always_on() {
            return None;
        }
        let asked = async || {
            executor.regions(member, calls).await.unwrap_or_else(|refusal| unknown(&refusal))
        };
        self.0.get_or_init(asked).await.status(region)
    }
}

/// Nothing is known of the Regions: each is asked, and its answer interpreted.
fn unknown(refusal: &Error) -> AccountRegions {
    tracing::warn!(error = %refusal, "the account did not say which of its Regions are on");
    AccountRegions::default()
}
