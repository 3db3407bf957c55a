//! What runs left in a folder, and what of it must be the same whatever a run is called.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use org_operator_testkit::TestResult;
use serde_json::Value;

/// The folders of the runs of `internet-routes` in `out`, sorted.
#[must_use]
pub fn runs(out: &Path) -> Vec<PathBuf> {
    runs_of(out, "internet-routes")
}

/// The folders of the runs of an operation in `out`, sorted; `suites` for suite runs.
#[must_use]
pub fn runs_of(out: &Path, operation: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(out.join(operation)).into_iter().flatten();
    let mut runs: Vec<PathBuf> =
        folder.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    runs.sort();
    runs
}

/// The artifacts in a run's folder, by name.
///
/// # Errors
/// Where they cannot be read.
pub fn artifacts(folder: &Path) -> TestResult<BTreeMap<String, Vec<u8>>> {
    let mut artifacts = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            artifacts.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(artifacts)
}

/// What must be the same of an artifact whatever the run is called and whenever it ran; `without`
/// names the columns of the coverage that may differ.
///
/// # Errors
/// Where it cannot be read.
pub fn masked(name: &str, bytes: &[u8], run: &str, without: &[&str]) -> TestResult<String> {
    let text = String::from_utf8(bytes.to_vec())?.replace(run, "RUN");
    match name {
        "coverage.csv" => coverage(&text, without),
        "summary.json" | "plan.json" => object(&text),
        // Its data is compressed, and says times and how to resume the run.
        "report.html" => Ok(format!("a whole page: {}", text.ends_with("</html>\n"))),
        _ => Ok(text),
    }
}

fn coverage(text: &str, without: &[&str]) -> TestResult<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let mut lines = vec![header.iter().collect::<Vec<_>>().join("|")];
    for row in reader.records() {
        let row = row?;
        let cells = header.iter().zip(&row);
        let cells = cells.map(|(name, cell)| if without.contains(&name) { "…" } else { cell });
        lines.push(cells.collect::<Vec<_>>().join("|"));
    }
    Ok(lines.join("\n"))
}

/// Times, places and what says how something was done are left out.
fn object(text: &str) -> TestResult<String> {
    let mut value: Value = serde_json::from_str(text)?;
    let differs = [
        "Artifacts",
        "StartedAt",
        "EndedAt",
        "DurationMs",
        "Manifest",
        "MaxConcurrency",
        "WorkerFunction",
        "ExpiresAt",
        "PlannedAt",
    ];
    for name in differs {
        if let Some(field) = value.get_mut(name) {
            *field = Value::Null;
        }
    }
    Ok(format!("{value:#}"))
}
