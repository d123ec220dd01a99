//! The DynamoDB engine behind the proxy: dynoxide on a file, in a small runtime of its own, reached over a loopback
//! connection so that its own checks of the wire format stay in force.

use bytes::Bytes;
use dynoxide::Database;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tokio::{net::TcpStream, runtime::Runtime, sync::oneshot};

/// What can go wrong at the engine's side.
#[derive(Debug, thiserror::Error)]
pub(super) enum BackendError {
    /// The file is not a database, or cannot be opened.
    #[error("cannot open the DynamoDB state file {path}: {message}", path = .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The engine's words.
        message: String,
    },
    /// The runtime or the listener could not be made.
    #[error("cannot start the DynamoDB engine")]
    Start(#[from] std::io::Error),
    /// The index on the stream's records could not be made.
    #[error("cannot prepare the DynamoDB state file")]
    Prepare(#[from] rusqlite::Error),
    /// The engine did not answer.
    #[error("the DynamoDB engine did not answer")]
    Http(#[from] hyper::Error),
    /// A request that HTTP cannot carry.
    #[error("the request cannot be passed on to the DynamoDB engine")]
    Request(#[from] http::Error),
}

type Connection = SendRequest<Full<Bytes>>;

/// The running engine.
pub(super) struct Backend {
    database: Database,
    address: SocketAddr,
    idle: Mutex<Vec<Connection>>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    runtime: Mutex<Option<Runtime>>,
}

impl Backend {
    /// Opens the file and starts the engine.
    pub(super) fn start(path: &Path) -> Result<Self, BackendError> {
        let open =
            |error: dynoxide::DynoxideError| BackendError::Open { path: path.to_owned(), message: error.to_string() };
        // A file that is not SQLite is told apart here: the engine's own message does not name it.
        let database = Database::new(&path.to_string_lossy()).map_err(open)?;
        // SQLite's default is one fsync per write, 264 writes a second. Leaving the bulk mode sets NORMAL, which in WAL mode
        // still survives a kill of the process; the engine has no knob of its own for it.
        database.enable_bulk_loading().map_err(open)?;
        database.disable_bulk_loading().map_err(open)?;
        // The next sequence number of a stream is searched among all its records; without this index each write to a
        // table with a stream is slower than the one before.
        rusqlite::Connection::open(path)?.execute_batch(
            "CREATE INDEX IF NOT EXISTS cloudcart_stream_sequence
                 ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
        )?;

        // The engine answers synchronously under one lock: a long scan must not hold up anything else.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("dynamodb")
            .enable_all()
            .build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        let guard = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        drop(guard);
        runtime.spawn(async move {
            let shutdown = async {
                // An error means the sender is gone, which is a stop too.
                let _ = stopped.await;
            };
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, served, shutdown).await {
                tracing::error!(%error, "the DynamoDB engine stopped");
            }
        });
        Ok(Self {
            database,
            address,
            idle: Mutex::default(),
            stop: Mutex::new(Some(stop)),
            runtime: Mutex::new(Some(runtime)),
        })
    }

    /// The engine's own interface, for what needs no wire format.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Passes a request on. The engine checks that a request carries a signature, not whose: the gateway did that.
    pub(super) async fn send(&self, target: &str, body: Bytes) -> Result<Response<Bytes>, BackendError> {
        let request = || {
            Request::post("/")
                .header(header::HOST, "localhost")
                .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
                .header("x-amz-target", target)
                .header("x-amz-date", "20200101T000000Z")
                .header(
                    header::AUTHORIZATION,
                    "AWS4-HMAC-SHA256 Credential=local/20200101/local/dynamodb/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0",
                )
                .body(Full::new(body.clone()))
        };
        // A pooled connection may have been closed meanwhile; then the request was not sent, and a fresh one is used.
        while let Some(mut connection) = self.take_idle() {
            match connection.try_send_request(request()?).await {
                Ok(response) => return self.finish(connection, response).await,
                Err(mut error) => {
                    if error.take_message().is_none() {
                        return Err(error.into_error().into());
                    }
                }
            }
        }
        let mut connection = self.connect().await?;
        let response = connection.send_request(request()?).await?;
        self.finish(connection, response).await
    }

    async fn connect(&self) -> Result<Connection, BackendError> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the DynamoDB engine ended");
            }
        });
        Ok(sender)
    }

    async fn finish(
        &self,
        connection: Connection,
        response: Response<hyper::body::Incoming>,
    ) -> Result<Response<Bytes>, BackendError> {
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(Response::from_parts(head, body))
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(connection) = idle.pop() {
            if !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take());
        // Waiting for a runtime is not allowed inside another one. Each write is committed when it is answered.
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}
