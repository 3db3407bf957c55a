//! Names of artifacts, and the places that they take.

use std::collections::BTreeSet;

use super::*;

#[test]
fn names_are_distinct_and_fit_their_content_type() {
    let names: BTreeSet<&str> = Artifact::ALL.iter().map(|artifact| artifact.name).collect();
    assert_eq!(names.len(), Artifact::ALL.len());
    for artifact in Artifact::ALL {
        let (_, extension) = artifact.name.rsplit_once('.').unwrap();
        let expected = match extension {
            "csv" => CSV,
            "html" => HTML,
            "json" => JSON,
            "jsonl" => JSON_LINES,
            other => panic!("{other} has no content type"),
        };
        assert_eq!(artifact.content_type, expected, "{}", artifact.name);
    }
}

#[test]
fn a_name_takes_the_operation_and_the_execution() {
    assert_eq!(RECORDS_CSV.file_name("op"), "op.csv");
    assert_eq!(COVERAGE_CSV.file_name("op"), "coverage.csv");
    let execution = RunId::parse("again").unwrap();
    assert_eq!(resume_file_name(&execution), "resume-again.json");
    assert_eq!(exceptions_key("/runs/"), "runs/exceptions.toml");
    assert_eq!(exceptions_key(""), "exceptions.toml");
}
