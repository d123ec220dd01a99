//! What is remembered of stacks: their records, and the tables they are kept in.

use super::template::Policy;
use crate::store::{Store, StoreError};
use base64::Engine as _;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A stack's status, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum StackStatus {
    ReviewInProgress,
    CreateInProgress,
    CreateComplete,
    CreateFailed,
    RollbackInProgress,
    RollbackComplete,
    RollbackFailed,
    UpdateInProgress,
    UpdateCompleteCleanupInProgress,
    UpdateComplete,
    UpdateFailed,
    UpdateRollbackInProgress,
    UpdateRollbackCompleteCleanupInProgress,
    UpdateRollbackComplete,
    UpdateRollbackFailed,
    DeleteInProgress,
    DeleteComplete,
    DeleteFailed,
}

impl StackStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ReviewInProgress => "REVIEW_IN_PROGRESS",
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::CreateFailed => "CREATE_FAILED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackComplete => "ROLLBACK_COMPLETE",
            Self::RollbackFailed => "ROLLBACK_FAILED",
            Self::UpdateInProgress => "UPDATE_IN_PROGRESS",
            Self::UpdateCompleteCleanupInProgress => "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateComplete => "UPDATE_COMPLETE",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::UpdateRollbackInProgress => "UPDATE_ROLLBACK_IN_PROGRESS",
            Self::UpdateRollbackCompleteCleanupInProgress => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            Self::UpdateRollbackComplete => "UPDATE_ROLLBACK_COMPLETE",
            Self::UpdateRollbackFailed => "UPDATE_ROLLBACK_FAILED",
            Self::DeleteInProgress => "DELETE_IN_PROGRESS",
            Self::DeleteComplete => "DELETE_COMPLETE",
            Self::DeleteFailed => "DELETE_FAILED",
        }
    }

    /// An operation is at work (or was, when the process stopped).
    pub(super) fn is_running(self) -> bool {
        match self {
            Self::CreateInProgress
            | Self::RollbackInProgress
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress
            | Self::DeleteInProgress => true,
            Self::ReviewInProgress
            | Self::CreateComplete
            | Self::CreateFailed
            | Self::RollbackComplete
            | Self::RollbackFailed
            | Self::UpdateComplete
            | Self::UpdateFailed
            | Self::UpdateRollbackComplete
            | Self::UpdateRollbackFailed
            | Self::DeleteComplete
            | Self::DeleteFailed => false,
        }
    }

    /// An update may start from here. The failed ones are those that keep what was made (`DO_NOTHING`).
    pub(super) fn may_update(self) -> bool {
        matches!(
            self,
            Self::CreateComplete
                | Self::CreateFailed
                | Self::UpdateComplete
                | Self::UpdateFailed
                | Self::UpdateRollbackComplete
        )
    }
}

/// A resource's status, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ResourceStatus {
    CreateInProgress,
    CreateComplete,
    CreateFailed,
    UpdateInProgress,
    UpdateComplete,
    UpdateFailed,
    DeleteInProgress,
    DeleteComplete,
    DeleteFailed,
    DeleteSkipped,
}

impl ResourceStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::CreateInProgress => "CREATE_IN_PROGRESS",
            Self::CreateComplete => "CREATE_COMPLETE",
            Self::CreateFailed => "CREATE_FAILED",
            Self::UpdateInProgress => "UPDATE_IN_PROGRESS",
            Self::UpdateComplete => "UPDATE_COMPLETE",
            Self::UpdateFailed => "UPDATE_FAILED",
            Self::DeleteInProgress => "DELETE_IN_PROGRESS",
            Self::DeleteComplete => "DELETE_COMPLETE",
            Self::DeleteFailed => "DELETE_FAILED",
            Self::DeleteSkipped => "DELETE_SKIPPED",
        }
    }
}

