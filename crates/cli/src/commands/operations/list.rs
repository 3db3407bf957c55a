//! The list of operations, by suite, with one line each.

use org_operator_core::model::spec::Spec;
use serde_json::Value;

use super::args::OperationsArgs;
use super::{access, all, pretty, show};
use crate::error::CliError;
use crate::output::columns::aligned;

/// What stands above the operations of no suite.
const OTHER: &str = "other";

/// The operations that `args` select.
pub(super) fn text(args: &OperationsArgs) -> Result<String, CliError> {
    let operations = all()?;
    let mut specs: Vec<&Spec> = operations.iter().map(|operation| operation.spec()).collect();
    specs.retain(|spec| is_wanted(args, spec));
    if args.json {
        return Ok(pretty(&specs.into_iter().map(show::described).collect::<Value>()));
    }
    Ok(by_suite(&specs))
}

fn is_wanted(args: &OperationsArgs, spec: &Spec) -> bool {
    let of_service =
        |wanted: &String| spec.services.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let question = spec.documentation.question.as_deref().unwrap_or_default();
    let has_word = |word: &String| {
        let wanted = word.to_lowercase();
        let texts = [spec.name.as_str(), &spec.summary, question];
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    args.service.as_ref().is_none_or(of_service) && args.search.as_ref().is_none_or(has_word)
}

/// The suite's name, then its operations; suites in the order of their names.
fn by_suite(specs: &[&Spec]) -> String {
    let rows: Vec<Vec<String>> = specs.iter().map(|spec| row(spec)).collect();
    let aligned_rows = aligned(&rows);
    let mut lines: Vec<(&str, &str)> =
        specs.iter().map(|spec| suite(spec)).zip(aligned_rows.lines()).collect();
    lines.sort_by_key(|(suite, _)| *suite);
    let groups = lines.chunk_by(|(one, _), (other, _)| one == other);
    let text = groups.map(|group| {
        let head = group.iter().map(|(suite, _)| *suite).take(1);
        head.chain(group.iter().map(|(_, line)| *line)).collect::<Vec<_>>().join("\n")
    });
    text.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn suite(spec: &Spec) -> &str {
    spec.documentation.suite.as_deref().unwrap_or(OTHER)
}

fn row(spec: &Spec) -> Vec<String> {
    [" ", &spec.name, access(spec), &spec.summary].map(str::to_owned).to_vec()
}
