//! The services around Lambda, as small as they can be.

use async_trait::async_trait;
use bytes::Bytes;
use cloudcart_local::{
    error::AwsError,
    iam::policy::Policy,
    ports::{Identities, LogSink, ObjectSource, QueueFacts, QueueMessage, QueueSend, QueueSource, RoleCredentials},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Keeps every line.
#[derive(Default)]
pub(crate) struct Logs {
    pub(crate) lines: Mutex<Vec<Line>>,
}

/// One log event.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) group: String,
    pub(crate) stream: String,
    pub(crate) message: String,
}

impl LogSink for Logs {
    fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        self.lines.lock().unwrap().extend(events.iter().map(|(_, message)| Line {
            group: group.to_owned(),
            stream: stream.to_owned(),
            message: message.clone(),
        }));
    }
}

impl Logs {
    pub(crate) fn messages(&self) -> Vec<String> {
        self.lines.lock().unwrap().iter().map(|line| line.message.clone()).collect()
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.messages().iter().any(|message| message.contains(text))
    }

    pub(crate) fn count(&self, text: &str) -> usize {
        self.messages().iter().filter(|message| message.contains(text)).count()
    }
}

/// Trusts every role that is not called `stranger`, and allows every action that is not denied.
#[derive(Default)]
pub(crate) struct Roles {
    pub(crate) denied: Mutex<HashSet<String>>,
}

impl Identities for Roles {
    fn assume(&self, role_arn: &str, session: &str, service: &str) -> Result<RoleCredentials, AwsError> {
        if role_arn.ends_with("stranger") || service != "lambda.amazonaws.com" {
            return Err(AwsError::new(403, "AccessDenied", "no trust"));
        }
        Ok(RoleCredentials {
            access_key_id: format!("ASIA{session}"),
            secret_access_key: "secret".to_owned(),
            session_token: "token".to_owned(),
        })
    }

    fn role_allows(&self, _role_arn: &str, action: &str, _resource: &str) -> bool {
        !self.denied.lock().unwrap().contains(action)
    }

    fn session_allows(&self, role: &str, _session: &str, action: &str, resource: &str, _: Option<&Policy>) -> bool {
        self.role_allows(role, action, resource)
    }
}

/// Objects in memory.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) objects: Mutex<HashMap<String, Bytes>>,
}

#[async_trait]
impl ObjectSource for Objects {
    async fn object(&self, bucket: &str, key: &str) -> Result<Bytes, AwsError> {
        let objects = self.objects.lock().unwrap();
        objects
            .get(&format!("{bucket}/{key}"))
            .cloned()
            .ok_or_else(|| AwsError::new(404, "NoSuchKey", "The specified key does not exist."))
    }
}

/// One queue in memory. Hidden messages stay hidden: that they were neither deleted nor released is what tests look at.
pub(crate) struct Queue {
    pub(crate) visibility: AtomicU32,
    pub(crate) broken: AtomicBool,
    pub(crate) receives: AtomicU32,
    state: Mutex<QueueState>,
    arrived: Notify,
}

#[derive(Default)]
struct QueueState {
    visible: Vec<(String, String)>,
    hidden: BTreeMap<String, String>,
    deleted: Vec<String>,
    sent: u32,
}

/// The queue's ARN.
pub(crate) const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:orders";

impl Default for Queue {
    fn default() -> Self {
        Self {
            visibility: AtomicU32::new(30),
            broken: AtomicBool::new(false),
            receives: AtomicU32::new(0),
            state: Mutex::default(),
            arrived: Notify::new(),
        }
    }
}

impl Queue {
    pub(crate) fn send(&self, bodies: &[&str]) {
        let mut state = self.state.lock().unwrap();
        for body in bodies {
            state.sent += 1;
            let id = format!("m{}", state.sent);
            state.visible.push((id, (*body).to_owned()));
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Bodies of deleted messages, sorted.
    pub(crate) fn deleted(&self) -> Vec<String> {
        let mut bodies = self.state.lock().unwrap().deleted.clone();
        bodies.sort();
        bodies
    }

    /// Bodies of messages in flight, sorted.
    pub(crate) fn hidden(&self) -> Vec<String> {
        let mut bodies: Vec<String> = self.state.lock().unwrap().hidden.values().cloned().collect();
        bodies.sort();
        bodies
    }

    pub(crate) fn visible(&self) -> usize {
        self.state.lock().unwrap().visible.len()
    }
}

#[async_trait]
impl QueueSource for Queue {
    fn facts(&self, queue_arn: &str) -> Option<QueueFacts> {
        let visibility_timeout = self.visibility.load(Ordering::SeqCst);
        (queue_arn == QUEUE).then_some(QueueFacts { visibility_timeout, fifo: false })
    }

    async fn receive(&self, queue_arn: &str, max: usize, wait: Duration) -> Result<Vec<QueueMessage>, AwsError> {
        assert_eq!(queue_arn, QUEUE);
        assert!((1..=10).contains(&max));
        self.receives.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            return Err(AwsError::new(500, "InternalFailure", "the queue is broken"));
        }
        let until = tokio::time::Instant::now() + wait;
        loop {
            let taken: Vec<QueueMessage> = {
                let mut state = self.state.lock().unwrap();
                let count = state.visible.len().min(max);
                let taken: Vec<(String, String)> = state.visible.drain(..count).collect();
                taken
                    .into_iter()
                    .map(|(id, body)| {
                        state.hidden.insert(format!("r-{id}"), body.clone());
                        QueueMessage {
                            receipt_handle: format!("r-{id}"),
                            message_id: id,
                            body,
                            attributes: BTreeMap::new(),
                            message_attributes: serde_json::Map::new(),
                            md5_of_body: String::new(),
                            md5_of_message_attributes: None,
                        }
                    })
                    .collect()
            };
            if !taken.is_empty() {
                return Ok(taken);
            }
            if tokio::time::timeout_at(until, self.arrived.notified()).await.is_err() {
                return Ok(Vec::new());
            }
        }
    }

    fn send(&self, _queue_arn: &str, message: QueueSend) -> Result<(), AwsError> {
        Self::send(self, &[&message.body]);
        Ok(())
    }

    fn delete(&self, _queue_arn: &str, receipt_handles: &[String]) -> Result<(), AwsError> {
        let mut state = self.state.lock().unwrap();
        for handle in receipt_handles {
            if let Some(body) = state.hidden.remove(handle) {
                state.deleted.push(body);
            }
        }
        Ok(())
    }

    fn change_visibility(&self, _queue_arn: &str, receipt_handle: &str, seconds: u32) -> Result<(), AwsError> {
        assert_eq!(seconds, 0);
        let mut state = self.state.lock().unwrap();
        if let Some(body) = state.hidden.remove(receipt_handle) {
            state.visible.push((receipt_handle.trim_start_matches("r-").to_owned(), body));
        }
        Ok(())
    }
}
