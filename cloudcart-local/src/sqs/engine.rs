//! The queues themselves: definitions in memory, messages in SQLite, one lock around both.
//!
//! Everything that must outlive a kill of the process (which message is in flight until when, how often it was received,
//! what was sent within the deduplication interval) is in the file; memory holds only who waits.

use super::{
    attributes::{self, Allow, Settings},
    delivery::Received,
    errors,
};
use crate::{core::Core, error::AwsError, store};
use rusqlite::{Connection, params};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Milliseconds between two purges of one queue.
const PURGE_INTERVAL: i64 = 60_000;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, attributes TEXT NOT NULL, tags TEXT NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, purged INTEGER
    );
    -- Times in milliseconds. `receipt` names the latest receive, `received` is when it was. AUTOINCREMENT: a receipt handle never meets a later row.
    CREATE TABLE IF NOT EXISTS messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
        id TEXT NOT NULL, body TEXT NOT NULL, md5 TEXT NOT NULL, attributes TEXT, trace TEXT, sender TEXT NOT NULL,
        sent INTEGER NOT NULL, visible_at INTEGER NOT NULL, in_flight INTEGER NOT NULL DEFAULT 0,
        receives INTEGER NOT NULL DEFAULT 0, first_received INTEGER, receipt TEXT, source_arn TEXT,
        message_group TEXT, deduplication TEXT, received INTEGER
    );
    CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visible_at, in_flight);
    CREATE INDEX IF NOT EXISTS messages_sent ON messages (queue, sent);
    CREATE INDEX IF NOT EXISTS messages_group ON messages (queue, message_group, seq) WHERE message_group IS NOT NULL;
    CREATE TABLE IF NOT EXISTS deduplications (
        queue INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE, key TEXT NOT NULL, at INTEGER NOT NULL,
        message_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (queue, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS move_tasks (
        id TEXT PRIMARY KEY, source_arn TEXT NOT NULL, destination_arn TEXT, rate INTEGER, status TEXT NOT NULL,
        moved INTEGER NOT NULL, to_move INTEGER NOT NULL, started INTEGER NOT NULL, failure TEXT
    ) WITHOUT ROWID;
";

/// One queue's definition.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) arn: String,
    /// What was set, by attribute name.
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    /// Milliseconds.
    pub(super) created: i64,
    /// Milliseconds.
    pub(super) modified: i64,
    purged: Option<i64>,
    pub(super) settings: Settings,
    /// Wakes those who wait for a message.
    pub(super) arrived: Arc<Notify>,
}

/// What the lock guards.
pub(super) struct State {
    pub(super) connection: Connection,
    pub(super) queues: HashMap<String, Queue>,
    /// What receives of FIFO queues gave that named their attempt, by queue and name.
    pub(super) attempts: HashMap<(i64, String), Attempt>,
}

/// A receive that may be repeated, because its answer may have been lost.
pub(super) struct Attempt {
    /// Milliseconds.
    pub(super) at: i64,
    pub(super) received: Vec<Received>,
}

impl State {
    pub(super) fn queue(&self, name: &str) -> Result<&Queue, AwsError> {
        self.queues.get(name).ok_or_else(errors::queue_does_not_exist)
    }

    /// The queue with this ARN.
    pub(super) fn queue_by_arn(&self, arn: &str) -> Option<&Queue> {
        self.queues.get(arn.rsplit(':').next()?).filter(|queue| queue.arn == arn)
    }
}

/// The queue engine.
pub(super) struct Engine {
    pub(super) core: Arc<Core>,
    state: Mutex<State>,
}

/// An SQLite failure as an answer.
pub(super) fn broken(error: rusqlite::Error) -> AwsError {
    crate::store::StoreError::from(error).into()
}

fn json(error: serde_json::Error) -> AwsError {
    crate::store::StoreError::from(error).into()
}

impl Engine {
    /// Opens `sqs.db` in the state folder.
    pub(super) fn open(core: Arc<Core>) -> Result<Self, AwsError> {
        std::fs::create_dir_all(&core.state_dir).map_err(|error| AwsError::internal(&error))?;
        let path = core.state_dir.join("sqs.db");
        let connection = connect(&path).map_err(|error| {
            let what = format!("cannot open the SQS state file {}: {error}", path.display());
            AwsError::internal(&std::io::Error::other(what))
        })?;
        let queues = load(&connection, &core)?;
        Ok(Self { core, state: Mutex::new(State { connection, queues, attempts: HashMap::new() }) })
    }

    /// The state. A panic under the lock leaves SQLite's transaction rolled back, so a poisoned lock is still good.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> i64 {
        self.core.clock.now_ms()
    }

    /// URL of the queue called `name`.
    pub(super) fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.core.endpoint, self.core.account)
    }

    /// Name of the queue behind a URL. Only the path counts: clients reach this endpoint under several names and ports.
    pub(super) fn name_in_url(&self, url: &str) -> Result<String, AwsError> {
        let path = url.split_once("://").map_or(url, |(_, rest)| rest);
        let mut parts = path.trim_end_matches('/').rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(name), Some(account)) if !name.is_empty() => {
                if account == self.core.account {
                    Ok(name.to_owned())
                } else {
                    Err(errors::queue_does_not_exist())
                }
            }
            _ => Err(errors::invalid_address(url)),
        }
    }

    /// Makes a queue. The same name with the same attributes is the same queue; `created` says whether it is new.
    pub(super) fn create(
        &self,
        name: &str,
        wanted: &BTreeMap<String, String>,
        tags: &BTreeMap<String, String>,
    ) -> Result<bool, AwsError> {
        let fifo = wanted.get("FifoQueue").is_some_and(|value| value == "true");
        check_name(name, fifo)?;
        let set: BTreeMap<String, String> = attributes::validate(wanted, fifo)?
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)))
            .collect();
        let mut state = self.state();
        if let Some(existing) = state.queues.get(name) {
            let shown = attributes::shown(&existing.attributes);
            return match set.iter().find(|(name, value)| shown.get(*name) != Some(value)) {
                Some((name, _)) => Err(errors::queue_name_exists(name)),
                None => Ok(false),
            };
        }
        let arn = self.core.arn("sqs", name);
        check_redrive(&state, &arn, &set)?;
        let now = self.now();
        state
            .connection
            .execute(
                "INSERT INTO queues (name, attributes, tags, created, modified) VALUES (?1, ?2, ?3, ?4, ?4)",
                params![name, to_json(&set)?, to_json(tags)?, now],
            )
            .map_err(broken)?;
        let queue = Queue {
            id: state.connection.last_insert_rowid(),
            name: name.to_owned(),
            arn,
            settings: Settings::of(&set),
            attributes: set,
            tags: tags.clone(),
            created: now,
            modified: now,
            purged: None,
            arrived: Arc::new(Notify::new()),
        };
        state.queues.insert(name.to_owned(), queue);
        Ok(true)
    }

    /// Removes a queue and its messages. Who waits on it is told.
    pub(super) fn delete(&self, name: &str) -> Result<(), AwsError> {
        let mut state = self.state();
        let id = state.queue(name)?.id;
        state.connection.execute("DELETE FROM queues WHERE id = ?1", params![id]).map_err(broken)?;
        if let Some(queue) = state.queues.remove(name) {
            queue.arrived.notify_waiters();
        }
        Ok(())
    }

    /// A copy of a queue's definition.
    pub(super) fn queue(&self, name: &str) -> Result<Queue, AwsError> {
        self.state().queue(name).cloned()
    }

    /// All names, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.state().queues.keys().cloned().collect();
        names.sort();
        names
    }

    /// Names of the queues that redrive into the queue called `name`, sorted.
    pub(super) fn sources_of(&self, name: &str) -> Result<Vec<String>, AwsError> {
        let state = self.state();
        let arn = &state.queue(name)?.arn;
        let mut names: Vec<String> = state
            .queues
            .values()
            .filter(|queue| queue.settings.redrive.as_ref().is_some_and(|redrive| redrive.target_arn == *arn))
            .map(|queue| queue.name.clone())
            .collect();
        names.sort();
        Ok(names)
    }

    /// Sets attributes; those not named stay.
    pub(super) fn set_attributes(&self, name: &str, wanted: &BTreeMap<String, String>) -> Result<(), AwsError> {
        let mut state = self.state();
        let queue = state.queue(name)?;
        let changes = attributes::validate(wanted, queue.settings.fifo)?;
        if changes.contains_key("FifoQueue") {
            return Err(errors::unknown_attribute("FifoQueue"));
        }
        let mut set = queue.attributes.clone();
        for (name, value) in changes {
            match value {
                Some(value) => set.insert(name, value),
                None => set.remove(&name),
            };
        }
        let arn = queue.arn.clone();
        check_redrive(&state, &arn, &set)?;
        self.replace(&mut state, name, |queue| queue.attributes = set)
    }

    /// Puts a queue's attributes back to exactly `wanted` (a template's whole truth), keeping its kind and `Policy`, which
    /// another resource owns.
    pub(super) fn reset_attributes(&self, name: &str, wanted: &BTreeMap<String, String>) -> Result<(), AwsError> {
        let mut state = self.state();
        let queue = state.queue(name)?;
        let mut set: BTreeMap<String, String> = attributes::validate(wanted, queue.settings.fifo)?
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)))
            .collect();
        for kept in ["FifoQueue", "Policy"] {
            if let Some(value) = queue.attributes.get(kept) {
                set.insert(kept.to_owned(), value.clone());
            }
        }
        let arn = queue.arn.clone();
        check_redrive(&state, &arn, &set)?;
        self.replace(&mut state, name, |queue| queue.attributes = set)
    }

    /// Changes the tags.
    pub(super) fn change_tags(
        &self,
        name: &str,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) -> Result<(), AwsError> {
        let mut state = self.state();
        self.replace(&mut state, name, |queue| change(&mut queue.tags))
    }

    /// Removes all messages, at most once a minute.
    pub(super) fn purge(&self, name: &str) -> Result<(), AwsError> {
        let now = self.now();
        let mut state = self.state();
        let queue = state.queue(name)?;
        if queue.purged.is_some_and(|at| now < at + PURGE_INTERVAL) {
            return Err(errors::purge_in_progress(name));
        }
        let id = queue.id;
        let transaction = state.connection.transaction().map_err(broken)?;
        transaction.execute("DELETE FROM messages WHERE queue = ?1", params![id]).map_err(broken)?;
        transaction.execute("UPDATE queues SET purged = ?2 WHERE id = ?1", params![id, now]).map_err(broken)?;
        transaction.commit().map_err(broken)?;
        if let Some(queue) = state.queues.get_mut(name) {
            queue.purged = Some(now);
            queue.arrived.notify_waiters();
        }
        Ok(())
    }

    /// How many messages are visible, in flight and delayed.
    pub(super) fn counts(&self, name: &str) -> Result<(i64, i64, i64), AwsError> {
        let now = self.now();
        let state = self.state();
        let queue = state.queue(name)?;
        state
            .connection
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE visible_at <= ?2),
                        count(*) FILTER (WHERE visible_at > ?2 AND in_flight = 1),
                        count(*) FILTER (WHERE visible_at > ?2 AND in_flight = 0)
                 FROM messages WHERE queue = ?1 AND sent > ?3",
            )
            .and_then(|mut statement| {
                statement.query_row(params![queue.id, now, now - i64::from(queue.settings.retention) * 1000], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
            })
            .map_err(broken)
    }

    /// Writes a changed definition and wakes the waiters, whose timers may have changed with it.
    fn replace(&self, state: &mut State, name: &str, change: impl FnOnce(&mut Queue)) -> Result<(), AwsError> {
        let mut queue = state.queue(name)?.clone();
        change(&mut queue);
        queue.modified = self.now();
        queue.settings = Settings::of(&queue.attributes);
        state
            .connection
            .execute(
                "UPDATE queues SET attributes = ?2, tags = ?3, modified = ?4 WHERE id = ?1",
                params![queue.id, to_json(&queue.attributes)?, to_json(&queue.tags)?, queue.modified],
            )
            .map_err(broken)?;
        queue.arrived.notify_waiters();
        state.queues.insert(name.to_owned(), queue);
        Ok(())
    }
}

