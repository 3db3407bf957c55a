//! The backends that stand in for AWS, each behind one face: the simulation, ministack and moto,
//! started for one test and ended with it. What AWS itself would answer is the behaviour suite's.

mod fixture;
mod fixtures;
mod network;
mod organization;
mod simulated;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::types::Credentials as Given;
use aws_sim::Endpoint;
use org_operator_core::model::session::policy;
use org_operator_testkit::emulator::{Emulator, Options};
use org_operator_testkit::{TestResult, identity};

pub use fixture::{Fixture, Kind as Destination, Place, TABLE, destination};

/// The Region of the operation account.
pub const HOME: &str = identity::HOME_REGION;

/// Which backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The project's own simulated AWS.
    Simulation,
    /// ministack, with IAM on.
    Ministack,
    /// moto's server.
    Moto,
}

/// A backend that runs until it is dropped.
#[derive(Debug)]
pub struct Backend {
    /// Which one.
    pub kind: Kind,
    /// Where it listens.
    pub endpoint: String,
    /// The configuration of the operation account, which is the management account too.
    pub operation: SdkConfig,
    /// What is there.
    pub fixture: Fixture,
    _running: Running,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what its end does")]
enum Running {
    Simulation(Endpoint),
    Emulator(Emulator),
}

impl Backend {
    /// Starts a backend and makes what the behaviours need.
    ///
    /// # Errors
    /// Where it does not start, or a service fails.
    pub async fn start(kind: Kind) -> TestResult<Self> {
        if kind == Kind::Simulation {
            let (endpoint, fixture) = simulated::start().await?;
            let (url, running) = (endpoint.url(), Running::Simulation(endpoint));
            return Ok(Self::of(kind, url, fixture, running));
        }
        let emulator = match kind {
            Kind::Moto => Emulator::moto()?,
            _ => Emulator::start(&Options::default())?,
        };
        let fixture = fixtures::make(kind, emulator.endpoint()).await?;
        let (url, running) = (emulator.endpoint().to_owned(), Running::Emulator(emulator));
        Ok(Self::of(kind, url, fixture, running))
    }

    fn of(kind: Kind, endpoint: String, fixture: Fixture, running: Running) -> Self {
        let operation = config(&endpoint, &fixture.management, HOME);
        Self { kind, endpoint, operation, fixture, _running: running }
    }

    /// The call that enters the member account as the product does, for a test to change.
    #[must_use]
    pub fn entering(&self) -> AssumeRoleFluentBuilder {
        let Fixture { member, role, external_id, .. } = &self.fixture;
        let call = aws_sdk_sts::Client::new(&self.operation).assume_role();
        let call = call.role_arn(role_arn(member, role)).role_session_name("behaviour");
        call.external_id(external_id).duration_seconds(3_600)
    }

    /// The member account's configuration in `region`, of a session that may call `actions`.
    ///
    /// # Errors
    /// What STS answered.
    pub async fn member(&self, region: &str, actions: &[String]) -> TestResult<SdkConfig> {
        let answer = self.entering().policy(policy(actions)).send().await?;
        session(&self.endpoint, region, answer.credentials())
    }
}

/// A role's ARN.
#[must_use]
pub fn role_arn(account: &str, role: &str) -> String {
    format!("arn:aws:iam::{account}:role/{role}")
}

/// A configuration that shows each answer as it comes: nothing is tried again.
fn config(endpoint: &str, account: &str, region: &str) -> SdkConfig {
    let config = identity::config(endpoint, account, region);
    config.into_builder().retry_config(RetryConfig::disabled()).build()
}

fn session(endpoint: &str, region: &str, given: Option<&Given>) -> TestResult<SdkConfig> {
    let given = given.ok_or("STS gave no credentials")?;
    let (key, secret) = (given.access_key_id(), given.secret_access_key());
    let token = Some(given.session_token().to_owned());
    let credentials = Credentials::new(key, secret, token, None, "session");
    let credentials = SharedCredentialsProvider::new(credentials);
    let config = config(endpoint, "", region).into_builder();
    Ok(config.credentials_provider(credentials).build())
}
