//! `org-operator diff`: what is in one run and not in another, where both looked.

pub(crate) mod args;

use std::path::Path;

use org_operator_core::Error;
use org_operator_core::contract::record_row::{ChangeRow, columns};
use org_operator_core::model::spec::Spec;
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::report::changes::{Change, ChangeKind};
use org_operator_core::report::csv_table::Table;
use org_operator_result_handler::compare;
use serde_json::{Map, Value, json};

use crate::error::CliError;
use crate::exit::Exit;
use crate::local_run::LocalRuns;
use crate::output::printer::{self, Printer};
use args::DiffArgs;

const WHAT: &str = "the runs cannot be compared";
const HINT: &str = "give two run ids, or the folders of two runs; --out says where runs are";

/// Compares two runs and prints the changes.
pub(crate) async fn run(args: &DiffArgs, printer: Printer) -> Result<Exit, CliError> {
    let runs =
        LocalRuns { out: &args.out, operation: args.operation.as_deref(), what: WHAT, hint: HINT };
    let (before, after) = runs.pair(&args.before, &args.after)?;
    let operation = after.operation().map_err(|e| CliError::of(WHAT, &e, None))?;
    let spec = operation.spec();
    let mut sheet = Sheet::new(args.json, spec).map_err(|e| CliError::of(WHAT, &e, None))?;
    let take = |targets: &AccountTargets, changes: &[Change]| sheet.add(targets, changes);
    let compared = compare(&before.written(), &after.written(), spec, take).await;
    compared.map_err(|e| CliError::of(WHAT, &e, None))?;
    let (added, removed) = (sheet.added, sheet.removed);
    printer.note(&format!("{added} added, {removed} removed from {} to {}", before.run, after.run));
    Ok(if added + removed == 0 { Exit::Complete } else { Exit::Differences })
}

/// The changes as they are printed.
struct Sheet {
    /// `None` where it is JSON Lines.
    table: Option<Table>,
    columns: Vec<String>,
    added: usize,
    removed: usize,
}

impl Sheet {
    fn new(as_json: bool, spec: &Spec) -> Result<Self, Error> {
        let own = columns(spec);
        let columns: Vec<String> = [ChangeRow::COLUMN.to_owned()].into_iter().chain(own).collect();
        let table = if as_json { None } else { Some(Table::new(&columns)?) };
        let mut sheet = Self { table, columns, added: 0, removed: 0 };
        sheet.flush()?;
        Ok(sheet)
    }

    fn add(&mut self, targets: &AccountTargets, changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            match change.kind {
                ChangeKind::Added => self.added += 1,
                ChangeKind::Removed => self.removed += 1,
            }
            let head = [
                change.kind.name(),
                targets.account_id.as_str(),
                &targets.account_name,
                change.region.as_str(),
            ];
            let cells = head.into_iter().chain(change.cells.iter().map(String::as_str));
            match &mut self.table {
                Some(table) => table.row(cells)?,
                None => print(&line(&self.columns, cells))?,
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Error> {
        match &mut self.table {
            Some(table) => print(&table.take()?),
            None => Ok(()),
        }
    }
}

fn line<'a>(columns: &[String], cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let pairs = columns.iter().zip(cells);
    let object: Map<String, Value> =
        pairs.map(|(column, cell)| (column.clone(), json!(cell))).collect();
    format!("{}\n", Value::Object(object)).into_bytes()
}

fn print(bytes: &[u8]) -> Result<(), Error> {
    printer::write(bytes).map_err(|e| Error::io("writing", Path::new("/dev/stdout"), &e))
}
