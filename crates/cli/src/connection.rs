//! Who the program is in AWS: profile, Region, credentials, found out before anything else, so
//! that a missing one is named and not reported as a failed call. No other call is made here.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_sts::config::ProvideCredentials;
use org_operator_aws::{chain, load_with};
use org_operator_core::Region;

use crate::args::AwsArgs;
use crate::error::CliError;
use crate::error::aws_call::FailedCall;

/// The identity and where it is at home.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// The SDK's configuration.
    pub(crate) config: SdkConfig,
    /// The Region of STS and of everything that has none of its own.
    pub(crate) home: Region,
    /// The profile, for remedies.
    pub(crate) profile: Option<String>,
}

impl Connection {
    /// Finds Region and credentials, as everywhere in AWS.
    pub(crate) async fn open(args: &AwsArgs) -> Result<Self, CliError> {
        let config = load_with(args.profile.as_deref(), args.region.as_deref()).await;
        let profile = args.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
        let home = home(&config)?;
        let provider = config.credentials_provider();
        let Some(provider) = provider else {
            return Err(CliError::credentials("no provider gives any", profile.as_deref()));
        };
        let given = provider.provide_credentials().await;
        given.map_err(|e| {
            CliError::credentials(&cause(&e, args.profile.as_deref()), profile.as_deref())
        })?;
        Ok(Self { config, home, profile })
    }

    /// A failed call of the command's own, with what was being done.
    pub(crate) fn failed(&self, summary: &str, failed: &FailedCall) -> CliError {
        CliError::of_call(summary, failed, self.profile.as_deref())
    }

    /// A step's error with what was being done.
    pub(crate) fn error(&self, summary: &str, error: &org_operator_core::Error) -> CliError {
        CliError::of(summary, error, self.profile.as_deref())
    }
}

/// The SDK calls a profile without credentials "not enabled" and says no more.
fn cause(error: &(dyn Error + 'static), profile: Option<&str>) -> String {
    match (error.source(), profile) {
        (None, Some(profile)) => format!("the profile `{profile}` has no credentials"),
        _ => chain(error),
    }
}

fn home(config: &SdkConfig) -> Result<Region, CliError> {
    let hint = "give --region, set AWS_REGION, or set `region` in the profile";
    let summary = "the AWS Region to work from is not known";
    let Some(name) = config.region() else {
        return Err(CliError::usage(summary, "neither an option nor a setting names one", hint));
    };
    let cause = || format!("`{name}` is not {}", Region::ALLOWED);
    Region::parse(name.as_ref()).ok_or_else(|| CliError::usage(summary, cause(), hint))
}