/// A dead-letter queue must exist, be of the same kind and admit the queue.
fn check_redrive(state: &State, arn: &str, set: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let settings = Settings::of(set);
    let Some(redrive) = settings.redrive else { return Ok(()) };
    let refuse = |reason: &str| {
        let text = set.get("RedrivePolicy").map_or("", String::as_str);
        Err(errors::invalid_value(format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}")))
    };
    if redrive.target_arn == arn {
        return refuse("A queue cannot be its own dead-letter queue.");
    }
    let Some(target) = state.queue_by_arn(&redrive.target_arn) else {
        return refuse("Dead letter target does not exist.");
    };
    if target.settings.fifo != settings.fifo {
        return refuse("Dead-letter queue must be same type of queue as the source.");
    }
    let allow = target.attributes.get("RedriveAllowPolicy").and_then(|text| Allow::parse(text).ok());
    if allow.is_some_and(|allow| !allow.admits(arn)) {
        return refuse("The dead-letter queue's RedriveAllowPolicy does not admit this queue.");
    }
    Ok(())
}

fn to_json(map: &BTreeMap<String, String>) -> Result<String, AwsError> {
    serde_json::to_string(map).map_err(json)
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = store::connect(path, true, SCHEMA)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A file of an earlier build: of what is in flight in it, it is not known since when.
    let known = "SELECT count(*) FROM pragma_table_info('messages') WHERE name = 'received'";
    if connection.query_row(known, [], |row| row.get::<_, i64>(0))? == 0 {
        connection.execute_batch("ALTER TABLE messages ADD COLUMN received INTEGER")?;
    }
    Ok(connection)
}

fn load(connection: &Connection, core: &Core) -> Result<HashMap<String, Queue>, AwsError> {
    type Row = (i64, String, String, String, i64, i64, Option<i64>);
    let rows: Vec<Row> = connection
        .prepare("SELECT id, name, attributes, tags, created, modified, purged FROM queues")
        .and_then(|mut statement| {
            statement
                .query_map([], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
                })?
                .collect()
        })
        .map_err(broken)?;
    rows.into_iter()
        .map(|(id, name, attributes, tags, created, modified, purged)| {
            let attributes: BTreeMap<String, String> = serde_json::from_str(&attributes).map_err(json)?;
            let queue = Queue {
                id,
                arn: core.arn("sqs", &name),
                settings: Settings::of(&attributes),
                attributes,
                tags: serde_json::from_str(&tags).map_err(json)?,
                created,
                modified,
                purged,
                arrived: Arc::new(Notify::new()),
                name: name.clone(),
            };
            Ok((name, queue))
        })
        .collect()
}

fn check_name(name: &str, fifo: bool) -> Result<(), AwsError> {
    let stem = if fifo {
        name.strip_suffix(".fifo")
            .ok_or_else(|| errors::invalid_value("The name of a FIFO queue can only end with the '.fifo' suffix."))?
    } else {
        name
    };
    let legal = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if stem.is_empty() || name.len() > 80 || !legal {
        return Err(errors::invalid_value(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    Ok(())
}
