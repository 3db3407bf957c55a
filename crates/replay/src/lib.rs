//! Recorded answers of AWS's services: read from files in botocore's shape, found for a request, and
//! written in the protocol of the service. Test equipment; no product code depends on this crate.
//!
//! [`Recorded`] gives them as part of the simulated AWS. What an answer means to an operation is not
//! known here: the tests of `operations` say it.

mod call;
mod fixture;
mod mistake;
mod recorded;
pub mod wire;

pub use call::{Asked, KnownCall};
pub use fixture::{Answer, Case, ErrorAnswer, Fixture, Shows};
pub use mistake::Mistake;
pub use recorded::{FROM_THE_ORGANIZATION, Recorded};
