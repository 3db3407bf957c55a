//! All tests of the whole product in one program: each further program would link the SDKs again.
//! What the tests share is the package's library.

mod artifacts;
mod behaviour;
mod campaign;
mod changes;
mod changes_deployed;
mod changes_of_stacks;
mod changes_of_standards;
mod command;
mod command_bucket;
mod command_changes;
mod command_completions;
mod command_context;
mod command_demo;
mod command_deployed;
mod command_formats;
mod command_identity;
mod command_lists;
mod command_look;
mod command_plan;
mod command_profiles;
mod command_refused;
mod command_report;
mod command_says;
mod command_sql;
mod command_stops;
mod command_suite;
mod command_suite_all;
mod command_terminal;
mod contract_fields;
mod contracts;
mod dependencies;
mod docs;
mod drift;
mod least_privilege;
mod loopback;
mod operations;
mod packaged;
mod pipeline;
mod regions;
mod retries;
mod secrets;
mod simulation;
mod trust;

use std::collections::BTreeSet;

use org_operator_testkit::{TestResult, paths};

/// Cargo does not look for tests beside this file: one without its line here would never run.
#[test]
fn every_file_of_tests_is_a_module_of_this_program() -> TestResult<()> {
    let folder = paths::file("tests/tests");
    let this = std::fs::read_to_string(folder.join("main.rs"))?;
    let modules: BTreeSet<&str> =
        this.lines().filter_map(|line| line.strip_prefix("mod ")).collect();
    let names = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    for path in names.collect::<TestResult<Vec<_>>>()? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_module = modules.contains(format!("{name};").as_str());
        assert!(is_module || name == "main", "{name} is missing in main.rs");
    }
    Ok(())
}
