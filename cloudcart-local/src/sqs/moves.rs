//! Message move tasks: bringing messages back out of a dead-letter queue.
//!
//! Source: the SQS API reference, `StartMessageMoveTask`. A moved message is a new one: new id, new enqueue time, received
//! never. A task moves what was visible when it started, so a message that fails again is not carried in a circle.

use super::{
    delivery::{begin, expire},
    engine::{Engine, State, broken},
    errors,
};
use crate::error::AwsError;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Messages moved in one transaction when no rate is set.
const BATCH: u32 = 100;

/// Highest rate that a caller may ask for, in messages per second.
const MAX_RATE: u32 = 500;

/// A task as `ListMessageMoveTasks` shows it.
#[derive(Debug, Clone)]
pub(super) struct MoveTask {
    id: String,
    source_arn: String,
    destination_arn: Option<String>,
    rate: Option<u32>,
    status: String,
    moved: i64,
    to_move: i64,
    started: i64,
    failure: Option<String>,
}

impl MoveTask {
    const COLUMNS: &str = "id, source_arn, destination_arn, rate, status, moved, to_move, started, failure";

    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            source_arn: row.get(1)?,
            destination_arn: row.get(2)?,
            rate: row.get(3)?,
            status: row.get(4)?,
            moved: row.get(5)?,
            to_move: row.get(6)?,
            started: row.get(7)?,
            failure: row.get(8)?,
        })
    }

    /// The handle that clients cancel with.
    pub(super) fn handle(&self) -> String {
        BASE64.encode(json!({ "taskId": self.id, "sourceArn": self.source_arn }).to_string())
    }

    /// The task as the API gives it. Only a running task has a handle.
    pub(super) fn to_json(&self) -> Value {
        let mut shown = json!({
            "Status": self.status,
            "SourceArn": self.source_arn,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": self.started,
        });
        if self.status == "RUNNING" {
            shown["TaskHandle"] = json!(self.handle());
        }
        if let Some(arn) = &self.destination_arn {
            shown["DestinationArn"] = json!(arn);
        }
        if let Some(rate) = self.rate {
            shown["MaxNumberOfMessagesPerSecond"] = json!(rate);
        }
        if let Some(failure) = &self.failure {
            shown["FailureReason"] = json!(failure);
        }
        shown
    }
}

/// Task id and source ARN inside a handle.
pub(super) fn decode_handle(handle: &str) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(&BASE64.decode(handle).ok()?).ok()?;
    Some((value["taskId"].as_str()?.to_owned(), value["sourceArn"].as_str()?.to_owned()))
}

/// What a step of a task leaves to do.
enum Step {
    More,
    Done,
}

