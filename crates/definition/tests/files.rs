//! The example files are right, and their calls take the IAM actions that they should.

#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::fs;

use org_operator_definition::read_toml;

fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

/// The only fault of a file for which the models still lack a call.
const LACKING: &str =
    "before.call: got `GenerateCredentialReport`, allowed: a read-only operation of iam";

#[test]
fn every_file_is_right_and_is_called_as_its_operation() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        match read_toml(&text) {
            Ok(checked) => assert_eq!(checked.name(), name),
            Err(faults) if faults.len() == 1 && faults.to_string().contains(LACKING) => {}
            Err(faults) => wrong.push(format!("{name}:\n{faults}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
