//! What follows from the catalogue of operations is up to date in the repository, and the steps that run
//! them stay libraries without Lambda.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_testkit::{TestResult, analytics, operation_docs, paths};

#[test]
fn what_is_generated_from_the_catalogue_is_current() -> TestResult<()> {
    let files = operation_docs::files()?.into_iter().chain([analytics::file()?]);
    let stale = files.filter(|file| !file.is_current());
    let paths: Vec<String> = stale.map(|file| file.path).collect();
    assert!(paths.is_empty(), "run `make generated`, and commit what it writes: {paths:?}");
    Ok(())
}

/// Each package of `Cargo.lock` with the names of its dependencies, those of its tests included.
fn locked_packages() -> TestResult<BTreeMap<String, BTreeSet<String>>> {
    let lock = std::fs::read_to_string(paths::file("Cargo.lock"))?;
    let name = |block: &str| Some(block.split_once("name = \"")?.1.split_once('"')?.0.to_owned());
    let dependencies = |block: &str| {
        let (_, list) = block.split_once("dependencies = [")?;
        let quoted = list.split_once(']')?.0.split('"').skip(1).step_by(2);
        // An entry is the name, and its version where there are several.
        Some(quoted.filter_map(|entry| entry.split(' ').next()).map(str::to_owned).collect())
    };
    let blocks = lock.split("[[package]]").skip(1);
    let packages = blocks.map(|block| (name(block), dependencies(block).unwrap_or_default()));
    Ok(packages.filter_map(|(name, list)| Some((name?, list))).collect())
}

fn dependency_tree(root: &str) -> TestResult<BTreeSet<String>> {
    let packages = locked_packages()?;
    let mut tree = BTreeSet::new();
    let mut pending = vec![root.to_owned()];
    while let Some(name) = pending.pop() {
        if let Some(dependencies) = packages.get(&name)
            && tree.insert(name)
        {
            pending.extend(dependencies.iter().cloned());
        }
    }
    Ok(tree)
}

#[test]
fn only_the_lambda_crate_depends_on_lambda_runtime() -> TestResult<()> {
    let runtime = "lambda_runtime";
    assert!(dependency_tree("org-operator-lambda")?.contains(runtime), "the check finds nothing");
    for package in ["fanout", "worker", "result-handler", "local", "cli"] {
        let tree = dependency_tree(&format!("org-operator-{package}"))?;
        assert!(tree.len() > 20, "{package}: its dependencies are not in Cargo.lock");
        assert!(!tree.contains(runtime), "{package} depends on {runtime}");
    }
    Ok(())
}
