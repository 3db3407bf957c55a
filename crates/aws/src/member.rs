//! Access to a member account: one `AssumeRole`, whose credentials serve every Region.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Credentials, Region as SdkRegion, SharedCredentialsProvider};
use org_operator_core::classification::{Call, classify};
use org_operator_core::{AccountId, Error, ErrorKind, Partition, Region, RunId, session};

use crate::failure::call_failure;

/// A chained role's session lasts at most one hour (STS API reference, `AssumeRole`).
const SESSION_SECONDS: i32 = 3_600;

/// Which role to assume in member accounts, and how.
#[derive(Debug, Clone)]
pub struct RoleSettings {
    /// The role's name, the same in every account.
    pub role_name: String,
    /// The external id that its trust policy asks for.
    pub external_id: String,
    /// The partition of the caller, and so of every account of the organization.
    pub partition: Partition,
}

/// Assumes the member role.
#[derive(Debug, Clone)]
pub struct MemberRole {
    config: SdkConfig,
    client: Client,
    settings: RoleSettings,
}

impl MemberRole {
    /// The role, assumed at the regional STS endpoint of `config`: tokens of a regional endpoint
    /// are valid in every Region, those of the global one are not (IAM guide, "Managing STS").
    #[must_use]
    pub fn new(config: &SdkConfig, settings: RoleSettings) -> Self {
        Self { config: config.clone(), client: Client::new(config), settings }
    }

    /// Assumes the role in `account` for `run`, with a session policy that allows `actions` only.
    ///
    /// # Errors
    /// What STS answered, classified.
    pub async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> Result<Member, Error> {
        let arn = session::role_arn(self.settings.partition, account, &self.settings.role_name);
        let answer = self
            .client
            .assume_role()
            .role_arn(&arn)
            .role_session_name(session::name(run))
            .external_id(&self.settings.external_id)
            .policy(session::policy(actions))
            .duration_seconds(SESSION_SECONDS)
            .send()
            .await;
        let answer = answer.map_err(|e| {
            classify(Call::AssumeRole, &call_failure(&e))
                .certainly()
                .context(format!("assuming {arn}"))
        })?;
        let given = answer.credentials().ok_or_else(|| {
            Error::new(ErrorKind::OperationFailed, format!("STS gave no credentials for {arn}"))
        })?;
        let (key, secret) = (given.access_key_id(), given.secret_access_key());
        Ok(Member::new(self.config.clone(), key, secret, given.session_token()))
    }
}

/// A member account that the role was assumed in.
#[derive(Debug, Clone)]
pub struct Member {
    config: SdkConfig,
    credentials: Credentials,
}

impl Member {
    /// A member account with a session's credentials; `config` gives everything else.
    #[must_use]
    pub fn new(config: SdkConfig, key: &str, secret: &str, token: &str) -> Self {
        let token = Some(token.to_owned());
        Self { config, credentials: Credentials::new(key, secret, token, None, "member role") }
    }

    /// The configuration for calls in `region` of this account; it shares the connection pool.
    #[must_use]
    pub fn config(&self, region: &Region) -> SdkConfig {
        self.config
            .to_builder()
            .region(SdkRegion::new(region.as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .build()
    }
}
