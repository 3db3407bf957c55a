//! `make policies`: writes the actions that the catalogue's read-only operations declare, and the one
//! that every run needs, into the member role's policy, between its markers.

use std::collections::BTreeSet;

use org_operator_core::model::session::INQUIRY;
use org_operator_core::model::spec::Access;
use org_operator_operations::catalogue;
use org_operator_testkit::{TestResult, paths};

const BEGIN: &str = "# BEGIN generated: read-only actions";
const END: &str = "# END generated";

/// Generates the policy's actions anew.
pub(crate) fn run() -> TestResult<()> {
    let path = paths::file("cloudformation/member-roles.yaml");
    let template = std::fs::read_to_string(&path)?;
    Ok(std::fs::write(path, generated(&template, &actions()?)?)?)
}

fn actions() -> TestResult<BTreeSet<String>> {
    let operations = catalogue().operations()?;
    let specs = operations.iter().map(|operation| operation.spec());
    let reading = specs.filter(|spec| spec.access == Access::ReadOnly);
    let declared = reading.flat_map(|spec| spec.actions.iter().cloned());
    Ok(declared.chain([INQUIRY.to_owned()]).collect())
}

/// `template` with one line per action between the markers.
fn generated(template: &str, actions: &BTreeSet<String>) -> TestResult<String> {
    let (head, rest) = template.split_once(BEGIN).ok_or("the template has no begin marker")?;
    let (_, tail) = rest.split_once(END).ok_or("the template has no end marker")?;
    let indent = " ".repeat(head.lines().last().unwrap_or_default().len());
    let lines: Vec<String> = actions.iter().map(|action| format!("{indent}- {action}\n")).collect();
    Ok(format!("{head}{BEGIN}\n{}{indent}{END}{tail}", lines.concat()))
}
