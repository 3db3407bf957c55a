//! `org-operator accounts`: the organization as a tree, and who a run would cover.

use std::collections::BTreeMap;

use org_operator_core::AccountId;
use org_operator_core::account::Account;
use org_operator_core::selection::{Reason, Selection};
use org_operator_core::tree::Unit;
use serde_json::{Value, json};

use crate::args::{AccountsArgs, AwsArgs};
use crate::commands::looking::Looking;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::printer::{self, Printer, shown};
use crate::request;
use crate::trouble::Trouble;

/// Prints the organization.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &AccountsArgs,
    printer: Printer,
) -> Result<Exit, Trouble> {
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let looking = Looking::new(&connection);
    let trouble = |e| connection.trouble("the organization cannot be listed", &e);
    let selection = looking.fanout.selection(&request).await.map_err(trouble)?;
    let accounts: Vec<Account> = selection.all().map(|(account, _)| account.clone()).collect();
    let tree = looking.fanout.directory.tree(&accounts).await.map_err(trouble)?;
    let text = if args.json { listed(&selection, &tree) } else { drawn(&selection, &tree) };
    printer::data(text.as_bytes())?;
    printer.note(&counts(&selection));
    Ok(Exit::Complete)
}

fn counts(selection: &Selection) -> String {
    let (all, selected) = (selection.all().count(), selection.selected().count());
    format!("{selected} of {all} accounts selected")
}

fn listed(selection: &Selection, tree: &Unit) -> String {
    let units = tree.by_account();
    let account = |(account, reason): (&Account, Option<Reason>)| {
        json!({
            "AccountId": account.id, "AccountName": account.name, "State": account.state,
            "OrganizationalUnit": units.get(&account.id),
            "Selected": reason.is_none(), "Reason": reason.map(Reason::text),
        })
    };
    format!("{:#}\n", selection.all().map(account).collect::<Value>())
}

/// The tree, units before the accounts in them.
fn drawn(selection: &Selection, tree: &Unit) -> String {
    let accounts = selection.all().map(|(account, reason)| (&account.id, line(account, reason)));
    let mut lines: BTreeMap<&AccountId, String> = accounts.collect();
    let mut text = format!("{} ({})\n", shown(&tree.name), tree.id);
    draw(tree, "", &mut lines, &mut text);
    // What the tree does not say about an account must not hide the account.
    if !lines.is_empty() {
        text.push_str("(in no unit that could be found)\n");
        text.extend(lines.into_values().map(|line| format!("  {line}\n")));
    }
    text
}

fn draw(unit: &Unit, indent: &str, lines: &mut BTreeMap<&AccountId, String>, text: &mut String) {
    let found: Vec<String> = unit.accounts.iter().filter_map(|id| lines.remove(id)).collect();
    let last = found.len() + unit.units.len();
    for (number, below) in unit.units.iter().enumerate() {
        let (branch, deeper) = branches(number + 1 == last);
        text.extend([indent, branch, &format!("{} ({})\n", shown(&below.name), below.id)]);
        draw(below, &format!("{indent}{deeper}"), lines, text);
    }
    for (number, line) in found.iter().enumerate() {
        let (branch, _) = branches(unit.units.len() + number + 1 == last);
        text.extend([indent, branch, line, "\n"]);
    }
}

fn branches(last: bool) -> (&'static str, &'static str) {
    if last { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}

fn line(account: &Account, reason: Option<Reason>) -> String {
    let out =
        reason.map_or_else(String::new, |reason| format!("  not selected: {}", reason.text()));
    let state = if account.is_active() { String::new() } else { format!("  {}", account.state) };
    format!("{} {}{state}{out}", account.id, shown(&account.name).replace('\n', " "))
}
