//! The product's own AWS adapters over a simulation in the same process, with paused time.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sim::{Connector, EXTERNAL_ID, MEMBER_ROLE, Simulation};
use aws_smithy_async::time::TimeSource;
use org_operator_aws::{MemberRole, RoleSettings, tuned};
use org_operator_core::{Partition, Region as OwnRegion};
use org_operator_fanout::{ChangeSettings, ExceptionSource, Settings};
use tokio::time::Instant;

use super::drive::BUCKET;

/// The Region that the product runs in.
pub const HOME: &str = "eu-west-1";

/// The clock of the SDK: the paused one, so that its rate limiter sees the time that it waits for.
#[derive(Debug, Clone)]
struct Paused {
    start: Instant,
    epoch: SystemTime,
}

impl TimeSource for Paused {
    fn now(&self) -> SystemTime {
        self.epoch + self.start.elapsed()
    }
}

/// The configuration of the operation account, with the product's retries and timeouts.
pub async fn config(simulation: &Arc<Simulation>) -> SdkConfig {
    let key = format!("AKIA{}", simulation.world.management());
    let credentials = aws_sdk_dynamodb::config::Credentials::new(key, "simulated", None, None, "");
    let clock = Paused { start: Instant::now(), epoch: SystemTime::now() };
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(HOME))
        .credentials_provider(credentials)
        .endpoint_url("http://127.0.0.1")
        .time_source(clock)
        .http_client(Connector(Arc::clone(simulation)));
    tuned(loader).load().await
}

/// The member role, as a new process has it.
#[must_use]
pub fn members(config: &SdkConfig) -> MemberRole {
    let settings = RoleSettings {
        role_name: MEMBER_ROLE.to_owned(),
        external_id: EXTERNAL_ID.to_owned(),
        partition: Partition::Commercial,
    };
    MemberRole::new(config, settings)
}

/// The fanout's settings, as the template gives them, for the Regions of the simulation.
#[must_use]
pub fn settings(simulation: &Simulation) -> Settings {
    let regions = simulation.world.shape.regions.iter();
    Settings {
        home_region: OwnRegion::parse(HOME).unwrap_or_else(|| unreachable!("a Region's name")),
        target_regions: regions.filter_map(|region| OwnRegion::parse(region)).collect(),
        max_concurrency: 50,
        results_bucket: BUCKET.to_owned(),
        results_prefix: "runs".to_owned(),
        ledger_retention_days: 30,
        worker_readonly: "worker".to_owned(),
        worker_admin: String::new(),
        allow_definitions: true,
        changes: ChangeSettings::default(),
        exceptions: ExceptionSource::Stored,
    }
}

/// What is left to a function of Lambda's longest invocation.
pub const TIME_LEFT: Duration = Duration::from_secs(890);