impl Engine {
    /// Records a task and starts it.
    pub(super) fn start_move(
        self: &Arc<Self>,
        source_arn: &str,
        destination_arn: Option<&str>,
        rate: Option<u32>,
    ) -> Result<MoveTask, AwsError> {
        if let Some(rate) = rate.filter(|rate| !(1..=MAX_RATE).contains(rate)) {
            return Err(errors::out_of_range("MaxNumberOfMessagesPerSecond", rate, 1, MAX_RATE.into()));
        }
        let now = self.now();
        let state = self.state();
        let absent =
            || errors::resource_not_found("The resource that you specified for the SourceArn parameter doesn't exist.");
        let source = state.queue_by_arn(source_arn).ok_or_else(absent)?;
        let is_dead_letter_queue = state
            .queues
            .values()
            .any(|queue| queue.settings.redrive.as_ref().is_some_and(|redrive| redrive.target_arn == source_arn));
        if !is_dead_letter_queue {
            return Err(errors::invalid_value("Source queue must be configured as a Dead Letter Queue."));
        }
        if let Some(arn) = destination_arn {
            let destination = state.queue_by_arn(arn).ok_or_else(|| {
                errors::resource_not_found(
                    "The resource that you specified for the DestinationArn parameter doesn't exist.",
                )
            })?;
            if destination.id == source.id {
                return Err(errors::invalid_value("Source queue arn and destination queue arn cannot be same."));
            }
            if destination.settings.fifo != source.settings.fifo {
                return Err(errors::invalid_value("Source and destination must be of the same queue type."));
            }
        }
        if tasks_of(&state, source_arn).map_err(broken)?.iter().any(|task| task.status == "RUNNING") {
            return Err(errors::unsupported(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
            ));
        }
        let to_move = state
            .connection
            .query_row(
                "SELECT count(*) FROM messages WHERE queue = ?1 AND visible_at <= ?2",
                params![source.id, now],
                |row| row.get(0),
            )
            .map_err(broken)?;
        let task = MoveTask {
            id: self.core.random.uuid(),
            source_arn: source_arn.to_owned(),
            destination_arn: destination_arn.map(str::to_owned),
            rate,
            status: "RUNNING".to_owned(),
            moved: 0,
            to_move,
            started: now,
            failure: None,
        };
        state
            .connection
            .execute(
                "INSERT INTO move_tasks (id, source_arn, destination_arn, rate, status, moved, to_move, started)
                 VALUES (?1, ?2, ?3, ?4, 'RUNNING', 0, ?5, ?6)",
                params![task.id, task.source_arn, task.destination_arn, task.rate, task.to_move, task.started],
            )
            .map_err(broken)?;
        drop(state);
        self.run_move(task.id.clone(), rate);
        Ok(task)
    }

    /// Starts again the tasks that were under way when the cloud stopped.
    pub(super) fn resume_moves(self: &Arc<Self>) -> Result<(), AwsError> {
        let running: Vec<(String, Option<u32>)> = {
            let state = self.state();
            state
                .connection
                .prepare("SELECT id, rate FROM move_tasks WHERE status = 'RUNNING'")
                .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
                .map_err(broken)?
        };
        for (id, rate) in running {
            self.run_move(id, rate);
        }
        Ok(())
    }

    /// The latest tasks of a source queue, newest first.
    pub(super) fn moves_of(&self, source_arn: &str, max: usize) -> Result<Vec<MoveTask>, AwsError> {
        let state = self.state();
        if state.queue_by_arn(source_arn).is_none() {
            return Err(errors::resource_not_found(
                "The resource that you specified for the SourceArn parameter doesn't exist.",
            ));
        }
        let mut tasks = tasks_of(&state, source_arn).map_err(broken)?;
        tasks.truncate(max);
        Ok(tasks)
    }

    /// Stops a task; how many messages it moved so far.
    pub(super) fn cancel_move(&self, handle: &str) -> Result<i64, AwsError> {
        let (id, _) =
            decode_handle(handle).ok_or_else(|| errors::invalid_value("Value for parameter TaskHandle is invalid."))?;
        let state = self.state();
        let task =
            find(&state, &id).map_err(broken)?.ok_or_else(|| errors::resource_not_found("Task does not exist."))?;
        if task.status != "RUNNING" {
            return Err(errors::unsupported("Only active tasks can be cancelled."));
        }
        finish(&state, &id, "CANCELLED", None).map_err(broken)?;
        Ok(task.moved)
    }

