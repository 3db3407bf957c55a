//! The `org-operator` command as a person has it: a process with an environment and a folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use aws_sim::{Conditions, Endpoint, Shape, Simulation, World};
use org_operator_testkit::deployment::EXTERNAL_ID;
use org_operator_testkit::identity::HOME_REGION;
use org_operator_testkit::organization::REGIONS;
use org_operator_testkit::{TestResult, person};
use tempfile::TempDir;

use crate::child::Started;
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
    pub fn stranger(endpoint: &str) -> TestResult<Self> {
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
    pub async fn person(deployed: &Deployed) -> TestResult<Self> {
        let role = deployed.deployment.output("ReadOnlyWorkerRoleArn")?;
        person::allow(deployed.config(), role).await?;
        let mut shell = Self::stranger(deployed.emulator.endpoint())?;
        shell.environment.extend(person::credentials(deployed.config(), role).await?);
        shell.set("ORG_OPERATOR_EXTERNAL_ID", EXTERNAL_ID);
        Ok(shell)
    }

    /// A shell of a person of the management account of a simulated AWS.
    ///
    /// # Errors
    /// Where the machine has no folder for it.
    pub fn simulated(endpoint: &Endpoint) -> TestResult<Self> {
        let mut shell = Self::stranger(&endpoint.url())?;
        let key = format!("AKIA{}", endpoint.simulation.world.management());
        shell.set("AWS_ACCESS_KEY_ID", &key);
        shell.set("AWS_SECRET_ACCESS_KEY", "simulated");
        shell.set("ORG_OPERATOR_EXTERNAL_ID", aws_sim::EXTERNAL_ID);
        Ok(shell)
    }

    /// Sets an environment variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Takes an environment variable away.
    pub fn unset(&mut self, name: &str) {
        self.environment.remove(name);
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
    pub fn command(&self, arguments: &[&str]) -> TestResult<Command> {
        let mut command = Command::new(binary()?);
        command.args(arguments);
        self.surround(&mut command);
        Ok(command)
    }

    fn surround(&self, command: &mut Command) {
        command.env_clear().envs(&self.environment).env("HOME", self.folder.path());
        command.current_dir(self.folder.path()).stdin(Stdio::null());
    }

    /// Runs `org-operator` to its end.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> TestResult<Said> {
        Ok(self.command(arguments)?.output()?.into())
    }

    /// Starts `org-operator`.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> TestResult<Started> {
        Started::new(self.command(arguments)?)
    }

    /// Runs a line as it is pasted into the shell.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn paste(&self, line: &str) -> TestResult<Said> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]);
        self.surround(&mut command);
        command.env("PATH", binary()?.parent().ok_or("no folder")?);
        Ok(command.output()?.into())
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
fn binary() -> TestResult<PathBuf> {
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

/// A simulated AWS with `accounts` accounts in which nothing is wrong, in these Regions.
///
/// # Errors
/// Where no port can be had.
pub async fn calm(
    accounts: usize,
    regions: &[&str],
    conditions: Conditions,
) -> TestResult<Endpoint> {
    let world = World::new(7, Shape::unrestricted(accounts, regions));
    Ok(Endpoint::listen(Arc::new(Simulation::new(world, conditions))).await?)
}
