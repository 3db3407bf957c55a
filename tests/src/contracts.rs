//! The files and documents of a small run, for `tests/contracts/`: written by the steps themselves,
//! the same bytes every time, with names and cells that break careless readers.

mod operation;
mod organization;
pub mod read;
mod run;
mod stores;

use std::collections::BTreeMap;

use org_operator_core::artifact::REPORT_HTML;
use org_operator_testkit::{TestResult, paths};

pub use run::{OPERATION, RUN, Steps, resumption, written};
pub use stores::from_items;

/// Files by their path below `tests/contracts/<version>/`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The version of the formats that this release writes. A release that changes one without being
/// able to read the other gets the next number, and the old folder stays.
pub const CURRENT: &str = "v1";

/// Whether a file is part of the contract: the report is for people, and changes with its looks.
#[must_use]
pub fn is_contract(path: &str) -> bool {
    !path.ends_with(&format!("/{}", REPORT_HTML.name))
}

/// Every version with files.
///
/// # Errors
/// Where the folder cannot be read.
pub fn versions() -> TestResult<Vec<String>> {
    let entries = std::fs::read_dir(paths::file("tests/contracts"))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.filter(|name| !matches!(name, Ok(name) if name.contains('.'))).collect()
}

/// The files of a version.
///
/// # Errors
/// Where they cannot be read.
pub fn stored(version: &str) -> TestResult<Files> {
    let root = paths::file(&format!("tests/contracts/{version}"));
    let (mut files, mut folders) = (Files::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(&root)?.to_string_lossy().into_owned();
            files.insert(relative, std::fs::read(&path)?);
        }
    }
    Ok(files)
}

/// Replaces the files of the current version.
///
/// # Errors
/// Where they cannot be written.
pub fn store(files: &Files) -> TestResult<()> {
    let root = paths::file(&format!("tests/contracts/{CURRENT}"));
    if root.exists() {
        std::fs::remove_dir_all(&root)?;
    }
    for (relative, bytes) in files {
        let path = root.join(relative);
        std::fs::create_dir_all(path.parent().unwrap_or(&root))?;
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
