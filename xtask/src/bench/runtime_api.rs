//! Lambda's runtime API for one function: gives it one event after the other and waits for its answers.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use org_operator_testkit::TestResult;

/// How long a function may take for one event.
const LIMIT: Duration = Duration::from_mins(2);
/// How often a connection is looked for.
const POLL: Duration = Duration::from_micros(200);

/// The API on a free port of loopback.
pub(crate) struct RuntimeApi(TcpListener);

/// A request of the function: its first line and its body.
struct Asked {
    line: String,
    body: Vec<u8>,
    stream: TcpStream,
}

impl RuntimeApi {
    pub(crate) fn listen() -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    pub(crate) fn address(&self) -> TestResult<SocketAddr> {
        Ok(self.0.local_addr()?)
    }

    /// Gives the function `event` once it asks for work, and returns its answer with the time from
    /// the event to the answer.
    pub(crate) fn invoke(&self, event: &str) -> TestResult<(String, Duration)> {
        let mut asked = self.next_request()?;
        if !asked.line.starts_with("GET /2018-06-01/runtime/invocation/next") {
            return Err(failed(&asked));
        }
        let given = Instant::now();
        asked.stream.write_all(next(event)?.as_bytes())?;
        let mut answer = self.next_request()?;
        let elapsed = given.elapsed();
        answer.stream.write_all(
            b"HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        )?;
        if !answer.line.contains("/response ") {
            return Err(failed(&answer));
        }
        Ok((String::from_utf8_lossy(&answer.body).into_owned(), elapsed))
    }

    fn next_request(&self) -> TestResult<Asked> {
        let deadline = Instant::now() + LIMIT;
        let stream = loop {
            match self.0.accept() {
                Ok((stream, _)) => break stream,
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
                Err(_) if Instant::now() > deadline => {
                    return Err(format!("the function asked for nothing in {LIMIT:?}").into());
                }
                Err(_) => std::thread::sleep(POLL),
            }
        };
        read(stream)
    }
}

/// Reads a request to its end; each connection has one, because every reply closes it.
fn read(stream: TcpStream) -> TestResult<Asked> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line)?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let lower = header.trim().to_ascii_lowercase();
        if lower.is_empty() {
            break;
        }
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Asked { line, body, stream })
}

fn next(event: &str) -> TestResult<String> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + LIMIT;
    Ok(format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\
         lambda-runtime-aws-request-id: 00000000-0000-4000-8000-000000000001\r\n\
         lambda-runtime-deadline-ms: {}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:000000000000:function:worker\r\n\
         content-length: {}\r\n\r\n{event}",
        deadline.as_millis(),
        event.len()
    ))
}

fn failed(asked: &Asked) -> Box<dyn std::error::Error + Send + Sync> {
    format!("{}: {}", asked.line.trim(), String::from_utf8_lossy(&asked.body)).into()
}
