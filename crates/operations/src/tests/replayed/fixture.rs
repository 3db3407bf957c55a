//! The files of the operations and of their recorded answers, read for the tests. What such a file may
//! say is the business of `crates/replay`.

use std::path::PathBuf;

pub(super) use org_operator_replay::{Answer, Case, Fixture, Shows};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names of the files in a folder of this crate, without their ending, sorted.
pub(super) fn names(of: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(of)).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.map(|file| stem(file.unwrap().path())).collect();
    names.sort();
    names
}

/// The text of an operation's file.
pub(super) fn operation_file(name: &str) -> String {
    std::fs::read_to_string(folder("catalogue").join(format!("{name}.toml"))).unwrap()
}

/// The answers and cases of an operation.
pub(super) fn fixture(name: &str) -> Fixture {
    let path = folder("tests/answers").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Fixture::read(name, &text).unwrap_or_else(|mistake| panic!("{mistake}"))
}
