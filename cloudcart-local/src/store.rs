//! Small durable state: JSON documents by namespace and key, in one SQLite file.
//!
//! Engines with their own access patterns (messages, log events) keep their own tables beside it, through [`Store::with`].

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

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
    /// Opens (or creates) the file in WAL mode. NORMAL loses at most the last writes in a power cut, never consistency.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
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
