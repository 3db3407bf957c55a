//! Random numbers that depend on a key and on nothing else, so that a seed means the same everywhere.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A generator seeded by `key`: the same in every process and on every machine.
pub(crate) fn keyed(key: impl Hash) -> fastrand::Rng {
    // With its own fixed keys this hasher is the same everywhere for one version of Rust, which the
    // project pins.
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    fastrand::Rng::with_seed(hasher.finish())
}

/// A random resource id of EC2, such as `vpc-0123456789abcdef0`.
pub(crate) fn resource_id(rng: &mut fastrand::Rng, prefix: &str) -> String {
    format!("{prefix}-{:017x}", rng.u64(..1 << 62))
}