/// A template with what it was given. The template's text is kept under its id, apart from the stack's record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Revision {
    pub(super) template_id: String,
    pub(super) description: Option<String>,
    /// Every declared parameter.
    pub(super) parameters: BTreeMap<String, String>,
    /// Those of them that are not for showing.
    pub(super) secrets: Vec<String>,
    pub(super) capabilities: Vec<String>,
    /// Key and value, in the order given.
    pub(super) tags: Vec<(String, String)>,
    /// Options of the requests so far that do nothing here.
    #[serde(default)]
    pub(super) options: Vec<String>,
}

/// Something real.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Instance {
    pub(super) kind: String,
    /// Empty while it is only planned.
    pub(super) physical_id: String,
    pub(super) attributes: BTreeMap<String, Value>,
    /// As last handed to the provider, resolved.
    pub(super) properties: Map<String, Value>,
    pub(super) generated_name: String,
    /// Logical ids it needs.
    pub(super) depends_on: Vec<String>,
    pub(super) deletion_policy: Policy,
    pub(super) update_replace_policy: Policy,
}

/// How a resource stands to the last stable state of its stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Origin {
    /// It was not there.
    Added,
    /// The same thing with these properties.
    Updated(Box<Instance>),
    /// Another thing, which still exists.
    Replaced(Box<Instance>),
}

/// A provider call that was begun. Written before the call, so that a killed process is found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Attempt {
    /// To make this; the physical id is not known yet.
    Create(Box<Instance>),
    /// To change the instance to this. Kept after a failure: a rollback must undo it.
    Update(Box<Instance>),
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Resource {
    pub(super) kind: String,
    pub(super) status: ResourceStatus,
    pub(super) reason: Option<String>,
    pub(super) updated_ms: i64,
    pub(super) instance: Option<Instance>,
    pub(super) origin: Option<Origin>,
    pub(super) attempt: Option<Attempt>,
    /// What the last detection found, if it looked.
    #[serde(default)]
    pub(super) drift: Option<Drift>,
}

/// How a resource stood to its stack when it was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Drift {
    pub(super) status: DriftStatus,
    pub(super) at_ms: i64,
    pub(super) expected: Map<String, Value>,
    pub(super) actual: Map<String, Value>,
    /// In the shape of the answer.
    pub(super) differences: Vec<Value>,
    /// Why it could not be read.
    pub(super) reason: Option<String>,
}

/// A resource's drift, in AWS's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum DriftStatus {
    #[default]
    InSync,
    Modified,
    Deleted,
    Unknown,
}

impl DriftStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "IN_SYNC",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Unknown => "UNKNOWN",
        }
    }

    pub(super) fn is_drift(self) -> bool {
        matches!(self, Self::Modified | Self::Deleted)
    }
}

/// A detection that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DriftRecord {
    pub(super) id: String,
    pub(super) at_ms: i64,
    pub(super) drifted: usize,
    /// Logical ids of what could not be read.
    pub(super) unread: Vec<String>,
}

/// A real thing that no longer belongs to the stack's template and is to be deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Leftover {
    /// Its own id, because one logical id may leave several behind.
    pub(super) id: String,
    pub(super) logical_id: String,
    pub(super) instance: Instance,
    /// A policy says that it stays.
    pub(super) retain: bool,
}

/// What a failure of an operation leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum OnFailure {
    #[default]
    Rollback,
    Delete,
    DoNothing,
}

/// The operation at work, or the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Operation {
    /// `ClientRequestToken`, which every event of the operation carries.
    pub(super) token: Option<String>,
    /// What the stack should become.
    pub(super) desired: Revision,
    pub(super) on_failure: OnFailure,
    pub(super) retain_except_on_create: bool,
    /// Change set that is being executed.
    pub(super) change_set_id: Option<String>,
    /// Logical ids that the rollback leaves alone.
    pub(super) skip: Vec<String>,
    /// Logical ids that the deletion leaves alone.
    pub(super) retain: Vec<String>,
}

