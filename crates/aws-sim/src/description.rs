//! What the program `simulation` prints about itself: where it listens, and what is true there.

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::oracle;
use crate::world::{EXTERNAL_ID, MEMBER_ROLE};

/// The first line of the program's output, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    /// The URL of the endpoint, for `AWS_ENDPOINT_URL`.
    pub endpoint: String,
    /// The id of the process.
    pub process: u32,
    /// The id of the organization's management account.
    pub management_account: String,
    /// The name of the role in every member account.
    pub role: String,
    /// The external id that the roles ask for.
    pub external_id: String,
    /// The Regions that every account has enabled.
    pub regions: Vec<String>,
    /// The ids of the ACTIVE member accounts.
    pub accounts: Vec<String>,
    /// How many rows internet-routes must return.
    pub rows: usize,
}

impl Description {
    /// The description of what `endpoint` serves from this process.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        let world = &endpoint.simulation.world;
        Self {
            endpoint: endpoint.url(),
            process: std::process::id(),
            management_account: world.management(),
            role: MEMBER_ROLE.to_owned(),
            external_id: EXTERNAL_ID.to_owned(),
            regions: world.shape.regions.clone(),
            accounts: world.accounts.iter().map(|account| account.id.clone()).collect(),
            rows: oracle::internet_route_count(world),
        }
    }
}
