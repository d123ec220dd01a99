//! Messages through a queue: sending, receiving, deleting, hiding and showing again.

use super::{
    engine::{Attempt, Engine, Queue, State, broken},
    errors, md5,
    message::{Attributes, Handle, NewMessage, attributes_to_json, parse_attributes},
};
use crate::{core::Core, error::AwsError, store::Writing};
use ring::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::{collections::HashSet, time::Duration};

/// How long FIFO queues remember what was sent, in milliseconds.
const DEDUPLICATION_INTERVAL: i64 = 300_000;

/// Most messages of one queue that may be in flight.
const MAX_IN_FLIGHT: i64 = 120_000;

/// Longest visibility timeout in seconds.
pub(super) const MAX_VISIBILITY: u32 = 43_200;

/// What a sender learns.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) message_id: String,
    pub(super) md5_of_body: String,
    pub(super) md5_of_attributes: Option<String>,
    pub(super) md5_of_system_attributes: Option<String>,
    pub(super) sequence: Option<String>,
}

/// A message that was taken.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) message_id: String,
    pub(super) handle: String,
    pub(super) body: String,
    pub(super) md5_of_body: String,
    pub(super) attributes: Attributes,
    /// System attributes by name.
    pub(super) system: std::collections::BTreeMap<String, String>,
}

/// A message's row.
struct Stored {
    seq: i64,
    id: String,
    body: String,
    md5: String,
    attributes: Option<String>,
    trace: Option<String>,
    sender: String,
    sent: i64,
    receives: i64,
    first_received: Option<i64>,
    source_arn: Option<String>,
    group: Option<String>,
    deduplication: Option<String>,
}

impl Stored {
    const COLUMNS: &str = "seq, id, body, md5, attributes, trace, sender, sent, receives, first_received, source_arn, \
                           message_group, deduplication";

    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            body: row.get(2)?,
            md5: row.get(3)?,
            attributes: row.get(4)?,
            trace: row.get(5)?,
            sender: row.get(6)?,
            sent: row.get(7)?,
            receives: row.get(8)?,
            first_received: row.get(9)?,
            source_arn: row.get(10)?,
            group: row.get(11)?,
            deduplication: row.get(12)?,
        })
    }
}

