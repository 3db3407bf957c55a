//! Waiting for child processes, never without end: one that does not end in its time is ended by its
//! id, and that is an error.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Child, Command, ExitStatus, Output};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;

/// How often it is looked whether a process has ended.
const LOOK: Duration = Duration::from_millis(5);

/// Waits for `child`, but no longer than `limit`.
///
/// # Errors
/// `no end`, where it had to be ended.
pub fn wait(child: &mut Child, limit: Duration) -> TestResult<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Err(format!("no end after {limit:?}").into())
}

/// Runs `command`, but no longer than `limit`; gives what it printed.
///
/// # Errors
/// `no end` with what it had printed until then, where it had to be ended.
pub fn output(command: &mut Command, limit: Duration) -> TestResult<Output> {
    // In files: a pipe that nobody reads would hold the child up.
    let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?).spawn()?;
    let ended = wait(&mut child, limit);
    let (stdout, stderr) = (read(stdout)?, read(stderr)?);
    match ended {
        Ok(status) => Ok(Output { status, stdout, stderr }),
        Err(error) => Err(format!("{error}\n{}", String::from_utf8_lossy(&stderr)).into()),
    }
}

fn read(mut file: File) -> TestResult<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
