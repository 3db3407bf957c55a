//! Whether a host exists at all.

use std::time::Duration;

/// Longer than this, nobody waits to learn that a name does not exist.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether `host` does not exist, while `sure` does: names that nobody can look up say nothing.
pub(crate) async fn is_missing(host: &str, sure: &str) -> bool {
    !resolves(host).await && resolves(sure).await
}

async fn resolves(host: &str) -> bool {
    let looked_up = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, 443))).await;
    looked_up.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()))
}
