//! A simulated AWS: the calls that the product makes, in their real protocols, over an organization
//! that a seed generates, with latency, quotas and faults on demand.
//!
//! [`Simulation::handle`] is a plain function from a request to a reply. Two edges carry it: a
//! loopback endpoint ([`tcp`]) and an HTTP client inside the process ([`connector`]), on which time
//! can be paused. It is no emulator: nothing can be created but ledger entries and artifacts.

mod addresses;
pub mod call;
pub mod connector;
pub mod faults;
mod handle;
pub mod knobs;
pub mod meter;
mod network;
mod quotas;
mod reply;
mod services;
pub mod tcp;
pub mod truth;
pub mod world;

pub use handle::{Settings, Simulation};
pub use reply::{Ending, Reply};

use std::hash::{DefaultHasher, Hash, Hasher};

/// Random numbers that depend on `of` and on nothing else: the same in every process.
pub(crate) fn random(of: impl Hash) -> fastrand::Rng {
    // With its own fixed keys this hasher is the same everywhere for one version of Rust, which the
    // project pins.
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    fastrand::Rng::with_seed(hasher.finish())
}
