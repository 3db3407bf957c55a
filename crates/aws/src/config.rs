//! The SDK configuration that all clients share: credentials, retries, timeouts, one connection pool.

use std::time::Duration;

use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetrySpec;

use crate::http::shared_client;

/// Attempts of the SDK per call; the state machine's retries come on top.
const ATTEMPTS: u32 = 5;

/// The configuration that AWS's default provider chains give this process.
pub async fn load() -> SdkConfig {
    load_with(None, None).await
}

/// The configuration for a named profile and Region; what is `None` comes from AWS's default
/// provider chains.
///
/// A named profile is the only source of credentials, as in the AWS CLI: the SDK's default chain
/// would look at the environment first and could act as another identity. The profile's Region is
/// used where neither `region_name` nor the environment names one.
pub async fn load_with(profile: Option<&str>, region_name: Option<&str>) -> SdkConfig {
    let client = shared_client();
    let region = region_name.map(|name| Region::new(name.to_owned()));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client.clone());
    if let Some(region) = region.clone() {
        loader = loader.region(region);
    }
    if let Some(profile) = profile {
        let profile_region = match region {
            Some(region) => Some(region),
            None => default_region(profile).await,
        };
        let credentials = profile_credentials(profile, profile_region.clone(), client);
        loader = loader.profile_name(profile).region(profile_region);
        loader = loader.credentials_provider(credentials);
    }
    tuned(loader).load().await
}

/// The environment's Region, or else the profile's.
async fn default_region(profile: &str) -> Option<Region> {
    DefaultRegionChain::builder().profile_name(profile).build().region().await
}

/// The credentials of a profile: keys, an assumed role, SSO or a process. The calls that they need
/// go through `client` to `region`, with our retries and timeouts.
fn profile_credentials(
    profile: &str,
    region: Option<Region>,
    client: SharedHttpClient,
) -> ProfileFileCredentialsProvider {
    let config = ProviderConfig::without_region()
        .with_region(region)
        .with_http_client(client)
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_retry_config(retries())
        .with_timeout_config(timeouts());
    ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build()
}

/// Sets our retries and timeouts on `loader`.
#[must_use]
pub fn tuned(loader: ConfigLoader) -> ConfigLoader {
    loader.retry_config(retries()).timeout_config(timeouts())
}

/// AWS's retry behavior of 2026-11-10 ("Retry behavior", AWS SDKs and tools reference guide): full
/// jitter, doubling from 50 ms, and from 1 s where the service throttles. The newest SDK here that
/// has it does not use it by itself yet, and offers it to its own crates only, hence a hidden item.
///
/// Not the adaptive mode: its client-side rate limit turned three throttled calls into a minute of
/// waiting when it was measured.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_retry_spec(RetrySpec::v2_1())
}

/// Limits a call's time, so that one unresponsive Region cannot hold a worker until its deadline.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_mins(2))
        .build()
}
