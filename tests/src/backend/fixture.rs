//! What is there in a backend, whoever made it: the truth that behaviours are held to.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_testkit::network::MadeRoute;

/// The ledger's table.
pub const TABLE: &str = "behaviour-ledger";

/// What is there.
#[derive(Debug)]
pub struct Fixture {
    /// The organization.
    pub organization: Place,
    /// The management account.
    pub management: String,
    /// A member account with a role and a network.
    pub member: String,
    /// A member account without the role.
    pub without_role: String,
    /// The role of the member account.
    pub role: String,
    /// What the role asks for.
    pub external_id: String,
    /// The Region of the network.
    pub region: String,
    /// Another Region that answers.
    pub other_region: String,
    /// A Region that is on in every account.
    pub always_on: String,
    /// A Region that is not on in the member account.
    pub off: String,
    /// The routes to an internet gateway there, as they were made.
    pub routes: BTreeSet<MadeRoute>,
    /// A bucket.
    pub bucket: String,
}

/// An organization.
#[derive(Debug)]
pub struct Place {
    /// Its root.
    pub root: String,
    /// Accounts that are active, the management account among them.
    pub active: BTreeSet<String>,
    /// Accounts that are not.
    pub inactive: BTreeSet<String>,
    /// The units below the root and below each unit.
    pub units: BTreeMap<String, BTreeSet<String>>,
    /// The accounts in the root and in each unit.
    pub members: BTreeMap<String, BTreeSet<String>>,
    /// The tags of some accounts.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
}

impl Place {
    /// Every account.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<String> {
        self.active.union(&self.inactive).cloned().collect()
    }
}

/// The forms of a route's destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IPv4 block.
    Ipv4,
    /// An IPv6 block.
    Ipv6,
    /// A prefix list.
    PrefixList,
}

/// The form of a made route's destination.
#[must_use]
pub fn destination(route: &MadeRoute) -> Kind {
    match route.0[4].as_str() {
        text if text.starts_with("pl-") => Kind::PrefixList,
        text if text.contains(':') => Kind::Ipv6,
        _ => Kind::Ipv4,
    }
}