impl Engine {
    /// Checks a message against a queue's rules without sending it.
    pub(super) fn check(queue: &Queue, message: &NewMessage) -> Result<(), AwsError> {
        if message.body.is_empty() {
            return Err(errors::missing("MessageBody"));
        }
        let limit = queue.settings.max_size;
        if message.size() > usize::try_from(limit).unwrap_or(usize::MAX) {
            return Err(errors::invalid_value(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
            )));
        }
        message.check_contents()?;
        let text_ok = |text: &Option<String>| {
            text.as_ref()
                .is_none_or(|text| (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()))
        };
        for (parameter, text) in
            [("MessageGroupId", &message.group), ("MessageDeduplicationId", &message.deduplication)]
        {
            if !text_ok(text) {
                return Err(errors::invalid_value(format!(
                    "Value {} for parameter {parameter} is invalid. Reason: {parameter} can only include alphanumeric and \
                     punctuation characters. 1 to 128 in length.",
                    text.as_deref().unwrap_or_default()
                )));
            }
        }
        if queue.settings.fifo {
            if message.group.is_none() {
                return Err(errors::missing("MessageGroupId"));
            }
            if message.deduplication.is_none() && !queue.settings.content_deduplication {
                return Err(errors::invalid_value(
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                     explicitly",
                ));
            }
            if let Some(delay) = message.delay.filter(|delay| *delay != queue.settings.delay) {
                return Err(errors::invalid_value(format!(
                    "Value {delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not \
                     valid for this queue type."
                )));
            }
        } else if message.deduplication.is_some() {
            return Err(errors::invalid_value(
                "The request include parameter that is not valid for this queue type. Reason: MessageDeduplicationId.",
            ));
        }
        Ok(())
    }

    /// Sends messages that [`Engine::check`] accepted, in one transaction.
    pub(super) fn send(&self, queue_name: &str, messages: &[NewMessage]) -> Result<Vec<Sent>, AwsError> {
        let now = self.now();
        let mut state = self.state();
        let queue = state.queue(queue_name)?.clone();
        let transaction = begin(&mut state.connection)?;
        let sent = messages
            .iter()
            .map(|message| put(&transaction, &self.core, &queue, message, now))
            .collect::<Result<_, _>>()?;
        transaction.commit().map_err(broken)?;
        drop(state);
        queue.arrived.notify_waiters();
        Ok(sent)
    }

    /// Takes at most `max` messages that are visible now.
    pub(super) fn take(
        &self,
        state: &mut State,
        queue_name: &str,
        max: usize,
        visibility: Option<u32>,
    ) -> Result<Vec<Received>, AwsError> {
        let now = self.now();
        let queue = state.queue(queue_name)?.clone();
        let dead_letters = queue.settings.redrive.as_ref().and_then(|redrive| {
            Some((state.queue_by_arn(&redrive.target_arn)?.clone(), i64::from(redrive.max_receives)))
        });
        let hidden_until = now + i64::from(visibility.unwrap_or(queue.settings.visibility_timeout)) * 1000;
        let oldest = now - i64::from(queue.settings.retention) * 1000;
        let transaction = begin(&mut state.connection)?;
        expire(&transaction, &queue, oldest).map_err(broken)?;
        if in_flight(&transaction, &queue, now).map_err(broken)? >= MAX_IN_FLIGHT {
            return Err(errors::over_limit(format!(
                "Too many messages in flight: a queue holds at most {MAX_IN_FLIGHT}."
            )));
        }
        let mut taken = Vec::new();
        let mut rows = HashSet::new();
        let mut redriven = false;
        loop {
            // With a visibility timeout of 0 a taken message is visible again at once; it is still handed out once.
            let room = max - taken.len();
            let found = visible(&transaction, &queue, now, room + rows.len()).map_err(broken)?;
            let fresh: Vec<Stored> = found.into_iter().filter(|row| !rows.contains(&row.seq)).take(room).collect();
            let mut again = false;
            for row in fresh {
                match &dead_letters {
                    Some((target, limit)) if row.receives >= *limit => {
                        bury(&transaction, &queue, target, row.seq, now).map_err(broken)?;
                        redriven = true;
                        again = true;
                    }
                    _ => {
                        rows.insert(row.seq);
                        taken.push(hand_out(&transaction, &self.core, &queue, row, now, hidden_until)?);
                    }
                }
            }
            if !again || taken.len() >= max {
                break;
            }
        }
        transaction.commit().map_err(broken)?;
        if let Some((target, _)) = dead_letters.filter(|_| redriven) {
            target.arrived.notify_waiters();
        }
        Ok(taken)
    }

    /// Takes at most `max` messages, waiting up to `wait` for the first one.
    pub(super) async fn receive(
        &self,
        queue_name: &str,
        max: usize,
        visibility: Option<u32>,
        wait: Duration,
    ) -> Result<Vec<Received>, AwsError> {
        self.receive_again(queue_name, max, visibility, wait, None).await
    }

    /// The same. On a FIFO queue a receive that repeats the `attempt` of an earlier one within five minutes is given what
    /// that one was, with the same receipt handles, and hides it anew: its answer may have been lost on the way, and the
    /// messages' groups would be held until their visibility timeout. Not over a restart of the cloud.
    pub(super) async fn receive_again(
        &self,
        queue_name: &str,
        max: usize,
        visibility: Option<u32>,
        wait: Duration,
        attempt: Option<&str>,
    ) -> Result<Vec<Received>, AwsError> {
        let deadline = self.now().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let id = self.queue(queue_name)?.id;
        loop {
            let arrived = {
                let mut state = self.state();
                let queue = state.queue(queue_name)?;
                if queue.id != id {
                    // Deleted and made anew meanwhile: this receive belonged to the old one.
                    return Err(errors::queue_does_not_exist());
                }
                // The future counts from its creation, so what arrives after the look below still wakes it.
                let arrived = queue.arrived.clone().notified_owned();
                let fifo = queue.settings.fifo;
                let attempt = attempt.filter(|_| fifo).map(|attempt| (id, attempt.to_owned()));
                if let Some(attempt) = &attempt {
                    let again = self.repeat(&mut state, queue_name, attempt, visibility)?;
                    if !again.is_empty() {
                        return Ok(again);
                    }
                }
                let taken = match self.take(&mut state, queue_name, max, visibility) {
                    // Only who asks once and does not wait is told; a FIFO queue never tells.
                    Err(error) if error.code == "OverLimit" && (fifo || !wait.is_zero()) => Vec::new(),
                    taken => taken?,
                };
                if !taken.is_empty() {
                    if let Some(attempt) = attempt {
                        state.attempts.insert(attempt, Attempt { at: self.now(), received: taken.clone() });
                    }
                    return Ok(taken);
                }
                let now = self.now();
                if now >= deadline {
                    return Ok(taken);
                }
                let next = next_change(&state.connection, id, now).map_err(broken)?;
                let until = next.map_or(deadline, |next| next.min(deadline));
                (arrived, until)
            };
            let (arrived, until) = arrived;
            let sleep = self.core.clock.sleep_until_ms(until);
            tokio::select! {
                () = arrived => {}
                () = sleep => {}
            }
        }
    }

    /// What an earlier receive of this attempt was given and nobody has deleted, released or received since.
    fn repeat(
        &self,
        state: &mut State,
        queue_name: &str,
        attempt: &(i64, String),
        visibility: Option<u32>,
    ) -> Result<Vec<Received>, AwsError> {
        let now = self.now();
        state.attempts.retain(|_, one| now < one.at + DEDUPLICATION_INTERVAL);
        let Some(earlier) = state.attempts.get(attempt) else { return Ok(Vec::new()) };
        let queue = state.queue(queue_name)?;
        let hidden_until = now + i64::from(visibility.unwrap_or(queue.settings.visibility_timeout)) * 1000;
        let mut again = Vec::new();
        for message in &earlier.received {
            let handle = Handle::decode(&message.handle)?;
            let latest = receipt(&state.connection, queue, handle.row).map_err(broken)?;
            if latest.is_some_and(|latest| latest.receipt == handle.receive && latest.visible_at > now) {
                state
                    .connection
                    .prepare_cached("UPDATE messages SET visible_at = ?2, received = ?3 WHERE seq = ?1")
                    .and_then(|mut statement| statement.execute(params![handle.row, hidden_until, now]))
                    .map_err(broken)?;
                again.push(message.clone());
            }
        }
        Ok(again)
    }

    /// Deletes by receipt handle; a message that is gone is fine. A standard queue takes an older handle too.
    pub(super) fn remove(&self, queue_name: &str, handle: &str) -> Result<(), AwsError> {
        self.remove_all(queue_name, &[handle])?.into_iter().collect()
    }

    /// The same for several, in one transaction. Tells of each whether its handle is good; those that are not keep no other back.
    pub(super) fn remove_all(&self, queue_name: &str, handles: &[&str]) -> Result<Vec<Result<(), AwsError>>, AwsError> {
        let now = self.now();
        let mut state = self.state();
        let queue = state.queue(queue_name)?.clone();
        let transaction = begin(&mut state.connection)?;
        let removed = handles.iter().map(|handle| delete(&transaction, &queue, handle, now)).collect();
        transaction.commit().map_err(broken)?;
        drop(state);
        if queue.settings.fifo {
            // The rest of the group may go out now.
            queue.arrived.notify_waiters();
        }
        Ok(removed)
    }

    /// Sets how long from now a message in flight stays hidden; 0 shows it at once.
    pub(super) fn change_visibility(&self, queue_name: &str, handle: &str, seconds: u32) -> Result<(), AwsError> {
        if seconds > MAX_VISIBILITY {
            return Err(errors::out_of_range("VisibilityTimeout", seconds, 0, MAX_VISIBILITY.into()));
        }
        let now = self.now();
        let state = self.state();
        let queue = state.queue(queue_name)?;
        let parsed = Handle::decode(handle)?;
        if parsed.queue != queue.id {
            return Err(errors::invalid_handle(handle));
        }
        let Some(latest) = receipt(&state.connection, queue, parsed.row).map_err(broken)? else {
            return Err(unavailable(handle));
        };
        if latest.visible_at <= now {
            return Err(errors::not_in_flight());
        }
        if latest.receipt != parsed.receive {
            // Someone else holds the message now; an old handle must not take it away.
            return Err(unavailable(handle));
        }
        let until = now + i64::from(seconds) * 1000;
        if latest.received.is_some_and(|received| until - received > i64::from(MAX_VISIBILITY) * 1000) {
            return Err(errors::invalid_value(format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message \
                 is beyond the limit [{MAX_VISIBILITY} seconds]"
            )));
        }
        state
            .connection
            .prepare_cached("UPDATE messages SET visible_at = ?2 WHERE seq = ?1")
            .and_then(|mut statement| statement.execute(params![parsed.row, until]))
            .map_err(broken)?;
        queue.arrived.notify_waiters();
        Ok(())
    }
}

