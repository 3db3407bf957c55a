//! `make policies`: writes what the catalogue's operations declare into the member roles' policies,
//! between their markers: for the read-only role the operations' actions and the one that every run
//! needs, for the admin role the statements of the operations that change something, and those that it
//! has only where the parameters bound them.

use std::collections::BTreeSet;

use org_operator_core::model::session::INQUIRY;
use org_operator_core::model::spec::Access;
use org_operator_operations::bounds::{Statement, bounded_statements};
use org_operator_operations::{Condition, admin_actions, catalogue};
use org_operator_testkit::{TestResult, paths};

const READ_ONLY: &str = "# BEGIN generated: read-only actions";
const MUTATING: &str = "# BEGIN generated: mutating actions";
const BOUNDED: &str = "# BEGIN generated: statements for stacks";
const END: &str = "# END generated";

/// Generates the policies anew.
pub(crate) fn run() -> TestResult<()> {
    let path = paths::file("cloudformation/member-roles.yaml");
    let template = std::fs::read_to_string(&path)?;
    let reading = list(&actions()?);
    let with_reading = generated(&template, READ_ONLY, &reading)?;
    let statements = admin_actions();
    let changing =
        statements.iter().flat_map(|(condition, actions)| statement(*condition, actions));
    let with_changing = generated(&with_reading, MUTATING, &changing.collect::<Vec<_>>())?;
    let bounded: Vec<String> = bounded_statements().flat_map(bounded).collect();
    Ok(std::fs::write(path, generated(&with_changing, BOUNDED, &bounded)?)?)
}

fn actions() -> TestResult<BTreeSet<String>> {
    let operations = catalogue().operations()?;
    let specs = operations.iter().map(|operation| operation.spec());
    let reading = specs.filter(|spec| spec.access == Access::ReadOnly);
    let declared = reading.flat_map(|spec| spec.actions.iter().cloned());
    Ok(declared.chain([INQUIRY.to_owned()]).collect())
}

fn list(actions: &BTreeSet<String>) -> Vec<String> {
    actions.iter().map(|action| format!("- {action}")).collect()
}

fn statement(condition: Option<Condition>, actions: &BTreeSet<String>) -> Vec<String> {
    let mut lines = vec!["- Effect: Allow".to_owned(), "  Action:".to_owned()];
    lines.extend(list(actions).iter().map(|line| format!("    {line}")));
    lines.push("  Resource: \"*\"".to_owned());
    lines.extend(condition.map(|Condition { key, values }| {
        format!("  Condition: {{ StringEquals: {{ \"{key}\": {} }} }}", one_or_list(values))
    }));
    lines
}

fn bounded(statement: &Statement) -> Vec<String> {
    let mut lines = vec![format!("- Effect: {}", statement.effect.word()), "  Action:".to_owned()];
    lines.extend(statement.actions.iter().map(|action| format!("    - {}", quoted(action))));
    lines.push(format!("  Resource: {}", substituted(statement.resource)));
    let conditions = statement.conditions.iter().map(|(operator, key, value)| {
        format!("    {operator}: {{ \"{key}\": {} }}", substituted(value))
    });
    let conditions: Vec<String> = conditions.collect();
    if !conditions.is_empty() {
        lines.push("  Condition:".to_owned());
    }
    lines.extend(conditions);
    lines
}

/// An action as YAML: a star alone would be an alias.
fn quoted(action: &str) -> String {
    if action.contains('*') { format!("\"{action}\"") } else { action.to_owned() }
}

/// A text as YAML, with the templates' parameters in place where it names some.
fn substituted(text: &str) -> String {
    let tag = if text.contains("${") { "!Sub " } else { "" };
    format!("{tag}\"{text}\"")
}

fn one_or_list(values: &[&str]) -> String {
    match values {
        [only] => (*only).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// `template` with these lines between the markers.
fn generated(template: &str, begin: &str, lines: &[String]) -> TestResult<String> {
    let missing = || format!("the template has no `{begin}`");
    let (head, rest) = template.split_once(begin).ok_or_else(missing)?;
    let (_, tail) = rest.split_once(END).ok_or("the template has no end marker")?;
    let indent = " ".repeat(head.lines().last().unwrap_or_default().len());
    let made: Vec<String> = lines.iter().map(|line| format!("{indent}{line}\n")).collect();
    Ok(format!("{head}{begin}\n{}{indent}{END}{tail}", made.concat()))
}
