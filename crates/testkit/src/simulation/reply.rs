//! A reply, as plain data: status, headers, body, how long it takes and how it ends.

use std::time::Duration;

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Whole,
    /// The connection breaks before the first byte.
    ResetBefore,
    /// The connection breaks after so many bytes of the body.
    ResetAfter(usize),
    /// After so many bytes of the body the connection ends in order: the reader cannot tell.
    CutAfter(usize),
    /// After so many bytes of the body nothing more comes.
    HangsAfter(usize),
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers but the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// How long the reply takes.
    pub after: Duration,
    /// How it ends.
    pub ending: Ending,
}

impl Reply {
    /// A reply that comes at once and whole.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("x-amzn-requestid", "simulated".into()),
        ];
        Self { status, headers, body: body.into(), after: Duration::ZERO, ending: Ending::Whole }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}
