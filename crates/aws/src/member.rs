//! Access to member accounts: one `AssumeRole` per account, run and session policy. The session is
//! cached and serves every Region and attempt until shortly before it expires.

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Builder, Credentials, Region as SdkRegion, SharedCredentialsProvider};
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use org_operator_core::model::session;
use org_operator_core::outcome::classification::{Call, classify};
use org_operator_core::{AccountId, Error, ErrorKind, Partition, Region, RunId};

use crate::failure::call_failure;
use crate::http::{AnswerCounter, CallCounter};
use crate::rate_limiter::RateLimiter;
use crate::session_cache::SessionCache;
use crate::truncation::RejectTruncated;

/// The longest session of a chained role: one hour (STS API reference, `AssumeRole`).
const SESSION_SECONDS: i32 = 3_600;

/// Calls a second, and at once. STS allows an account 600 calls a second in a Region, all of them
/// together (IAM user guide, "IAM and STS quotas"): what others call needs some of them.
const RATE: f64 = 400.0;
const BURST: f64 = 100.0;

/// The role to assume in member accounts, and what its trust policy requires.
#[derive(Debug, Clone)]
pub struct RoleSettings {
    /// The role's name, which is the same in every account.
    pub role_name: String,
    /// The external id that its trust policy requires; empty where it requires none.
    pub external_id: String,
    /// The caller's partition, which all accounts of the organization share.
    pub partition: Partition,
}

/// Assumes the member role and caches its sessions.
#[derive(Debug, Clone)]
pub struct MemberRole {
    config: SdkConfig,
    client: Client,
    settings: RoleSettings,
    sessions: Arc<SessionCache>,
    rate: Arc<RateLimiter>,
    answers: AnswerCounter,
}

impl MemberRole {
    /// Assumes the role at the regional STS endpoint of `config`: tokens of a regional endpoint are
    /// valid in every Region, those of the global endpoint are not (IAM guide, "Managing STS").
    #[must_use]
    pub fn new(config: &SdkConfig, settings: RoleSettings) -> Self {
        let sts_config = Builder::from(config).interceptor(RejectTruncated).build();
        let client = Client::from_conf(sts_config);
        Self {
            config: config.clone(),
            client,
            settings,
            sessions: Arc::default(),
            rate: Arc::new(RateLimiter::new(RATE, BURST)),
            answers: AnswerCounter::default(),
        }
    }

    /// Counts the answers of all member accounts.
    #[must_use]
    pub fn answers(&self) -> AnswerCounter {
        self.answers.clone()
    }

    /// The role's session in `account` for `run`, from the cache or new, with a session policy that
    /// allows `actions` only.
    ///
    /// # Errors
    /// What STS answered, classified.
    pub async fn assume(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Result<Member, Error> {
        if let Some(credentials) = self.sessions.get(account, run, actions) {
            return Ok(self.member(account, credentials));
        }
        let (credentials, expiry) = self.call(account, run, actions).await?;
        let place = (run.clone(), account.clone());
        self.sessions.put(place, actions, (credentials.clone(), expiry));
        Ok(self.member(account, credentials))
    }

    fn member(&self, account: &AccountId, credentials: Credentials) -> Member {
        let (config, role) = (self.config.clone(), self.role(account));
        Member { config, credentials, role, answers: self.answers() }
    }

    fn role(&self, account: &AccountId) -> String {
        session::role_arn(self.settings.partition, account, &self.settings.role_name)
    }

    /// Evicts the cached sessions in `account` for `run`; the next call of `assume` gets a new one.
    pub fn evict(&self, account: &AccountId, run: &RunId) {
        self.sessions.evict(account, run);
    }

    async fn call(
        &self,
        account: &AccountId,
        run: &RunId,
        actions: &[String],
    ) -> Result<(Credentials, SystemTime), Error> {
        let arn = self.role(account);
        self.rate.acquire().await;
        let external_id = Some(&self.settings.external_id).filter(|id| !id.is_empty());
        let request = self
            .client
            .assume_role()
            .role_arn(&arn)
            .duration_seconds(SESSION_SECONDS)
            .role_session_name(session::name(run))
            .policy(session::policy(&session::with_inquiry(actions)))
            .set_external_id(external_id.cloned());
        let sent = request.send().await;
        let output = sent.map_err(|error| {
            let failure = classify(Call::AssumeRole, &call_failure(&error));
            failure.certainly().context(format!("assuming {arn}"))
        })?;
        session_of(&output).ok_or_else(|| {
            Error::new(ErrorKind::OperationFailed, format!("STS gave no credentials for {arn}"))
        })
    }
}

fn session_of(output: &AssumeRoleOutput) -> Option<(Credentials, SystemTime)> {
    let given = output.credentials()?;
    let expiry = SystemTime::try_from(*given.expiration()).ok()?;
    Some((
        credentials(given.access_key_id(), given.secret_access_key(), given.session_token()),
        expiry,
    ))
}

fn credentials(key: &str, secret: &str, token: &str) -> Credentials {
    Credentials::new(key, secret, Some(token.to_owned()), None, "member role")
}

/// A session of the member role in one account.
#[derive(Debug, Clone)]
pub struct Member {
    config: SdkConfig,
    credentials: Credentials,
    role: String,
    answers: AnswerCounter,
}

impl Member {
    /// A session with known credentials; `config` supplies everything else.
    #[must_use]
    pub fn new(config: SdkConfig, key: &str, secret: &str, token: &str) -> Self {
        let role = "the session's role".to_owned();
        let fixed = credentials(key, secret, token);
        Self { config, credentials: fixed, role, answers: AnswerCounter::default() }
    }

    /// The role's ARN, for messages.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The Region that calls for `region` are signed for: itself, or the one of the partition's global
    /// services where an operation runs once per account.
    #[must_use]
    pub fn signing_region(&self, region: &Region) -> Region {
        if !region.is_global() {
            return region.clone();
        }
        let home = self.config.region().and_then(|home| Region::parse(home.as_ref()));
        home.map_or(Partition::Commercial, |home| home.partition()).global_region()
    }

    /// The Regions in which to ask the account about itself: the one where this runs, then one that
    /// no account can disable, for a policy may deny either.
    #[must_use]
    pub fn inquiry_regions(&self) -> Vec<Region> {
        let home = self.config.region().and_then(|region| Region::parse(region.as_ref()));
        let partition = home.as_ref().map_or(Partition::Commercial, Region::partition);
        let fallback = Region::always_on(partition).into_iter().next();
        let fallback = fallback.filter(|region| Some(region) != home.as_ref());
        home.into_iter().chain(fallback).collect()
    }

    /// The configuration for calls in `region` of this account. It shares the connection pool, and
    /// `counter` counts its requests.
    #[must_use]
    pub fn config(&self, region: &Region, counter: &CallCounter) -> SdkConfig {
        let mut builder = self.config.to_builder();
        builder.set_http_client(
            self.config.http_client().map(|client| counter.wrap(client, &self.answers)),
        );
        // A session's credentials do not change, so caching them again only fills the shared cache,
        // which would evict the operation account's own credentials: those may need a new sign-in.
        // Answers are read whole within their attempt's time; watching each body's speed beside that
        // took a twentieth of a run's CPU.
        builder
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .region(SdkRegion::new(self.signing_region(region).as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .build()
    }
}

#[cfg(test)]
mod tests;
