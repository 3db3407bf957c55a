//! The folders of the runs that are measured. They stay until the benchmark ends: ext4 looks at each file
//! that was deleted in the last minute before it makes a new one, which was 7% of the CPU of a run that
//! came after another one's folder was deleted.

use std::path::PathBuf;
use std::sync::OnceLock;

use org_operator_testkit::TestResult;
use tempfile::TempDir;

static ROOT: OnceLock<PathBuf> = OnceLock::new();

/// Where all folders will be; they are deleted with what is returned.
pub(super) fn begin() -> TestResult<TempDir> {
    let root = tempfile::tempdir()?;
    ROOT.set(root.path().to_owned()).map_err(|_| "the benchmark has begun already")?;
    Ok(root)
}

/// A new, empty folder.
pub(super) fn new() -> TestResult<PathBuf> {
    let root = ROOT.get().ok_or("the benchmark has not begun")?;
    Ok(tempfile::tempdir_in(root)?.keep())
}
