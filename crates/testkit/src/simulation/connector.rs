//! The HTTP client of an SDK that speaks to a simulation in the same process: no sockets, so that a
//! test can pause time and see hours pass in milliseconds.

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

use super::call::Request;
use super::handle::Simulation;
use super::reply::{Ending, Reply};

/// A client of one simulation.
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
            let reply = simulation.handle(&read(&request, body)).await;
            if !reply.after.is_zero() {
                tokio::time::sleep(reply.after).await;
            }
            answer(reply)
        })
    }
}

/// The whole body, read as a connection reads it: the SDK watches that it is.
async fn collect(mut body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|e| ConnectorError::user(e.to_string().into()))?;
        whole.extend(frame.into_data().unwrap_or_default());
    }
    Ok(whole)
}

fn read(request: &HttpRequest, body: Vec<u8>) -> Request {
    let uri = request.uri();
    let target = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let target = target.find('/').map_or("/", |start| &target[start..]);
    let mut read = Request::new(request.method(), target);
    let headers = request.headers().iter();
    read.headers =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    read.body = body;
    read
}

fn broken(text: &str) -> ConnectorError {
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionReset, text).into())
}

fn answer(reply: Reply) -> Result<HttpResponse, ConnectorError> {
    let (bytes, end) = match reply.ending {
        Ending::ResetBefore => return Err(broken("connection reset by peer")),
        Ending::Whole => (reply.body, End::Whole),
        Ending::CutAfter(n) => (reply.body[..n].to_vec(), End::Whole),
        Ending::ResetAfter(n) => (reply.body[..n].to_vec(), End::Reset),
        Ending::HangsAfter(n) => (reply.body[..n].to_vec(), End::Hangs),
    };
    let body = match end {
        End::Whole => SdkBody::from(bytes),
        end => SdkBody::from_body_1_x(Body { bytes: Some(bytes), end }),
    };
    let status = reply.status.try_into().map_err(|e| ConnectorError::other(Box::new(e), None))?;
    let mut response = HttpResponse::new(status, body);
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

#[derive(Debug, Clone, Copy)]
enum End {
    Whole,
    Reset,
    Hangs,
}

/// A body that does not end as it should.
struct Body {
    bytes: Option<Vec<u8>>,
    end: End,
}

impl http_body::Body for Body {
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
            End::Whole => Poll::Ready(None),
            End::Reset => {
                let error = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset");
                Poll::Ready(Some(Err(error)))
            }
            // Never woken: whoever waits must give up by a clock.
            End::Hangs => Poll::Pending,
        }
    }
}
