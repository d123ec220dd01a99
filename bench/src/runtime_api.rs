//! The Runtime API of one execution environment (2018-06-01): hands out events, takes answers, and notes when.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io::BufReader;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::http;

/// What a handler did.
#[derive(Debug)]
pub enum Did {
    /// It asked for the next event: its init phase, or its last invocation, is over.
    Next(Instant),
    /// It got an event at that time.
    Given(Instant),
    /// It answered.
    Answered(Instant, Vec<u8>),
    /// It reported an error.
    Failed(String),
}

/// An execution environment's side of the conversation.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    did: Receiver<Did>,
}

#[derive(Debug)]
struct Shared {
    event: Mutex<Option<Vec<u8>>>,
    ready: Condvar,
    connections: Mutex<Vec<TcpStream>>,
    did: Mutex<Sender<Did>>,
    invoked_arn: &'static str,
}

impl Shared {
    fn tell(&self, did: Did) {
        // Nobody listens any more once the environment is over.
        let _ = self.did.lock().unwrap_or_else(PoisonError::into_inner).send(did);
    }
}

impl RuntimeApi {
    /// Listens on a free port of the loopback.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for the Runtime API")?;
        let address = listener.local_addr()?;
        let (sender, did) = channel();
        let shared = Arc::new(Shared {
            event: Mutex::new(None),
            ready: Condvar::new(),
            connections: Mutex::new(Vec::new()),
            did: Mutex::new(sender),
            invoked_arn: "arn:aws:lambda:eu-west-1:123456789012:function:measured",
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let shared = Arc::clone(&served);
                {
                    let mut open = shared.connections.lock().unwrap_or_else(PoisonError::into_inner);
                    match stream.try_clone() {
                        Ok(clone) => open.push(clone),
                        Err(_) => return,
                    }
                }
                std::thread::spawn(move || {
                    if let Err(error) = converse(&stream, &shared) {
                        shared.tell(Did::Failed(format!("the connection broke: {error}")));
                    }
                });
                // An environment has the handler's connections, and the one that ends it.
                if Arc::strong_count(&served) == 1 {
                    return;
                }
            }
        });
        Ok(Self { address, shared, did })
    }

    /// `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Hands an event to the handler that waits, or will.
    pub fn give(&self, event: Vec<u8>) {
        *self.shared.event.lock().unwrap_or_else(PoisonError::into_inner) = Some(event);
        self.shared.ready.notify_one();
    }

    /// What the handler did next.
    pub fn did(&self, patience: Duration) -> Result<Did> {
        match self.did.recv_timeout(patience) {
            Ok(Did::Failed(what)) => bail!("the handler reported an error: {what}"),
            Ok(did) => Ok(did),
            Err(RecvTimeoutError::Timeout) => bail!("the handler did nothing for {} s", patience.as_secs()),
            Err(RecvTimeoutError::Disconnected) => bail!("the Runtime API ended"),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        for stream in self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn converse(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = http::read(&mut reader)? {
        let arrived = Instant::now();
        let path = request.path.trim_start_matches("/2018-06-01/runtime/");
        let path = path.split('?').next().unwrap_or_default();
        if path == "invocation/next" {
            shared.tell(Did::Next(arrived));
            let mut event = shared.event.lock().unwrap_or_else(PoisonError::into_inner);
            let event = loop {
                match event.take() {
                    Some(event) => break event,
                    None => event = shared.ready.wait(event).unwrap_or_else(PoisonError::into_inner),
                }
            };
            let deadline = in_ten_seconds();
            let headers = [
                ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
                ("lambda-runtime-deadline-ms", deadline.as_str()),
                ("lambda-runtime-invoked-function-arn", shared.invoked_arn),
                (
                    "lambda-runtime-trace-id",
                    "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
                ),
                ("content-type", "application/json"),
            ];
            // Told before it is done, here and below, so that what follows from it cannot be told earlier.
            shared.tell(Did::Given(Instant::now()));
            http::write(&mut &*stream, "200 OK", &headers, &event)?;
        } else if path.ends_with("/response") {
            shared.tell(Did::Answered(arrived, request.body));
            http::write(&mut &*stream, "202 Accepted", &[("content-type", "application/json")], b"{}")?;
        } else {
            http::write(&mut &*stream, "202 Accepted", &[("content-type", "application/json")], b"{}")?;
            shared.tell(Did::Failed(format!("{path}: {}", String::from_utf8_lossy(&request.body))));
        }
    }
    Ok(())
}

fn in_ten_seconds() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (now.as_millis() + 10_000).to_string()
}
