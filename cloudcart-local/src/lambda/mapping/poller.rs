//! Receives from one queue, invokes the function with batches, and deletes what was done.

use super::{
    super::{
        dispatcher::{DispatchError, Dispatcher, Request, SYNC_LIMIT},
        rights::Rights,
    },
    MappingRecord, batch,
    filter::Filter,
};
use crate::{
    error::AwsError,
    ports::{InvokeOutcome, QueueMessage, QueueSource},
};
use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::sync::{Semaphore, watch};

/// The longest receive.
const LONG_POLL: Duration = Duration::from_secs(20);
/// Messages that one receive gives at most.
const RECEIVE_MAX: usize = 10;
/// Batches that Lambda works on at once when a queue's messages begin to arrive; it goes up from there, which is not imitated.
/// Source: "Configuring scaling behavior for SQS event source mappings".
const AT_FIRST: usize = 5;
/// Waits after errors: doubled from the first to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// The poller of one mapping. One receive is outstanding at a time; batches are worked on side by side.
pub(super) struct Poller {
    shared: Arc<Shared>,
    concurrency: usize,
}

struct Shared {
    dispatcher: Arc<Dispatcher>,
    queues: Arc<dyn QueueSource>,
    mapping: MappingRecord,
    filters: Vec<Filter>,
    stopped: watch::Receiver<bool>,
}

impl Poller {
    /// Without a maximum of its own a mapping has as many batches at once as Lambda begins with, and never more than half of
    /// all environments, so that a long backlog does not throttle every synchronous caller.
    pub(super) fn new(
        dispatcher: Arc<Dispatcher>,
        queues: Arc<dyn QueueSource>,
        mapping: &MappingRecord,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        let environments = dispatcher.options.max_environments;
        let concurrency = match mapping.settings.max_concurrency {
            Some(most) => environments.min(most as usize),
            None => AT_FIRST.min(environments / 2),
        };
        let filters = mapping.settings.filters.iter().filter_map(|pattern| Filter::parse(pattern).ok()).collect();
        let mapping = mapping.clone();
        Self {
            shared: Arc::new(Shared { dispatcher, queues, mapping, filters, stopped }),
            concurrency: concurrency.max(1),
        }
    }

    /// Polls until the mapping is stopped or the cloud is. Messages that were collected but not handed over are released.
    pub(super) async fn run(self) {
        let shared = self.shared;
        let permits = Arc::new(Semaphore::new(self.concurrency));
        let mut errors = 0;
        loop {
            let permit = tokio::select! {
                biased;
                () = shared.stopping() => return,
                permit = Arc::clone(&permits).acquire_owned() => permit,
            };
            let Ok(permit) = permit else { return };
            let mut messages = Vec::new();
            let collected = tokio::select! {
                biased;
                () = shared.stopping() => None,
                collected = shared.collect(&mut messages) => Some(collected),
            };
            match collected {
                None => {
                    shared.release(&messages);
                    return;
                }
                Some(Ok(())) => errors = 0,
                Some(Err(error)) => {
                    tracing::warn!(mapping = shared.mapping.uuid, queue = shared.mapping.queue_arn, %error, "receiving failed");
                    errors += 1;
                    shared.pause(errors).await;
                }
            }
            if !messages.is_empty() {
                let worker = Arc::clone(&shared);
                shared.dispatcher.spawn(async move {
                    worker.work(messages).await;
                    drop(permit);
                });
            }
        }
    }
}

