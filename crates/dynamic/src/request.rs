//! A request as plain data, before it has a host and a signature.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

/// One HTTP request of an operation, without host and signature.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, and the query string where there is one; percent-encoded.
    pub uri: String,
    /// Names and values of headers, in the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty where the request has none.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Adds a header where the request has none of that name yet.
    pub(crate) fn header_if_absent(&mut self, name: &str, value: impl Into<String>) {
        if self.header(name).is_none() {
            self.headers.push((name.to_owned(), value.into()));
        }
    }

    /// The request as the SDK's runtime sends it.
    pub(crate) fn into_http(self) -> Result<HttpRequest, BoxError> {
        let mut builder = http::Request::builder().method(self.method.as_str()).uri(self.uri);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        let request = builder.body(SdkBody::from(self.body))?;
        Ok(HttpRequest::try_from(request)?)
    }
}
