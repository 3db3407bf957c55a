//! `org-operator diff`: what is in one run and not in another, where both looked.

pub(crate) mod args;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use org_operator_core::artifact::{Folder, MANIFEST, OPERATION};
use org_operator_core::contract::record_row::{ChangeRow, columns};
use org_operator_core::input::violation::Violations;
use org_operator_core::model::spec::Spec;
use org_operator_core::report::changes::{Change, ChangeKind};
use org_operator_core::report::coverage::AccountTargets;
use org_operator_core::report::csv_table::Table;
use org_operator_core::{Error, RunId};
use org_operator_operations::{Operation, catalogue};
use org_operator_result_handler::{Written, compare};
use serde_json::{Map, Value, json};

use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use args::DiffArgs;
use org_operator_local::directory::Directory;
use org_operator_local::engine::operation_of;

const WHAT: &str = "the runs cannot be compared";

/// Compares two runs and prints the changes.
pub(crate) async fn run(args: &DiffArgs, printer: Printer) -> Result<Exit, CliError> {
    let (before, after) = (Place::find(args, &args.before)?, Place::find(args, &args.after)?);
    if before.operation != after.operation {
        let why = format!("one is of {}, the other of {}", before.operation, after.operation);
        return Err(CliError::usage(WHAT, why, "compare runs of one operation"));
    }
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

/// Where a run lies: `root/operation/run/`.
struct Place {
    root: PathBuf,
    operation: String,
    run: RunId,
}

impl Place {
    /// The run that `text` names: its folder, or its id.
    fn find(args: &DiffArgs, text: &str) -> Result<Self, CliError> {
        let by_id = || {
            let run = RunId::parse(text)?;
            let operation = operation_of(&args.out, &run, args.operation.as_deref())?;
            Some(Self { root: args.out.clone(), operation, run })
        };
        Self::folder(Path::new(text)).or_else(by_id).ok_or_else(|| {
            let why =
                format!("`{text}` is no run's folder, and {} has no such run", args.out.display());
            CliError::usage(
                WHAT,
                why,
                "give two run ids, or the folders of two runs; --out says where runs are",
            )
        })
    }

    fn folder(path: &Path) -> Option<Self> {
        if !path.join(MANIFEST.name).is_file() {
            return None;
        }
        let absolute = path.canonicalize().ok()?;
        let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let run = RunId::parse(&name(&absolute)?)?;
        let folder = absolute.parent()?;
        Some(Self { root: folder.parent()?.to_owned(), operation: name(folder)?, run })
    }

    /// The operation of the run: one of the catalogue, or the one that its request brought.
    fn operation(&self) -> Result<Arc<dyn Operation>, Error> {
        let brought = Folder::new("", &self.operation, &self.run).artifact(&OPERATION);
        let file = std::fs::read(self.root.join(brought)).ok();
        let definition = file.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut violations = Violations::default();
        let found = catalogue().meant(&self.operation, definition.as_ref(), &mut violations);
        violations.into_result("run", found)
    }

    fn written(&self) -> Written<Directory> {
        let folder = Folder::new("", &self.operation, &self.run);
        Written { artifacts: Directory::new(&self.root), folder }
    }
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
