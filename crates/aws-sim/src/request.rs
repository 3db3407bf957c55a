//! An HTTP request as plain data, and who signed it.

use std::collections::BTreeMap;

/// An HTTP request to the simulation.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters, decoded.
    pub query: BTreeMap<String, String>,
    /// The headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body, without any transfer encoding.
    pub body: Vec<u8>,
}

impl Request {
    /// A request of a target such as `/bucket/key?uploads`, without headers and body.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, query, ..Self::default() }
    }

    /// The header of a lower-case name, or an empty string.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The fields of a body in the form of AWS's query protocol.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// A JSON body, or null where the body is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The operation that the header of a JSON protocol names.
    pub(crate) fn json_operation(&self) -> String {
        let target = self.header("x-amz-target");
        target.rsplit('.').next().unwrap_or_default().to_owned()
    }
}

/// Who signed a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signer {
    pub(crate) access_key: String,
    /// The session token, or nothing for long-lived credentials.
    pub(crate) token: String,
    /// The signing name of the service.
    pub(crate) service: String,
    pub(crate) region: String,
}

impl Signer {
    /// The signer, from the credential scope of Signature Version 4. The signature itself is not
    /// checked: that is the SDK's own business.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let scope = request.header("authorization").split_once("Credential=")?.1;
        let mut parts = scope.split([',', ' ']).next()?.split('/');
        let access_key = parts.next()?.to_owned();
        let (region, service) = (parts.nth(1)?.to_owned(), parts.next()?.to_owned());
        let token = request.header("x-amz-security-token").to_owned();
        Some(Self { access_key, token, service, region })
    }

    /// The account that the access key belongs to: the first 12 digits in it.
    pub(crate) fn account(&self) -> String {
        let digits: String =
            self.access_key.chars().filter(char::is_ascii_digit).take(12).collect();
        if digits.len() == 12 { digits } else { "000000000000".to_owned() }
    }
}
