//! The settings of each function, read from the environment. What each variable means is in `env`.

use std::time::Duration;

use org_operator_aws::RoleSettings;
use org_operator_changes::Protected;
use org_operator_core::Region;
use org_operator_core::input::parse;
use org_operator_core::input::request::MAX_CONCURRENCY;
use org_operator_core::model::portal::PortalUrl;
use org_operator_fanout::{ChangeSettings, ExceptionSource, Settings as PlanSettings, StackBounds};

use crate::env::{Env, name};
use crate::metrics::Metrics;

/// The most days that the ledger's entries may be kept.
const MAX_RETENTION_DAYS: u32 = 3_650;

/// The longest session of a role (IAM user guide, "Methods to assume a role"): a link is no longer
/// valid than the session that signed it.
const MAX_LINK_HOURS: u32 = 12;

const SECONDS_PER_DAY: i64 = 86_400;

/// Settings of the fanout function.
#[derive(Debug, Clone)]
pub struct FanoutSettings {
    /// Settings of the fanout step itself.
    pub plan: PlanSettings,
    /// The ledger's table.
    pub table: String,
    /// The metrics that the function prints.
    pub metrics: Metrics,
}

impl FanoutSettings {
    /// Reads the function's variables; `None` where one of them is invalid, which `env` notes.
    pub fn read(env: &mut Env) -> Option<Self> {
        let table = env.text(name::LEDGER_TABLE);
        let home_region = env.home_region();
        let target_regions = env.regions(name::TARGET_REGIONS);
        let max_concurrency = env.whole(name::MAX_CONCURRENCY, 1, MAX_CONCURRENCY);
        let results_bucket = env.text(name::RESULTS_BUCKET);
        let results_prefix = env.optional(name::RESULTS_PREFIX);
        let ledger_retention_days = retention_days(env);
        let worker_readonly = env.text(name::WORKER_FUNCTION_READONLY);
        let worker_admin = env.optional(name::WORKER_FUNCTION_ADMIN);
        let allow_definitions = env.flag(name::ALLOW_DEFINITIONS);
        let changes = changes(env);
        let plan = PlanSettings {
            home_region: home_region?,
            target_regions: target_regions?,
            max_concurrency: max_concurrency?,
            results_bucket: results_bucket?,
            results_prefix,
            ledger_retention_days: ledger_retention_days?,
            worker_readonly: worker_readonly?,
            worker_admin,
            allow_definitions: allow_definitions?,
            changes: changes?,
            exceptions: ExceptionSource::Stored,
        };
        Some(Self { plan, table: table?, metrics: Metrics::new(env) })
    }
}

/// Settings of the worker function.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// The role to assume in member accounts.
    pub role: RoleSettings,
    /// The ledger's table.
    pub table: String,
    /// How long the ledger's entries are kept where the event names no expiry, in days.
    pub retention_days: u32,
    /// The metrics that the function prints.
    pub metrics: Metrics,
}

impl WorkerSettings {
    /// Reads the function's variables; `None` where one of them is invalid, which `env` notes.
    pub fn read(env: &mut Env) -> Option<Self> {
        let partition = env.home_region().map(|region| region.partition());
        let table = env.text(name::LEDGER_TABLE);
        let role_name = env.text(name::MEMBER_ROLE_NAME);
        let external_id = env.text(name::EXTERNAL_ID);
        let days = retention_days(env);
        let (role_name, external_id, partition) = (role_name?, external_id?, partition?);
        let role = RoleSettings { role_name, external_id, partition };
        let metrics = Metrics::new(env);
        Some(Self { role, table: table?, retention_days: days?, metrics })
    }

    /// How long the ledger's entries are kept, in seconds.
    #[must_use]
    pub fn retention_seconds(&self) -> i64 {
        i64::from(self.retention_days) * SECONDS_PER_DAY
    }
}

/// Settings of the result handler function.
#[derive(Debug, Clone)]
pub struct ResultHandlerSettings {
    /// The ledger's table.
    pub table: String,
    /// The bucket of the artifacts.
    pub bucket: String,
    /// The prefix of the artifacts in the bucket; may be empty.
    pub prefix: String,
    /// The Region that the function runs in, which the bucket is in, too.
    pub home: Region,
    /// How long a link is valid that opens a report without signing in; zero for no such links.
    pub link_valid: Duration,
    /// The access portal through which the report's links open.
    pub portal: Option<PortalUrl>,
    /// The ARN of the topic for the messages with such links.
    pub topic: String,
    /// The metrics that the function prints.
    pub metrics: Metrics,
}

impl ResultHandlerSettings {
    /// Reads the function's variables; `None` where one of them is invalid, which `env` notes.
    pub fn read(env: &mut Env) -> Option<Self> {
        let table = env.text(name::LEDGER_TABLE);
        let bucket = env.text(name::RESULTS_BUCKET);
        let prefix = env.optional(name::RESULTS_PREFIX);
        let hours = env.whole(name::REPORT_LINK_HOURS, 0, MAX_LINK_HOURS);
        let topic = env.text(name::NOTIFICATION_TOPIC);
        let (home, metrics) = (env.home_region(), Metrics::new(env));
        let portal = env.portal(name::PORTAL_URL);
        let (table, bucket, home, topic) = (table?, bucket?, home?, topic?);
        let link_valid = Duration::from_hours(hours?.into());
        Some(Self { table, bucket, prefix, home, link_valid, portal: portal?, topic, metrics })
    }
}

/// What the deployment says about runs that change something.
fn changes(env: &mut Env) -> Option<ChangeSettings> {
    let protected = Protected {
        accounts: env.list(name::PROTECTED_ACCOUNTS, parse::account_id).into_iter().collect(),
        units: env.list(name::PROTECTED_UNITS, parse::unit_id).into_iter().collect(),
        tag_keys: env.list(name::PROTECTED_TAG_KEYS, parse::text).into_iter().collect(),
    };
    let service_role = env.optional(name::STACK_SERVICE_ROLE_NAME);
    let stacks = StackBounds::of(service_role, env.optional(name::STACK_NAME_PREFIX));
    let approval_optional = env.flag(name::APPROVAL_OPTIONAL)?;
    Some(ChangeSettings { protected, approval_optional, stacks })
}

fn retention_days(env: &mut Env) -> Option<u32> {
    env.whole(name::LEDGER_RETENTION_DAYS, 1, MAX_RETENTION_DAYS)
}
