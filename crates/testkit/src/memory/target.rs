//! What a worker leaves of one target in the ledger, for tests of what is done with it.

use org_operator_core::contract::ledger::{
    Entry, LedgerPartition, LedgerRecord, outcome_key, record_key,
};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::{Outcome, Record, Region, Verdict};

use super::MemoryLedger;

const ATTEMPT: &str = "a";

impl MemoryLedger {
    /// Puts the outcome of a target, and a record per thing: of one cell, which is its key, too.
    pub fn put_target(
        &self,
        partition: &LedgerPartition,
        region: &Region,
        verdict: Verdict,
        things: &[&str],
    ) {
        let now = Timestamp::from_epoch_millis(1_000);
        let outcome = Outcome {
            region: region.clone(),
            verdict,
            attempts: 1,
            started_at: now,
            ended_at: now,
            records: things.len() as u64,
            calls: 1,
            attempt: ATTEMPT.to_owned(),
            unexplained: false,
        };
        self.put(partition, outcome_key(region), Entry::Outcome(outcome));
        for thing in things {
            let record = Record { key: (*thing).to_owned(), cells: vec![(*thing).to_owned()] };
            let entry =
                LedgerRecord { region: region.clone(), attempt: ATTEMPT.to_owned(), record };
            self.put(partition, record_key(region, thing), Entry::Record(entry));
        }
    }
}
