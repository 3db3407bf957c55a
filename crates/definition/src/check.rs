//! Whether a definition is right, by AWS's models: services, calls, inputs, paths. Nothing is called.

mod beside;
mod call;
mod form;
mod input;
mod plan;
mod source;

use std::collections::BTreeSet;

use org_operator_core::model::session::{self, MAX_POLICY_CHARS};
use org_operator_models::{Models, models};
use serde_json::Value;

use crate::checked::Checked;
use crate::definition::{Definition, Scope};
use crate::expression::Known;
use crate::fault::{Faults, Lines};
use crate::types::Type;

/// What the target of a run always has, behind `$` in paths and in braces in inputs.
pub(crate) const CONSTANTS: [&str; 3] = ["account_id", "region", "partition"];

/// Characters of the longest name of an operation, a column or a call.
pub(crate) const MAX_NAME: usize = 64;

/// What a nested row came from, behind `$` in paths.
pub(crate) const PARENT: &str = "parent";

/// Reads an operation file and checks it.
///
/// # Errors
/// Every fault, with its line.
pub fn read_toml(text: &str) -> Result<Checked, Faults> {
    let (value, lines) = crate::source_text::parsed(text)?;
    read(&value, &lines)
}

/// Reads a definition from JSON, as a request's `Definition` has it, and checks it.
///
/// # Errors
/// Every fault.
pub fn read_json(value: &Value) -> Result<Checked, Faults> {
    read(value, &Lines::default())
}

/// Checks a definition that was made, not read.
///
/// # Errors
/// Every fault.
pub fn check(definition: Definition) -> Result<Checked, Faults> {
    checked(definition, Faults::default(), &Lines::default())
}

/// Notes what is wrong with the calls of a definition of which nothing else is known yet.
pub(crate) fn call_faults(definition: &Definition, faults: &mut Faults) {
    let Ok(models) = models() else { return };
    let found = std::mem::take(faults);
    let mut checking = Checking {
        models,
        definition,
        actions: BTreeSet::new(),
        scopes: Vec::new(),
        faults: found,
    };
    for source in &definition.sources {
        checking.call(&source.request, &[], "");
    }
    *faults = checking.faults;
}

fn read(value: &Value, lines: &Lines) -> Result<Checked, Faults> {
    let mut faults = Faults::default();
    let definition = crate::read::definition(value, &mut faults);
    checked(definition, faults, lines)
}

fn checked(definition: Definition, mut faults: Faults, lines: &Lines) -> Result<Checked, Faults> {
    form::check(&definition, &mut faults);
    let models = match models() {
        Ok(models) => models,
        Err(damaged) => {
            faults.note("(models)", damaged.to_string(), "the models of this program, whole");
            return Err(faults.at(lines));
        }
    };
    let mut checking = Checking {
        models,
        definition: &definition,
        actions: BTreeSet::new(),
        scopes: Vec::new(),
        faults,
    };
    let sources = checking.sources();
    let scope = checking.scope();
    let Checking { mut actions, mut faults, .. } = checking;
    actions.extend(definition.actions.iter().cloned());
    let actions: Vec<String> = actions.into_iter().collect();
    session_policy(&actions, &mut faults);
    faults.at(lines).or(Checked { definition, scope, actions, sources })
}

/// Notes where one session cannot be cut to all `actions`: STS would refuse each account's session.
fn session_policy(actions: &[String], faults: &mut Faults) {
    let chars = session::policy(&session::with_inquiry(actions)).len();
    if chars > MAX_POLICY_CHARS {
        let came =
            format!("{} IAM actions, whose session policy has {chars} characters", actions.len());
        let allowed = format!(
            "a session policy of {MAX_POLICY_CHARS} characters, as STS takes it: make several \
             operations of it, with fewer calls each, and run them together"
        );
        faults.note("actions", came, allowed);
    }
}

/// What is found out about a definition on the way.
struct Checking<'a> {
    models: &'a Models,
    definition: &'a Definition,
    actions: BTreeSet<String>,
    /// Where each source's service is called.
    scopes: Vec<Scope>,
    faults: Faults,
}

impl Checking<'_> {
    /// What paths can name before any call is made.
    fn known(&self) -> Known {
        let constants = CONSTANTS.iter().map(|name| ((*name).to_owned(), Type::Text));
        let parameters = self
            .definition
            .parameters
            .iter()
            .map(|parameter| (parameter.name.clone(), parameter.kind.gives()));
        Known {
            variables: constants.chain(parameters).collect(),
            tables: self.definition.tables.clone(),
        }
    }

    /// The scope that the file says, or else that of the services.
    fn scope(&mut self) -> Scope {
        let first = self.scopes.first().copied().unwrap_or(Scope::Regional);
        let mixed = self.scopes.iter().any(|scope| *scope != first);
        match self.definition.scope {
            None if mixed => {
                let allowed = "regional or global: some of the services are called in every Region, some once";
                self.faults.note("scope", "nothing", allowed);
            }
            Some(Scope::Regional) if !mixed && first == Scope::Global => {
                self.faults.note(
                    "scope",
                    "`regional`",
                    "global: the service has one endpoint for all Regions",
                );
            }
            _ => {}
        }
        self.definition.scope.unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A right definition that declares `count` actions more than its call has.
    fn definition(count: usize) -> Value {
        let actions: Vec<String> = (0..count).map(|n| format!("ec2:DescribeThing{n:03}")).collect();
        serde_json::json!({
            "name": "many", "summary": "every VPC", "service": "ec2", "call": "DescribeVpcs",
            "rows": "Vpcs[]", "key": ["vpc_id"], "actions": actions,
            "columns": [{"name": "vpc_id", "path": "VpcId", "meaning": "the VPC"}],
        })
    }

    #[test]
    fn more_actions_than_a_session_policy_can_hold_are_refused() {
        let right = read_json(&definition(70)).unwrap();
        let policy = session::policy(&session::with_inquiry(right.actions()));
        assert!(policy.len() <= MAX_POLICY_CHARS, "{} characters", policy.len());
        let refused = read_json(&definition(100)).unwrap_err().to_string();
        for part in ["actions: got 101 IAM actions", "2048 characters", "run them together"] {
            assert!(refused.contains(part), "{part} is not in: {refused}");
        }
    }
}
