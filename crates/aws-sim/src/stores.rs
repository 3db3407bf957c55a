//! What the simulation keeps between calls: ledger entries, artifacts, sessions, ingress rules and stacks. How services show
//! them stands in `services`.

mod hubs;
mod ingress_rules;
mod objects;
mod sessions;
mod stacks;
mod tables;

pub use hubs::{CONTROLS, SecurityHub};
pub(crate) use hubs::{Hubs, State as HubState};
pub use ingress_rules::IngressRule;
pub(crate) use ingress_rules::IngressRules;
pub(crate) use objects::{Object, Objects, UploadError, etag};
pub(crate) use sessions::Sessions;
pub use stacks::{ChangeSet, FAILS, Stack};
pub(crate) use stacks::{Stacks, State as StackState, resources};
pub(crate) use tables::{Partition, Tables};

/// Everything that calls can change.
#[derive(Debug)]
pub(crate) struct Stores {
    pub(crate) tables: Tables,
    pub(crate) objects: Objects,
    pub(crate) sessions: Sessions,
    pub(crate) ingress_rules: IngressRules,
    pub(crate) stacks: Stacks,
    pub(crate) hubs: Hubs,
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
        }
    }
}