fn delete(transaction: &Writing<'_>, queue: &Queue, handle: &str, now: i64) -> Result<(), AwsError> {
    let parsed = Handle::decode(handle)?;
    if parsed.queue != queue.id {
        return Err(errors::invalid_handle(handle));
    }
    if queue.settings.fifo
        && let Some(latest) = receipt(transaction, queue, parsed.row).map_err(broken)?
        && (latest.receipt != parsed.receive || latest.visible_at <= now)
    {
        return Err(errors::invalid_value(format!(
            "Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        )));
    }
    transaction
        .prepare_cached("DELETE FROM messages WHERE seq = ?1 AND queue = ?2")
        .and_then(|mut statement| statement.execute(params![parsed.row, queue.id]))
        .map_err(broken)?;
    Ok(())
}

fn unavailable(handle: &str) -> AwsError {
    errors::invalid_value(format!(
        "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for \
         visibility timeout change."
    ))
}

/// Starts a transaction that may write.
pub(super) fn begin(connection: &mut Connection) -> Result<Writing<'_>, AwsError> {
    Writing::begin(connection).map_err(broken)
}

/// A FIFO queue's sequence number of a row.
fn sequence(seq: i64) -> String {
    format!("{seq:020}")
}

fn put(
    transaction: &Writing<'_>,
    core: &Core,
    queue: &Queue,
    message: &NewMessage,
    now: i64,
) -> Result<Sent, AwsError> {
    let mut sent = Sent {
        message_id: core.random.uuid(),
        md5_of_body: md5::of_body(&message.body),
        md5_of_attributes: md5::of_attributes(&message.attributes),
        md5_of_system_attributes: message.trace_header.as_ref().and_then(|trace| {
            let content = super::message::Content::Text(trace.clone());
            let value = super::message::AttributeValue { data_type: "String".to_owned(), content };
            md5::of_attributes(&Attributes::from([("AWSTraceHeader".to_owned(), value)]))
        }),
        sequence: None,
    };
    let deduplication = queue.settings.fifo.then(|| {
        message.deduplication.clone().unwrap_or_else(|| hex::encode(digest(&SHA256, message.body.as_bytes())))
    });
    let key = deduplication.as_ref().map(|id| {
        let group = message.group.as_deref().filter(|_| queue.settings.deduplicate_in_group);
        format!("{} {id}", group.unwrap_or_default())
    });
    if let Some(key) = &key
        && let Some((message_id, seq)) = known(transaction, queue.id, key, now).map_err(broken)?
    {
        sent.message_id = message_id;
        sent.sequence = Some(sequence(seq));
        return Ok(sent);
    }
    let delay = i64::from(message.delay.unwrap_or(queue.settings.delay)) * 1000;
    let attributes = (!message.attributes.is_empty())
        .then(|| serde_json::Value::Object(attributes_to_json(&message.attributes)).to_string());
    transaction
        .prepare_cached(
            "INSERT INTO messages (queue, id, body, md5, attributes, trace, sender, sent, visible_at, message_group,
                                   deduplication)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                queue.id,
                sent.message_id,
                message.body,
                sent.md5_of_body,
                attributes,
                message.trace_header,
                message.sender,
                now,
                now + delay,
                message.group,
                deduplication,
            ])
        })
        .map_err(broken)?;
    if let Some(key) = &key {
        let seq = transaction.last_insert_rowid();
        sent.sequence = Some(sequence(seq));
        transaction
            .prepare_cached("INSERT INTO deduplications (queue, key, at, message_id, seq) VALUES (?1, ?2, ?3, ?4, ?5)")
            .and_then(|mut statement| statement.execute(params![queue.id, key, now, sent.message_id, seq]))
            .map_err(broken)?;
    }
    Ok(sent)
}

