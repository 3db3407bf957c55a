//! A part of `make generated`: brings the generated parts of the documentation up to date.

use org_operator_testkit::{Outcome, operation_docs, paths};

fn main() -> Outcome<()> {
    for file in operation_docs::files()? {
        if !file.is_current() {
            std::fs::write(paths::file(&file.path), &file.text)?;
        }
    }
    Ok(())
}
