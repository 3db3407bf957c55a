//! `accounts.csv`: a row per account of the organization. It is known before any worker starts, so
//! the fanout writes it at once.

use crate::contract::account_row::AccountRow;
use crate::error::Error;
use crate::plan::context::AccountContext;
use crate::plan::selection::{Reason, Selection};
use crate::report::csv_table::Table;

/// The whole file.
///
/// # Errors
/// `Internal` where it cannot be written, which does not happen in memory.
pub fn table(selection: &Selection, context: &AccountContext) -> Result<Vec<u8>, Error> {
    let mut table = Table::new(AccountRow::COLUMNS)?;
    for (account, reason) in selection.all() {
        let row = AccountRow::new(account, reason.map(Reason::text), context.unit_path(account));
        table.row(row.cells())?;
    }
    table.take()
}
