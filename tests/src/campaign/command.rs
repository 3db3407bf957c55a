//! The campaign's part for the command: runs of its engine, whose accounts are asked while others are
//! still being listed. Faults strike the listing and the workers, processes die at any moment, some
//! with a line half written, and the run is resumed until it is complete.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use org_operator_aws::Organization;
use org_operator_core::contract::summary::RunResult;
use org_operator_core::{Error, ErrorKind, Region, RunId};
use org_operator_local::engine::{Engine, Workers};
use org_operator_local::progress::Progress;
use org_operator_testkit::TestResult;
use serde_json::json;
use tempfile::TempDir;

use super::answer::Answer;
use super::aws::{HOME, members};
use super::drive::{BUCKET, Drive, Sabotage};
use super::schedule::Schedule;
use super::{RUN, Tally, verdict};

/// Processes that work on a run while faults happen.
const TROUBLED: u32 = 4;
/// Processes that a run may need once nothing goes wrong any more: the second one knows what the
/// first one found out about each role.
const CALM: u32 = 3;

/// How one process ended: with the run's answer, with an error, or because it was killed.
type Ended = Option<Result<RunResult, Error>>;

/// The run of a seed, in a folder of its own.
struct Command {
    drive: Drive,
    out: TempDir,
    rng: Rng,
}

/// Runs and judges one seed.
pub(super) async fn judged(seed: u64, sabotage: Sabotage) -> TestResult<Tally> {
    let drive = Drive::new(Schedule::of_command(seed), sabotage).await?;
    let mut command = Command { drive, out: tempfile::tempdir()?, rng: Rng::with_seed(seed) };
    command.write_history()?;
    let mut tally = Tally::default();
    for number in 0..TROUBLED {
        let (ended, hurt) = command.process(number).await?;
        tally.deaths += usize::from(ended.is_none());
        tally.stopped |= !matches!(ended, Some(Ok(_)));
        tally.unlisted += usize::from(command.is_unlisted());
        tally.hurt = tally.hurt.max(hurt);
    }
    tally.faults = command.drive.simulation.meter.faults().len();
    tally.targets = command.drive.schedule.asked.targets.len();
    command.drive.calm();
    command.finish().await?;
    Ok(tally)
}

