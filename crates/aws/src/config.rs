//! The SDK configuration that all clients share: retries, timeouts, one connection pool.

use std::time::Duration;

use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::http::shared_client;

/// Attempts of the SDK per call, before the state machine's own retries.
const ATTEMPTS: u32 = 5;

/// The configuration of this process: credentials, Region and endpoints as everywhere in AWS.
pub async fn load() -> SdkConfig {
    load_with(None, None).await
}

/// The same for the profile and the Region that a person named; where there is no name, as
/// everywhere in AWS.
///
/// A profile that a person named is the only place where credentials are looked for, as with the
/// AWS CLI: the SDK's own chain would ask the environment first, and so work as somebody else.
/// Its Region counts where neither `region` nor the environment names one.
pub async fn load_with(profile: Option<&str>, region: Option<&str>) -> SdkConfig {
    let client = shared_client();
    let region = region.map(|name| Region::new(name.to_owned()));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client.clone());
    if let Some(region) = region.clone() {
        loader = loader.region(region);
    }
    if let Some(profile) = profile {
        let region = match region {
            Some(region) => Some(region),
            None => region_of(profile).await,
        };
        let credentials = credentials_of(profile, region.clone(), client);
        loader = loader.profile_name(profile).region(region).credentials_provider(credentials);
    }
    tuned(loader).load().await
}

/// The Region of the environment, else the profile's.
async fn region_of(profile: &str) -> Option<Region> {
    DefaultRegionChain::builder().profile_name(profile).build().region().await
}

/// The credentials of a profile: keys, a role to assume, SSO, a process. Calls that they take go
/// through `client` to `region`, with the product's retries.
fn credentials_of(
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

/// `loader` with the product's own retries and timeouts.
#[must_use]
pub fn tuned(loader: ConfigLoader) -> ConfigLoader {
    loader.retry_config(retries()).timeout_config(timeouts())
}

/// Retries wait longer each time, at random. They do not adapt a client's rate: that was measured to
/// turn three throttled answers into a minute.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// A call that hangs is given up, so that one sick Region cannot hold a worker until its deadline.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_mins(2))
        .build()
}