/// An output's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Output {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) description: Option<String>,
    pub(super) export: Option<String>,
}

/// A stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stack {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: StackStatus,
    pub(super) reason: Option<String>,
    pub(super) created_ms: i64,
    pub(super) updated_ms: Option<i64>,
    pub(super) deleted_ms: Option<i64>,
    /// The last stable state; the desired one while the stack is first created.
    pub(super) revision: Revision,
    /// An operation reached its end once: there is something to roll an update back to.
    pub(super) stable: bool,
    pub(super) operation: Operation,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) leftovers: Vec<Leftover>,
    pub(super) outputs: Vec<Output>,
    /// Names of the exports it reads.
    pub(super) imports: Vec<String>,
    pub(super) termination_protection: bool,
    pub(super) disable_rollback: bool,
    pub(super) change_set_id: Option<String>,
    /// Drift detections since the last change, oldest first.
    #[serde(default)]
    pub(super) detections: Vec<DriftRecord>,
}

/// A line of a stack's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) logical_id: String,
    pub(super) physical_id: Option<String>,
    pub(super) kind: String,
    pub(super) at_ms: i64,
    pub(super) status: String,
    pub(super) reason: Option<String>,
    /// JSON text.
    pub(super) properties: Option<String>,
    pub(super) token: Option<String>,
}

/// A change set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ChangeSet {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) stack_id: String,
    pub(super) stack_name: String,
    /// Makes the stack, rather than changing it.
    pub(super) creates: bool,
    /// `CREATE_COMPLETE` or `FAILED`.
    pub(super) failed: bool,
    pub(super) reason: Option<String>,
    pub(super) execution: Execution,
    pub(super) created_ms: i64,
    pub(super) description: Option<String>,
    pub(super) token: Option<String>,
    pub(super) desired: Revision,
    /// `OnStackFailure`, when it was given.
    pub(super) on_failure: Option<OnFailure>,
    /// In the shape of the answer, with property values.
    pub(super) changes: Vec<Value>,
}

/// How far the execution of a change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Execution {
    Unavailable,
    Available,
    InProgress,
    Complete,
    Failed,
}

impl Execution {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "UNAVAILABLE",
            Self::Available => "AVAILABLE",
            Self::InProgress => "EXECUTE_IN_PROGRESS",
            Self::Complete => "EXECUTE_COMPLETE",
            Self::Failed => "EXECUTE_FAILED",
        }
    }
}

/// The tables. A stack's record and the events that tell of its change are written in one transaction.
#[derive(Clone)]
pub(super) struct Records(Store);

