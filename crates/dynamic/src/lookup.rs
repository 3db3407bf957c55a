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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_missing_only_where_another_can_be_looked_up() {
        // No label is so long: this name is refused before anybody is asked.
        let never = format!("{}.example", "a".repeat(64));
        assert!(is_missing(&never, "localhost").await);
        assert!(!is_missing(&never, &never).await);
        assert!(!is_missing("localhost", "localhost").await);
    }
}
