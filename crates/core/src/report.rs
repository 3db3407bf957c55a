//! What a run's answer looks like: coverage, changes, CSV, tables for SQL, notification and metrics.

pub mod account_targets;
pub mod changes;
pub mod console_link;
pub mod coverage;
pub mod csv_table;
mod first;
pub mod metrics;
pub mod notification;
pub mod shared_link;
pub mod sql_table;
pub mod suite;
pub mod tally;
