//! What the program prints and how: data, notes, progress, columns, a run's records.

pub(crate) mod columns;
pub(crate) mod printer;
pub(crate) mod progress_view;
pub(crate) mod raw;
pub(crate) mod records;
pub(crate) mod suite;
