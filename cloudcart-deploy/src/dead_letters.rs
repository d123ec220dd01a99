//! A dead-letter queue: what is in it, back to where it came from, or away.

use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, ListMessageMoveTasksResultEntry, Message, MessageSystemAttributeName,
    QueueAttributeName,
};

use crate::error::{Error, Result};
use crate::target::Target;

/// Messages of one receive call, the most that SQS gives.
const BATCH: i32 = 10;
/// Seconds for which a message stays hidden while the rest is looked at. It is released as soon as that is done.
const LOOK: i32 = 30;

/// Looks in a row that may fail before the end of a move is not waited for any more.
const MISSED: u32 = 15;

/// A message that could not be processed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// SQS's id of it.
    pub id: String,
    /// When it was first sent, in milliseconds since 1970.
    pub sent: i64,
    /// How often it was received, this look and every one before included.
    pub receives: u32,
    /// Its body.
    pub body: String,
}

/// What became of a redrive.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redriven {
    /// `COMPLETED`, `FAILED` or `CANCELLED`.
    pub status: String,
    /// Messages moved.
    pub moved: i64,
    /// Why it failed, when it did.
    pub reason: Option<String>,
}

/// How many messages are there, about: SQS counts approximately.
pub async fn depth(target: &Target, queue_url: &str) -> Result<u64> {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    Ok(attribute(target, queue_url, name).await?.parse().unwrap_or_default())
}

/// Up to `limit` messages, each left where it is.
pub async fn peek(target: &Target, queue_url: &str, limit: usize) -> Result<Vec<DeadLetter>> {
    let sqs = target.sqs();
    let mut seen: Vec<Message> = Vec::new();
    let outcome = loop {
        let wanted = limit.saturating_sub(seen.len()).min(usize::try_from(BATCH).unwrap_or(1));
        if wanted == 0 {
            break Ok(());
        }
        let answer = sqs
            .receive_message()
            .queue_url(queue_url)
            .max_number_of_messages(i32::try_from(wanted).unwrap_or(BATCH))
            .visibility_timeout(LOOK)
            // A short poll asks only some of SQS's servers and may miss messages; a long one asks all.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await;
        match answer.map_err(Error::aws("ReceiveMessage")) {
            Ok(answer) if answer.messages().is_empty() => break Ok(()),
            Ok(answer) => seen.extend(answer.messages.unwrap_or_default()),
            Err(error) => break Err(error),
        }
    };
    // Also after a failure: what was taken goes back before it is told.
    release(target, queue_url, &seen).await?;
    outcome.map(|()| seen.into_iter().map(letter).collect())
}

async fn release(target: &Target, queue_url: &str, messages: &[Message]) -> Result<()> {
    for batch in messages.chunks(usize::try_from(BATCH).unwrap_or(1)) {
        let handles = batch.iter().filter_map(|message| message.receipt_handle()).enumerate();
        // Only a missing id or handle fails to build, and both are given.
        let entries = handles.filter_map(|(index, handle)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder();
            entry.id(index.to_string()).receipt_handle(handle).visibility_timeout(0).build().ok()
        });
        let call = target.sqs().change_message_visibility_batch().queue_url(queue_url);
        let call = call.set_entries(Some(entries.collect()));
        call.send().await.map_err(Error::aws("ChangeMessageVisibilityBatch"))?;
    }
    Ok(())
}

fn letter(message: Message) -> DeadLetter {
    let number = |name: &MessageSystemAttributeName| -> i64 {
        message.attributes().and_then(|all| all.get(name)).and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    DeadLetter {
        sent: number(&MessageSystemAttributeName::SentTimestamp),
        receives: u32::try_from(number(&MessageSystemAttributeName::ApproximateReceiveCount)).unwrap_or_default(),
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
    }
}

/// Moves every message back to the queue it came from, and waits for the end of it. `moved` is told how many are moved so far. A
/// look that is throttled or dropped in passing is repeated: the move goes on without it.
pub async fn redrive(target: &Target, queue_url: &str, moved: &(dyn Fn(i64) + Sync)) -> Result<Redriven> {
    let sqs = target.sqs();
    let arn = attribute(target, queue_url, QueueAttributeName::QueueArn).await?;
    let destination = only_source(target, queue_url).await?;
    let task = sqs.start_message_move_task().source_arn(&arn).set_destination_arn(destination).send().await;
    task.map_err(Error::aws("StartMessageMoveTask"))?;
    let mut failures = 0;
    loop {
        let tasks = sqs.list_message_move_tasks().source_arn(&arn).max_results(1).send().await;
        let tasks = match tasks.map_err(Error::aws("ListMessageMoveTasks")) {
            Ok(tasks) => tasks,
            Err(error) if failures < MISSED && error.as_aws().is_some_and(crate::Aws::is_passing) => {
                failures += 1;
                tokio::time::sleep(Duration::from_secs(2)).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        failures = 0;
        match tasks.results().first() {
            Some(task) if !matches!(task.status(), Some("RUNNING" | "CANCELLING")) => return Ok(ended(task)),
            task => {
                moved(task.map_or(0, ListMessageMoveTasksResultEntry::approximate_number_of_messages_moved));
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// ARN of the queue whose dead letters come here, when there is just one. Named as the destination, it also takes messages
/// that somebody sent here by hand, whose source SQS cannot tell.
async fn only_source(target: &Target, queue_url: &str) -> Result<Option<String>> {
    let sources = target.sqs().list_dead_letter_source_queues().queue_url(queue_url).send().await;
    let sources = sources.map_err(Error::aws("ListDeadLetterSourceQueues"))?;
    match sources.queue_urls() {
        [source] => attribute(target, source, QueueAttributeName::QueueArn).await.map(Some),
        _ => Ok(None),
    }
}

fn ended(task: &ListMessageMoveTasksResultEntry) -> Redriven {
    Redriven {
        status: task.status().unwrap_or("COMPLETED").to_owned(),
        moved: task.approximate_number_of_messages_moved(),
        reason: task.failure_reason().map(str::to_owned),
    }
}

/// Deletes every message. There is no way back.
pub async fn purge(target: &Target, queue_url: &str) -> Result<()> {
    target.sqs().purge_queue().queue_url(queue_url).send().await.map_err(Error::aws("PurgeQueue")).map(|_| ())
}

async fn attribute(target: &Target, queue_url: &str, name: QueueAttributeName) -> Result<String> {
    let answer = target.sqs().get_queue_attributes().queue_url(queue_url).attribute_names(name.clone()).send().await;
    let answer = answer.map_err(Error::aws("GetQueueAttributes"))?;
    Ok(answer.attributes().and_then(|all| all.get(&name)).cloned().unwrap_or_default())
}
