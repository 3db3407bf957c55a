//! The process's one HTTP client, and a wrapper that counts its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// A client whose connections and root certificates are shared by all service clients. Each would
/// build its own otherwise, which costs a worker tens of milliseconds per Region.
pub(crate) fn shared_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
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

    /// Wraps `client` so that its requests are counted, and its throttled answers in `throttles`.
    pub(crate) fn wrap(
        &self,
        client: SharedHttpClient,
        throttles: &ThrottleCounter,
    ) -> SharedHttpClient {
        let (counter, throttles) = (self.clone(), throttles.clone());
        SharedHttpClient::new(Counted { client, counter, throttles })
    }
}

/// Counts answers by which a service asks for fewer calls: HTTP 429, and 503, by which EC2 throttles
/// (EC2 API reference, `RequestLimitExceeded`).
#[derive(Debug, Clone, Default)]
pub struct ThrottleCounter(Arc<AtomicU64>);

impl ThrottleCounter {
    /// The number of such answers so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, status: u16) {
        if matches!(status, 429 | 503) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Debug)]
struct Counted<T> {
    client: T,
    counter: CallCounter,
    throttles: ThrottleCounter,
}

impl HttpClient for Counted<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        let (counter, throttles) = (self.counter.clone(), self.throttles.clone());
        SharedHttpConnector::new(Counted { client, counter, throttles })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

impl HttpConnector for Counted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.counter.0.fetch_add(1, Ordering::Relaxed);
        let (answer, throttles) = (self.client.call(request), self.throttles.clone());
        HttpConnectorFuture::new(async move {
            let response = answer.await?;
            throttles.note(response.status().as_u16());
            Ok(response)
        })
    }
}
