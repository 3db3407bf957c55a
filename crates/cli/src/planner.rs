//! The fanout for commands that look: over the organization, with nowhere to write.

use org_operator_aws::{Organization, SystemClock};
use org_operator_fanout::{Fanout, Settings};

use crate::connection::Connection;
use org_operator_local::engine::default_regions;
use org_operator_local::journal::Journal;
use org_operator_local::nowhere::Nowhere;

/// Looks.
#[derive(Debug)]
pub(crate) struct Looking {
    /// The step that knows what a request means.
    pub(crate) fanout: Fanout<Organization, Nowhere, Journal, SystemClock>,
}

impl Looking {
    /// Looks at the organization of `connection`.
    pub(crate) fn new(connection: &Connection) -> Self {
        let settings = Settings {
            home_region: connection.home.clone(),
            target_regions: default_regions(&connection.home),
            max_concurrency: 50,
            results_bucket: String::new(),
            results_prefix: String::new(),
            ledger_retention_days: 1,
            worker_readonly: String::new(),
            worker_admin: String::new(),
        };
        let fanout = Fanout {
            settings,
            directory: Organization::new(&connection.config),
            artifacts: Nowhere,
            ledger: Journal::none(),
            clock: SystemClock,
        };
        Self { fanout }
    }
}
