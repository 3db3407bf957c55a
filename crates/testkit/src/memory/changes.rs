//! The items of runs that change something, in the ledger in memory.

use std::collections::BTreeMap;

use org_operator_core::Error;
use org_operator_core::contract::change_item::ChangeItem;
use org_operator_core::ports::ChangeLedger;

use super::{MemoryLedger, locked};

/// Items by partition and sort key.
pub(super) type Items = BTreeMap<String, BTreeMap<String, ChangeItem>>;

impl ChangeLedger for MemoryLedger {
    async fn change_items(
        &self,
        partition: &str,
        prefix: &str,
        most: Option<u16>,
    ) -> Result<Vec<ChangeItem>, Error> {
        let items = locked(&self.items);
        let all = items.get(partition).into_iter().flat_map(BTreeMap::values);
        let found = all.filter(|item| item.entry.starts_with(prefix));
        Ok(found.take(most.map_or(usize::MAX, usize::from)).cloned().collect())
    }

    async fn put_change_items(
        &self,
        partition: &str,
        items: &[ChangeItem],
        _: i64,
    ) -> Result<(), Error> {
        for item in items {
            self.live()?;
            self.keep(partition, item);
        }
        Ok(())
    }

    async fn swap_change_item(
        &self,
        partition: &str,
        item: &ChangeItem,
        expected: &str,
        _: i64,
    ) -> Result<bool, Error> {
        self.live()?;
        let stamp = |items: &Items| Some(items.get(partition)?.get(&item.entry)?.stamp.clone());
        if stamp(&locked(&self.items)).is_some_and(|stamp| stamp != expected) {
            return Ok(false);
        }
        self.keep(partition, item);
        Ok(true)
    }
}

impl MemoryLedger {
    fn keep(&self, partition: &str, item: &ChangeItem) {
        let mut items = locked(&self.items);
        let items = items.entry(partition.to_owned()).or_default();
        items.insert(item.entry.clone(), item.clone());
    }
}
