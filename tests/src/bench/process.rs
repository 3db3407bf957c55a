//! A child process and what it took: wall time, CPU time, peak memory, as Linux counts them.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// How often the peak memory is read: it only grows, so what is missed is the growth of the last
/// moment.
const LOOK: Duration = Duration::from_millis(20);

/// No run takes longer: one that does would hold everything up for ever.
const LONGEST: Duration = Duration::from_mins(20);

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// How it ended.
    pub status: ExitStatus,
    /// From its start to its end.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// The most memory that was resident, in bytes.
    pub memory: u64,
}

/// Runs `command` to its end.
///
/// # Errors
/// Where it cannot be started or watched, or does not end.
pub fn run(command: &mut Command) -> TestResult<Took> {
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut memory = 0;
    while !has_ended(&child)? {
        if start.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Err(format!("{command:?} did not end in {LONGEST:?}").into());
        }
        memory = memory.max(peak(child.id()).unwrap_or(0));
        std::thread::sleep(LOOK);
    }
    let wall = start.elapsed();
    // It has ended and is not yet waited for: its times can still be read.
    let cpu = cpu(child.id())?;
    Ok(Took { status: child.wait()?, wall, cpu, memory })
}

fn has_ended(child: &Child) -> TestResult<bool> {
    let pid = Pid::from_child(child);
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(pid), look)?.is_some())
}

/// The peak of resident memory so far, in bytes.
///
/// # Errors
/// Where the process is gone.
pub fn peak(pid: u32) -> TestResult<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kilobytes * 1024)
}

/// The CPU time so far, of `utime` and `stime` in ticks of 10 ms (proc(5)).
///
/// # Errors
/// Where the process is gone.
pub fn cpu(pid: u32) -> TestResult<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may have spaces; the fields are counted after it.
    let fields = stat.rsplit_once(')').ok_or("no name")?.1;
    let ticks = |n: usize| fields.split_whitespace().nth(n).and_then(|n| n.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).ok_or("no times")?;
    Ok(Duration::from_millis((user + system) * 10))
}

/// A function as it is deployed, where `make package` has built it, else one of this build; and
/// whether it is the former.
///
/// # Errors
/// Where there is neither.
pub fn function(name: &str) -> TestResult<(PathBuf, bool)> {
    let own = program(name)?;
    let deployed = own.parent().and_then(|folder| folder.parent());
    let deployed = deployed.map(|target| target.join("lambda").join(name));
    match deployed.filter(|path| path.is_file()) {
        Some(path) => Ok((path, true)),
        None => Ok((own, false)),
    }
}

/// A program that was built beside this one.
///
/// # Errors
/// Where it is not there.
pub fn program(name: &str) -> TestResult<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not built", path.display()).into()) }
}
