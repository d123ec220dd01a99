//! A local cloud, a home folder and a sign-in portal for one test.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use cloudcart_deploy::target::{StaticCredentials, TargetOptions};
use serde_json::Value;

/// The command with nothing of this machine's settings.
fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcart"));
    command.args(args).current_dir(home).stdin(Stdio::null());
    for (name, _) in std::env::vars() {
        let upper = name.to_ascii_uppercase();
        if upper.starts_with("CLOUDCART_") || upper.starts_with("AWS_") || upper.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    // No metadata service to ask.
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Ran {
    /// The first line on standard error.
    pub(crate) fn first(&self) -> &str {
        self.err.lines().next().unwrap_or_default()
    }
}

/// A local cloud that is gone with the test.
pub(crate) struct Cloud {
    folder: tempfile::TempDir,
    status: Value,
    runtime: tokio::runtime::Runtime,
}

impl Cloud {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| {
            let mut command = command(folder.path(), args);
            let ports = [("CLOUDCART_LOCAL_PORT", "0"), ("CLOUDCART_LOCAL_API_PORT", "0")];
            command.env("CLOUDCART_FOLDER", folder.path()).envs(ports).output().unwrap()
        };
        let started = run(&["local", "start"]);
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        let status = serde_json::from_slice(&run(&["--format", "json", "local", "status"]).stdout).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { folder, status, runtime }
    }

    fn text(&self, pointer: &str) -> &str {
        self.status.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {}", self.status))
    }

    pub(crate) fn endpoint(&self) -> &str {
        self.text("/endpoint")
    }

    pub(crate) fn region(&self) -> &str {
        self.text("/region")
    }

    #[allow(clippy::unused_self, reason = "reads as a property of the cloud")]
    pub(crate) fn account(&self) -> &'static str {
        "000000000000"
    }

    pub(crate) fn key_pair(&self) -> (String, String) {
        let text = |pointer| self.text(pointer).to_owned();
        (text("/credentials/accessKeyId"), text("/credentials/secretAccessKey"))
    }

    /// The account's keys as lines of a credentials file.
    pub(crate) fn keys(&self) -> String {
        let (id, secret) = self.key_pair();
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
    }

    /// The line with which a command names this target.
    pub(crate) fn named(&self) -> String {
        format!("target: {} (account {}, {})", self.endpoint(), self.account(), self.region())
    }

    pub(crate) fn options(&self) -> TargetOptions {
        let (access_key_id, secret_access_key) = self.key_pair();
        TargetOptions {
            region: Some(self.region().to_owned()),
            endpoint_url: Some(self.endpoint().to_owned()),
            credentials: Some(StaticCredentials { access_key_id, secret_access_key }),
            ..TargetOptions::default()
        }
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // The cloud of a failed test must not outlive it.
        let mut stop = command(self.folder.path(), &["local", "stop"]);
        let _ = stop.env("CLOUDCART_FOLDER", self.folder.path()).output();
    }
}

/// A home folder.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn config(&self, contents: &str) {
        self.file(".aws/config", contents);
    }

    pub(crate) fn credentials(&self, contents: &str) {
        self.file(".aws/credentials", contents);
    }

    /// What `aws sso login` leaves behind.
    pub(crate) fn sign_in(&self, session: &str, token: &str, until: &str) {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, session.as_bytes());
        let name = digest.as_ref().iter().fold(String::new(), |mut name, byte| {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        });
        let cache = serde_json::json!({"accessToken": token, "expiresAt": until, "region": "us-east-1"});
        self.file(&format!(".aws/sso/cache/{name}.json"), &cache.to_string());
    }

    pub(crate) fn sign_out(&self) {
        let _ = std::fs::remove_dir_all(self.path().join(".aws/sso"));
    }

    /// Runs a command for stage `dev`.
    pub(crate) fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        self.run_in(self.path(), args, variables)
    }

    /// The same in another folder.
    pub(crate) fn run_in(&self, folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = command(self.path(), args);
        let output = command.current_dir(folder).env("CLOUDCART_STAGE", "dev").envs(variables.iter().copied()).output();
        let output = output.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// The portal that gives a signed-in person the keys of a role.
pub(crate) struct Portal {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Portal {
    pub(crate) fn start((id, secret): (String, String)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                seen.lock().unwrap().push(head(&mut stream));
                let keys = serde_json::json!({"roleCredentials": {
                    "accessKeyId": id, "secretAccessKey": secret, "expiration": 4_070_908_800_000_u64
                }})
                .to_string();
                let length = keys.len();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{keys}"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A request up to its empty line.
fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0_u8; 1];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or_default() == 1 {
        text.extend_from_slice(&byte);
    }
    String::from_utf8_lossy(&text).into_owned()
}
