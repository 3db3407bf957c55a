//! Whole calls over the SDK's runtime, answered by a stand-in for the HTTP client: nothing is sent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

mod answers;
mod changes;
mod pages;
mod places;
mod refusals;
mod requests;
mod retries;
mod services;
mod shared;
mod support;
