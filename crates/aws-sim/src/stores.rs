//! What the simulation keeps between calls: ledger entries, artifacts, sessions, ingress rules, stacks, tags, Security Hub and
//! what Inspector scans. How services show them stands in `services`.

mod hubs;
mod ingress_rules;
mod objects;
mod scan_types;
mod sessions;
mod stacks;
mod tables;
mod tags;

pub use hubs::{CONTROLS, SecurityHub};
pub(crate) use hubs::{Hubs, State as HubState};
pub use ingress_rules::IngressRule;
pub(crate) use ingress_rules::IngressRules;
pub(crate) use objects::{Object, Objects, UploadError, etag};
pub(crate) use scan_types::{SCAN_TYPES, ScanTypes};
pub(crate) use sessions::Sessions;
pub use stacks::{ChangeSet, FAILS, Stack};
pub(crate) use stacks::{Stacks, State as StackState, resources};
pub(crate) use tables::{Partition, Tables};
pub(crate) use tags::Tags;
pub use tags::TagsByArn;

/// Everything that calls can change.
#[derive(Debug)]
pub(crate) struct Stores {
    pub(crate) tables: Tables,
    pub(crate) objects: Objects,
    pub(crate) sessions: Sessions,
    pub(crate) ingress_rules: IngressRules,
    pub(crate) stacks: Stacks,
    pub(crate) hubs: Hubs,
    pub(crate) tags: Tags,
    pub(crate) scan_types: ScanTypes,
}

impl Stores {
    /// Empty stores; a page of a query has at most `ledger_page` entries.
    pub(crate) fn new(ledger_page: Option<usize>) -> Self {
        Self {
            tables: Tables::new(ledger_page),
            objects: Objects::default(),
            sessions: Sessions::default(),
            ingress_rules: IngressRules::default(),
            stacks: Stacks::default(),
            hubs: Hubs::default(),
            tags: Tags::default(),
            scan_types: ScanTypes::default(),
        }
    }
}
