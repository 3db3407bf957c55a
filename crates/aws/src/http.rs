//! The process's one HTTP client, and a wrapper that counts its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// How long a connection is kept that nothing uses. A run asks hundreds of hosts one after the other,
/// each on connections of its own: kept for the usual 90 s they would outnumber those in use.
const IDLE: Duration = Duration::from_secs(5);

/// A client whose connections and root certificates are shared by all service clients. Each would
/// build its own otherwise, which costs a worker tens of milliseconds per Region.
pub(crate) fn shared_client() -> SharedHttpClient {
    let builder = Builder::new().pool_idle_timeout(IDLE);
    builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
}

/// Counts outgoing requests; each of the SDK's retries counts.
#[derive(Debug, Clone, Default)]
pub struct CallCounter(Arc<AtomicU64>);

impl CallCounter {
    /// The number of requests sent so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The number of requests sent since this was asked last.
    #[must_use]
    pub fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }

    /// Wraps `client` so that its requests are counted, and its answers in `answers`.
    pub(crate) fn wrap(
        &self,
        client: SharedHttpClient,
        answers: &AnswerCounter,
    ) -> SharedHttpClient {
        let (counter, answers) = (self.clone(), answers.clone());
        SharedHttpClient::new(Counted { client, counter, answers })
    }
}

/// Counts answers, and those by which a service asks for fewer calls: HTTP 429, and 503, by which EC2
/// throttles (EC2 API reference, `RequestLimitExceeded`).
#[derive(Debug, Clone, Default)]
pub struct AnswerCounter(Arc<Answers>);

#[derive(Debug, Default)]
struct Answers {
    all: AtomicU64,
    throttled: AtomicU64,
}

impl AnswerCounter {
    /// The number of answers so far.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.all.load(Ordering::Relaxed)
    }

    /// The number of throttled answers so far.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.0.throttled.load(Ordering::Relaxed)
    }

    fn note(&self, status: u16) {
        self.0.all.fetch_add(1, Ordering::Relaxed);
        if matches!(status, 429 | 503) {
            self.0.throttled.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Debug)]
struct Counted<T> {
    client: T,
    counter: CallCounter,
    answers: AnswerCounter,
}

impl HttpClient for Counted<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        let (counter, answers) = (self.counter.clone(), self.answers.clone());
        SharedHttpConnector::new(Counted { client, counter, answers })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

impl HttpConnector for Counted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.counter.0.fetch_add(1, Ordering::Relaxed);
        let (answer, answers) = (self.client.call(request), self.answers.clone());
        HttpConnectorFuture::new(async move {
            let response = answer.await?;
            answers.note(response.status().as_u16());
            Ok(response)
        })
    }
}