impl Shared {
    /// Completes when the mapping or the cloud is stopping.
    async fn stopping(&self) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            // The other end is dropped when the mapping is changed or deleted.
            _ = stopped.wait_for(|stop| *stop) => {}
            () = self.dispatcher.stopping() => {}
        }
    }

    /// Fills `messages` with one batch: what is there at once, or within the batching window as many as fit.
    async fn collect(&self, messages: &mut Vec<QueueMessage>) -> Result<(), AwsError> {
        let settings = &self.mapping.settings;
        let size = settings.batch_size as usize;
        if !self.permitted("the queue is not polled", "sqs:ReceiveMessage")? {
            return Err(AwsError::bad_request("AccessDenied", "the function's role may not poll the queue"));
        }
        let clock = &self.dispatcher.core.clock;
        messages.extend(self.queues.receive(&self.mapping.queue_arn, size.min(RECEIVE_MAX), LONG_POLL).await?);
        if messages.is_empty() || settings.window == 0 {
            return Ok(());
        }
        let until = clock.now() + Duration::from_secs(settings.window.into());
        let mut bytes: usize = messages.iter().map(|message| message.body.len()).sum();
        while messages.len() < size && bytes < SYNC_LIMIT {
            let left = until.saturating_sub(clock.now());
            if left.is_zero() {
                break;
            }
            let most = (size - messages.len()).min(RECEIVE_MAX);
            let more = self.queues.receive(&self.mapping.queue_arn, most, left.min(LONG_POLL)).await?;
            bytes += more.iter().map(|message| message.body.len()).sum::<usize>();
            messages.extend(more);
        }
        Ok(())
    }

    /// Whether the function's role, as it is now, may do that to the queue.
    fn permitted(&self, what: &str, action: &str) -> Result<bool, AwsError> {
        let Some(function) = self.dispatcher.function(&self.mapping.function) else {
            return Err(AwsError::bad_request("ResourceNotFoundException", "the mapping's function is gone"));
        };
        let queue = &self.mapping.queue_arn;
        let policy = self.queues.policy(queue);
        Ok(Rights::of(&self.dispatcher, &function.record).permit(what, action, queue, policy.as_ref()))
    }

    /// Works on one batch.
    async fn work(&self, messages: Vec<QueueMessage>) {
        let region = &self.dispatcher.core.region;
        let mut records = Vec::with_capacity(messages.len());
        let mut unwanted = Vec::new();
        for message in messages {
            let record = batch::record(&message, &self.mapping.queue_arn, region);
            if self.filters.is_empty() || self.filters.iter().any(|filter| filter.matches(&record)) {
                records.push((message, record.to_string()));
            } else {
                unwanted.push(message.receipt_handle);
            }
        }
        self.delete(&unwanted);
        for (messages, event) in batch::cut(records, SYNC_LIMIT) {
            let Some(outcome) = self.invoke(Bytes::from(event)).await else { continue };
            if outcome.function_error.is_some() {
                // Lambda leaves them hidden until their visibility timeout; the queue counts the receive.
                tracing::debug!(
                    mapping = self.mapping.uuid,
                    request_id = outcome.request_id,
                    "the function failed a batch"
                );
                continue;
            }
            let done = if self.mapping.settings.report_item_failures {
                batch::done(&messages, &outcome.payload)
            } else {
                Ok(messages.iter().collect())
            };
            match done {
                Ok(done) => {
                    let handles: Vec<String> = done.iter().map(|message| message.receipt_handle.clone()).collect();
                    self.delete(&handles);
                }
                Err(reason) => {
                    let function = &self.mapping.function;
                    tracing::warn!(
                        function,
                        reason,
                        "a partial batch response cannot be read, so the whole batch has failed"
                    );
                }
            }
        }
    }

    /// Invokes; while the function is throttled, tries again until the messages would become visible by themselves.
    async fn invoke(&self, payload: Bytes) -> Option<InvokeOutcome> {
        let clock = &self.dispatcher.core.clock;
        let visible = self.queues.facts(&self.mapping.queue_arn).map_or(0, |facts| facts.visibility_timeout);
        let until = clock.now() + Duration::from_secs(visible.into());
        let mut throttled = 0;
        loop {
            let request = Request {
                function: self.mapping.function.clone(),
                payload: payload.clone(),
                trace_id: None,
                client_context: None,
                tail: false,
            };
            match self.dispatcher.invoke(request).await {
                Ok(outcome) => return Some(outcome),
                Err(DispatchError::Throttled { .. }) if clock.now() < until => {
                    throttled += 1;
                    tokio::select! {
                        biased;
                        () = self.stopping() => return None,
                        () = self.pause(throttled) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(function = self.mapping.function, %error, "a batch could not be handed over");
                    return None;
                }
            }
        }
    }

    async fn pause(&self, errors: u32) {
        let (first, last) = BACK_OFF;
        let wait = first.saturating_mul(1 << errors.saturating_sub(1).min(10)).min(last);
        tokio::select! {
            biased;
            () = self.stopping() => {}
            () = self.dispatcher.core.clock.sleep(wait) => {}
        }
    }

    fn delete(&self, handles: &[String]) {
        // Of a function that was deleted meanwhile the role is not known; what it did is done all the same.
        let what = "messages that were worked on come again";
        if handles.is_empty() || !self.permitted(what, "sqs:DeleteMessage").unwrap_or(true) {
            return;
        }
        if let Err(error) = self.queues.delete(&self.mapping.queue_arn, handles) {
            tracing::error!(queue = self.mapping.queue_arn, %error, "messages that were worked on could not be deleted");
        }
    }

    fn release(&self, messages: &[QueueMessage]) {
        for message in messages {
            if let Err(error) = self.queues.change_visibility(&self.mapping.queue_arn, &message.receipt_handle, 0) {
                tracing::warn!(queue = self.mapping.queue_arn, %error, "a message could not be released");
            }
        }
    }
}
