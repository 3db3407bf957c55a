//! The planner for commands that look at the organization and run nothing.

use org_operator_aws::Organization;
use org_operator_core::Region;
use org_operator_fanout::Planner;
use org_operator_local::engine::default_regions;

use crate::connection::Connection;

/// What a planner borrows: the organization, and the Regions of a request that names none.
#[derive(Debug)]
pub(crate) struct PlannerContext {
    /// The organization as the connection's identity sees it.
    pub(crate) organization: Organization,
    home_region: Region,
    target_regions: Vec<Region>,
}

impl PlannerContext {
    /// The context of a planner that works through `connection`.
    pub(crate) fn new(connection: &Connection) -> Self {
        Self {
            organization: Organization::new(&connection.config),
            home_region: connection.home.clone(),
            target_regions: default_regions(&connection.home),
        }
    }

    /// The planner over this context.
    pub(crate) fn planner(&self) -> Planner<'_, Organization> {
        let Self { organization: directory, home_region, target_regions } = self;
        Planner { directory, home_region, target_regions }
    }
}
