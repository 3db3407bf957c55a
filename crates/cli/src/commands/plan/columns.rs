//! What the columns about accounts cost: calls of Organizations before the first worker starts.

use org_operator_core::model::account::Account;
use org_operator_core::model::account_column::AccountColumn;
use org_operator_core::plan::context::parents;
use org_operator_fanout::Preview;

/// Calls of one action; a list of several pages takes more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calls {
    /// The action's name in Organizations.
    pub(super) action: &'static str,
    /// How many calls there are at least.
    pub(super) count: u64,
}

/// Each column of the request with its calls. Tags that are read to select cost nothing more, and
/// all columns of tags take the same calls, which the first of them has here.
pub(super) fn calls(preview: &Preview) -> Vec<(AccountColumn, Calls)> {
    let mut tags_are_read = !preview.request.accounts.tags.is_empty();
    let count = |column: &AccountColumn| match column {
        AccountColumn::Email => none("ListAccounts"),
        AccountColumn::UnitPath => {
            let accounts: Vec<Account> =
                preview.selection.all().map(|(account, _)| account.clone()).collect();
            let count = parents(&accounts).len() as u64;
            Calls { action: "ListOrganizationalUnitsForParent", count }
        }
        AccountColumn::Tag(_) if std::mem::replace(&mut tags_are_read, true) => none(TAGS),
        AccountColumn::Tag(_) => {
            Calls { action: TAGS, count: preview.selection.selected().count() as u64 }
        }
    };
    let columns = preview.request.account_columns.iter();
    let costs: Vec<Calls> = columns.clone().map(count).collect();
    columns.cloned().zip(costs).collect()
}

const TAGS: &str = "ListTagsForResource";

fn none(action: &'static str) -> Calls {
    Calls { action, count: 0 }
}

/// All calls of `action`.
pub(super) fn of(columns: &[(AccountColumn, Calls)], action: &str) -> u64 {
    columns.iter().filter(|(_, calls)| calls.action == action).map(|(_, calls)| calls.count).sum()
}
