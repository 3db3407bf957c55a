//! From exec to the first `next` of a function, and the programs' sizes.

use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use org_operator_testkit::TestResult;

use super::process::{function, program};
use super::table::{Part, Row};

/// Starts per function, of which the median is shown.
const STARTS: usize = 21;
/// How long a function may take until its first `next`.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a connection is looked for: what is measured is longer by half of it.
const POLL: Duration = Duration::from_micros(100);

/// (e) Start-up and sizes.
pub(crate) fn part() -> TestResult<Part> {
    let mut rows = Vec::new();
    let mut profile = "lambda profile, as deployed";
    for name in ["fanout", "worker", "result-handler"] {
        let (path, deployed) = function(name)?;
        if !deployed {
            profile = "release profile, which is not what is deployed: type `make package` first";
        }
        let mut times = (0..STARTS).map(|_| start(&path)).collect::<TestResult<Vec<_>>>()?;
        times.sort_unstable();
        let median = times[STARTS / 2].as_secs_f64() * 1_000.0;
        let size = std::fs::metadata(&path)?.len() / 1_000;
        let figure = format!("{median:.1} ms, {}.{} MB", size / 1_000, size % 1_000 / 100);
        rows.push(Row::new(
            format!("{name}: exec to the first `next` (median of {STARTS}), size"),
            figure,
        ));
    }
    let size = std::fs::metadata(program("org-operator")?)?.len() / 1_000_000;
    rows.push(Row::new("org-operator: size, release profile", format!("{size} MB")));
    Ok(Part { title: format!("(e) Starting a function ({profile})"), rows })
}

/// The time until a function asks the runtime API for its first work.
fn start(function: &Path) -> TestResult<Duration> {
    let api = TcpListener::bind("127.0.0.1:0")?;
    api.set_nonblocking(true)?;
    let mut command = Command::new(function);
    command.env_clear().env("AWS_LAMBDA_RUNTIME_API", api.local_addr()?.to_string());
    for (name, value) in SETTINGS {
        command.env(name, value);
    }
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let asked = accepted(&api, &mut child, begun + TIMEOUT).and_then(|mut stream| {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let mut first = [0; 64];
        let read = stream.read(&mut first)?;
        Ok((begun.elapsed(), String::from_utf8_lossy(&first[..read]).into_owned()))
    });
    child.kill()?;
    child.wait()?;
    let (elapsed, line) = asked?;
    let is_next = line.starts_with("GET /2018-06-01/runtime/invocation/next");
    if is_next {
        Ok(elapsed)
    } else {
        Err(format!("{} asked for {line}", function.display()).into())
    }
}

/// The function's connection; a function that ends, or asks for nothing, is not waited for.
fn accepted(api: &TcpListener, child: &mut Child, deadline: Instant) -> TestResult<TcpStream> {
    loop {
        match api.accept() {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
            Err(_) => {}
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("the function ended at once: {status}").into());
        }
        if Instant::now() > deadline {
            return Err(format!("the function asked for no work in {TIMEOUT:?}").into());
        }
        std::thread::sleep(POLL);
    }
}

/// What the templates set.
const SETTINGS: [(&str, &str); 19] = [
    ("AWS_ACCESS_KEY_ID", "AKIA000000000000"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_FUNCTION_NAME", "function"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_SECRET_ACCESS_KEY", "simulated"),
    ("EXTERNAL_ID", "simulated"),
    ("LEDGER_RETENTION_DAYS", "30"),
    ("LEDGER_TABLE", "ledger"),
    ("MAX_CONCURRENCY", "50"),
    ("MEMBER_ROLE_NAME", "operation-readonly"),
    ("RESULTS_BUCKET", "results"),
    ("RESULTS_PREFIX", "runs"),
    ("RUST_LOG", "error"),
    ("TARGET_REGIONS", "eu-west-1"),
    ("WORKER_FUNCTION_ADMIN", ""),
    ("WORKER_FUNCTION_READONLY", "worker"),
];
