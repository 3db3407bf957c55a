//! The question before anything is changed. Nothing answers it but a person at a terminal, or an option
//! with the operation's very name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, IsTerminal};

use org_operator_changes::{Guards, Limit, Plan, target};
use org_operator_core::model::spec::Spec;

use super::source::Intent;
use crate::error::CliError;
use crate::output::printer;

/// Says what would be changed, and returns once a person agreed.
pub(super) async fn confirmed(
    plan: &Plan,
    guards: &Guards,
    intent: &Intent,
    given: Option<&str>,
) -> Result<(), CliError> {
    printer::always(&counts(plan, intent));
    printer::always(&limits(guards));
    agreed(&plan.operation, given, "nothing was changed").await
}

/// Says that the plan itself writes, and returns once a person agreed.
pub(super) async fn plan_that_writes(
    spec: &Spec,
    role: &str,
    given: Option<&str>,
) -> Result<(), CliError> {
    let Spec { name, summary, .. } = spec;
    printer::always(&format!("planning {name} writes into the accounts, with {role}: {summary}"));
    agreed(name, given, "nothing was planned").await
}

/// Returns once a person gave the name of `operation`; `undone` is what did not happen else.
pub(crate) async fn agreed(
    operation: &str,
    given: Option<&str>,
    undone: &str,
) -> Result<(), CliError> {
    match given {
        Some(given) => right(given, operation, "--confirm", undone),
        None if io::stdin().is_terminal() && io::stderr().is_terminal() => {
            printer::always(&format!("type {operation} to go on, anything else to stop:"));
            let typed = tokio::task::spawn_blocking(typed).await;
            let typed = typed.map_err(|e| CliError::internal("no answer was read", &e))?;
            right(&typed, operation, "the answer", undone)
        }
        None => Err(CliError::usage(
            undone,
            "there is no terminal to ask at",
            &format!("give --confirm {operation} where nobody is asked"),
        )),
    }
}

fn typed() -> String {
    let mut line = String::new();
    // An end of the input is no agreement, and neither is an error.
    let _ = io::stdin().lock().read_line(&mut line);
    line.trim().to_owned()
}

fn right(given: &str, operation: &str, what: &str, undone: &str) -> Result<(), CliError> {
    if given == operation {
        return Ok(());
    }
    let cause = format!("{what} is `{given}`, not `{operation}`");
    Err(CliError::usage(undone, cause, "give the operation's name to go on"))
}

fn counts(plan: &Plan, intent: &Intent) -> String {
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &plan.rows {
        *words.entry(&row.action).or_default() += 1;
    }
    let words: Vec<String> = words.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let changed: Vec<_> = plan.rows.iter().filter(|row| row.is_change()).collect();
    let targets: BTreeSet<_> = changed.iter().map(|row| target(row)).collect();
    let accounts: BTreeSet<_> = targets.iter().map(|(account, _)| account).collect();
    let what = match intent {
        Intent::Undo(_) => format!("taking back what run {} did", plan.run),
        Intent::Drop(_) => format!("removing what the plan of run {} left", plan.run),
        Intent::Apply(_) | Intent::Resume(_) => format!("applying the plan of run {}", plan.run),
    };
    let (words, targets, accounts) = (words.join(", "), targets.len(), accounts.len());
    format!("{what}: {words}; {targets} targets in {accounts} accounts")
}

fn limits(guards: &Guards) -> String {
    let limit = |limit: Option<Limit>| limit.map_or_else(|| "none".to_owned(), |l| l.to_string());
    let canary = guards.canary.map_or_else(|| "none".to_owned(), |n| format!("{n} accounts"));
    let (changes, failures) = (limit(guards.max_changes), limit(guards.max_failures));
    format!("limits: MaxChanges {changes}, MaxFailures {failures}, Canary {canary}")
}
