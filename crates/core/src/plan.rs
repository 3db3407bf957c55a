//! What a run covers: the accounts that a request selects, crossed with their Regions.

pub mod context;
pub mod selection;
pub mod sessions;
