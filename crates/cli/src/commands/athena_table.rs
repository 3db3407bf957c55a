//! `org-operator athena-table`: the statement that makes an operation's table in Athena. No AWS call
//! is made.

pub(crate) mod args;

use std::path::Path;
use std::sync::Arc;

use org_operator_core::artifact::Folder;
use org_operator_core::input::violation::Violations;
use org_operator_core::report::sql_table::SqlTable;
use org_operator_operations::{DefinedOperation, Operation, catalogue};

use crate::deployment::args::BucketArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::operation_file;
use crate::output::printer;
use args::AthenaTableArgs;

/// Prints the statement.
pub(crate) fn run(args: &AthenaTableArgs) -> Result<Exit, CliError> {
    let table = table(&args.operation)?;
    let statement = table.statement(&args.database, &root(&args.bucket)?);
    printer::data(statement.as_bytes())?;
    Ok(Exit::Complete)
}

fn table(given: &str) -> Result<SqlTable, CliError> {
    if let Some(table) = SqlTable::of_all_runs(given) {
        return Ok(table);
    }
    operation(given).map(|operation| SqlTable::of(operation.spec()))
}

/// The operation of the catalogue, or the one in the file.
fn operation(given: &str) -> Result<Arc<dyn Operation>, CliError> {
    let path = Path::new(given);
    if !catalogue().names().any(|name| name == given) && path.is_file() {
        return Ok(Arc::new(DefinedOperation::new(operation_file::checked(path)?)));
    }
    let mut violations = Violations::default();
    let found = catalogue().find(given, &mut violations);
    violations.into_result("name", found).map_err(|e| {
        let summary = format!("there is neither an operation nor a file `{given}`");
        let hint = "`org-operator operations` lists the operations; `coverage` is the table of all targets, \
                    `applied` that of all rows that were applied";
        CliError::usage(&summary, e.message(), hint)
    })
}

/// The address of what lies beside the folder of all runs.
fn root(args: &BucketArgs) -> Result<String, CliError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "!_.*()/-".contains(c);
    let BucketArgs { bucket, prefix } = args;
    for (option, given) in [("--bucket", bucket), ("--prefix", prefix)] {
        if !given.chars().all(plain) || (option == "--bucket" && given.is_empty()) {
            let cause = format!("{option}: got \"{given}\", allowed: letters, digits and !_.*()/-");
            let hint = "give the output ResultsBucket of operator.yaml";
            return Err(CliError::usage("there is no statement", cause, hint));
        }
    }
    Ok(format!("s3://{bucket}/{}", Folder::beside_runs(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(bucket: &str, prefix: &str) -> BucketArgs {
        BucketArgs { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    #[test]
    fn tables_are_looked_for_beside_the_runs() {
        for (prefix, expected) in [("runs", "s3://b/"), ("/a/runs/", "s3://b/a/"), ("", "s3://b/")]
        {
            assert_eq!(root(&given("b", prefix)).unwrap(), expected);
        }
    }

    #[test]
    fn a_bucket_that_would_end_the_text_is_refused() {
        for (bucket, prefix) in [("", "runs"), ("b'; DROP TABLE x", "runs"), ("b", "it's")] {
            assert_eq!(root(&given(bucket, prefix)).unwrap_err().exit, Exit::Usage);
        }
    }

    #[test]
    fn a_name_that_is_nothing_is_refused_with_the_nearest() {
        let error = table("internet-route").unwrap_err();
        assert!(error.cause.contains("nearest: `internet-routes`"), "{}", error.cause);
    }
}
