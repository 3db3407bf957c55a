//! Writes the generated part of the template for SQL: its saved queries and its tables.

use org_operator_testkit::{TestResult, analytics, paths};

/// Brings the template up to date; one that is current is not touched.
pub(crate) fn run() -> TestResult<()> {
    let file = analytics::file()?;
    if !file.is_current() {
        std::fs::write(paths::file(&file.path), &file.text)?;
    }
    Ok(())
}
