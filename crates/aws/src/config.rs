//! The SDK configuration that all clients share: retries, timeouts, one connection pool.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};

use crate::http::shared_client;

/// Attempts of the SDK per call, before the state machine's own retries.
const ATTEMPTS: u32 = 5;

/// The configuration of this process: credentials, Region and endpoints as everywhere in AWS.
pub async fn load() -> SdkConfig {
    load_with(None, None).await
}

/// The same for the profile and the Region that a person named; where there is no name, as
/// everywhere in AWS.
pub async fn load_with(profile: Option<&str>, region: Option<&str>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(shared_client());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    tuned(loader).load().await
}

/// `loader` with the product's own retries and timeouts.
///
/// Retries wait longer each time, at random. They do not adapt a client's rate: that was measured to
/// turn three throttled answers into a minute. A call that hangs is given up, so that one sick
/// Region cannot hold a worker until its deadline.
#[must_use]
pub fn tuned(loader: ConfigLoader) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_mins(2))
        .build();
    loader
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts)
}
