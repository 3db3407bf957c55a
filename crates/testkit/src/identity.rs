//! Clients for any account of the emulator: an access key id of 12 digits is that account.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};

/// The emulator's management account, which is the demo's operation account too: ministack shows
/// an organization to its management account only.
pub const MANAGEMENT: &str = "000000000000";

/// The Region that the demo is deployed to.
pub const HOME_REGION: &str = "eu-west-1";

/// A configuration for calls as `account` in `region` of the emulator at `endpoint`.
#[must_use]
pub fn config(endpoint: &str, account: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "test", None, None, "emulator");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}
