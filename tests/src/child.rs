//! A command while it runs. Dropping it ends it: a test that fails leaves nothing behind.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;
use rustix::process::{Pid, Signal, kill_process};

use crate::command::Said;

/// A command that has ended takes no longer than this to be gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running command. Nobody reads what it prints before it is asked for.
#[derive(Debug)]
pub struct Started {
    child: Child,
    stdout: ChildStdout,
    stderr: BufReader<ChildStderr>,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started {
    /// Starts `command`.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn new(mut command: Command) -> TestResult<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let stderr = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        Ok(Self { child, stdout, stderr })
    }

    /// The next line of what it tells.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn line(&mut self) -> TestResult<String> {
        let mut line = String::new();
        self.stderr.read_line(&mut line)?;
        Ok(line)
    }

    /// Waits until it prints.
    ///
    /// # Errors
    /// Where it ends without printing anything.
    pub fn prints(&mut self) -> TestResult<()> {
        Ok(self.stdout.read_exact(&mut [0])?)
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn signal(&self, signal: Signal) -> TestResult<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?).ok_or("no pid")?;
        Ok(kill_process(pid, signal)?)
    }

    /// Waits for its end, and reads what is left of what it told. What it still wants to print is
    /// left where it is.
    ///
    /// # Errors
    /// Where it does not end.
    pub fn ended(mut self) -> TestResult<Said> {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if Instant::now() > deadline {
                return Err("the command does not end".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr)?;
        Ok(Said { stdout: String::new(), stderr, code: status.code() })
    }
}
