//! A simulated AWS behind TLS on loopback, with a certificate of its own: each connection is a whole
//! handshake, because no session is resumed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use org_operator_testkit::TestResult;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::NoServerSessionStorage;

/// TLS before `backend`, until it is dropped.
pub(crate) struct TlsFront {
    /// What a client must trust.
    pub(crate) certificate: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    handshakes: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl TlsFront {
    /// Listens on a free port; certificate and key are made in `folder`.
    pub(crate) async fn listen(backend: String, folder: &Path) -> TestResult<Self> {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        make_certificate(&certificate, &key)?;
        let acceptor = TlsAcceptor::from(Arc::new(server(&certificate, &key)?));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let handshakes = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&handshakes);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(relay(acceptor.clone(), stream, backend.clone(), counter.clone()));
            }
        });
        Ok(Self { certificate, address, handshakes, accepting })
    }

    /// How many handshakes were completed.
    pub(crate) fn handshakes(&self) -> u64 {
        self.handshakes.load(Ordering::Relaxed)
    }
}

/// A certificate of an elliptic curve, as AWS's endpoints have them.
fn make_certificate(certificate: &Path, key: &Path) -> TestResult<()> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(key)
        .arg("-out")
        .arg(certificate)
        .output()?;
    if made.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&made.stderr).into_owned().into())
}

fn server(certificate: &Path, key: &Path) -> TestResult<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_file(certificate)?];
    let builder = ServerConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
    ));
    let versions = builder.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = versions.with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

async fn relay(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    backend: String,
    handshakes: Arc<AtomicU64>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut secured = acceptor.accept(stream).await?;
    handshakes.fetch_add(1, Ordering::Relaxed);
    let mut plain = TcpStream::connect(backend).await?;
    plain.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut secured, &mut plain).await.map(drop)
}
