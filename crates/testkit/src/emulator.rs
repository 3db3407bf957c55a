//! An emulator's process: ministack, or moto as the second opinion, on a free port, with a clean
//! environment, ended by its process id whatever happens.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::sockets::listening;
use crate::{TestResult, identity, paths};

const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// For one request while it starts.
const ANSWER: Duration = Duration::from_secs(5);

/// A running emulator; dropping it ends it.
#[derive(Debug)]
pub struct Emulator {
    name: &'static str,
    child: Option<Child>,
    endpoint: String,
    home: Option<TempDir>,
    log: PathBuf,
}

/// How the emulator is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where its output goes; a temporary file where absent.
    pub log: Option<PathBuf>,
    /// By how much Step Functions' waits are shortened; ministack's `SFN_WAIT_SCALE`.
    pub wait_scale: Option<&'static str>,
}

impl Emulator {
    /// Starts ministack with IAM enforcement on, and waits until it answers.
    ///
    /// # Errors
    /// Where `.venv` has no ministack, or it does not answer within a minute.
    pub fn start(options: &Options) -> TestResult<Self> {
        Self::spawn("ministack", options.log.clone(), |command, port| {
            command.env("AUTH", "true").env("GATEWAY_PORT", port.to_string());
            // It is nobody's but this machine's; its MQTT listener has no such setting.
            command.env("BIND_HOST", "127.0.0.1").env("IOT_MTLS_ENABLED", "0");
            command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"));
            if let Some(scale) = options.wait_scale {
                command.env("SFN_WAIT_SCALE", scale);
            }
        })
    }

    /// Starts moto's server, and waits until it answers. It checks no permission; a key that it
    /// did not give itself is the management account's.
    ///
    /// # Errors
    /// Where `.venv` has no moto, or it does not answer within a minute.
    pub fn moto() -> TestResult<Self> {
        Self::spawn("moto_server", None, |command, port| {
            command.env("MOTO_ACCOUNT_ID", identity::MANAGEMENT);
            command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        })
    }

    fn spawn(
        name: &'static str,
        log: Option<PathBuf>,
        set: impl FnOnce(&mut Command, u16),
    ) -> TestResult<Self> {
        let program = paths::file(".venv/bin").join(name);
        if !program.exists() {
            return Err(format!("{name} is missing: type `make .venv/tests`").into());
        }
        let home = tempfile::tempdir()?;
        let log_file = log.unwrap_or_else(|| home.path().join("emulator.log"));
        let port = free_port()?;
        let endpoint = format!("http://127.0.0.1:{port}");
        let mut start = command(&program, home.path());
        set(&mut start, port);
        let output = File::create(&log_file)?;
        let child = start.stdout(output.try_clone()?).stderr(output).spawn()?;
        let (child, home) = (Some(child), Some(home));
        let mut emulator = Self { name, child, endpoint, home, log: log_file };
        emulator.wait_until_ready()?;
        Ok(emulator)
    }

    /// The URL that the emulator listens on.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A configuration for calls as `account` in `region`.
    #[must_use]
    pub fn config(&self, account: &str, region: &str) -> SdkConfig {
        identity::config(&self.endpoint, account, region)
    }

    /// The process id, which is its process group's too.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// What it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Leaves it running after this process.
    pub fn keep(mut self) {
        self.child = None;
        if let Some(home) = self.home.take() {
            // The functions' code lies there for as long as the emulator lives.
            let _ = home.keep();
        }
    }

    fn wait_until_ready(&mut self) -> TestResult<()> {
        let deadline = Instant::now() + START;
        let address: SocketAddr = self.endpoint.trim_start_matches("http://").parse()?;
        while !(self.is_own(address) && answers(address)) {
            let ended = self.child.as_mut().map(Child::try_wait).transpose()?.flatten();
            if let Some(status) = ended {
                let text = format!("{} ended at once ({status}):\n{}", self.name, self.log());
                return Err(text.into());
            }
            if Instant::now() > deadline {
                let text = format!("{} did not answer in {START:?}:\n{}", self.name, self.log());
                return Err(text.into());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Emulator {
    /// Whether it is this emulator that listens there: the port was free a moment ago, and another
    /// process may have been faster.
    fn is_own(&self, address: SocketAddr) -> bool {
        listening(self.pid()).is_none_or(|addresses| addresses.contains(&address))
    }
}

/// Whether a request is answered, with whatever.
fn answers(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.write_all(b"GET /_ministack/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")?;
        let mut begin = [0; 5];
        stream.read_exact(&mut begin)?;
        Ok::<_, std::io::Error>(begin == *b"HTTP/")
    };
    ask().unwrap_or(false)
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            end(child.id(), || matches!(child.try_wait(), Ok(None)));
            let _ = child.wait();
        }
    }
}

/// Ends the process group `pid`: politely first, with force after ten seconds.
pub fn end(pid: u32, mut is_running: impl FnMut() -> bool) {
    let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let _ = kill_process_group(group, Signal::TERM);
    let deadline = Instant::now() + STOP;
    while is_running() && Instant::now() < deadline {
        std::thread::sleep(POLL);
    }
    // Functions may outlive the emulator by a second: the whole group goes.
    let _ = kill_process_group(group, Signal::KILL);
}

fn command(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    // Functions inherit this environment: with anything more in it they might call the real AWS.
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("TMPDIR", home)
        .stdin(Stdio::null())
        .process_group(0);
    command
}

/// A port that nothing listens on.
///
/// # Errors
/// Where the machine has none.
pub fn free_port() -> TestResult<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
