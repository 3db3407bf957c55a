//! What a shell may complete where clap cannot know it: services, their calls, operations and suites, out
//! of the models and the catalogue. Where these cannot be read there is nothing to complete; the command itself
//! says why.

use std::ffi::OsStr;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use org_operator_core::report::sql_table::{APPLIED, COVERAGE};
use org_operator_models::models;
use org_operator_operations::catalogue;

/// Every service that can be asked.
pub(crate) fn services() -> Vec<CompletionCandidate> {
    models()
        .map(|models| models.services().map(CompletionCandidate::new).collect())
        .unwrap_or_default()
}

/// The calls of the service on the command line that is being completed, each with what it does.
pub(crate) fn calls() -> Vec<CompletionCandidate> {
    let words: Vec<String> = std::env::args().collect();
    calls_for(&words)
}

/// Every operation of the catalogue.
pub(crate) fn operations() -> Vec<CompletionCandidate> {
    catalogue().names().map(CompletionCandidate::new).collect()
}

/// Every suite of the catalogue, and that of all operations.
pub(crate) fn suites() -> Vec<CompletionCandidate> {
    catalogue().suites().unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}

/// What has a table: the operations and the coverage that begin with `given`, and files.
pub(crate) fn tables(given: &OsStr) -> Vec<CompletionCandidate> {
    let begun = given.to_string_lossy();
    let names =
        catalogue().names().chain([APPLIED, COVERAGE]).filter(|name| name.starts_with(&*begun));
    let files = PathCompleter::file().complete(given);
    names.map(CompletionCandidate::new).chain(files).collect()
}

fn calls_for(words: &[String]) -> Vec<CompletionCandidate> {
    let found = models().ok().and_then(|models| {
        let service = service_in(words, |word| models.services().any(|name| name == word))?;
        models.operations(service).ok()
    });
    let calls = found.unwrap_or_default().into_iter();
    calls.map(|(name, does)| CompletionCandidate::new(name).help(Some(does.into()))).collect()
}

/// The first service after the command that takes one: values of options before it are no services.
fn service_in(words: &[String], is_service: impl Fn(&str) -> bool) -> Option<&str> {
    let takes_one = |word: &String| word == "ask" || word == "new";
    let after = words.iter().skip_while(|word| !takes_one(word)).skip(1);
    after.map(String::as_str).find(|word| is_service(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(candidates: &[CompletionCandidate]) -> Vec<String> {
        candidates.iter().map(|each| each.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_table_is_of_an_operation_of_the_coverage_or_of_a_file() {
        assert_eq!(names(&tables(OsStr::new("cov"))), ["coverage"]);
        assert_eq!(names(&tables(OsStr::new("internet-r"))), ["internet-routes"]);
        assert_eq!(names(&tables(OsStr::new("Cargo."))), ["Cargo.toml"]);
    }

    fn calls_after(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        names(&calls_for(&words))
    }

    #[test]
    fn every_service_of_the_models_is_a_candidate() {
        let services = names(&services());
        assert!(services.len() > 200, "{}", services.len());
        assert!(services.contains(&"ec2".to_owned()) && services.contains(&"s3".to_owned()));
    }

    #[test]
    fn calls_are_those_of_the_service_before_them() {
        let of_lambda = calls_after("org-operator -- org-operator ask lambda L");
        assert!(of_lambda.contains(&"ListFunctions".to_owned()), "{of_lambda:?}");
        assert!(!of_lambda.contains(&"DescribeVpcs".to_owned()));
        assert_eq!(of_lambda, calls_after("org-operator operations new lambda L"));
    }

    #[test]
    fn options_before_the_service_do_not_count() {
        let calls = calls_after("org-operator ask --profile audit --regions eu-west-1 ec2 D");
        assert!(calls.contains(&"DescribeVpcs".to_owned()));
    }

    #[test]
    fn an_unknown_service_has_no_calls() {
        assert_eq!(calls_after("org-operator ask nothing D"), Vec::<String>::new());
        assert_eq!(calls_after("org-operator ask"), Vec::<String>::new());
    }

    #[test]
    fn every_operation_of_the_catalogue_is_a_candidate() {
        assert!(names(&operations()).contains(&"internet-routes".to_owned()));
    }
}
