//! A service that gives the answers it was given, one after the other, and keeps what it was asked:
//! for what neither an emulator nor the simulation says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use org_operator_testkit::TestResult;

use crate::command::Shell;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// One header, as a line.
    pub header: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer of a JSON service.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let header = "content-type: application/x-amz-json-1.0";
        Self { status, header, body: body.to_string() }
    }

    /// An error of a JSON service.
    #[must_use]
    pub fn error(status: u16, code: &str) -> Self {
        Self::json(status, &serde_json::json!({"__type": code, "message": "said so"}))
    }

    /// An error of S3.
    #[must_use]
    pub fn s3(status: u16, header: &'static str, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>said so</Message></Error>");
        Self { status, header, body }
    }
}

/// The service. It ends with the process that it is in.
#[derive(Debug)]
pub struct Canned {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Listens, and answers with `answers`; the last one is given again and again.
    ///
    /// # Errors
    /// Where the machine has no port for it.
    pub fn listen(answers: Vec<Answer>) -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is its own business.
                let _ = answer(stream, &answers, &keep);
            }
        });
        Ok(Self { url, asked })
    }

    /// A person with credentials that are not checked.
    ///
    /// # Errors
    /// Where the machine has no folder for it.
    pub fn shell(&self) -> TestResult<Shell> {
        let mut shell = Shell::stranger(&self.url)?;
        shell.set("AWS_ACCESS_KEY_ID", "000000000000");
        shell.set("AWS_SECRET_ACCESS_KEY", "test");
        Ok(shell)
    }

    /// The address that it listens on.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The heads of the requests so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(stream: TcpStream, answers: &[Answer], asked: &Mutex<Vec<String>>) -> TestResult<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(Ok(0), str::parse)?;
    reader.by_ref().take(length).read_to_end(&mut Vec::new())?;
    let number = {
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(head);
        asked.len() - 1
    };
    let Answer { status, header, body } = &answers[number.min(answers.len() - 1)];
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Canned\r\n{header}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let mut stream = reader.into_inner();
    stream.write_all(head.as_bytes())?;
    Ok(stream.write_all(body.as_bytes())?)
}
