//! The ports of org-operator over AWS: organization, member access, ledger, artifacts,
//! notifications, clock.
//!
//! Nothing is decided here: `org_operator_core` classifies what AWS answers. The EC2 client is not
//! here either: its SDK is the largest by far, and only the operations need it.

mod approval;
mod artifact_download;
mod artifacts;
mod caller;
mod change_ledger;
mod clock;
mod config;
mod credentials;
mod failure;
mod http;
mod ledger;
mod ledger_items;
mod member;
mod notifications;
mod organization;
mod pages;
mod rate_limiter;
mod regions;
#[cfg(test)]
#[path = "tests/replay.rs"]
mod replay;
mod session_cache;
mod tree;
mod truncation;

pub use approval::approval;
pub use artifact_download::S3Download;
pub use artifacts::{S3Artifacts, S3Upload};
pub use clock::SystemClock;
pub use config::{load, load_with, tuned};
pub use credentials::credentials_error;
pub use failure::{call_error, call_failure};
pub use http::{AnswerCounter, CallCounter};
pub use ledger::DynamoDbLedger;
pub use member::{Member, MemberRole, RoleSettings};
pub use notifications::{S3Links, SnsTopic};
pub use organization::Organization;
pub use truncation::RejectTruncated;
