//! From exec to the first `next` of a function, and the programs' sizes.

use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use org_operator_testkit::Outcome;

use super::process::program;
use super::table::{Part, Row};

/// Starts per function; the median counts.
const STARTS: usize = 21;

/// (d) Start-up and sizes.
///
/// # Errors
/// Where a program is not built or does not ask for work.
pub fn part() -> Outcome<Part> {
    let mut rows = Vec::new();
    for function in ["fanout", "worker", "result-handler"] {
        let mut times = (0..STARTS).map(|_| start(function)).collect::<Outcome<Vec<_>>>()?;
        times.sort_unstable();
        let median = times[STARTS / 2].as_secs_f64() * 1_000.0;
        let size = std::fs::metadata(program(function)?)?.len() / 1_000;
        let figure = format!("{median:.1} ms, {}.{} MB", size / 1_000, size % 1_000 / 100);
        rows.push(Row::new(
            format!("{function}: exec to the first `next` (median of {STARTS}), size"),
            figure,
        ));
    }
    let size = std::fs::metadata(program("org-operator")?)?.len() / 1_000_000;
    rows.push(Row::new("org-operator: size", format!("{size} MB")));
    Ok(Part { title: "(d) Starting a function (release profile)".to_owned(), rows })
}

/// The time until a function asks the runtime API for its first work.
fn start(function: &str) -> Outcome<Duration> {
    let api = TcpListener::bind("127.0.0.1:0")?;
    let mut command = Command::new(program(function)?);
    command.env_clear().env("AWS_LAMBDA_RUNTIME_API", api.local_addr()?.to_string());
    for (name, value) in SETTINGS {
        command.env(name, value);
    }
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let asked = api.accept().and_then(|(mut stream, _)| {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut first = [0; 64];
        let read = stream.read(&mut first)?;
        Ok((begun.elapsed(), String::from_utf8_lossy(&first[..read]).into_owned()))
    });
    child.kill()?;
    child.wait()?;
    let (elapsed, line) = asked?;
    let is_next = line.starts_with("GET /2018-06-01/runtime/invocation/next");
    if is_next { Ok(elapsed) } else { Err(format!("{function} asked for {line}").into()) }
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
