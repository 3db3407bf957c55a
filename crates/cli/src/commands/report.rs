//! `org-operator report`: where a run's page is, made from the run's files where it has none.

pub(crate) mod args;
mod files;
mod several;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use org_operator_core::artifact::suite_index::INDEX;
use org_operator_core::artifact::{CHANGE, REPORT_HTML, SUITES};
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::report::account_targets::AccountTargets;
use org_operator_core::report::changes::{Change, ChangeKind};
use org_operator_core::{Error, RunId};
use org_operator_local::directory::Directory;
use org_operator_result_handler::{Written, compare};

use crate::error::CliError;
use crate::exit::Exit;
use crate::local_run::{LocalRun, LocalRuns};
use crate::output::printer;
use args::ReportArgs;
use files::{Changes, RunFiles, owned};

const WHAT: &str = "there is no page";
const HINT: &str = "give a run's id, or its folder; --out says where runs are";

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

/// Prints the path of the page, and opens it where that is asked for.
pub(crate) async fn run(args: &ReportArgs) -> Result<Exit, CliError> {
    let runs =
        LocalRuns { out: &args.out, operation: args.operation.as_deref(), what: WHAT, hint: HINT };
    let portal = args.portal.as_ref();
    let path = match (args.runs.as_slice(), args.compare.as_deref()) {
        ([run], _) => page(&runs.find(run)?, portal).await,
        ([], Some([old, new])) => {
            let (before, after) = runs.pair(old, new)?;
            compared(&before, &after, portal).await
        }
        ([], _) => return Err(CliError::usage(WHAT, "no run is named", "name one")),
        (several, _) => {
            let found: Result<Vec<_>, _> = several.iter().map(|run| runs.find(run)).collect();
            several::page(&found?, &args.out, portal).await
        }
    };
    let path = path.map_err(|e| CliError::of(WHAT, &e, None))?;
    printer::data(format!("{}\n", path.display()).as_bytes())?;
    if args.open {
        open(&path)?;
    }
    Ok(Exit::Complete)
}

/// The page of a run: the one that it has, or a new one, where it has none or its links are to open
/// through a portal.
async fn page(run: &LocalRun, portal: Option<&PortalUrl>) -> Result<PathBuf, Error> {
    let written = run.written();
    if run.operation == SUITES {
        return index(&written);
    }
    let key = written.folder.artifact(&REPORT_HTML);
    let path = written.artifacts.path(&key);
    if portal.is_some() || !path.is_file() {
        refuse_applied(&written)?;
        let operation = run.operation()?;
        let files = RunFiles::read(run, operation.spec(), portal)?;
        let changes = files.changes()?;
        files.write(&key, changes).await?;
    }
    Ok(path)
}

/// Refuses to write the page of a run that applied a plan anew: the ledger and the journal have its rows.
fn refuse_applied(written: &Written<Directory>) -> Result<(), Error> {
    if !written.artifacts.path(&written.folder.artifact(&CHANGE)).is_file() {
        return Ok(());
    }
    let folder = written.artifacts.path(&written.folder.key(""));
    let message = format!(
        "the run in {} applied a plan: its page is written as it ends, and not anew",
        folder.display()
    );
    Err(Error::invalid(message))
}

/// The page over all operations of a suite run.
fn index(written: &Written<Directory>) -> Result<PathBuf, Error> {
    let path = written.artifacts.path(&written.folder.key(INDEX));
    let missing = || Error::invalid(format!("{} is not written yet", path.display()));
    path.is_file().then(|| path.clone()).ok_or_else(missing)
}

/// The page of the later run with the changes since the earlier one, beside its own page.
async fn compared(
    before: &LocalRun,
    after: &LocalRun,
    portal: Option<&PortalUrl>,
) -> Result<PathBuf, Error> {
    let operation = after.operation()?;
    let spec = operation.spec();
    let mut files = RunFiles::read(after, spec, portal)?;
    let (mut changes, mut added, mut removed) = (Changes::new(), 0, 0);
    let take = |targets: &AccountTargets, found: &[Change]| {
        let is_added = |change: &&Change| change.kind == ChangeKind::Added;
        let of_account = found.iter().filter(is_added).count();
        added += of_account as u64;
        removed += (found.len() - of_account) as u64;
        let rows = found.iter().map(|change| owned(&change.row(targets))).collect();
        changes.insert(targets.account_id.clone(), rows);
        Ok(())
    };
    compare(&before.written(), &after.written(), spec, take).await?;
    files.summary.previous_run_id = Some(before.run.clone());
    files.summary.result.added = Some(added);
    files.summary.result.removed = Some(removed);
    let written = after.written();
    let key = written.folder.key(&name_since(&before.run));
    files.write(&key, changes).await?;
    Ok(written.artifacts.path(&key))
}

fn name_since(before: &RunId) -> String {
    format!("report-since-{before}.html")
}

fn open(path: &Path) -> Result<(), CliError> {
    let mut opener = Command::new(OPENER);
    opener.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let cause = match opener.status() {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("{OPENER} ended with {status}"),
        Err(error) => format!("{OPENER}: {error}"),
    };
    let hint = "open the file whose path is printed above in a browser".to_owned();
    let summary = "the page cannot be opened".to_owned();
    Err(CliError { summary, cause, hint, exit: Exit::Other })
}