impl Command {
    /// The files of the run before, where the command would find them.
    fn write_history(&self) -> TestResult<()> {
        let Schedule { history, asked, .. } = &self.drive.schedule;
        let files = history.as_ref().map_or(Ok(Vec::new()), |history| history.files(asked))?;
        for (name, bytes) in files {
            let path = self.out.path().join(asked.operation).join(name);
            fs::create_dir_all(path.parent().ok_or("no folder")?)?;
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.out.path().join(self.drive.schedule.asked.operation).join(RUN)
    }

    fn journal_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder().join("journal")).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let mut files: Vec<_> =
            paths.filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect();
        files.sort();
        files
    }

    fn has(&self, name: &str) -> bool {
        self.folder().join(name).is_file()
    }

    /// Whether the run has answers, and its organization is not listed.
    fn is_unlisted(&self) -> bool {
        !self.journal_files().is_empty() && !self.has("manifest.json")
    }

    /// One process, from its start to its end or its death; returns too how many targets are not
    /// true in what it left.
    async fn process(&mut self, number: u32) -> TestResult<(Ended, usize)> {
        let (before, struck) = (self.summary(), self.drive.simulation.meter.faults().len());
        let limit = self.death().unwrap_or(Duration::MAX);
        let ended = tokio::time::timeout(limit, self.run(number)).await.ok();
        if ended.is_none() {
            self.leave_traces_of_death()?;
        }
        self.publish()?;
        if let Some(Err(error)) = &ended {
            self.may_fail(error, self.drive.simulation.meter.faults().len() > struck)?;
        }
        // Whoever writes a summary has written the rest.
        let written = matches!(ended, Some(Ok(_))) || self.summary() != before;
        let hurt = if written { self.untrue()? } else { 0 };
        Ok((ended, hurt))
    }

    fn summary(&self) -> Option<Vec<u8>> {
        fs::read(self.folder().join("summary.json")).ok()
    }

    fn death(&mut self) -> Option<Duration> {
        let dies = self.rng.f64() < self.drive.schedule.deaths && !self.drive.is_calm();
        let latest = [1_000, 3_000, 10_000][self.rng.usize(0..3)];
        dies.then(|| Duration::from_millis(self.rng.u64(0..latest)))
    }

    /// What `org-operator run` does, or `org-operator run --resume` where there is a run.
    async fn run(&self, number: u32) -> Result<RunResult, Error> {
        let Drive { config, schedule, .. } = &self.drive;
        let operation = schedule.asked.operation;
        let id = |name: &str| RunId::parse(name).ok_or_else(|| Error::invalid(name));
        let (run, execution) = (id(RUN)?, id(&format!("process-{number}"))?);
        let resumed = self.can_be_resumed()?.then_some((operation, &run));
        let event = match resumed {
            Some(_) => {
                json!({"RunId": execution, "Request": {"ResumeRun": RUN, "Operation": operation}})
            }
            None => json!({"RunId": RUN, "Request": schedule.asked.request}),
        };
        let engine = self.engine()?;
        let begun = engine.begin(Organization::new(config), &event, resumed).await?;
        let members = members(config);
        let workers = Workers { execution, answers: members.answers(), members };
        let (plan, _) = engine.work(begun, workers, std::future::pending()).await?;
        engine.export(&plan).await
    }

    /// Whether a process has begun the run; one that ended while it planned has left nothing.
    fn can_be_resumed(&self) -> Result<bool, Error> {
        let can = self.has("manifest.json") || self.has("journal/request.json");
        if !can && !self.journal_files().is_empty() {
            return Err(Error::invalid("answers of a run that nothing resumes"));
        }
        Ok(can)
    }

    fn engine(&self) -> Result<Engine, Error> {
        let home = Region::parse(HOME).ok_or_else(|| Error::invalid(HOME))?;
        let (out, concurrency) = (self.out.path().to_owned(), self.drive.schedule.concurrency);
        let progress = Arc::new(Progress::new(0));
        Ok(Engine { out, home, concurrency, exceptions: None, progress })
    }

    /// A process that is killed in the middle of an append leaves its last line cut anywhere.
    fn leave_traces_of_death(&mut self) -> TestResult<()> {
        if self.drive.sabotage == Sabotage::Forgetful {
            drop(fs::remove_file(self.folder().join("journal/request.json")));
        }
        let files = self.journal_files();
        if files.is_empty() || self.rng.bool() {
            return Ok(());
        }
        let file = &files[self.rng.usize(0..files.len())];
        let bytes = fs::read(file)?;
        let body = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let kept = self.rng.usize(start..=bytes.len());
        Ok(OpenOptions::new().write(true).open(file)?.set_len(kept as u64)?)
    }

    /// Shows the run's files to the judges of the deployed steps, who look into the bucket.
    fn publish(&self) -> TestResult<()> {
        for entry in fs::read_dir(self.folder()).into_iter().flatten() {
            let path = entry?.path();
            if path.is_file() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let key = format!("runs/{}/{RUN}/{name}", self.drive.schedule.asked.operation);
                self.drive.simulation.put_object(BUCKET, &key, &fs::read(path)?);
            }
        }
        Ok(())
    }

    /// A process may fail for a fault, or because there is nothing to do.
    fn may_fail(&self, error: &Error, struck: bool) -> TestResult<()> {
        let nothing_to_do = match error.kind() {
            ErrorKind::NoTargets if self.drive.schedule.asked.targets.is_empty() => true,
            ErrorKind::NoTargets => self.untrue()? == 0,
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::DeadlineExceeded => struck,
            _ => false,
        };
        if nothing_to_do { Ok(()) } else { Err(format!("it failed: {error:?}").into()) }
    }

    /// Whether the answer is whole, and true but for targets that failed; returns how many are not.
    fn untrue(&self) -> TestResult<usize> {
        let answer = Answer::read(&self.drive)?;
        answer.is_whole(&self.drive)?;
        let untrue = answer.coverage.iter().filter(|covered| !covered.is_true(&self.drive));
        let untrue: Vec<_> = untrue.collect();
        match untrue.iter().find(|covered| covered.status != "FAILED") {
            Some(covered) => Err(format!("untrue: {covered}").into()),
            None => Ok(untrue.len()),
        }
    }

    /// Resumes the run until nothing is left to do; then everything must be true.
    async fn finish(&mut self) -> TestResult<()> {
        for number in TROUBLED..TROUBLED + CALM {
            self.process(number).await?;
        }
        verdict::in_peace(&self.drive)
    }
}
