//! An authority of one's own, a cloud behind its certificate, and a proxy.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::cloud::Cloud;

/// An authority that nobody knows.
pub(crate) struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Its own certificate, PEM.
    pub(crate) fn certificate(&self) -> String {
        self.certificate.clone()
    }

    fn server(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap()
    }
}

/// Who the caller is, that there is no stack, and that a call must be signed: what `outputs` asks of a target, and `doctor` at first.
const ANSWERS: [(&str, &str, &str); 3] = [
    ("GET / HTTP", "403 Forbidden", "<ErrorResponse/>"),
    (
        "Action=GetCallerIdentity&",
        "200 OK",
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::123456789012:user/far</Arn><UserId>AIDA</UserId><Account>123456789012</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>",
    ),
    (
        "Action=DescribeStacks&",
        "400 Bad Request",
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>ValidationError</Code><Message>Stack with id cloudcart-dev does not exist</Message></Error></ErrorResponse>",
    ),
];

/// Answers requests as AWS would.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut request = String::new();
    while let Ok(byte) = stream.read_u8().await {
        request.push(char::from(byte));
        // The first parameter is the action; what follows does not matter.
        let Some((_, status, body)) = ANSWERS.iter().find(|(action, ..)| request.contains(action)) else { continue };
        let length = request.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let so_far = request.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
        let mut rest = vec![0; length.unwrap_or(so_far) - so_far];
        let _ = stream.read_exact(&mut rest).await;
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = stream.write_all((head + body).as_bytes()).await;
        let _ = stream.flush().await;
        request.clear();
    }
}

/// A cloud by TLS.
pub(crate) struct Front {
    port: u16,
}

impl Front {
    /// The local cloud, behind a certificate for that name.
    pub(crate) fn start(cloud: &Cloud, authority: &Authority, name: &str) -> Self {
        let behind = cloud.endpoint().strip_prefix("http://").unwrap().to_owned();
        Self::with(cloud, authority, name, Some(behind))
    }

    /// A cloud that is far away, behind a certificate for that name: the local one answers to no name but this machine's.
    pub(crate) fn far(cloud: &Cloud, authority: &Authority, name: &str) -> Self {
        Self::with(cloud, authority, name, None)
    }

    fn with(cloud: &Cloud, authority: &Authority, name: &str, behind: Option<String>) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(authority.server(name)));
        let listener = cloud.runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        cloud.runtime().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    // A client that does not trust us leaves in the middle of this.
                    let Ok(mut outer) = acceptor.accept(stream).await else { return };
                    let Some(behind) = behind else { return answer(outer).await };
                    let mut inner = TcpStream::connect(behind).await.unwrap();
                    let _ = copy_bidirectional(&mut outer, &mut inner).await;
                });
            }
        });
        Self { port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// A proxy that opens tunnels, all to one port of this machine.
pub(crate) struct Proxy {
    address: SocketAddr,
    tunnels: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start(cloud: &Cloud, to: u16) -> Self {
        let listener = cloud.runtime().block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let tunnels = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&tunnels);
        cloud.runtime().spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let asked = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    seen.lock().unwrap().push(asked);
                    if !head.starts_with("CONNECT ") {
                        let _ = stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await;
                        return;
                    }
                    let mut inner = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                    let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
                    let _ = copy_bidirectional(&mut stream, &mut inner).await;
                });
            }
        });
        Self { address, tunnels }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked for so far.
    pub(crate) fn tunnels(&self) -> Vec<String> {
        self.tunnels.lock().unwrap().clone()
    }
}
