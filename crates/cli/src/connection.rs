//! Who the program is in AWS: profile, Region, credentials. They are resolved before anything else,
//! so that a missing one is named instead of reported as a failed call.

use aws_config::SdkConfig;
use aws_sdk_sts::config::ProvideCredentials;
use org_operator_aws::{credentials_error, load_with};
use org_operator_core::error::CredentialsProblem;
use org_operator_core::{Error, Region};

use crate::args::AwsArgs;
use crate::error::CliError;

/// The program's identity in AWS and the Region that it works from.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// The SDK configuration that every client is built from.
    pub(crate) config: SdkConfig,
    /// The Region of STS and of everything that has none of its own.
    pub(crate) home: Region,
    /// The profile in use, for hints.
    pub(crate) profile: Option<String>,
}

impl Connection {
    /// Resolves Region and credentials in the same order as the AWS CLI.
    pub(crate) async fn open(args: &AwsArgs) -> Result<Self, CliError> {
        let config = load_with(args.profile.as_deref(), args.region.as_deref()).await;
        let profile = args.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
        let home = home(&config)?;
        let connection = Self { config, home, profile };
        let usable = connection.require_credentials(args.profile.as_deref()).await;
        let summary = "there are no usable AWS credentials";
        usable.map_err(|e| connection.error(summary, &e))?;
        Ok(connection)
    }

    /// Gives up the connections to AWS, for a process that goes on without it: a wide run leaves
    /// hundreds of them.
    pub(crate) fn close(&mut self) {
        self.config = SdkConfig::builder().build();
    }

    /// `named` is the profile of the command line, the only place where credentials then may be.
    async fn require_credentials(&self, named: Option<&str>) -> Result<(), Error> {
        let Some(provider) = self.config.credentials_provider() else {
            let problem = CredentialsProblem::Missing;
            return Err(Error::credentials(problem, "no provider gives any"));
        };
        let loaded = provider.provide_credentials().await;
        loaded.map(drop).map_err(|e| credentials_error(&e, named))
    }

    /// An error of a step or of a call, with what did not work.
    pub(crate) fn error(&self, summary: &str, error: &Error) -> CliError {
        CliError::of(summary, error, self.profile.as_deref())
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
