//! What a run is about: accounts, Regions, records, an operation's declaration. Values that cannot
//! be wrong once they exist; what a run is asked for is in [`crate::input`].

pub mod account;
pub mod account_column;
pub mod account_regions;
pub mod id;
pub mod limit;
pub mod portal;
pub mod record;
pub mod region;
pub mod session;
pub mod spec;
pub mod timestamp;
pub mod unit_tree;
