//! Buckets, objects and uploads: rows in the state store, contents as files beside it.
//!
//! A key never becomes a path: `a` and `a/b` are both keys, and so is `../x`. A content file is written whole before its
//! row, and removed after it; files that no row names are swept at start.

use super::{
    checksum::Algorithm,
    versions::{self, Versioning},
};
use crate::{
    core::Core,
    error::AwsError,
    store::{Store, StoreError},
};
use bytes::Bytes;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

/// What is known of an object besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) key: String,
    /// Name of the content file.
    pub(super) file: String,
    pub(super) size: u64,
    /// Without quotation marks.
    pub(super) etag: String,
    pub(super) modified_ms: i64,
    pub(super) meta: Meta,
}

/// Headers that an object gives back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// `content-type`, `cache-control`, `x-amz-meta-…` and so on, by lower-case name.
    pub(super) headers: BTreeMap<String, String>,
    /// `x-amz-checksum-…`.
    pub(super) checksums: BTreeMap<String, String>,
    /// The checksums are those of the parts' checksums, with the number of parts, and not of the content.
    #[serde(default)]
    pub(super) composite: bool,
    /// Bytes of each part, of what was uploaded in parts.
    #[serde(default)]
    pub(super) parts: Vec<u64>,
    /// The version's id, of what was written while its bucket was versioned.
    #[serde(default)]
    pub(super) version: Option<String>,
}

/// A part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) number: u32,
    file: String,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) modified_ms: i64,
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) created_ms: i64,
    pub(super) plan: Plan,
}

/// What an upload in parts shall become.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    #[serde(flatten)]
    pub(super) meta: Meta,
    /// The checksum that was asked for; S3's own default where none was.
    #[serde(default)]
    pub(super) algorithm: Option<Algorithm>,
}

/// The store of one account's buckets.
pub(super) struct Objects {
    pub(super) store: Store,
    folder: PathBuf,
}