/// The message that was sent under a deduplication key within the interval. It counts even when it was deleted since.
fn known(transaction: &Writing<'_>, queue: i64, key: &str, now: i64) -> Result<Option<(String, i64)>, rusqlite::Error> {
    transaction
        .prepare_cached("DELETE FROM deduplications WHERE queue = ?1 AND at <= ?2")?
        .execute(params![queue, now - DEDUPLICATION_INTERVAL])?;
    transaction
        .prepare_cached("SELECT message_id, seq FROM deduplications WHERE queue = ?1 AND key = ?2")?
        .query_row(params![queue, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Forgets messages that the queue has kept long enough.
pub(super) fn expire(connection: &Connection, queue: &Queue, oldest: i64) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent <= ?2")?
        .execute(params![queue.id, oldest])?;
    Ok(())
}

/// Messages in flight; 0 where there cannot be too many, which takes no counting.
fn in_flight(connection: &Connection, queue: &Queue, now: i64) -> Result<i64, rusqlite::Error> {
    let rows = "SELECT (SELECT max(seq) FROM messages) - (SELECT min(seq) FROM messages)";
    let rows: Option<i64> = connection.prepare_cached(rows)?.query_row([], |row| row.get(0))?;
    if rows.is_none_or(|rows| rows + 1 < MAX_IN_FLIGHT) {
        return Ok(0);
    }
    connection
        .prepare_cached("SELECT count(*) FROM messages WHERE queue = ?1 AND visible_at > ?2 AND in_flight = 1")?
        .query_row(params![queue.id, now], |row| row.get(0))
}

/// Messages that may go out now, in order. A FIFO group is held back while one of its messages is in flight, and behind an
/// earlier message that is still delayed.
fn visible(connection: &Connection, queue: &Queue, now: i64, limit: usize) -> Result<Vec<Stored>, rusqlite::Error> {
    let columns = Stored::COLUMNS;
    let sql = if queue.settings.fifo {
        format!(
            "SELECT {columns} FROM messages AS m WHERE queue = ?1 AND visible_at <= ?2 AND NOT EXISTS (
                 SELECT 1 FROM messages AS other WHERE other.queue = m.queue AND other.message_group = m.message_group
                 AND other.visible_at > ?2 AND (other.in_flight = 1 OR other.seq < m.seq)
             ) ORDER BY seq LIMIT ?3"
        )
    } else {
        format!(
            "SELECT {columns} FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY visible_at, seq LIMIT ?3"
        )
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection.prepare_cached(&sql)?.query_map(params![queue.id, now, limit], Stored::read)?.collect()
}

/// When a hidden message of the queue shows next.
fn next_change(connection: &Connection, queue: i64, now: i64) -> Result<Option<i64>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT min(visible_at) FROM messages WHERE queue = ?1 AND visible_at > ?2")?
        .query_row(params![queue, now], |row| row.get(0))
}

/// The latest receive of a message.
struct Latest {
    receipt: String,
    visible_at: i64,
    /// Not known of one by an earlier build.
    received: Option<i64>,
}

/// The latest receive of a message; `None` when the message is gone or never was received.
fn receipt(connection: &Connection, queue: &Queue, seq: i64) -> Result<Option<Latest>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT receipt, visible_at, received FROM messages WHERE seq = ?1 AND queue = ?2 AND receipt IS NOT NULL",
        )?
        .query_row(params![seq, queue.id], |row| {
            Ok(Latest { receipt: row.get(0)?, visible_at: row.get(1)?, received: row.get(2)? })
        })
        .optional()
}

