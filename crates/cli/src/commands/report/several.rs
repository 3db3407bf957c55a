//! One page over several runs of this machine: what each run's files say, and the way to its report. What the page
//! shows is the core's.

use std::path::{Component, Path, PathBuf};

use org_operator_core::Error;
use org_operator_core::artifact::runs_page::{self, Address, ReportedRun};
use org_operator_core::artifact::suite_index::INDEX;
use org_operator_core::artifact::{
    Artifact, COVERAGE_CSV, MANIFEST, PLAN, REPORT_HTML, SUITES, SUMMARY,
};
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document::csv_rows;
use org_operator_core::contract::plan::RunPlan;
use org_operator_core::model::portal::PortalUrl;
use org_operator_core::model::region::{Partition, Region};
use org_operator_core::report::account_targets::{AccountTargets, ManifestAccounts};

use super::files::{document, partition};
use crate::local_run::LocalRun;

/// Run ids in the page's name; more are counted.
const NAMED: usize = 3;

/// Writes the page over `runs` into `out`, and gives its path.
pub(super) async fn page(
    runs: &[LocalRun],
    out: &Path,
    portal: Option<&PortalUrl>,
) -> Result<PathBuf, Error> {
    std::fs::create_dir_all(out).map_err(|e| Error::io("making", out, &e))?;
    let mut reported = Vec::new();
    for run in runs {
        let report = super::page(run, portal).await?;
        reported.push(of_run(run, address(out, &report, file(run))?)?);
    }
    let path = out.join(name(runs));
    let html = runs_page::page(&reported);
    std::fs::write(&path, html).map_err(|e| Error::io("writing", &path, &e))?;
    Ok(path)
}

fn of_run(run: &LocalRun, address: Address) -> Result<ReportedRun, Error> {
    let written = run.written();
    let path = |artifact: &Artifact| written.artifacts.path(&written.folder.artifact(artifact));
    let summary = document(&path(&SUMMARY))?;
    if !path(&MANIFEST).is_file() {
        let partition = applied_in(&path(&COVERAGE_CSV))?;
        return Ok(ReportedRun { summary, partition, address });
    }
    let manifest: ManifestAccounts = document(&path(&MANIFEST))?;
    let plan: RunPlan = document(&path(&PLAN))?;
    let accounts = manifest.into_targets();
    let partition = partition(accounts.iter().flat_map(AccountTargets::regions), &plan);
    Ok(ReportedRun { summary, partition, address })
}

/// The partition of the targets of a run of this machine that applied a plan: it has no manifest.
fn applied_in(coverage: &Path) -> Result<Partition, Error> {
    let bytes = std::fs::read(coverage).map_err(|e| Error::io("reading", coverage, &e))?;
    let covered: Vec<CoverageRow> = csv_rows(&bytes)?;
    let regional = covered.iter().map(|row| &row.region).find(|region| !region.is_global());
    Ok(regional.map_or(Partition::Commercial, Region::partition))
}

fn file(run: &LocalRun) -> &'static str {
    if run.operation == SUITES { INDEX } else { REPORT_HTML.name }
}

fn name(runs: &[LocalRun]) -> String {
    let ids: Vec<&str> = runs.iter().take(NAMED).map(|run| run.run.as_str()).collect();
    let more = runs.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("-and-{more}-more") } else { String::new() };
    format!("report-of-{}{rest}.html", ids.join("-"))
}

/// The way from the folder `from` to the report at `to`.
fn address(from: &Path, to: &Path, file: &'static str) -> Result<Address, Error> {
    let absolute = |path: &Path| path.canonicalize().map_err(|e| Error::io("finding", path, &e));
    let (start, end) = (absolute(from)?, absolute(to.parent().unwrap_or(to))?);
    let shared = start.components().zip(end.components()).take_while(|(a, b)| a == b).count();
    let name = |part: Component<'_>| part.as_os_str().to_string_lossy().into_owned();
    let folders = end.components().skip(shared).map(name).collect();
    Ok(Address { up: start.components().count() - shared, folders, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_beside_the_folder_of_runs_is_found_through_what_both_are_in() {
        let root = tempfile::tempdir().unwrap();
        let (out, run) = (root.path().join("aws"), root.path().join("gov runs/vpcs/r1"));
        for folder in [&out, &run] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let found = address(&out, &run.join("report.html"), "report.html").unwrap();
        let folders = ["gov runs", "vpcs", "r1"].map(str::to_owned).to_vec();
        assert_eq!(found, Address { up: 1, folders, file: "report.html" });
    }
}