impl Records {
    pub(super) fn open(store: Store) -> Result<Self, StoreError> {
        store.with(|connection| {
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS cloudformation_stacks (id TEXT PRIMARY KEY, value TEXT NOT NULL);
                 CREATE TABLE IF NOT EXISTS cloudformation_change_sets (id TEXT PRIMARY KEY, value TEXT NOT NULL);
                 CREATE TABLE IF NOT EXISTS cloudformation_templates (id TEXT PRIMARY KEY, body TEXT NOT NULL);
                 CREATE TABLE IF NOT EXISTS cloudformation_events (
                     sequence INTEGER PRIMARY KEY, stack_id TEXT NOT NULL, value TEXT NOT NULL);
                 CREATE INDEX IF NOT EXISTS cloudformation_events_of ON cloudformation_events (stack_id, sequence);",
            )
        })?;
        Ok(Self(store))
    }

    /// Every stack and change set.
    #[allow(clippy::type_complexity, reason = "two maps, read once")]
    pub(super) fn load(&self) -> Result<(BTreeMap<String, Stack>, BTreeMap<String, ChangeSet>), StoreError> {
        Ok((
            self.all("SELECT id, value FROM cloudformation_stacks")?,
            self.all("SELECT id, value FROM cloudformation_change_sets")?,
        ))
    }

    fn all<T: DeserializeOwned>(&self, query: &str) -> Result<BTreeMap<String, T>, StoreError> {
        let rows: Vec<(String, String)> = self.0.with(|connection| {
            connection.prepare(query)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })?;
        rows.into_iter().map(|(id, text)| Ok((id, serde_json::from_str(&text)?))).collect()
    }

    /// Forgets stacks with their events, and every template that nothing on record uses any more.
    pub(super) fn prune(&self, stacks: &[String]) -> Result<(), StoreError> {
        self.0.with(|connection| {
            let transaction = connection.transaction()?;
            for id in stacks {
                transaction.execute("DELETE FROM cloudformation_stacks WHERE id = ?1", params![id])?;
                transaction.execute("DELETE FROM cloudformation_events WHERE stack_id = ?1", params![id])?;
            }
            transaction.execute(
                "DELETE FROM cloudformation_templates WHERE id NOT IN (
                     SELECT value ->> '$.revision.template_id' FROM cloudformation_stacks
                     UNION SELECT value ->> '$.operation.desired.template_id' FROM cloudformation_stacks
                     UNION SELECT value ->> '$.desired.template_id' FROM cloudformation_change_sets)",
                [],
            )?;
            transaction.commit()
        })
    }

    /// Writes a stack with new events.
    pub(super) fn save(&self, stack: &Stack, events: &[Event]) -> Result<(), StoreError> {
        let value = serde_json::to_string(stack)?;
        let events: Vec<String> = events.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        self.0.with(|connection| {
            let transaction = connection.transaction()?;
            transaction
                .prepare_cached("INSERT OR REPLACE INTO cloudformation_stacks (id, value) VALUES (?1, ?2)")?
                .execute(params![stack.id, value])?;
            for event in events {
                transaction
                    .prepare_cached("INSERT INTO cloudformation_events (stack_id, value) VALUES (?1, ?2)")?
                    .execute(params![stack.id, event])?;
            }
            transaction.commit()
        })
    }

    pub(super) fn save_change_set(&self, change_set: &ChangeSet) -> Result<(), StoreError> {
        let value = serde_json::to_string(change_set)?;
        self.0.with(|connection| {
            connection
                .prepare_cached("INSERT OR REPLACE INTO cloudformation_change_sets (id, value) VALUES (?1, ?2)")?
                .execute(params![change_set.id, value])
        })?;
        Ok(())
    }

    pub(super) fn delete_change_set(&self, id: &str) -> Result<(), StoreError> {
        self.0.with(|connection| {
            connection.prepare_cached("DELETE FROM cloudformation_change_sets WHERE id = ?1")?.execute(params![id])
        })?;
        Ok(())
    }

    /// Keeps a template's text; the id is the text's digest, so equal texts are kept once.
    pub(super) fn save_template(&self, body: &str) -> Result<String, StoreError> {
        let digest = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
        let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
        self.0.with(|connection| {
            connection
                .prepare_cached("INSERT OR IGNORE INTO cloudformation_templates (id, body) VALUES (?1, ?2)")?
                .execute(params![id, body])
        })?;
        Ok(id)
    }

    /// A template's text.
    pub(super) fn template(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.0.with(|connection| {
            connection
                .prepare_cached("SELECT body FROM cloudformation_templates WHERE id = ?1")?
                .query_row(params![id], |row| row.get(0))
                .optional()
        })
    }

    /// At most `limit` events of a stack that are older than `before`, newest first, with their sequence numbers.
    pub(super) fn events(
        &self,
        stack_id: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, Event)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String)> = self.0.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT sequence, value FROM cloudformation_events WHERE stack_id = ?1 AND sequence < ?2
                     ORDER BY sequence DESC LIMIT ?3",
                )?
                .query_map(params![stack_id, before.unwrap_or(i64::MAX), limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        rows.into_iter().map(|(sequence, text)| Ok((sequence, serde_json::from_str(&text)?))).collect()
    }
}