/// Moves a message that was received too often into the dead-letter queue. Its age counts on from its first enqueueing on
/// standard queues, and anew on FIFO queues.
fn bury(transaction: &Writing<'_>, queue: &Queue, target: &Queue, seq: i64, now: i64) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached(
            "UPDATE messages SET queue = ?2, visible_at = ?3, in_flight = 0, receipt = NULL, source_arn = ?4,
                                 sent = CASE WHEN ?5 THEN ?3 ELSE sent END
             WHERE seq = ?1",
        )?
        .execute(params![seq, target.id, now, queue.arn, queue.settings.fifo])?;
    Ok(())
}

fn hand_out(
    transaction: &Writing<'_>,
    core: &Core,
    queue: &Queue,
    row: Stored,
    now: i64,
    hidden_until: i64,
) -> Result<Received, AwsError> {
    let receive = core.random.hex(16);
    transaction
        .prepare_cached(
            "UPDATE messages SET visible_at = ?2, in_flight = 1, receives = receives + 1, receipt = ?3,
                                 received = ?4, first_received = coalesce(first_received, ?4)
             WHERE seq = ?1",
        )
        .and_then(|mut statement| statement.execute(params![row.seq, hidden_until, receive, now]))
        .map_err(broken)?;
    let mut system = std::collections::BTreeMap::from([
        ("SenderId", row.sender),
        ("SentTimestamp", row.sent.to_string()),
        ("ApproximateReceiveCount", (row.receives + 1).to_string()),
        ("ApproximateFirstReceiveTimestamp", row.first_received.unwrap_or(now).to_string()),
    ]);
    let optional = [
        ("AWSTraceHeader", row.trace),
        ("MessageGroupId", row.group),
        ("MessageDeduplicationId", row.deduplication),
        ("DeadLetterQueueSourceArn", row.source_arn),
        ("SequenceNumber", queue.settings.fifo.then(|| sequence(row.seq))),
    ];
    system.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let attributes = match row.attributes {
        Some(text) => parse_attributes(&serde_json::from_str(&text).map_err(|error| AwsError::internal(&error))?)?,
        None => Attributes::new(),
    };
    Ok(Received {
        message_id: row.id,
        handle: Handle { queue: queue.id, row: row.seq, receive }.encode(),
        body: row.body,
        md5_of_body: row.md5,
        attributes,
        system: system.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}
