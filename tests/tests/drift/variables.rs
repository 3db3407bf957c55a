//! The environment variables of the functions.

use std::cell::RefCell;

use org_operator_lambda::{Env, FanoutSettings, ResultHandlerSettings, WorkerSettings, name};
use org_operator_tests::files::{resources, template};

use super::{Names, names};

/// The variables that a function reads, without AWS's own.
fn read_by(function: &str) -> Names {
    let read = RefCell::new(Names::new());
    let lookup = |name: &str| {
        read.borrow_mut().insert(name.to_owned());
        None
    };
    let mut env = Env::new(&lookup);
    match function {
        "fanout" => drop(FanoutSettings::read(&mut env)),
        "worker" => drop(WorkerSettings::read(&mut env)),
        _ => drop(ResultHandlerSettings::read(&mut env)),
    }
    let mut names = read.take();
    names.retain(|name| !name.starts_with("AWS_"));
    // The shell reads these for every function.
    names.extend([name::RUST_LOG, name::DEPLOYMENT].map(str::to_owned));
    names
}

#[test]
fn every_function_gets_exactly_the_variables_it_reads() {
    let functions = resources(&template("operator.yaml"), "AWS::Lambda::Function");
    assert_eq!(functions.len(), 4, "fanout, two workers, result handler");
    let mut all = Names::new();
    for (logical, function) in functions {
        let crate_name = match logical.as_str() {
            "FanoutFunction" => "fanout",
            "ResultHandlerFunction" => "result-handler",
            _ => "worker",
        };
        let variables = function["Environment"]["Variables"].as_object().expect("variables");
        let given = names(variables.keys().map(String::as_str));
        assert_eq!(given, read_by(crate_name), "{logical}");
        all.extend(given);
    }
    assert_eq!(all, names(name::ALL.iter().copied()));
}
