//! A child process and what it used: wall time, CPU time, peak memory, as Linux counts them.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// How often the peak memory is read: it only grows, so what is missed is the growth of the last
/// moment.
const POLL: Duration = Duration::from_millis(20);

/// A run that takes longer is ended: it would hold up everything else.
const LIMIT: Duration = Duration::from_mins(20);

/// What a process used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) status: ExitStatus,
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// User and system time.
    pub(crate) cpu: Duration,
    /// The most memory that was resident, in bytes.
    pub(crate) memory: u64,
}

/// Runs `command` to its end, for 20 minutes at the most.
pub(crate) fn run(command: &mut Command) -> TestResult<Usage> {
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut memory = 0;
    while !has_ended(&child)? {
        if start.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Err(format!("{command:?} did not end in {LIMIT:?}").into());
        }
        memory = memory.max(peak_memory(child.id()).unwrap_or(0));
        std::thread::sleep(POLL);
    }
    let wall = start.elapsed();
    // It has ended and is not yet waited for: its times can still be read.
    let cpu = cpu_time(child.id())?;
    Ok(Usage { status: child.wait()?, wall, cpu, memory })
}

fn has_ended(child: &Child) -> TestResult<bool> {
    let pid = Pid::from_child(child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(pid), options)?.is_some())
}

/// The peak of resident memory so far, in bytes.
pub(crate) fn peak_memory(pid: u32) -> TestResult<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kilobytes * 1024)
}

/// The CPU time so far, of `utime` and `stime` in ticks of 10 ms (proc(5)).
pub(crate) fn cpu_time(pid: u32) -> TestResult<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may have spaces; the fields are counted after it.
    let fields = stat.rsplit_once(')').ok_or("no name")?.1;
    let ticks = |n: usize| fields.split_whitespace().nth(n).and_then(|n| n.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).ok_or("no times")?;
    Ok(Duration::from_millis((user + system) * 10))
}

/// A function as it is deployed, where `make package` has built it, else one of this build; and
/// whether it is the former.
pub(crate) fn function(name: &str) -> TestResult<(PathBuf, bool)> {
    let own = program(name)?;
    let target = own.parent().and_then(|folder| folder.parent());
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let packages = target.map(|target| target.join("packages").join(machine));
    let deployed = packages.map(|packages| packages.join(name).join("bootstrap"));
    match deployed.filter(|path| path.is_file()) {
        Some(path) => Ok((path, true)),
        None => Ok((own, false)),
    }
}

/// A program that was built beside this one.
pub(crate) fn program(name: &str) -> TestResult<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not built", path.display()).into()) }
}
