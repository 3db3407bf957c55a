//! A reply as plain data: status, headers, body, how long it takes and how it ends.

use std::time::Duration;

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The body is complete and the connection stays open.
    Complete,
    /// The connection is reset before the first byte.
    ResetBefore,
    /// The connection is reset after so many bytes of the body.
    ResetAfter(usize),
    /// The connection closes in order after so many bytes of the body: the reader cannot tell.
    TruncatedAfter(usize),
    /// Nothing more comes after so many bytes of the body, and the connection stays open.
    StalledAfter(usize),
}

/// A reply of the simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status code.
    pub status: u16,
    /// The headers, mostly without the content length.
    pub headers: Vec<(&'static str, String)>,
    /// The complete body, however much of it is sent.
    pub body: Vec<u8>,
    /// How long the reply is on its way.
    pub delay: Duration,
    /// How the reply ends.
    pub ending: Ending,
}

impl Reply {
    /// A complete reply without delay.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("x-amzn-requestid", "simulated".into()),
        ];
        Self { status, headers, body: body.into(), delay: Duration::ZERO, ending: Ending::Complete }
    }

    /// An XML reply with `body` behind the declaration.
    pub(crate) fn xml(status: u16, body: &str) -> Self {
        let document = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}");
        Self::new(status, "text/xml", document)
    }

    /// The same reply with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}
