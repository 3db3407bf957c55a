//! `org-operator accounts`: the organization as a tree, and who a run would cover.

pub(crate) mod args;

use std::collections::BTreeMap;

use org_operator_core::AccountId;
use org_operator_core::model::account::Account;
use org_operator_core::model::unit_tree::Unit;
use org_operator_core::plan::selection::{Reason, Selection};
use serde_json::{Value, json};

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use crate::planner::PlannerContext;
use crate::request;
use args::AccountsArgs;

/// Prints the organization as a tree.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &AccountsArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let context = PlannerContext::new(&connection);
    let error = |e| connection.error("the organization cannot be listed", &e);
    let selection = context.planner().selection(&request).await.map_err(error)?;
    let accounts: Vec<Account> = selection.all().map(|(account, _)| account.clone()).collect();
    let tree = context.organization.tree(&accounts).await.map_err(error)?;
    let text = if args.json {
        format!("{:#}\n", nested(&selection, &tree))
    } else {
        drawn(&selection, &tree)
    };
    printer::data(text.as_bytes())?;
    printer.note(&counts(&selection));
    Ok(Exit::Complete)
}

fn counts(selection: &Selection) -> String {
    let (all, selected) = (selection.all().count(), selection.selected().count());
    format!("{selected} of {all} accounts selected")
}

/// The tree as JSON, units without accounts too.
fn nested(selection: &Selection, tree: &Unit) -> Value {
    let by_id = selection.all().map(|(account, reason)| (&account.id, described(account, reason)));
    let mut accounts: BTreeMap<&AccountId, Value> = by_id.collect();
    let mut root = node(tree, &mut accounts);
    // What the tree does not say about an account must not hide the account.
    if !accounts.is_empty() {
        root["AccountsInNoUnit"] = accounts.into_values().collect();
    }
    root
}

fn node(unit: &Unit, accounts: &mut BTreeMap<&AccountId, Value>) -> Value {
    let own: Value = unit.accounts.iter().filter_map(|id| accounts.remove(id)).collect();
    let units: Value = unit.units.iter().map(|below| node(below, accounts)).collect();
    json!({ "Id": unit.id, "Name": unit.name, "Units": units, "Accounts": own })
}

fn described(account: &Account, reason: Option<Reason>) -> Value {
    json!({
        "AccountId": account.id, "AccountName": account.name, "State": account.state,
        "Selected": reason.is_none(), "Reason": reason.map(Reason::text),
    })
}

/// The tree, units before the accounts in them.
fn drawn(selection: &Selection, tree: &Unit) -> String {
    let accounts = selection.all().map(|(account, reason)| (&account.id, words(account, reason)));
    let mut lines: BTreeMap<&AccountId, String> = accounts.collect();
    let mut text = format!("{} ({})\n", printer::line(&tree.name), tree.id);
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
        text.extend([indent, branch, &format!("{} ({})\n", printer::line(&below.name), below.id)]);
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

fn words(account: &Account, reason: Option<Reason>) -> String {
    let out =
        reason.map_or_else(String::new, |reason| format!("  not selected: {}", reason.text()));
    let state = if account.is_active() { String::new() } else { format!("  {}", account.state) };
    format!("{} {}{state}{out}", account.id, printer::line(&account.name))
}

#[cfg(test)]
mod tests {
    use org_operator_core::UnitId;
    use org_operator_core::input::request::AccountFilter;
    use org_operator_core::plan::selection::Facts;

    use super::*;

    fn unit(id: &str, name: &str) -> Unit {
        Unit::new(UnitId::parse(id).unwrap(), name)
    }

    fn account(id: &str, name: &str) -> Account {
        Account {
            id: AccountId::parse(id).unwrap(),
            name: name.to_owned(),
            state: "ACTIVE".to_owned(),
            management_account: None,
            units: None,
            email: String::new(),
        }
    }

    /// A root with a unit of a forged name that is empty, an account in it, and one nowhere.
    fn organization() -> (Selection, Unit) {
        let accounts =
            vec![account("111111111111", "a\n222222222222 b"), account("333333333333", "c")];
        let mut root = unit("r-ab12", "Root");
        root.accounts.push(accounts[0].id.clone());
        root.units.push(unit("ou-ab12-11111111", "x\n└─ y"));
        (Selection::new(accounts, &AccountFilter::default(), &Facts::default()), root)
    }

    #[test]
    fn names_do_not_look_like_lines_of_the_tree() {
        let (selection, root) = organization();
        let expected = "Root (r-ab12)\n├─ x └─ y (ou-ab12-11111111)\n└─ 111111111111 a 222222222222 b\n\
                        (in no unit that could be found)\n  333333333333 c\n";
        assert_eq!(drawn(&selection, &root), expected);
    }

    #[test]
    fn the_json_is_the_tree_with_empty_units_and_every_account() {
        let (selection, root) = organization();
        let tree = nested(&selection, &root);
        let empty =
            json!({"Id": "ou-ab12-11111111", "Name": "x\n└─ y", "Units": [], "Accounts": []});
        assert_eq!((&tree["Id"], &tree["Units"]), (&json!("r-ab12"), &json!([empty])));
        assert_eq!(tree["Accounts"][0]["AccountName"], "a\n222222222222 b");
        assert_eq!(tree["AccountsInNoUnit"][0]["AccountId"], "333333333333");
    }
}
