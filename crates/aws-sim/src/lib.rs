//! A simulated AWS: the calls that org-operator makes, in AWS's own protocols, over an organization
//! that a seed generates, with latency, quotas and faults on demand.
//!
//! [`Simulation::handle`] is a plain function from a request to a reply. Two edges carry it: an HTTP
//! endpoint on loopback ([`Endpoint`]) and an HTTP client for the SDK inside the process
//! ([`Connector`]), on which time can be paused. [`oracle`] computes what a run over the organization
//! must return. This is no emulator: nothing can be changed but ledger entries, artifacts, the ingress
//! rules of security groups, tags and what Inspector scans. Calls of further services are answered from
//! [`Recordings`], where it is given any.
//!
//! The crate depends on no crate of org-operator: what the product is tested against must not share
//! the product's own mistakes.

mod call;
mod conditions;
mod connector;
mod description;
mod endpoint;
mod fault;
mod meter;
pub mod oracle;
mod public_addresses;
mod quotas;
mod recordings;
mod reply;
mod request;
mod rng;
mod route_tables;
mod service_error;
mod services;
mod simulation;
mod stores;
mod world;

pub use call::{Call, Service};
pub use conditions::{CallPattern, Conditions, FaultRule, Latency, When};
pub use connector::Connector;
pub use description::Description;
pub use endpoint::Endpoint;
pub use fault::Fault;
pub use meter::{CallCount, INVOCATION, InjectedFault, Meter};
pub use recordings::{Recording, Recordings};
pub use reply::{Ending, Reply};
pub use request::Request;
pub use simulation::Simulation;
pub use stores::{CONTROLS, ChangeSet, FAILS, IngressRule, SecurityHub, Stack, TagsByArn};
pub use world::{
    ADMIN_ROLE, DEFAULT_REGIONS, EXTERNAL_ID, MANAGEMENT_NAME, MEMBER_ROLE, MemberAccount,
    ORGANIZATION_ID, ROOT_ID, RegionAccess, RoleTrust, Shape, World,
};
