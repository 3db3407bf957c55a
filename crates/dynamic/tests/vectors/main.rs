//! The client held to botocore's own protocol vectors, which `make .venv/vectors.json` fetches.
//!
//! What does not pass is in a list of its own, with the reason; an entry that passes is taken out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]
#![expect(clippy::print_stdout, reason = "how many vectors pass is what a person asks")]

mod cuts;
mod input;
mod load;
mod output;
mod recorded;
