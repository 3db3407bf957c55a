//! RegionExecutor the organization no more than a request needs: its accounts always, its units where the
//! accounts do not say where they are, tags and Regions only of accounts that all else selects.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use org_operator_core::input::request::AccountFilter;
use org_operator_core::input::violation::Violations;
use org_operator_core::plan::selection::{Facts, Selection, units_to_ask};
use org_operator_core::ports::{AccountDirectory, Artifacts, Clock, Outcomes};
use org_operator_core::{AccountId, Error, Region};

use crate::Fanout;

/// Accounts whose tags or Regions are asked for at once; the directory keeps to the service's rate.
const AT_ONCE: usize = 10;

impl<D: AccountDirectory, A: Artifacts, L: Outcomes, C: Clock> Fanout<D, A, L, C> {
    /// The accounts that `filter` selects; what it names in vain is noted.
    pub(crate) async fn select(
        &self,
        filter: &AccountFilter,
        violations: &mut Violations,
    ) -> Result<Selection, Error> {
        let accounts = self.directory.accounts().await?;
        let mut facts = Facts::default();
        let mut unknown = BTreeSet::new();
        for unit in units_to_ask(&accounts, filter) {
            match self.directory.members(&unit).await? {
                Some(members) => drop(facts.members.insert(unit, members)),
                None => drop(unknown.insert(unit)),
            }
        }
        let selection = Selection::new(accounts, filter, &facts);
        selection.note_impossible(filter, violations);
        selection.note_unknown_units(&unknown, violations);
        if filter.tags.is_empty() || !violations.is_empty() {
            return Ok(selection);
        }
        let ids: Vec<AccountId> = selection.selected().map(|account| account.id.clone()).collect();
        let asked = stream::iter(ids).map(|id| async move {
            let tags = self.directory.tags(&id).await?;
            Ok::<_, Error>((id, tags))
        });
        facts.tags = asked.buffered(AT_ONCE).try_collect().await?;
        Ok(Selection::new(selection.into_accounts(), filter, &facts))
    }

    /// The Regions that are on in each selected account.
    pub(crate) async fn enabled_regions(
        &self,
        selection: &Selection,
    ) -> Result<BTreeMap<AccountId, BTreeSet<Region>>, Error> {
        let asked = selection.selected().map(|account| async move {
            let regions = self.directory.enabled_regions(account).await?;
            Ok::<_, Error>((account.id.clone(), regions))
        });
        stream::iter(asked).buffered(AT_ONCE).try_collect().await
    }
}
