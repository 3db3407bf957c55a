//! The ports of org-operator over AWS: organization, member access, ledger, artifacts, clock.
//!
//! Nothing is decided here: what an AWS answer means is asked of `org_operator_core`. EC2 is not
//! here either; its SDK is the largest by far and belongs to the operations.

mod artifacts;
mod caller;
mod clock;
mod config;
mod credentials;
mod failure;
mod http;
mod ledger;
mod ledger_items;
mod member;
mod organization;
mod rate_limiter;
mod regions;
#[cfg(test)]
mod replay;
mod tree;
mod truncation;

pub use artifacts::{S3Artifacts, S3Download, S3Upload};
pub use clock::SystemClock;
pub use config::{load, load_with, tuned};
pub use credentials::credentials_error;
pub use failure::{call_error, call_failure};
pub use http::CallCounter;
pub use ledger::DynamoDbLedger;
pub use member::{Member, MemberRole, RoleSettings};
pub use organization::Organization;
pub use truncation::RejectTruncated;
