//! Where things lie in the repository.

use std::path::{Path, PathBuf};

/// The repository's root: the nearest folder above the current one that holds the state machine.
///
/// Not a path from the build: a target folder may be shared by several clones, and a test of one
/// must never read the files of another.
#[must_use]
pub fn root() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let is_root = |folder: &&Path| folder.join("statemachine/org-operator.asl.json").is_file();
    here.ancestors().find(is_root).map_or_else(|| here.clone(), Path::to_path_buf)
}

/// A file of the repository.
#[must_use]
pub fn file(relative: &str) -> PathBuf {
    root().join(relative)
}
