//! Ctrl-C at every stage of a deployment, on a terminal and off one.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::cloud::Cloud;
use crate::command;
use crate::shop::{self, Shop};

/// The tests of this file.
pub(crate) const TESTS: &[(&str, fn())] = &[
    ("off_a_terminal_ctrl_c_detaches_at_once_and_says_how_to_go_on", off_a_terminal),
    ("ctrl_c_twice_cancels_an_update_and_watches_its_way_back", twice_in_an_update),
    ("ctrl_c_twice_in_a_first_creation_says_that_it_removes_the_stack", twice_in_a_creation),
    ("ctrl_c_once_lets_an_operation_end_that_ends_soon", once_and_it_ends),
    ("a_termination_signal_detaches_on_a_terminal_too", terminated),
    ("ctrl_c_before_consent_leaves_nothing_behind", before_consent),
    ("a_busy_stack_is_waited_for_with_all_of_its_progress", busy),
];

const PATIENCE: Duration = Duration::from_mins(1);

/// A command under way, and what it has printed on standard error.
struct Running {
    child: Child,
    said: Arc<Mutex<String>>,
    /// Ends when there is nothing more to read.
    listener: Option<JoinHandle<()>>,
    _shop: Shop,
}

fn deploy(cloud: &Cloud, more: &[&str]) -> (Shop, Command) {
    let shop = Shop::new();
    let mut args = vec!["--stage", "dev", "--region", "eu-west-1", "--endpoint-url", &cloud.endpoint];
    args.extend(more);
    args.push("deploy");
    let mut command = command(&shop, "fine", &args);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .stdout(Stdio::null());
    (shop, command)
}

impl Running {
    fn piped(cloud: &Cloud) -> Self {
        let (shop, mut command) = deploy(cloud, &["--yes"]);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (said, listener) = listen(stderr);
        Self { child, said, listener: Some(listener), _shop: shop }
    }

    fn on_a_terminal(cloud: &Cloud, more: &[&str]) -> Self {
        let (shop, mut command) = deploy(cloud, more);
        let terminal = nix::pty::openpty(None, None).unwrap();
        let screen = terminal.slave.try_clone().unwrap();
        let child = command.stdin(Stdio::from(terminal.slave)).stderr(Stdio::from(screen)).spawn().unwrap();
        // The command keeps copies of the terminal's ends; reading ends when the program does.
        drop(command);
        let (said, listener) = listen(File::from(terminal.master));
        Self { child, said, listener: Some(listener), _shop: shop }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    fn until_said(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.said().contains(words) {
            assert!(Instant::now() < deadline, "never said `{words}`: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&self) {
        shop::signal("-INT", self.child.id());
    }

    /// Waits for the end; gives the exit code and all that was said.
    fn ended(&mut self) -> (i32, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What was written last may still be on its way through the terminal.
                while self.listener.as_ref().is_some_and(|listener| !listener.is_finished()) {
                    assert!(Instant::now() < deadline, "somebody else holds the terminal: {}", self.said());
                    std::thread::sleep(Duration::from_millis(10));
                }
                let said = self.said();
                return (status.code().unwrap_or(-1), said);
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only a failed test leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut from: impl std::io::Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let said = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&said);
    let listener = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            shared.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    });
    (said, listener)
}

fn off_a_terminal() {
    let cloud = Cloud::new("UPDATE_COMPLETE");
    let mut running = Running::piped(&cloud);
    cloud.until_asked("ExecuteChangeSet");
    running.press();
    let (code, said) = running.ended();
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("stack `cloudcart-dev` is UPDATE_IN_PROGRESS; the operation goes on"), "{said}");
    let again = format!(
        "to watch it again: mine --stage dev --region eu-west-1 --endpoint-url {} --yes deploy",
        cloud.endpoint
    );
    assert!(said.contains(&again), "{said}");
    let state = cloud.state();
    assert!(!state.actions.iter().any(|action| action == "CancelUpdateStack" || action == "DeleteStack"));
}

fn twice_in_an_update() {
    let cloud = Cloud::new("UPDATE_COMPLETE");
    let mut running = Running::on_a_terminal(&cloud, &["--yes"]);
    cloud.until_asked("ExecuteChangeSet");
    // The tree shows what runs, with its timer.
    running.until_said("creating");
    running.press();
    running.until_said("press Ctrl-C again within 5 s");
    assert!(running.said().contains("the stack goes back to what it was"), "{}", running.said());
    running.press();
    cloud.until_asked("CancelUpdateStack");
    cloud.end("UPDATE_ROLLBACK_COMPLETE");
    let (code, said) = running.ended();
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("cancelled: stack `cloudcart-dev` is as it was"), "{said}");
}

fn twice_in_a_creation() {
    let cloud = Cloud::new("");
    let mut running = Running::on_a_terminal(&cloud, &["--yes"]);
    cloud.until("the creation is under way", |state| state.status == "CREATE_IN_PROGRESS");
    running.press();
    running.until_said("press Ctrl-C again");
    running.until_said("removed with all that is in it");
    running.press();
    cloud.until_asked("DeleteStack");
    cloud.end("DELETE_COMPLETE");
    let (code, said) = running.ended();
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("cancelled: stack `cloudcart-dev` is gone, as before"), "{said}");
}

fn once_and_it_ends() {
    let cloud = Cloud::new("UPDATE_COMPLETE");
    let mut running = Running::on_a_terminal(&cloud, &["--yes"]);
    cloud.until_asked("ExecuteChangeSet");
    running.press();
    running.until_said("press Ctrl-C again");
    cloud.end("UPDATE_COMPLETE");
    let (code, said) = running.ended();
    assert_eq!(code, 0, "{said}");
}

fn terminated() {
    let cloud = Cloud::new("UPDATE_COMPLETE");
    let mut running = Running::on_a_terminal(&cloud, &["--yes"]);
    cloud.until_asked("ExecuteChangeSet");
    shop::signal("-TERM", running.child.id());
    let (code, said) = running.ended();
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("goes on without this command") && !said.contains("press Ctrl-C again"), "{said}");
}

fn before_consent() {
    let cloud = Cloud::new("");
    let mut running = Running::on_a_terminal(&cloud, &[]);
    running.until_said("[y/N]");
    assert_eq!(cloud.state().change_sets.len(), 1);
    running.press();
    let (code, said) = running.ended();
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("nothing was changed: the change set was removed"), "{said}");
    let state = cloud.state();
    assert_eq!((state.change_sets.len(), state.status.as_str()), (0, "DELETE_COMPLETE"));
    assert!(!state.actions.iter().any(|action| action == "ExecuteChangeSet"), "{:?}", state.actions);
}

fn busy() {
    let cloud = Cloud::new("UPDATE_COMPLETE");
    // Somebody began an update before.
    let mut first = Running::piped(&cloud);
    cloud.until_asked("ExecuteChangeSet");
    first.press();
    first.ended();
    let asked = cloud.state().actions.len();
    let mut second = Running::piped(&cloud);
    second.until_said("stack cloudcart-dev is UPDATE_IN_PROGRESS; waiting for it to end");
    // What happened before this command came is told as well.
    second.until_said("CREATE_IN_PROGRESS Work AWS::SQS::Queue");
    cloud.end("UPDATE_COMPLETE");
    cloud.until("the next operation", |state| state.actions[asked..].iter().any(|action| action == "ExecuteChangeSet"));
    cloud.end("UPDATE_COMPLETE");
    let (code, said) = second.ended();
    assert_eq!(code, 0, "{said}");
}
