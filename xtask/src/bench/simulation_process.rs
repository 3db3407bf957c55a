//! A simulated AWS in a process of its own, and the report of its meter.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sim::{CallCount, Description};
use org_operator_testkit::TestResult;

use super::process::program;

/// A simulated AWS that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct SimulationProcess {
    child: Child,
    /// The first line of its output: where it listens and what is true there.
    pub(crate) description: Description,
}

impl Drop for SimulationProcess {
    fn drop(&mut self) {
        // It ends with its input; where it does not, by its id.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl SimulationProcess {
    /// Starts a simulation with these options and waits for its first line.
    pub(crate) fn start(options: &[&str]) -> TestResult<Self> {
        let mut command = Command::new(program("simulation")?);
        let piped = command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("no stdout")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { description: serde_json::from_str(&line)?, child })
    }

    /// The counts of its calls, by operation.
    pub(crate) fn report(&self) -> TestResult<BTreeMap<String, CallCount>> {
        let address = self.description.endpoint.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(b"GET /_simulation/report HTTP/1.1\r\nconnection: close\r\n\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut body = vec![0; content_length(&mut reader)?];
        reader.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}

/// Reads a reply's head and returns the length of its body.
fn content_length(reader: &mut impl BufRead) -> TestResult<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.trim().parse()?;
        }
        if line.trim().is_empty() {
            return Ok(length);
        }
    }
}
