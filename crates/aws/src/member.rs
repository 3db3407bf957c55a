//! Access to a member account: one `AssumeRole`, whose credentials serve every Region and every
//! attempt of a run until shortly before they expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Builder, Credentials, Region as SdkRegion, SharedCredentialsProvider};
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use org_operator_core::model::session;
use org_operator_core::outcome::classification::{Call, classify};
use org_operator_core::{AccountId, Error, ErrorKind, Partition, Region, RunId};

use crate::failure::call_failure;
use crate::http::CallCounter;
use crate::truncation::RejectTruncated;

/// A chained role's session lasts at most one hour (STS API reference, `AssumeRole`).
const SESSION_SECONDS: i32 = 3_600;

/// Credentials are used again only if they outlive the longest invocation, 15 minutes.
const LEAST_LEFT: Duration = Duration::from_mins(16);

/// Sessions that are kept for later attempts; the local command serves a whole organization, and
/// the largest have some tens of thousands of accounts.
const KEPT: usize = 100_000;

/// Which role to assume in member accounts, and how.
#[derive(Debug, Clone)]
pub struct RoleSettings {
    /// The role's name, the same in every account.
    pub role_name: String,
    /// The external id that its trust policy asks for; empty where it asks for none.
    pub external_id: String,
    /// The partition of the caller, and so of every account of the organization.
    pub partition: Partition,
}

type Sessions = HashMap<(RunId, AccountId), (Credentials, SystemTime)>;

/// Assumes the member role.
#[derive(Debug, Clone)]
pub struct MemberRole {
    config: SdkConfig,
    client: Client,
    settings: RoleSettings,
    sessions: Arc<Mutex<Sessions>>,
}

impl MemberRole {
    /// The role, assumed at the regional STS endpoint of `config`: tokens of a regional endpoint
    /// are valid in every Region, those of the global one are not (IAM guide, "Managing STS").
    #[must_use]
    pub fn new(config: &SdkConfig, settings: RoleSettings) -> Self {
        let client = Builder::from(config).interceptor(RejectTruncated).build();
        let (client, sessions) = (Client::from_conf(client), Arc::default());
        Self { config: config.clone(), client, settings, sessions }
    }

    /// The role's session in `account` for `run`, with a session policy that allows `actions`
    /// only: an earlier one of this process, or a new one. A run has one operation, and so one set
    /// of actions.
    ///
    /// # Errors
    /// What STS answered, classified.
    pub async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> Result<Member, Error> {
        let key = (run.clone(), account.clone());
        if let Some(credentials) = self.kept(&key) {
            return Ok(self.member(account, credentials));
        }
        let (credentials, expiry) = self.call(account, run, actions).await?;
        self.keep(key, credentials.clone(), expiry);
        Ok(self.member(account, credentials))
    }

    fn member(&self, account: &AccountId, credentials: Credentials) -> Member {
        Member { config: self.config.clone(), credentials, role: self.role(account) }
    }

    fn role(&self, account: &AccountId) -> String {
        session::role_arn(self.settings.partition, account, &self.settings.role_name)
    }

    /// Drops the session in `account` for `run`: the next one is a new one.
    pub fn evict(&self, account: &AccountId, run: &RunId) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&(run.clone(), account.clone()));
    }

    async fn call(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[&str],
    ) -> Result<(Credentials, SystemTime), Error> {
        let arn = self.role(account);
        let call = self.client.assume_role().role_arn(&arn).duration_seconds(SESSION_SECONDS);
        let call = call.role_session_name(session::name(run)).policy(session::policy(actions));
        let external_id = Some(&self.settings.external_id).filter(|id| !id.is_empty());
        let answer = call.set_external_id(external_id.cloned()).send().await;
        let answer = answer.map_err(|error| {
            let finding = classify(Call::AssumeRole, &call_failure(&error));
            finding.certainly().context(format!("assuming {arn}"))
        })?;
        session_of(&answer).ok_or_else(|| {
            Error::new(ErrorKind::OperationFailed, format!("STS gave no credentials for {arn}"))
        })
    }

    fn kept(&self, key: &(RunId, AccountId)) -> Option<Credentials> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let (credentials, expiry) = sessions.get(key)?;
        (*expiry > SystemTime::now() + LEAST_LEFT).then(|| credentials.clone())
    }

    fn keep(&self, key: (RunId, AccountId), credentials: Credentials, expiry: SystemTime) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= KEPT {
            sessions.clear();
        }
        sessions.insert(key, (credentials, expiry));
    }
}

fn session_of(answer: &AssumeRoleOutput) -> Option<(Credentials, SystemTime)> {
    let given = answer.credentials()?;
    let expiry = SystemTime::try_from(*given.expiration()).ok()?;
    Some((
        credentials(given.access_key_id(), given.secret_access_key(), given.session_token()),
        expiry,
    ))
}

fn credentials(key: &str, secret: &str, token: &str) -> Credentials {
    Credentials::new(key, secret, Some(token.to_owned()), None, "member role")
}

/// A member account that the role was assumed in.
#[derive(Debug, Clone)]
pub struct Member {
    config: SdkConfig,
    credentials: Credentials,
    role: String,
}

impl Member {
    /// A member account with a session's credentials that somebody else got; `config` gives
    /// everything else.
    #[must_use]
    pub fn new(config: SdkConfig, key: &str, secret: &str, token: &str) -> Self {
        let role = "the session's role".to_owned();
        Self { config, credentials: credentials(key, secret, token), role }
    }

    /// The role, for messages.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The configuration for calls in `region` of this account; it shares the connection pool, and
    /// `counter` counts the requests that go out.
    #[must_use]
    pub fn config(&self, region: &Region, counter: &CallCounter) -> SdkConfig {
        let mut builder = self.config.to_builder();
        builder.set_http_client(self.config.http_client().map(|client| counter.around(client)));
        // The session does not change. In the cache that all share, each one pushes others out, and
        // with them the operation account's own credentials, which may be a sign-in away.
        builder
            .identity_cache(IdentityCache::no_cache())
            .region(SdkRegion::new(region.as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .build()
    }
}

#[cfg(test)]
mod tests;
