//! A shop for one test: its own folder, its own ports, its own cloud, gone with the test.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cloudcart_deploy::Target;
use cloudcart_deploy::target::{StaticCredentials, TargetOptions};
use serde_json::Value;

/// The checkout: where the handlers are built from.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(crate) struct Shop {
    folder: tempfile::TempDir,
}

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

/// An answer of the HTTP API.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.body))
    }
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Deployed and seeded with the sample catalogue.
    pub(crate) fn deployed() -> Self {
        let shop = Self::new();
        shop.ok(&["deploy"]);
        shop.ok(&["seed"]);
        shop
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcart"));
        command.current_dir(ROOT).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars() {
            if name.starts_with("CLOUDCART_") || name.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .env("CLOUDCART_FOLDER", self.folder.path())
            .env("CLOUDCART_LOCAL_PORT", "0")
            .env("CLOUDCART_LOCAL_API_PORT", "0");
        command
    }

    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let output = self.command(args).envs(variables.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    /// Runs a command that must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "cloudcart {}:\n{}\n{}", args.join(" "), ran.out, ran.err);
        ran
    }

    /// One output of the stack, bare.
    pub(crate) fn output(&self, key: &str) -> String {
        self.ok(&["outputs", key]).out.trim_end().to_owned()
    }

    pub(crate) fn status(&self) -> Value {
        serde_json::from_str(&self.ok(&["--format", "json", "local", "status"]).out).unwrap()
    }

    /// Sends a message with the account's own keys, as somebody with the SDK would.
    pub(crate) fn send(&self, queue_url: &str, body: &str) {
        self.on_target(async |target| {
            target.sqs().send_message().queue_url(queue_url).message_body(body).send().await.unwrap();
        });
    }

    /// Does something with the SDK, under the account's own keys.
    pub(crate) fn on_target<T>(&self, work: impl AsyncFnOnce(&Target) -> T) -> T {
        let options = target(&self.status());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let target = Target::connect(&options).await.unwrap();
            work(&target).await
        })
    }

    /// Process ids of the handlers that the cloud of this shop runs.
    pub(crate) fn handlers(&self) -> Vec<u32> {
        children(u32::try_from(self.status()["pid"].as_u64().unwrap()).unwrap())
    }

    pub(crate) fn wait(&self, deadline: Instant, what: &str, mut holds: impl FnMut() -> bool) {
        while !holds() {
            assert!(Instant::now() < deadline, "not in time: {what} (in {})", self.folder.path().display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // The cloud of a failed test must not outlive it.
        let _ = self.command(&["local", "stop"]).output();
    }
}

/// Where the SDK finds a cloud, with the account's own keys; from what `local status` says.
pub(crate) fn target(status: &Value) -> TargetOptions {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    TargetOptions {
        region: Some(text(&status["region"])),
        endpoint_url: Some(text(&status["endpoint"])),
        credentials: Some(StaticCredentials {
            access_key_id: text(&status["credentials"]["accessKeyId"]),
            secret_access_key: text(&status["credentials"]["secretAccessKey"]),
        }),
        ..TargetOptions::default()
    }
}

/// Process ids of a process's children.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let children = Command::new("ps").args(["-o", "pid=", "--ppid", &pid.to_string()]).output().unwrap();
    String::from_utf8(children.stdout).unwrap().split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// Sends a signal with the system's own tool: the tests need no unsafe code for it.
pub(crate) fn signal(signal: &str, pid: u32) {
    assert!(try_signal(signal, pid), "{signal} to {pid}");
}

/// The same to a process that may have ended by itself; whether it was there.
pub(crate) fn try_signal(signal: &str, pid: u32) -> bool {
    let sent = Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status();
    sent.unwrap().success()
}

/// Whether a process is there and has not ended.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let stat = String::from_utf8(stat.stdout).unwrap();
    !stat.trim().is_empty() && !stat.trim_start().starts_with('Z')
}

/// One HTTP request on a connection of its own.
pub(crate) fn call(api: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let address = api.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}{length}\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
