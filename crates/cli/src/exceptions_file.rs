//! The exceptions file on this machine: reading one, with everything that is wrong with it. What it
//! means is the core's.

use std::path::Path;

use org_operator_core::exceptions::Exception;
use org_operator_core::input::violation::Violations;
use org_operator_fanout::read_exceptions;

use crate::error::CliError;

const HINT: &str = "docs/requests.md#expected-failures-and-findings has an example of every field";

/// The exceptions in the file at `path`, in which nothing is wrong.
pub(crate) fn read(path: &Path) -> Result<Vec<Exception>, CliError> {
    let shown = path.display().to_string();
    let summary = format!("the exceptions in {shown} cannot be used");
    let text = std::fs::read_to_string(path)
        .map_err(|e| CliError::usage(&summary, e.to_string(), HINT))?;
    let mut violations = Violations::default();
    let exceptions = read_exceptions(&shown, &text, &mut violations);
    if violations.is_empty() {
        return Ok(exceptions);
    }
    Err(CliError::usage(&summary, violations.to_string(), HINT))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn all_faults_are_told_with_their_lines_and_a_right_file_is_read() {
        let right = "[[exception]]\naccount = \"*\"\nregion = \"*\"\nerror = \"AccessDenied\"\n\
            reason = \"x\"\nexpires = 2027-01-31\n";
        assert_eq!(read(written(right).path()).unwrap().len(), 1);
        let wrong = written(&right.replace("2027-01-31", "\"soon\"").replace("reason", "raeson"));
        let error = read(wrong.path()).unwrap_err();
        assert_eq!(error.exit.code(), 2);
        for part in
            ["line 5, exception[0].raeson of ", "got an unknown", "line 6, exception[0].expires"]
        {
            assert!(error.cause.contains(part), "{part} is not in: {}", error.cause);
        }
        assert_eq!(read(Path::new("/nowhere/exceptions.toml")).unwrap_err().exit.code(), 2);
    }
}
