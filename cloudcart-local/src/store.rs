//! Small durable state: JSON documents by namespace and key, in one SQLite file.
//!
//! Engines with their own access patterns (messages, log events) keep their own tables beside it, through [`Store::with`].

use rusqlite::{Connection, OptionalExtension, config::DbConfig, params};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    ops::Deref,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Pages in the log before they go into the file: 16 MiB.
const CHECKPOINT: u32 = 4000;

/// Opens (or creates) a file in WAL mode with `schema` in it. NORMAL loses at most the last writes in a power cut, never
/// consistency; a file that is new is on the disk with its first checkpoint. `alone`: no other connection will be opened to it,
/// so that no transaction has to ask for the file's locks.
pub(crate) fn connect(path: &Path, alone: bool, schema: &str) -> Result<Connection, rusqlite::Error> {
    let fresh = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    if alone {
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    }
    if fresh {
        // Nothing can be lost yet, and a cloud's start would wait for the disk a dozen times.
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    // Plans do not depend on what is bound, or a statement that is kept would be read anew each time that it is run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(schema)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// A transaction that may write. Dropped before [`Writing::commit`], it leaves no trace. Its own statements are kept prepared, as
/// those of rusqlite's are not.
pub(crate) struct Writing<'a> {
    connection: &'a Connection,
    open: bool,
}

impl<'a> Writing<'a> {
    /// Begins.
    pub(crate) fn begin(connection: &'a mut Connection) -> Result<Self, rusqlite::Error> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self { connection, open: true })
    }

    /// Keeps what was written.
    pub(crate) fn commit(mut self) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.open = false;
        Ok(())
    }
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // After some errors SQLite has rolled back already, and there is nothing left to do.
        if self.open && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// What can go wrong in the state store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the local cloud's state file failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A document could not be read or written as JSON.
    #[error("a document of the local cloud's state is malformed")]
    Json(#[from] serde_json::Error),
}

/// A handle on `state.db`. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens (or creates) the file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // Whoever looks into a running cloud's state opens it too.
        let connection = connect(
            path,
            false,
            "CREATE TABLE IF NOT EXISTS documents (
                 namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (namespace, key)
             ) WITHOUT ROWID",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` on the connection. The lock is held meanwhile: keep it short, never block on I/O of another kind.
    pub fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error>) -> Result<T, StoreError> {
        // A panic while the lock was held cannot leave SQLite half-written: its transaction rolls back when dropped.
        let mut connection = self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(work(&mut connection)?)
    }

    /// The document at (namespace, key).
    pub fn get<T: DeserializeOwned>(&self, namespace: &str, key: &str) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.with(|connection| {
            connection
                .prepare_cached("SELECT value FROM documents WHERE namespace = ?1 AND key = ?2")?
                .query_row(params![namespace, key], |row| row.get(0))
                .optional()
        })?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Writes the document at (namespace, key).
    pub fn put<T: Serialize>(&self, namespace: &str, key: &str, value: &T) -> Result<(), StoreError> {
        let text = serde_json::to_string(value)?;
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO documents (namespace, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value",
                )?
                .execute(params![namespace, key, text])
        })?;
        Ok(())
    }

    /// Removes the document at (namespace, key); absent is fine.
    pub fn delete(&self, namespace: &str, key: &str) -> Result<(), StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached("DELETE FROM documents WHERE namespace = ?1 AND key = ?2")?
                .execute(params![namespace, key])
        })?;
        Ok(())
    }

    /// All documents of a namespace, by key.
    pub fn list<T: DeserializeOwned>(&self, namespace: &str) -> Result<Vec<(String, T)>, StoreError> {
        let rows: Vec<(String, String)> = self.with(|connection| {
            connection
                .prepare_cached("SELECT key, value FROM documents WHERE namespace = ?1 ORDER BY key")?
                .query_map(params![namespace], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        rows.into_iter().map(|(key, text)| Ok((key, serde_json::from_str(&text)?))).collect()
    }
}
