//! A share of one CPU for a process, as Lambda gives it by memory size: a control group where this
//! machine lets one be made, else the process is stopped and continued in turn.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use org_operator_testkit::TestResult;
use rustix::process::{Pid, Signal, kill_process};

/// The time over which the share holds, in microseconds. Lambda's own is not documented; 20 ms is
/// what its stalls look like from inside.
const PERIOD: u64 = 20_000;

/// A quota that holds until it is dropped.
pub(crate) enum CpuQuota {
    /// A control group with the process in it.
    Group(PathBuf),
    /// A thread that stops and continues the process.
    Turns(Arc<AtomicBool>, Option<JoinHandle<()>>),
}

impl CpuQuota {
    /// Limits `child` to `thousandths` of one CPU, from now on.
    pub(crate) fn limit(child: &Child, thousandths: u64) -> TestResult<Self> {
        let busy = PERIOD * thousandths / 1_000;
        for (root, files) in [
            ("/sys/fs/cgroup", vec![("cpu.max", format!("{busy} {PERIOD}"))]),
            (
                "/sys/fs/cgroup/cpu",
                vec![
                    ("cpu.cfs_period_us", PERIOD.to_string()),
                    ("cpu.cfs_quota_us", busy.to_string()),
                ],
            ),
        ] {
            let group = Path::new(root).join(format!("org-operator-bench-{}", child.id()));
            if joined(&group, &files, child).is_ok() {
                return Ok(Self::Group(group));
            }
            // What was made of it goes; most machines let none be made.
            let _ = std::fs::remove_dir(&group);
        }
        Self::turns(child, busy)
    }

    /// How the quota is held, for the table.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "control group",
            Self::Turns(..) => "stopped and continued in turn",
        }
    }

    fn turns(child: &Child, busy: u64) -> TestResult<Self> {
        let pid = Pid::from_child(child);
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let turn = move || {
            while !seen.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_micros(busy));
                // A process that has ended takes no signal, and needs none.
                let _ = kill_process(pid, Signal::STOP);
                std::thread::sleep(Duration::from_micros(PERIOD - busy));
                let _ = kill_process(pid, Signal::CONT);
            }
        };
        let thread = std::thread::Builder::new().spawn(turn)?;
        Ok(Self::Turns(ended, Some(thread)))
    }
}

fn joined(group: &Path, files: &[(&str, String)], child: &Child) -> std::io::Result<()> {
    std::fs::create_dir(group)?;
    for (name, value) in files {
        // Only the kernel makes these files: elsewhere the folder is not a control group.
        std::fs::OpenOptions::new().write(true).open(group.join(name))?;
        std::fs::write(group.join(name), value)?;
    }
    std::fs::write(group.join("cgroup.procs"), child.id().to_string())
}

impl Drop for CpuQuota {
    fn drop(&mut self) {
        match self {
            Self::Group(group) => {
                // It is empty once its process has been waited for.
                let _ = std::fs::remove_dir(group);
            }
            Self::Turns(ended, thread) => {
                ended.store(true, Ordering::Relaxed);
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}
