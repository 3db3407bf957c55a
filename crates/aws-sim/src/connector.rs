//! An HTTP client for the SDK that calls a simulation in the same process: without sockets, so that a
//! test can pause time and let hours pass in milliseconds.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body as _, Frame};

use crate::reply::{Ending, Reply};
use crate::request::Request;
use crate::simulation::Simulation;

/// The HTTP client of one simulation.
#[derive(Debug, Clone)]
pub struct Connector(pub Arc<Simulation>);

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let simulation = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let body = collect(request.take_body()).await?;
            let reply = simulation.handle(&to_request(&request, body)).await;
            if !reply.delay.is_zero() {
                tokio::time::sleep(reply.delay).await;
            }
            to_response(reply)
        })
    }
}

/// The bytes of a body, polled frame by frame as a connection does: the SDK watches its progress.
async fn collect(mut body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let mut bytes = Vec::new();
    while let Some(polled) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = polled.map_err(|e| ConnectorError::user(e.to_string().into()))?;
        bytes.extend(frame.into_data().unwrap_or_default());
    }
    Ok(bytes)
}

fn to_request(request: &HttpRequest, body: Vec<u8>) -> Request {
    let uri = request.uri();
    let without_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let target = without_scheme.find('/').map_or("/", |start| &without_scheme[start..]);
    let sent = request.headers().iter();
    let headers = sent.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Request { headers, body, ..Request::new(request.method(), target) }
}

fn to_response(reply: Reply) -> Result<HttpResponse, ConnectorError> {
    let (sent, end) = match reply.ending {
        Ending::ResetBefore => return Err(reset_before_reply()),
        Ending::Complete => (reply.body.len(), None),
        Ending::TruncatedAfter(n) => (n, None),
        Ending::ResetAfter(n) => (n, Some(End::Reset)),
        Ending::StalledAfter(n) => (n, Some(End::Stalled)),
    };
    let mut bytes = reply.body;
    bytes.truncate(sent);
    let body = match end {
        None => SdkBody::from(bytes),
        Some(end) => SdkBody::from_body_1_x(BrokenBody { bytes: Some(bytes), end }),
    };
    let status = reply.status.try_into().map_err(|e| ConnectorError::other(Box::new(e), None))?;
    let mut response = HttpResponse::new(status, body);
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn reset_before_reply() -> ConnectorError {
    let kind = std::io::ErrorKind::ConnectionReset;
    ConnectorError::io(std::io::Error::new(kind, "connection reset by peer").into())
}

#[derive(Debug, Clone, Copy)]
enum End {
    Reset,
    Stalled,
}

/// A body that never ends in order.
struct BrokenBody {
    bytes: Option<Vec<u8>>,
    end: End,
}

impl http_body::Body for BrokenBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from(bytes)))));
        }
        match self.end {
            End::Reset => {
                let error = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset");
                Poll::Ready(Some(Err(error)))
            }
            // Never woken: the reader must give up by a clock.
            End::Stalled => Poll::Pending,
        }
    }
}
