//! The loopback endpoint: HTTP/1.1 on 127.0.0.1, with connections that break where they are told to.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::call::Request;
use super::handle::Simulation;
use super::reply::{Ending, Reply};
use crate::Outcome;

/// A simulation that listens until it is dropped.
#[derive(Debug)]
pub struct Endpoint {
    /// The simulation.
    pub simulation: Arc<Simulation>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Endpoint {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn listen(simulation: Arc<Simulation>) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&simulation)));
        Ok(Self { simulation, address, accepting })
    }

    /// The URL, for `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn accept(listener: TcpListener, simulation: Arc<Simulation>) {
    while let Ok((stream, _)) = listener.accept().await {
        // A connection that breaks is the client's to see.
        tokio::spawn(serve(stream, Arc::clone(&simulation)));
    }
}

async fn serve(mut stream: TcpStream, simulation: Arc<Simulation>) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut read = Vec::with_capacity(8 * 1024);
    while let Some(request) = next(&mut stream, &mut read).await? {
        let reply = match own(&simulation, &request) {
            Some(reply) => reply,
            None => simulation.handle(&request).await,
        };
        if !answer(&mut stream, reply).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// The endpoint's own pages: what was counted, and counting anew.
fn own(simulation: &Simulation, request: &Request) -> Option<Reply> {
    match request.path.as_str() {
        "/_simulation/report" => {
            let report = simulation.meter.report().to_string();
            Some(Reply::new(200, "application/json", report))
        }
        "/_simulation/reset" => {
            simulation.meter.reset();
            Some(Reply::new(200, "application/json", "{}"))
        }
        _ => None,
    }
}

/// The next request of a connection, or nothing at its end.
async fn next(stream: &mut TcpStream, read: &mut Vec<u8>) -> Outcome<Option<Request>> {
    loop {
        if let Some((mut request, head)) = head(read)? {
            let length = request.header("content-length").parse().unwrap_or(0);
            if request.header("expect") == "100-continue" {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            while read.len() < head + length {
                if stream.read_buf(read).await? == 0 {
                    return Ok(None);
                }
            }
            request.body = read[head..head + length].to_vec();
            read.drain(..head + length);
            return Ok(Some(request));
        }
        if stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
    }
}

/// A request's head and its length, where all of it has come.
fn head(read: &[u8]) -> Outcome<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = parsed.parse(read)? else { return Ok(None) };
    let mut request =
        Request::new(parsed.method.unwrap_or_default(), parsed.path.unwrap_or_default());
    let text = |header: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_ascii_lowercase(), value)
    };
    request.headers = parsed.headers.iter().map(text).collect();
    Ok(Some((request, length)))
}

/// Sends a reply; says whether the connection goes on.
async fn answer(stream: &mut TcpStream, reply: Reply) -> Outcome<bool> {
    if !reply.after.is_zero() {
        tokio::time::sleep(reply.after).await;
    }
    let (sent, last) = match reply.ending {
        Ending::Whole => (reply.body.len(), false),
        Ending::ResetBefore => {
            reset(stream);
            return Ok(false);
        }
        Ending::ResetAfter(n) | Ending::CutAfter(n) | Ending::HangsAfter(n) => (n, true),
    };
    let mut bytes = head_of(&reply);
    bytes.extend_from_slice(&reply.body[..sent]);
    stream.write_all(&bytes).await?;
    match reply.ending {
        Ending::ResetAfter(_) => reset(stream),
        // Until the client gives up and closes its side.
        Ending::HangsAfter(_) => while stream.read_u8().await.is_ok() {},
        _ => {}
    }
    Ok(!last)
}

/// An answer that is to end early in order has no length: its end is the connection's.
fn head_of(reply: &Reply) -> Vec<u8> {
    let status = format!("HTTP/1.1 {} Simulated\r\n", reply.status);
    let headers = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let has_length = reply.headers.iter().any(|(name, _)| *name == "content-length");
    let end = match reply.ending {
        _ if has_length => "\r\n".to_owned(),
        Ending::CutAfter(_) => "connection: close\r\n\r\n".to_owned(),
        _ => format!("content-length: {}\r\n\r\n", reply.body.len()),
    };
    [status].into_iter().chain(headers).chain([end]).collect::<String>().into_bytes()
}

/// Closes the connection with a reset, not in order.
fn reset(stream: &TcpStream) {
    // Where it cannot be set, the connection closes in order, which is as unexpected to the client.
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(std::time::Duration::ZERO));
}
