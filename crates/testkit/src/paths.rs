//! Where things lie in the repository.

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    PathBuf::from(root).canonicalize().unwrap_or_else(|_| PathBuf::from(root))
}

/// A file of the repository.
#[must_use]
pub fn file(relative: &str) -> PathBuf {
    root().join(relative)
}
