//! The packaged functions: one executable named `bootstrap`, that provided.al2023 can run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

use std::path::Path;
use std::process::Command;

use org_operator_testkit::paths;

/// provided.al2023 is Amazon Linux 2023, whose C library is glibc 2.34.
const GLIBC: (u32, u32) = (2, 34);

fn output(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn unpacked(function: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let zip = paths::file("dist").join(format!("{function}.zip"));
    let zip = zip.to_str().unwrap();
    let listed = output(
        "python3",
        &[
            "-c",
            "import sys, zipfile; print(*[(i.filename, i.external_attr >> 16 & 0o777) for i in zipfile.ZipFile(sys.argv[1]).infolist()])",
            zip,
        ],
        folder.path(),
    );
    assert_eq!(listed.trim(), format!("('bootstrap', {})", 0o755), "{function}.zip");
    output("python3", &["-m", "zipfile", "-e", zip, "."], folder.path());
    folder
}

/// The `GLIBC_x.y` versions that a binary needs.
fn glibc_versions(symbols: &str) -> Vec<(u32, u32)> {
    let version = |rest: &str| {
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    symbols.split("GLIBC_").skip(1).filter_map(version).collect()
}

#[test]
fn the_functions_need_no_symbol_newer_than_lambdas_glibc() {
    for function in ["fanout", "worker", "result-handler"] {
        let folder = unpacked(function);
        let symbols = output("objdump", &["-T", "bootstrap"], folder.path());
        let versions = glibc_versions(&symbols);
        let newest = versions.iter().max().copied().expect("a dynamic binary names its versions");
        assert!(newest <= GLIBC, "{function} needs GLIBC_{}.{}", newest.0, newest.1);
    }
}

#[test]
fn the_state_machine_is_packaged_as_it_is() {
    let packaged = std::fs::read(paths::file("dist/org-operator.asl.json")).unwrap();
    assert_eq!(packaged, std::fs::read(paths::file("statemachine/org-operator.asl.json")).unwrap());
}
