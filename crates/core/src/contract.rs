//! What the steps hand to each other and leave behind for people: JSON documents and ledger entries.

pub mod ledger;
pub mod plan;
pub mod summary;
pub mod work_item;
