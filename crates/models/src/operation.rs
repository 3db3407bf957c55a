//! Operations: how one is called, its pages, and why some cannot be called. Not the shapes that it takes and answers.

use serde::Deserialize;

use crate::endpoint::Hosts;
use crate::shape::ShapeRef;

/// One read-only operation of a service.
#[derive(Debug, Deserialize, Clone, PartialEq)]
pub struct Operation {
    #[serde(rename = "h")]
    http: Option<(String, String)>,
    /// What it takes; `None` where it takes nothing.
    #[serde(rename = "i")]
    pub input: Option<ShapeRef>,
    /// What it answers; `None` where it answers nothing.
    #[serde(rename = "o")]
    pub output: Option<ShapeRef>,
    /// The XML element around the answer, in the query protocol.
    #[serde(rename = "w")]
    pub result_wrapper: Option<String>,
    /// What goes before the service's host, with its dot: `ex.` of `ex.service.eu-west-1.amazonaws.com`.
    #[serde(rename = "hp")]
    pub host_prefix: Option<String>,
    /// How further pages are asked for; `None` where the answer is always whole.
    #[serde(rename = "pg")]
    pub pages: Option<Pages>,
    /// Whether AWS calls it deprecated.
    #[serde(rename = "dp", default)]
    pub deprecated: bool,
    /// One sentence of what AWS says that it does; empty where AWS says nothing.
    #[serde(rename = "d", default)]
    pub documentation: String,
    /// The IAM actions where they are not just `signing-name:Operation`; empty where nobody lists them.
    #[serde(rename = "ac")]
    pub(crate) actions: Option<Vec<String>>,
    /// Where it is called, if not where the service's other operations are.
    pub(crate) hosts: Option<Hosts>,
}

impl Operation {
    /// The HTTP method of a request.
    #[must_use]
    pub fn method(&self) -> &str {
        self.http.as_ref().map_or("POST", |(method, _)| method)
    }

    /// The path and fixed query string of a request, with `{Name}` and `{Name+}` where input members go.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.http.as_ref().map_or("/", |(_, uri)| uri)
    }
}

/// How the pages of an operation are walked.
#[derive(Debug, Deserialize, Clone, PartialEq, Eq)]
pub struct Pages {
    /// The input members that take the tokens of the page before.
    #[serde(rename = "in")]
    pub input_tokens: Vec<String>,
    /// JMESPath expressions of the tokens in an answer, one for each of `input_tokens`.
    #[serde(rename = "out")]
    pub output_tokens: Vec<String>,
    /// JMESPath expressions of what a page holds; empty where the pages were derived and the answer has no one list.
    #[serde(rename = "rk", default)]
    pub results: Vec<String>,
    /// The input member that says how much a page may hold.
    #[serde(rename = "lk")]
    pub limit: Option<String>,
    /// A JMESPath expression that is true where there are more pages; where it is `None`, tokens say so.
    #[serde(rename = "mr")]
    pub more_results: Option<String>,
    /// Whether the last page gives the token that it was asked with, where other operations give none.
    #[serde(rename = "er", default)]
    pub ends_on_repeat: bool,
    /// Whether botocore publishes no paginator, so that this one was derived from a token in input and answer.
    #[serde(rename = "dv", default)]
    pub derived: bool,
}

/// Why an operation or a whole service cannot be called.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Unsupported {
    /// AWS's service reference flags it as a write or as permission management.
    Write,
    /// A part of its host is an input member, so that there is no one endpoint.
    HostFromInput,
    /// Each account or resource has an endpoint of its own.
    OwnEndpoint,
    /// Its endpoint must be asked for first.
    EndpointDiscovery,
    /// Its answer or input is a stream.
    Stream,
    /// It takes no signature, but tokens or nothing.
    Unsigned,
    /// It is signed with a bearer token.
    Bearer,
    /// It is signed with Signature Version 2 only.
    #[serde(rename = "sig-v2")]
    SigV2,
    /// It is signed with Signature Version 4a.
    #[serde(rename = "sig-v4a")]
    SigV4a,
    /// Its service speaks CBOR only.
    CborOnly,
    /// No operation of the service is known to only read.
    NothingToRead,
}

impl Unsupported {
    /// The reason as the end of a sentence that starts with the operation or service.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Write => {
                "is flagged by AWS as a write or permission management, whatever its name"
            }
            Self::HostFromInput => "has its host from the input",
            Self::OwnEndpoint => "has an endpoint of its own in each account",
            Self::EndpointDiscovery => "has an endpoint that must be asked for first",
            Self::Stream => "streams its answer",
            Self::Unsigned => "is not signed with an account's credentials",
            Self::Bearer => "is signed with a bearer token",
            Self::SigV2 => "is signed with Signature Version 2",
            Self::SigV4a => "is signed with Signature Version 4a",
            Self::CborOnly => "speaks CBOR only",
            Self::NothingToRead => "has no operation that is known to only read",
        }
    }
}
