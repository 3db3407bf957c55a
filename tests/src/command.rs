//! The `org-operator` command as a person has it: a process with an environment and a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use org_operator_testkit::deployment::EXTERNAL_ID;
use org_operator_testkit::identity::HOME_REGION;
use org_operator_testkit::organization::REGIONS;
use org_operator_testkit::{Outcome, person};
use serde_json::Value;
use tempfile::TempDir;

use crate::deployed::Deployed;

/// A person's shell in a folder of its own.
#[derive(Debug)]
pub struct Shell {
    environment: BTreeMap<String, String>,
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it printed.
    pub stdout: String,
    /// What it told.
    pub stderr: String,
    /// Its exit code, or `None` where a signal ended it.
    pub code: Option<i32>,
}

impl Shell {
    /// A shell without credentials that speaks to `endpoint`.
    ///
    /// # Errors
    /// Where the machine has no folder for it.
    pub fn stranger(endpoint: &str) -> Outcome<Self> {
        let set = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", HOME_REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let environment = set.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Ok(Self { environment, folder: tempfile::tempdir()? })
    }

    /// A shell of a person who may do what the worker may, and read the organization.
    ///
    /// # Errors
    /// What a service answered.
    pub async fn person(deployed: &Deployed) -> Outcome<Self> {
        let role = deployed.deployment.output("ReadOnlyWorkerRoleArn")?;
        person::allow(deployed.config(), role).await?;
        let mut shell = Self::stranger(deployed.emulator.endpoint())?;
        shell.environment.extend(person::credentials(deployed.config(), role).await?);
        shell.set("ORG_OPERATOR_EXTERNAL_ID", EXTERNAL_ID);
        Ok(shell)
    }

    /// Sets an environment variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// A path in the shell's folder.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// `org-operator` with `arguments`, not yet started.
    ///
    /// # Errors
    /// Where it is not built.
    pub fn command(&self, arguments: &[&str]) -> Outcome<Command> {
        let mut command = Command::new(binary()?);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs `org-operator` to its end.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Outcome<Said> {
        Ok(self.command(arguments)?.output()?.into())
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let code = output.status.code();
        Self { stdout: text(output.stdout), stderr: text(output.stderr), code }
    }
}

/// The command beside this test's own program.
fn binary() -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.ancestors().find(|folder| folder.ends_with("debug"));
    let binary = folder.map(|folder| folder.join("org-operator")).filter(|path| path.is_file());
    binary.ok_or_else(|| "org-operator is not built: type `make build`".into())
}

/// The demo's Regions as an option's value.
#[must_use]
pub fn regions() -> String {
    REGIONS.join(",")
}

/// The folders of the runs of `internet-routes` in `out`, sorted.
#[must_use]
pub fn runs(out: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(out.join("internet-routes")).into_iter().flatten();
    let mut runs: Vec<PathBuf> =
        folder.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    runs.sort();
    runs
}

/// The artifacts in a run's folder, by name.
///
/// # Errors
/// Where they cannot be read.
pub fn artifacts(folder: &Path) -> Outcome<BTreeMap<String, Vec<u8>>> {
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
pub fn masked(name: &str, bytes: &[u8], run: &str, without: &[&str]) -> Outcome<String> {
    let text = String::from_utf8(bytes.to_vec())?.replace(run, "RUN");
    match name {
        "coverage.csv" => coverage(&text, without),
        "summary.json" | "plan.json" => object(&text),
        _ => Ok(text),
    }
}

fn coverage(text: &str, without: &[&str]) -> Outcome<String> {
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
fn object(text: &str) -> Outcome<String> {
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
    ];
    for name in differs {
        if let Some(field) = value.get_mut(name) {
            *field = Value::Null;
        }
    }
    Ok(format!("{value:#}"))
}