impl Objects {
    pub(super) fn open(core: &Core) -> Result<Self, AwsError> {
        core.store.with(|connection| {
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS s3_buckets (name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS s3_objects (
                     bucket TEXT NOT NULL REFERENCES s3_buckets (name), key TEXT NOT NULL, file TEXT NOT NULL,
                     size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, meta TEXT NOT NULL,
                     PRIMARY KEY (bucket, key)
                 ) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS s3_configurations (
                     bucket TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bucket, name)
                 ) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS s3_uploads (
                     id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, created_ms INTEGER NOT NULL,
                     meta TEXT NOT NULL
                 ) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS s3_parts (
                     upload TEXT NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL,
                     etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, PRIMARY KEY (upload, number)
                 ) WITHOUT ROWID;",
            )
        })?;
        core.store.with(|connection| connection.execute_batch(versions::SCHEMA))?;
        let folder = core.state_dir.join("objects");
        std::fs::create_dir_all(&folder).map_err(|error| AwsError::internal(&error))?;
        let objects = Self { store: core.store.clone(), folder };
        objects.sweep()?;
        Ok(objects)
    }

    /// Removes files that no row names: a kill came between the two.
    fn sweep(&self) -> Result<(), AwsError> {
        let named: HashSet<String> = self.store.with(|connection| {
            connection
                .prepare(
                    "SELECT file FROM s3_objects UNION ALL SELECT file FROM s3_parts
                     UNION ALL SELECT file FROM s3_versions WHERE file IS NOT NULL",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        })?;
        for entry in std::fs::read_dir(&self.folder).map_err(|error| AwsError::internal(&error))?.flatten() {
            if entry.file_name().to_str().is_none_or(|name| !named.contains(name)) {
                self.discard(&entry.file_name().to_string_lossy());
            }
        }
        Ok(())
    }

    pub(super) fn create_bucket(&self, name: &str, now_ms: i64) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let made = connection.execute(
                "INSERT OR IGNORE INTO s3_buckets (name, created_ms) VALUES (?1, ?2)",
                params![name, now_ms],
            )?;
            Ok(made == 1)
        })
    }

    pub(super) fn bucket_exists(&self, name: &str) -> Result<bool, StoreError> {
        self.store
            .with(|connection| connection.prepare_cached("SELECT 1 FROM s3_buckets WHERE name = ?1")?.exists([name]))
    }

    /// Names and creation times.
    pub(super) fn buckets(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare("SELECT name, created_ms FROM s3_buckets ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Removes a bucket; false when it still holds objects.
    pub(super) fn delete_bucket(&self, name: &str) -> Result<bool, StoreError> {
        let uploads = self.uploads(name)?;
        let removed = self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let holds = |table: &str| {
                transaction.prepare(&format!("SELECT 1 FROM {table} WHERE bucket = ?1 LIMIT 1"))?.exists([name])
            };
            let full = holds("s3_objects")? || holds("s3_versions")?;
            if !full {
                transaction.execute("DELETE FROM s3_configurations WHERE bucket = ?1", [name])?;
                transaction.execute("DELETE FROM s3_buckets WHERE name = ?1", [name])?;
            }
            transaction.commit()?;
            Ok(!full)
        })?;
        if removed {
            for upload in uploads {
                self.abort(&upload.id)?;
            }
        }
        Ok(removed)
    }

    pub(super) fn configuration(&self, bucket: &str, name: &str) -> Result<Option<String>, StoreError> {
        self.store.with(|connection| {
            connection
                .query_row(
                    "SELECT document FROM s3_configurations WHERE bucket = ?1 AND name = ?2",
                    [bucket, name],
                    |row| row.get(0),
                )
                .optional()
        })
    }

    /// Writes a bucket's configuration, or removes it.
    pub(super) fn configure(&self, bucket: &str, name: &str, document: Option<&str>) -> Result<(), StoreError> {
        self.store.with(|connection| {
            match document {
                Some(document) => connection.execute(
                    "INSERT OR REPLACE INTO s3_configurations (bucket, name, document) VALUES (?1, ?2, ?3)",
                    [bucket, name, document],
                )?,
                None => connection
                    .execute("DELETE FROM s3_configurations WHERE bucket = ?1 AND name = ?2", [bucket, name])?,
            };
            Ok(())
        })
    }

    pub(super) fn object(&self, bucket: &str, key: &str) -> Result<Option<Object>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!("{OBJECTS} WHERE bucket = ?1 AND key = ?2"))?
                .query_row([bucket, key], read_object)
                .optional()
        })
    }

    /// At most `limit` objects whose keys start with `prefix` and come after `after`, by key.
    pub(super) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Object>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{OBJECTS} WHERE bucket = ?1 AND key > ?2 AND key >= ?3 AND substr(key, 1, length(?3)) = ?3
                     ORDER BY key LIMIT ?4"
                ))?
                .query_map(params![bucket, after, prefix, limit], read_object)?
                .collect()
        })
    }

    /// The whole content.
    pub(super) async fn content(&self, object: &Object) -> Result<Bytes, AwsError> {
        let content = tokio::fs::read(self.folder.join(&object.file)).await;
        content.map(Bytes::from).map_err(|error| AwsError::internal(&error))
    }

    /// Writes an object; what was under the key is gone, unless its bucket keeps versions.
    pub(super) async fn put(
        &self,
        core: &Core,
        bucket: &str,
        key: &str,
        content: &[u8],
        etag: String,
        meta: Meta,
    ) -> Result<Object, AwsError> {
        let file = self.write(core, content).await?;
        let versioning = self.versioning(bucket)?;
        let version = (versioning == Versioning::Enabled).then(|| core.random.uuid().replace('-', ""));
        let meta = Meta { version, ..meta };
        let object = Object {
            key: key.to_owned(),
            file,
            size: content.len() as u64,
            etag,
            modified_ms: core.clock.now_ms(),
            meta,
        };
        let meta = serde_json::to_string(&object.meta).map_err(|error| AwsError::internal(&error))?;
        let replaced = self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let mut replaced = Vec::new();
            versions::set_aside(&transaction, bucket, key, versioning, &mut replaced)?;
            transaction.execute(
                "INSERT OR REPLACE INTO s3_objects (bucket, key, file, size, etag, modified_ms, meta)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![bucket, key, object.file, signed(object.size), object.etag, object.modified_ms, meta],
            )?;
            transaction.commit()?;
            Ok(replaced)
        })?;
        for file in replaced {
            self.discard(&file);
        }
        Ok(object)
    }

    pub(super) fn begin(&self, bucket: &str, upload: &Upload) -> Result<(), AwsError> {
        let plan = serde_json::to_string(&upload.plan).map_err(|error| AwsError::internal(&error))?;
        self.store.with(|connection| {
            connection.execute(
                "INSERT INTO s3_uploads (id, bucket, key, created_ms, meta) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![upload.id, bucket, upload.key, upload.created_ms, plan],
            )
        })?;
        Ok(())
    }

    pub(super) fn uploads(&self, bucket: &str) -> Result<Vec<Upload>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare("SELECT id, key, created_ms, meta FROM s3_uploads WHERE bucket = ?1 ORDER BY key, created_ms")?
                .query_map([bucket], |row| {
                    Ok(Upload {
                        id: row.get(0)?,
                        key: row.get(1)?,
                        created_ms: row.get(2)?,
                        plan: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
                    })
                })?
                .collect()
        })
    }

    pub(super) fn parts(&self, upload: &str) -> Result<Vec<Part>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare(
                    "SELECT number, file, size, etag, modified_ms FROM s3_parts WHERE upload = ?1 ORDER BY number",
                )?
                .query_map([upload], |row| {
                    Ok(Part {
                        number: row.get(0)?,
                        file: row.get(1)?,
                        size: unsigned(row.get(2)?),
                        etag: row.get(3)?,
                        modified_ms: row.get(4)?,
                    })
                })?
                .collect()
        })
    }

    pub(super) async fn put_part(
        &self,
        core: &Core,
        upload: &str,
        number: u32,
        content: &[u8],
        etag: &str,
    ) -> Result<(), AwsError> {
        let file = self.write(core, content).await?;
        let now = core.clock.now_ms();
        let replaced = self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let replaced: Option<String> = transaction
                .query_row(
                    "SELECT file FROM s3_parts WHERE upload = ?1 AND number = ?2",
                    params![upload, number],
                    |row| row.get(0),
                )
                .optional()?;
            transaction.execute(
                "INSERT OR REPLACE INTO s3_parts (upload, number, file, size, etag, modified_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![upload, number, file, signed(content.len() as u64), etag, now],
            )?;
            transaction.commit()?;
            Ok(replaced)
        })?;
        if let Some(file) = replaced {
            self.discard(&file);
        }
        Ok(())
    }

    pub(super) async fn part_content(&self, part: &Part) -> Result<Vec<u8>, AwsError> {
        tokio::fs::read(self.folder.join(&part.file)).await.map_err(|error| AwsError::internal(&error))
    }

    /// Ends an upload and removes its parts.
    pub(super) fn abort(&self, upload: &str) -> Result<(), StoreError> {
        let parts = self.parts(upload)?;
        self.store.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute("DELETE FROM s3_parts WHERE upload = ?1", [upload])?;
            transaction.execute("DELETE FROM s3_uploads WHERE id = ?1", [upload])?;
            transaction.commit()
        })?;
        for part in parts {
            self.discard(&part.file);
        }
        Ok(())
    }

    async fn write(&self, core: &Core, content: &[u8]) -> Result<String, AwsError> {
        let file = core.random.uuid();
        tokio::fs::write(self.folder.join(&file), content).await.map_err(|error| AwsError::internal(&error))?;
        Ok(file)
    }

    pub(super) fn discard(&self, file: &str) {
        // What stays behind is swept at the next start.
        if let Err(error) = std::fs::remove_file(self.folder.join(file)) {
            tracing::debug!(%error, file, "cannot remove the content of an object");
        }
    }
}

const OBJECTS: &str = "SELECT key, file, size, etag, modified_ms, meta FROM s3_objects";

pub(super) fn read_object(row: &Row<'_>) -> rusqlite::Result<Object> {
    Ok(Object {
        key: row.get(0)?,
        file: row.get(1)?,
        size: unsigned(row.get(2)?),
        etag: row.get(3)?,
        modified_ms: row.get(4)?,
        meta: meta(&row.get::<_, String>(5)?),
    })
}

pub(super) fn meta(json: &str) -> Meta {
    serde_json::from_str(json).unwrap_or_default()
}

// SQLite's integers are signed; sizes are far below 2^63.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
