//! The loopback endpoint: HTTP/1.1 on 127.0.0.1, with connections that break where a reply says so.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::reply::{Ending, Reply};
use crate::request::Request;
use crate::simulation::Simulation;

/// A simulation that listens on a port until it is dropped.
#[derive(Debug)]
pub struct Endpoint {
    /// The simulation that answers.
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
    /// Where the machine has no free port.
    pub async fn listen(simulation: Arc<Simulation>) -> io::Result<Self> {
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
        // A connection that breaks is for the client to notice.
        tokio::spawn(serve(stream, Arc::clone(&simulation)));
    }
}

async fn serve(mut stream: TcpStream, simulation: Arc<Simulation>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    while let Some(request) = read_request(&mut stream, &mut buffer).await? {
        let reply = match administrative(&simulation, &request) {
            Some(reply) => reply,
            None => simulation.handle(&request).await,
        };
        if !send(&mut stream, reply).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// The endpoint's own pages: the meter's report, and its reset.
fn administrative(simulation: &Simulation, request: &Request) -> Option<Reply> {
    match request.path.as_str() {
        "/_simulation/report" => {
            let report = serde_json::json!(simulation.meter.report()).to_string();
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
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        if let Some((mut request, head)) = parse_head(buffer)? {
            let length = request.header("content-length").parse().unwrap_or(0);
            if request.header("expect") == "100-continue" {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            while buffer.len() < head + length {
                if stream.read_buf(buffer).await? == 0 {
                    return Ok(None);
                }
            }
            request.body = buffer[head..head + length].to_vec();
            buffer.drain(..head + length);
            return Ok(Some(request));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// A request without its body, and the length of its head, once all of the head has arrived.
fn parse_head(buffer: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let result = parsed.parse(buffer);
    let status = result.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let target = parsed.path.unwrap_or_default();
    let mut request = Request::new(parsed.method.unwrap_or_default(), target);
    let text = |header: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_ascii_lowercase(), value)
    };
    request.headers = parsed.headers.iter().map(text).collect();
    Ok(Some((request, length)))
}

/// Sends a reply; returns whether the connection stays open.
async fn send(stream: &mut TcpStream, reply: Reply) -> io::Result<bool> {
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    let sent = match reply.ending {
        Ending::Complete => reply.body.len(),
        Ending::ResetBefore => {
            reset(stream);
            return Ok(false);
        }
        Ending::ResetAfter(n) | Ending::TruncatedAfter(n) | Ending::StalledAfter(n) => n,
    };
    let mut bytes = head_of(&reply);
    bytes.extend_from_slice(&reply.body[..sent]);
    stream.write_all(&bytes).await?;
    match reply.ending {
        Ending::ResetAfter(_) => reset(stream),
        // Until the client gives up and closes its side.
        Ending::StalledAfter(_) => while stream.read_u8().await.is_ok() {},
        _ => {}
    }
    Ok(reply.ending == Ending::Complete)
}

/// The status line and headers. A truncated reply has no length: it ends with the connection.
fn head_of(reply: &Reply) -> Vec<u8> {
    let status = format!("HTTP/1.1 {} Simulated\r\n", reply.status);
    let headers = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let has_length = reply.headers.iter().any(|(name, _)| *name == "content-length");
    let end = match reply.ending {
        _ if has_length => "\r\n".to_owned(),
        Ending::TruncatedAfter(_) => "connection: close\r\n\r\n".to_owned(),
        _ => format!("content-length: {}\r\n\r\n", reply.body.len()),
    };
    [status].into_iter().chain(headers).chain([end]).collect::<String>().into_bytes()
}

/// Closes the connection with a reset instead of an orderly end.
fn reset(stream: &TcpStream) {
    // Where it cannot be set, the connection closes in order, which is as unexpected to the client.
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(std::time::Duration::ZERO));
}
