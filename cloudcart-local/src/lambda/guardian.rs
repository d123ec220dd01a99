//! A process that ends what functions had started when their cloud is killed. It knows the groups that run, and kills them once
//! nobody can tell it of more: when the cloud has ended, however it did. The parent-death signal reaches a function's own process
//! only, not those that it started; and macOS has none.

use nix::unistd::Pid;
use std::{
    io::{self, Write as _},
    os::unix::process::CommandExt as _,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};

/// Its program: `+ GROUP` and `- GROUP` on standard input, and the end of it.
const PROGRAM: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
while read -r what group; do
  case $what$groups in
    +*) groups="$groups$group " ;;
    -*" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
"#;

/// The way to a process that ends what a killed cloud leaves behind.
#[derive(Debug, Clone)]
pub(super) struct Guardian(Option<Arc<Mutex<io::PipeWriter>>>);

impl Guardian {
    /// Starts it, in a group of its own, so that no signal to the cloud's reaches it. Must be called on a thread that may
    /// wait for its end.
    pub(super) fn start() -> (Self, Option<std::process::Child>) {
        let started = io::pipe().and_then(|(orders, writer)| {
            let child = std::process::Command::new("/bin/sh")
                .args(["-c", PROGRAM])
                .current_dir("/")
                .env_clear()
                .stdin(orders)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()?;
            Ok((writer, child))
        });
        match started {
            Ok((writer, child)) => (Self(Some(Arc::new(Mutex::new(writer)))), Some(child)),
            Err(error) => {
                tracing::warn!(%error, "could not start the guardian: processes that functions start may outlive a killed cloud");
                (Self(None), None)
            }
        }
    }

    pub(super) fn watch(&self, group: Pid) {
        self.tell('+', group);
    }

    pub(super) fn forget(&self, group: Pid) {
        self.tell('-', group);
    }

    fn tell(&self, what: char, group: Pid) {
        let Some(writer) = &self.0 else { return };
        let line = format!("{what} {group}\n");
        if let Err(error) = writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()) {
            tracing::warn!(%error, "the guardian of functions' processes is gone");
        }
    }
}
