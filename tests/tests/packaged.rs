//! What `make` left in `dist/`: the packages as `scripts/package.py` makes and checks them (its own tests are in
//! `tests/test_package.py`), and the state machine as it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed expectation is the point of a test"
)]

use std::process::Command;

use org_operator_testkit::paths;

#[test]
fn each_package_holds_one_executable_named_bootstrap() {
    let check = [paths::file("scripts/package.py"), "check".into(), paths::file("dist")];
    let output = Command::new("python3").args(check).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for function in ["fanout", "worker", "result-handler"] {
        let package = paths::file("dist").join(format!("{function}.zip"));
        assert!(package.is_file(), "{} is not there", package.display());
    }
}

#[test]
fn the_state_machine_is_packaged_as_it_is() {
    let packaged = std::fs::read(paths::file("dist/org-operator.asl.json")).unwrap();
    assert_eq!(packaged, std::fs::read(paths::file("statemachine/org-operator.asl.json")).unwrap());
}
