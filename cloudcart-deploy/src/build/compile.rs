//! Runs cargo once for all functions, tells what it says, and takes from its messages where the binaries are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use cargo_metadata::Message;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::BuildRequest;
use super::choose::{Builder, target_argument};
use super::environment::Environment;
use super::progress::Piece;
use crate::error::{Error, Result};
use crate::report::Reporter;

/// How cargo is called.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) builder: Builder,
    /// Named for Lambda alone. The host's build stays where `cargo build` of the same workspace has it.
    pub(super) target: Option<String>,
    pub(super) environment: Environment,
}

/// What cargo made.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) executables: BTreeMap<String, PathBuf>,
    /// Whether anything had to be compiled.
    pub(super) anything: bool,
    /// The compiler's warnings, as it draws them.
    pub(super) warnings: String,
}

impl Call {
    fn arguments(&self, request: &BuildRequest) -> Vec<String> {
        let verb = match self.builder {
            Builder::Cargo => "build",
            Builder::Zigbuild => "zigbuild",
        };
        let mut arguments = vec![verb, "--package", &request.package, "--profile", request.profile()];
        arguments.extend(["--message-format", "json-render-diagnostics"]);
        for name in &request.functions {
            arguments.extend(["--bin", name]);
        }
        let mut arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        if let Some(target) = &self.target {
            arguments.extend(["--target".to_owned(), target_argument(target, self.builder)]);
        }
        arguments
    }

    pub(super) async fn run(&self, request: &BuildRequest, reporter: &dyn Reporter) -> Result<Compiled> {
        let program = self.environment.cargo();
        let mut child = self
            .environment
            .command(&program, &request.root)
            .args(self.arguments(request))
            .env("CARGO_TERM_COLOR", if request.colour { "always" } else { "never" })
            // Cargo draws its bar for a pipe too, if it is told how wide.
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "160")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| Error::CargoMissing { program: program.clone(), source })?;
        let io = |source| Error::CargoMissing { program: program.clone(), source };
        let mut stdout = child.stdout.take().ok_or_else(|| io(std::io::Error::other("no standard output")))?;
        let stderr = child.stderr.take().ok_or_else(|| io(std::io::Error::other("no standard error")))?;
        let messages = async {
            let mut text = Vec::new();
            stdout.read_to_end(&mut text).await.map(|_| text)
        };
        let read = futures_util::future::try_join(messages, words(stderr, reporter));
        let (messages, words) = read.await.map_err(io)?;
        if !child.wait().await.map_err(io)?.success() {
            return Err(Error::Compile { output: words });
        }
        let (executables, anything) = executables(&messages);
        Ok(Compiled { executables, anything, warnings: words })
    }
}

/// Tells what comes, and returns the compiler's words: all but the bar and the steps of cargo.
async fn words(mut stream: impl AsyncRead + Unpin, reporter: &dyn Reporter) -> std::io::Result<String> {
    let mut words = String::new();
    let mut last = None;
    let mut take = |raw: &[u8], ended_by_return: bool| {
        let raw = String::from_utf8_lossy(raw);
        let piece = Piece::read(&raw);
        if let Piece::Words(line) = &piece {
            // A bar that was cut off by a carriage return alone is nothing to keep.
            if ended_by_return && line.trim().is_empty() {
                return;
            }
            words.push_str(line.trim_end_matches('\r'));
            words.push('\n');
        }
        // Cargo draws its bar again and again.
        if last.as_ref() != Some(&piece) {
            reporter.event(&piece.event());
            last = matches!(piece, Piece::Bar { .. }).then_some(piece);
        }
    };
    let mut buffer = vec![0; 8192];
    let mut open: Vec<u8> = Vec::new();
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        for byte in &buffer[..count] {
            match byte {
                b'\n' | b'\r' => {
                    take(&open, *byte == b'\r');
                    open.clear();
                }
                other => open.push(*other),
            }
        }
    }
    if !open.is_empty() {
        take(&open, true);
    }
    Ok(words)
}

fn executables(messages: &[u8]) -> (BTreeMap<String, PathBuf>, bool) {
    let mut executables = BTreeMap::new();
    let mut compiled = false;
    for message in Message::parse_stream(messages) {
        if let Ok(Message::CompilerArtifact(artifact)) = message {
            compiled |= !artifact.fresh;
            if artifact.target.is_bin()
                && let Some(path) = artifact.executable
            {
                executables.insert(artifact.target.name, path.into_std_path_buf());
            }
        }
    }
    (executables, compiled)
}
