//! What a service refused: code, status, message and request id.

use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::{ErrorKind, ProvideErrorKind};
use org_operator_models::{Protocol, Service};
use roxmltree::{Document, Node};
use serde_json::Value;

use super::{Answer, Unreadable, json, xml};

/// A service's refusal of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status: 200 where a service began to answer before it knew how it ends.
    pub status: u16,
    /// The id by which AWS finds the call in its logs.
    pub request_id: Option<String>,
    meta: ErrorMetadata,
}

impl Refusal {
    fn new(answer: &Answer<'_>, said: Said) -> Self {
        let mut meta = ErrorMetadata::builder();
        meta = match said.code.filter(|code| !code.is_empty()) {
            Some(code) => meta.code(code),
            None => meta,
        };
        let message = if said.message.is_empty() { reason(answer.status) } else { said.message };
        let header = answer.request_id().map(str::to_owned);
        Self {
            status: answer.status,
            request_id: header.or(said.request_id),
            meta: meta.message(message).build(),
        }
    }

    /// The service's error code; `None` where the answer has none, as one to `HEAD` and a proxy's page.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.meta.code()
    }

    /// What the service said, or else what its HTTP status means.
    #[must_use]
    pub fn message(&self) -> &str {
        self.meta.message().unwrap_or_default()
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code() {
            Some(code) => write!(f, "{code}: {}", self.message()),
            None => write!(f, "HTTP {}: {}", self.status, self.message()),
        }
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

impl ProvideErrorKind for Refusal {
    fn retryable_error_kind(&self) -> Option<ErrorKind> {
        (200..300).contains(&self.status).then_some(ErrorKind::ServerError)
    }

    fn code(&self) -> Option<&str> {
        self.meta.code()
    }
}

fn reason(status: u16) -> String {
    let known =
        http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.unwrap_or("an HTTP status that says no more").to_owned()
}

/// What a body says.
#[derive(Debug, Default)]
struct Said {
    code: Option<String>,
    message: String,
    request_id: Option<String>,
}

/// The refusal that an answer is.
///
/// A body that begins as the service's and does not end so may lack what decides what it means. That
/// a service is not well needs no words.
pub(super) fn read(service: &Service, answer: &Answer<'_>) -> Result<Refusal, Unreadable> {
    let is_json = matches!(service.protocol, Protocol::Json | Protocol::RestJson);
    let read = if is_json { json_said(service, answer) } else { xml_said(answer.body) };
    let mut said = match read {
        Err(_) if answer.status >= 500 => Said::default(),
        other => other?,
    };
    // Services that once spoke the query protocol go on with its codes.
    if let Some((code, _)) =
        answer.header("x-amzn-query-error").and_then(|value| value.split_once(';'))
    {
        said.code = Some(code.to_owned());
    }
    Ok(Refusal::new(answer, said))
}

/// The refusal in an answer that began as a success; only S3's do.
pub(super) fn in_success(service: &Service, answer: &Answer<'_>) -> Option<Refusal> {
    if service.protocol != Protocol::RestXml {
        return None;
    }
    // Looking costs little: a whole document is read only where it can be a refusal.
    let is_near = answer.body.len() < 64 * 1024 && contains(answer.body, b"<Error>");
    let text = xml::text(answer.body).ok().filter(|_| is_near)?;
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    (root.tag_name().name() == "Error").then(|| Refusal::new(answer, xml_error(root, root)))
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

fn json_said(service: &Service, answer: &Answer<'_>) -> Result<Said, Unreadable> {
    let body = match answer.body.trim_ascii() {
        begun if begun.starts_with(b"{") => json::read(begun)?,
        // A proxy's own page is no answer of AWS's.
        _ => Value::Null,
    };
    let text =
        |keys: &[&str]| keys.iter().find_map(|key| body.get(*key)?.as_str()).map(str::to_owned);
    let header = answer.header("x-amzn-errortype").map(str::to_owned);
    let code = match service.protocol {
        Protocol::RestJson => header.or_else(|| text(&["code", "Code", "__type"])),
        _ => text(&["__type"]).or(header).or_else(|| text(&["code", "Code"])),
    };
    let message = text(&["message", "Message", "errorMessage", "error_description"]);
    Ok(Said {
        code: code.map(|code| bare(&code)),
        message: message.unwrap_or_default(),
        request_id: None,
    })
}

/// `com.amazonaws.x#Code:http://…` is `Code`.
fn bare(code: &str) -> String {
    let named = code.split(':').next().unwrap_or_default();
    named.rsplit('#').next().unwrap_or_default().to_owned()
}

fn xml_said(body: &[u8]) -> Result<Said, Unreadable> {
    let body = body.trim_ascii();
    let starts: [&[u8]; 4] = [b"<?xml", b"<Response", b"<ErrorResponse", b"<Error"];
    let begun = |start: &[u8]| body.starts_with(start) || start.starts_with(body);
    if body.is_empty() || !starts.into_iter().any(begun) {
        return Ok(Said::default());
    }
    let document = xml::read(xml::text(body)?)?;
    let root = document.root_element();
    let error = root.descendants().find(|node| node.tag_name().name() == "Error");
    Ok(error.map_or_else(Said::default, |error| xml_error(root, error)))
}

fn xml_error(root: Node<'_, '_>, error: Node<'_, '_>) -> Said {
    let text =
        |name: &str| xml::child(error, name).map(|node| node.text().unwrap_or_default().to_owned());
    let is_id = |node: &Node<'_, '_>| ["RequestId", "RequestID"].contains(&node.tag_name().name());
    let id = root.descendants().find(is_id).and_then(|node| node.text()).map(str::to_owned);
    Said {
        code: text("Code"),
        message: text("Message").or_else(|| text("message")).unwrap_or_default(),
        request_id: id,
    }
}
