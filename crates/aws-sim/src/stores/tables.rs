//! DynamoDB tables: items by table, partition key and sort key.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The items of a partition by sort key.
pub(crate) type Partition = BTreeMap<String, Value>;

type Partitions = BTreeMap<(String, String), Partition>;

/// The tables of one simulation: every name is one.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// The most entries in a page of a query, where it is not DynamoDB's own limit.
    pub(crate) page: Option<usize>,
    partitions: Mutex<Partitions>,
}

impl Tables {
    pub(crate) fn new(page: Option<usize>) -> Self {
        Self { page, ..Self::default() }
    }

    /// Puts an item in the place of the one with the same partition key and sort key.
    pub(crate) fn put(&self, table: &str, (partition, sort): (&str, &str), item: &Value) {
        let place = (table.to_owned(), partition.to_owned());
        self.lock().entry(place).or_default().insert(sort.to_owned(), item.clone());
    }

    /// An attribute of an item, or null.
    pub(crate) fn attribute(
        &self,
        table: &str,
        (partition, sort): (&str, &str),
        attribute: &str,
    ) -> Value {
        let partitions = self.lock();
        let items = partitions.get(&(table.to_owned(), partition.to_owned()));
        items.and_then(|items| items.get(sort)).map_or(Value::Null, |item| item[attribute].clone())
    }

    /// Reads a partition, which is empty where nothing was written to it.
    pub(crate) fn read<T>(
        &self,
        table: &str,
        partition: &str,
        read: impl FnOnce(&Partition) -> T,
    ) -> T {
        let partitions = self.lock();
        match partitions.get(&(table.to_owned(), partition.to_owned())) {
            Some(partition) => read(partition),
            None => read(&Partition::new()),
        }
    }

    /// Every item of a table, by partition and sort key.
    pub(crate) fn items(&self, table: &str) -> Vec<Value> {
        let partitions = self.lock();
        let of_table = partitions.iter().filter(|((name, _), _)| name == table);
        of_table.flat_map(|(_, partition)| partition.values().cloned()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Partitions> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
