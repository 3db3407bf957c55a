//! A call, as plain data: who asks what of which service, read from the request as AWS reads it.

use std::collections::BTreeMap;

/// An HTTP request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's parameters, decoded.
    pub query: BTreeMap<String, String>,
    /// The headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request of a target such as `/bucket/key?uploads`.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, query, ..Self::default() }
    }

    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// The services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// AWS Account Management.
    Account,
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon EC2.
    Ec2,
    /// AWS Organizations.
    Organizations,
    /// Amazon S3.
    S3,
    /// AWS Security Token Service.
    Sts,
}

/// A call. Faults, latency and quotas are looked up by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// The operation, such as `DescribeRouteTables`.
    pub operation: String,
    /// The account that the call is about: the one asked, entered or written of.
    pub account: String,
    /// The Region.
    pub region: String,
}

/// Who signed a request.
#[derive(Debug, Clone, Default)]
pub struct Signer {
    /// The access key id.
    pub key: String,
    /// The session token, or nothing.
    pub token: String,
    /// The signing name of the service.
    pub service: String,
    /// The Region.
    pub region: String,
}

impl Signer {
    /// The signer, from the credential scope of Signature Version 4. The signature itself is not
    /// checked: that is the SDK's own business.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let scope = request.header("authorization").split_once("Credential=")?.1;
        let mut parts = scope.split([',', ' ']).next()?.split('/');
        let key = parts.next()?.to_owned();
        let (region, service) = (parts.nth(1)?.to_owned(), parts.next()?.to_owned());
        let token = request.header("x-amz-security-token").to_owned();
        Some(Self { key, token, service, region })
    }
}

/// The form of a query protocol's body.
#[must_use]
pub fn form(body: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}
