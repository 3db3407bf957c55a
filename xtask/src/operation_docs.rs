//! Writes the generated parts of the documentation: the lists of operations and their pages.

use org_operator_testkit::{TestResult, operation_docs, paths};

/// Brings every generated part up to date; a file that is current is not touched.
pub(crate) fn run() -> TestResult<()> {
    for file in operation_docs::files()? {
        if !file.is_current() {
            std::fs::write(paths::file(&file.path), &file.text)?;
        }
    }
    Ok(())
}
