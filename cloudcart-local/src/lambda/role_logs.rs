//! Writes a function's log by the rights of the function's role, as Lambda does: the function runs without them, and its
//! lines are lost.
//! Source: "Sending Lambda function logs to CloudWatch Logs", on permissions. Which resource each action is asked on is
//! that of AWS's own denials: a stream for `CreateLogStream` and `PutLogEvents`, `…:log-group:<name>:log-stream:` for
//! `CreateLogGroup`.

use super::rights::Rights;
use crate::ports::LogSink;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// The log of one execution environment.
pub(super) struct RoleLogs {
    sink: Arc<dyn LogSink>,
    rights: Rights,
    /// Group and stream were made, which takes rights of its own.
    made: AtomicBool,
    /// When the rights to write on were there: asking with every line would be a twentieth of what a cloud under load does.
    granted: Mutex<Option<(u64, i64)>>,
    /// What the last warning was about: one that repeats with every line would bury the log.
    told: Mutex<Option<&'static str>>,
}

impl RoleLogs {
    pub(super) fn new(sink: Arc<dyn LogSink>, rights: Rights) -> Self {
        Self { sink, rights, made: AtomicBool::new(false), granted: Mutex::default(), told: Mutex::default() }
    }

    /// The action that the role lacks, and on what.
    fn lacks(&self, group: &str, stream: &str) -> Option<(&'static str, String)> {
        let group_arn = self.rights.core.arn("logs", &format!("log-group:{group}"));
        let stream_arn = format!("{group_arn}:log-stream:{stream}");
        let mut needs = Vec::new();
        if !self.made.load(Ordering::Relaxed) {
            if !self.sink.has_group(group) {
                needs.push(("logs:CreateLogGroup", format!("{group_arn}:log-stream:")));
            }
            needs.push(("logs:CreateLogStream", stream_arn.clone()));
        }
        needs.push(("logs:PutLogEvents", stream_arn));
        needs.into_iter().find(|(action, resource)| !self.rights.allow(action, resource, None))
    }
}

impl LogSink for RoleLogs {
    fn append(&self, group: &str, stream: &str, events: &[(i64, String)]) {
        let version = self.rights.version();
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = version.is_some() && *granted == version;
        let lacks = (self.rights.are_looked_at() && !known).then(|| self.lacks(group, stream)).flatten();
        *granted = version.filter(|_| lacks.is_none());
        drop(granted);
        if let Some((action, _)) = &lacks {
            let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).replace(action);
            // What is let through makes the group, and the next right is missed then: one of them is told.
            if told.is_none_or(|told| self.rights.are_enforced() && told != *action) {
                // The statement names the group: the streams of a function are many.
                let group_arn = self.rights.core.arn("logs", &format!("log-group:{group}:*"));
                self.rights.warn("the function's log lines are lost", action, &group_arn);
            }
            if self.rights.are_enforced() {
                return;
            }
        }
        self.made.store(true, Ordering::Relaxed);
        self.sink.append(group, stream, events);
    }

    fn has_group(&self, group: &str) -> bool {
        self.sink.has_group(group)
    }
}
