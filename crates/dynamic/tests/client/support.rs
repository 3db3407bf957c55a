//! A stand-in for AWS: it gives the answers that a test says, in turn, and keeps the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
pub(crate) use org_operator_core::outcome::classification::CallFailure;
use org_operator_dynamic::{BoundCall, Call, Connection};

/// One answer: its status, headers and body.
pub(crate) struct Canned(pub u16, pub Vec<(&'static str, String)>, pub String);

/// A success with that body.
pub(crate) fn ok(body: impl Into<String>) -> Canned {
    Canned(200, Vec::new(), body.into())
}

/// A request as it went out.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn of(request: &http::Request<SdkBody>) -> Self {
        let headers = request.headers().iter();
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Self {
            method: request.method().to_string(),
            uri: request.uri().to_string(),
            headers: headers.map(text).collect(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        }
    }
}

/// AWS as a test has it.
#[derive(Clone, Default)]
pub(crate) struct Aws {
    answers: Arc<Mutex<VecDeque<Canned>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Aws {
    /// It gives `answers` in turn, and 500 when there are no more.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Canned>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        Self { answers, sent: Arc::default() }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    fn client(&self) -> SharedHttpClient {
        let aws = self.clone();
        infallible_client_fn(move |request: http::Request<SdkBody>| {
            aws.sent.lock().unwrap().push(Sent::of(&request));
            let next = aws.answers.lock().unwrap().pop_front();
            let Canned(status, headers, body) =
                next.unwrap_or(Canned(500, Vec::new(), String::new()));
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(SdkBody::from(body)).unwrap()
        })
    }

    /// The configuration of an account and Region of it, for a test to add to.
    pub(crate) fn config(&self, region: &str) -> aws_config_builder::Builder {
        let credentials = Credentials::new("AKID", "SECRET", Some("TOKEN".into()), None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .time_source(StaticTimeSource::new(UNIX_EPOCH + Duration::from_hours(490_000)))
            .http_client(self.client())
    }

    /// A connection to a Region of it.
    pub(crate) fn connection(&self, region: &str) -> Connection {
        Connection::new(&self.config(region).build())
    }

    /// A call in a Region of it.
    pub(crate) fn call(&self, service: &str, operation: &str, region: &str) -> BoundCall {
        Call::new(service, operation).unwrap().at(&self.connection(region)).unwrap()
    }
}

/// `SdkConfig`'s builder, which `aws_config` does not name.
pub(crate) mod aws_config_builder {
    pub(crate) use aws_types::sdk_config::Builder;
}

/// An answer of EC2's to `DescribeVpcs`.
pub(crate) fn vpcs(ids: &[&str], token: Option<&str>) -> Canned {
    let item = |id: &&str| format!("<item><vpcId>{id}</vpcId><isDefault>true</isDefault></item>");
    let items: String = ids.iter().map(item).collect();
    let token = token.map(|token| format!("<nextToken>{token}</nextToken>")).unwrap_or_default();
    ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeVpcsResponse \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>\
         <vpcSet>{items}</vpcSet>{token}</DescribeVpcsResponse>"
    ))
}

/// A refusal of EC2's.
pub(crate) fn ec2_refusal(status: u16, code: &str, message: &str) -> Canned {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>"
    );
    Canned(status, Vec::new(), body)
}
