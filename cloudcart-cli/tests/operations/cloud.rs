//! A CloudFormation that works as slowly as a test wants: operations go on until the test ends them, or a cancellation does.
//! Behind the same port stand just enough of STS and S3 for a deployment.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

const ARN: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/cloudcart-dev/0001";

#[derive(Default)]
pub(crate) struct State {
    /// The stack's status; empty if there is none.
    pub(crate) status: String,
    /// `Action`s in the order in which they came.
    pub(crate) actions: Vec<String>,
    pub(crate) change_sets: Vec<String>,
    /// Oldest first: logical id, type, status, reason, seconds.
    events: Vec<(String, String, String, String, u32)>,
    clock: u32,
}

impl State {
    fn event(&mut self, id: &str, kind: &str, status: &str, reason: &str) {
        self.clock += 1;
        self.events.push((id.to_owned(), kind.to_owned(), status.to_owned(), reason.to_owned(), self.clock));
    }

    fn stack(&mut self, status: &str, reason: &str) {
        status.clone_into(&mut self.status);
        self.event("cloudcart-dev", "AWS::CloudFormation::Stack", status, reason);
    }
}

pub(crate) struct Cloud {
    pub(crate) endpoint: String,
    state: Arc<Mutex<State>>,
}

impl Cloud {
    /// A cloud with a stack in that status, or none.
    pub(crate) fn new(status: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { status: status.to_owned(), ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that hangs up ends its own thread alone.
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { endpoint, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Waits until the service was asked for that.
    pub(crate) fn until_asked(&self, action: &str) {
        self.until(action, |state| state.actions.iter().any(|asked| asked == action));
    }

    pub(crate) fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !holds(&self.state()) {
            assert!(Instant::now() < deadline, "not in time: {what}; {:?}", self.state().actions);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the operation that is under way.
    pub(crate) fn end(&self, status: &str) {
        self.state().stack(status, "");
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let Some((head, body)) = request(&mut reader) else { return };
        let (status, text) = answer(&head, &body, state);
        // A HEAD has no body, and every answer says how long it would be.
        let body = if head.starts_with("HEAD ") { "" } else { &text };
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn request(reader: &mut impl std::io::BufRead) -> Option<(String, String)> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}

fn answer(head: &str, body: &str, state: &Mutex<State>) -> (u16, String) {
    let form: BTreeMap<&str, &str> = body.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let Some(action) = form.get("Action") else {
        // S3: the bucket is there, and has none of the features of one.
        let there = head.starts_with("HEAD ");
        return if there { (200, String::new()) } else { not_offered("S3") };
    };
    let mut state = state.lock().unwrap();
    state.actions.push((*action).to_owned());
    let name = form.get("ChangeSetName").copied().unwrap_or_default();
    let name = name.rsplit("%2F").next().unwrap_or(name).to_owned();
    let result = match *action {
        "GetCallerIdentity" => "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/x</Arn>".to_owned(),
        "DescribeStacks" if state.status.is_empty() => return error("Stack with id cloudcart-dev does not exist"),
        "DescribeStacks" => format!(
            "<Stacks><member><StackId>{ARN}</StackId><StackName>cloudcart-dev</StackName>\
             <CreationTime>2026-03-02T12:00:00Z</CreationTime><StackStatus>{}</StackStatus></member></Stacks>",
            state.status
        ),
        "CreateChangeSet" => {
            if state.status.is_empty() {
                state.stack("REVIEW_IN_PROGRESS", "User Initiated");
            }
            state.change_sets.push(name.clone());
            format!("<Id>arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{name}</Id><StackId>{ARN}</StackId>")
        }
        "DescribeChangeSet" if !state.change_sets.contains(&name) => return missing(&name),
        "DescribeChangeSet" => format!(
            "<ChangeSetName>{name}</ChangeSetName><StackId>{ARN}</StackId><Status>CREATE_COMPLETE</Status>\
             <ExecutionStatus>AVAILABLE</ExecutionStatus><Changes><member><Type>Resource</Type><ResourceChange>\
             <Action>Add</Action><LogicalResourceId>Work</LogicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType>\
             </ResourceChange></member></Changes>"
        ),
        "ListChangeSets" => {
            let sets: Vec<String> = state
                .change_sets
                .iter()
                .map(|name| format!("<member><ChangeSetName>{name}</ChangeSetName></member>"))
                .collect();
            format!("<Summaries>{}</Summaries>", sets.concat())
        }
        "DeleteChangeSet" => {
            state.change_sets.retain(|known| *known != name);
            String::new()
        }
        "ExecuteChangeSet" => {
            let status = if state.status == "REVIEW_IN_PROGRESS" { "CREATE" } else { "UPDATE" };
            state.change_sets.clear();
            state.stack(&format!("{status}_IN_PROGRESS"), "User Initiated");
            state.event("Work", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", "");
            String::new()
        }
        "CancelUpdateStack" => {
            state.stack("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated");
            state.event("Work", "AWS::SQS::Queue", "CREATE_FAILED", "Resource creation cancelled");
            String::new()
        }
        "DeleteStack" => {
            let status = if state.status == "REVIEW_IN_PROGRESS" { "DELETE_COMPLETE" } else { "DELETE_IN_PROGRESS" };
            state.stack(status, "User Initiated");
            String::new()
        }
        "DescribeStackEvents" => {
            let events: Vec<String> = state.events.iter().rev().map(event).collect();
            format!("<StackEvents>{}</StackEvents>", events.concat())
        }
        other => return not_offered(other),
    };
    let text = format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>");
    (200, text)
}

fn event((id, kind, status, reason, seconds): &(String, String, String, String, u32)) -> String {
    let physical = if id == "cloudcart-dev" { ARN } else { "" };
    format!(
        "<member><StackId>{ARN}</StackId><EventId>{id}-{seconds}</EventId><StackName>cloudcart-dev</StackName>\
         <LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
         <ResourceType>{kind}</ResourceType><Timestamp>2026-03-02T12:00:{seconds:02}Z</Timestamp>\
         <ResourceStatus>{status}</ResourceStatus><ResourceStatusReason>{reason}</ResourceStatusReason></member>"
    )
}

fn error(message: &str) -> (u16, String) {
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    (400, text)
}

fn not_offered(what: &str) -> (u16, String) {
    let text =
        format!("<ErrorResponse><Error><Code>NotImplemented</Code><Message>{what}</Message></Error></ErrorResponse>");
    (501, text)
}

fn missing(name: &str) -> (u16, String) {
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ChangeSetNotFound</Code><Message>ChangeSet [{name}] does not exist\
         </Message></Error></ErrorResponse>"
    );
    (404, text)
}
