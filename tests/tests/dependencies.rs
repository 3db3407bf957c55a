//! Which crates a crate may depend on, directly or through others, as `cargo tree` sees it.

use std::collections::BTreeSet;
use std::process::Command;

use org_operator_testkit::{TestResult, paths};

/// The names of all crates in the dependency tree of `package`, those for its tests included.
fn dependencies(package: &str) -> TestResult<BTreeSet<String>> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--edges", "normal,build,dev", "--package", package]);
    let output = tree.current_dir(paths::root()).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

#[test]
fn the_simulated_aws_depends_on_no_crate_of_the_product() -> TestResult<()> {
    let all = dependencies("aws-sim")?;
    assert!(all.contains("aws-smithy-types"), "{all:?}");
    let ours: Vec<_> = all.iter().filter(|name| name.starts_with("org-operator")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    Ok(())
}