    fn run_move(self: &Arc<Self>, id: String, rate: Option<u32>) {
        // Weak: a task that sleeps must not keep a closed cloud's file open.
        let engine = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                let Some(strong) = engine.upgrade() else { return };
                match strong.move_some(&id, rate.unwrap_or(BATCH)) {
                    Ok(Step::More) => {}
                    Ok(Step::Done) => return,
                    Err(error) => {
                        tracing::error!(task = id, %error, "a message move task failed");
                        if let Err(error) = finish(&strong.state(), &id, "FAILED", Some(&error.message)) {
                            tracing::error!(task = id, %error, "a failed message move task could not be recorded");
                        }
                        return;
                    }
                }
                let sleep = rate.map(|_| strong.core.clock.sleep(Duration::from_secs(1)));
                drop(strong);
                match sleep {
                    Some(sleep) => sleep.await,
                    None => tokio::task::yield_now().await,
                }
            }
        });
    }

    /// Moves at most `limit` messages.
    fn move_some(&self, id: &str, limit: u32) -> Result<Step, AwsError> {
        let now = self.now();
        let mut state = self.state();
        let Some(task) = find(&state, id).map_err(broken)?.filter(|task| task.status == "RUNNING") else {
            return Ok(Step::Done);
        };
        let Some(source) = state.queue_by_arn(&task.source_arn).cloned() else {
            finish(&state, id, "FAILED", Some("AWS.SimpleQueueService.NonExistentQueue")).map_err(broken)?;
            return Ok(Step::Done);
        };
        let oldest = now - i64::from(source.settings.retention) * 1000;
        expire(&state.connection, &source, oldest).map_err(broken)?;
        let rows: Vec<(i64, Option<String>)> = state
            .connection
            .prepare_cached(
                "SELECT seq, source_arn FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY seq LIMIT ?3",
            )
            .and_then(|mut statement| {
                statement
                    .query_map(params![source.id, task.started.min(now), limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .map_err(broken)?;
        if rows.is_empty() {
            finish(&state, id, "COMPLETED", None).map_err(broken)?;
            return Ok(Step::Done);
        }
        let mut moves = Vec::with_capacity(rows.len());
        for (seq, source_arn) in rows {
            let arn = task.destination_arn.as_deref().or(source_arn.as_deref());
            let Some(target) = arn.and_then(|arn| state.queue_by_arn(arn)) else {
                let failure = if arn.is_some() {
                    "AWS.SimpleQueueService.NonExistentQueue"
                } else {
                    "CouldNotDetermineMessageSource"
                };
                finish(&state, id, "FAILED", Some(failure)).map_err(broken)?;
                return Ok(Step::Done);
            };
            moves.push((seq, target.clone()));
        }
        let transaction = begin(&mut state.connection)?;
        for (seq, target) in &moves {
            transaction
                .prepare_cached(
                    "UPDATE messages SET queue = ?2, id = ?3, sent = ?4, visible_at = ?4, in_flight = 0, receives = 0,
                                         first_received = NULL, receipt = NULL, source_arn = NULL
                     WHERE seq = ?1",
                )
                .and_then(|mut statement| statement.execute(params![seq, target.id, self.core.random.uuid(), now]))
                .map_err(broken)?;
        }
        let count = i64::try_from(moves.len()).unwrap_or(i64::MAX);
        transaction
            .execute("UPDATE move_tasks SET moved = moved + ?2 WHERE id = ?1", params![id, count])
            .map_err(broken)?;
        transaction.commit().map_err(broken)?;
        for (_, target) in moves {
            target.arrived.notify_waiters();
        }
        Ok(Step::More)
    }
}

fn tasks_of(state: &State, source_arn: &str) -> Result<Vec<MoveTask>, rusqlite::Error> {
    let columns = MoveTask::COLUMNS;
    state
        .connection
        .prepare_cached(&format!("SELECT {columns} FROM move_tasks WHERE source_arn = ?1 ORDER BY started DESC, id"))?
        .query_map(params![source_arn], MoveTask::read)?
        .collect()
}

fn find(state: &State, id: &str) -> Result<Option<MoveTask>, rusqlite::Error> {
    let columns = MoveTask::COLUMNS;
    state
        .connection
        .prepare_cached(&format!("SELECT {columns} FROM move_tasks WHERE id = ?1"))?
        .query_row(params![id], MoveTask::read)
        .optional()
}

fn finish(state: &State, id: &str, status: &str, failure: Option<&str>) -> Result<(), rusqlite::Error> {
    state
        .connection
        .execute("UPDATE move_tasks SET status = ?2, failure = ?3 WHERE id = ?1", params![id, status, failure])?;
    Ok(())
}
