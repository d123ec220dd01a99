//! Versions of objects: what a versioned bucket keeps of what was overwritten or deleted.
//!
//! The newest version of a key, unless it is a delete marker, is the object itself; the others are rows of their own, newest
//! last. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html>

use super::{
    S3,
    objects::{Meta, Object, Objects, meta, unsigned},
    wire,
};
use crate::{api::ApiRequest, error::AwsError, gateway::query_pairs, store::StoreError};
use bytes::Bytes;
use http::Response;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use std::{collections::BTreeMap, fmt::Write as _};

const MOST: usize = 1000;

/// The id of what was written while the bucket was not versioned.
const NULL: &str = "null";

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS s3_versions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
        file TEXT, size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, meta TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS s3_versions_of ON s3_versions (bucket, key, seq);";

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioning {
    Never,
    Enabled,
    Suspended,
}

/// What a deletion did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Deleted {
    /// The version that was deleted, or the delete marker that was made.
    pub(super) version: Option<String>,
    /// Whether that is a delete marker.
    pub(super) marker: bool,
}

/// A version in a listing; a delete marker has no object.
struct Entry {
    key: String,
    version: String,
    modified_ms: i64,
    object: Option<Object>,
}

impl Object {
    /// The version's id, as the API shows it.
    pub(super) fn version(&self) -> &str {
        self.meta.version.as_deref().unwrap_or(NULL)
    }
}

impl Objects {
    pub(super) fn versioning(&self, bucket: &str) -> Result<Versioning, StoreError> {
        let document = self.configuration(bucket, "versioning")?.unwrap_or_default();
        Ok(if document.contains("<Status>Enabled</Status>") {
            Versioning::Enabled
        } else if document.contains("<Status>Suspended</Status>") {
            Versioning::Suspended
        } else {
            Versioning::Never
        })
    }

    /// A version of a key by its id, unless it is a delete marker.
    pub(super) fn version(&self, bucket: &str, key: &str, version: &str) -> Result<Option<Object>, StoreError> {
        if let Some(object) = self.object(bucket, key)?.filter(|object| object.version() == version) {
            return Ok(Some(object));
        }
        let old = self.entries(bucket, key)?;
        Ok(old.into_iter().find(|one| one.key == key && one.version == version).and_then(|one| one.object))
    }

    /// Deletes an object, or one of its versions; absent is fine.
    pub(super) fn delete(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        marker: Marker<'_>,
    ) -> Result<Deleted, StoreError> {
        let versioning = self.versioning(bucket)?;
        let (deleted, files) = self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let mut files = Vec::new();
            let deleted = match (version, versioning) {
                (Some(version), _) => one(&transaction, bucket, key, version, &mut files)?,
                (None, Versioning::Never) => {
                    files.extend(take_current(&transaction, bucket, key)?);
                    Deleted::default()
                }
                (None, Versioning::Enabled | Versioning::Suspended) => {
                    let id = if versioning == Versioning::Enabled { marker.id } else { NULL };
                    set_aside(&transaction, bucket, key, versioning, &mut files)?;
                    transaction.execute(
                        "INSERT INTO s3_versions (bucket, key, version, file, size, etag, modified_ms, meta)
                         VALUES (?1, ?2, ?3, NULL, 0, '', ?4, '{}')",
                        params![bucket, key, id, marker.now_ms],
                    )?;
                    Deleted { version: Some(id.to_owned()), marker: true }
                }
            };
            transaction.commit()?;
            Ok((deleted, files))
        })?;
        for file in files {
            self.discard(&file);
        }
        Ok(deleted)
    }

    /// Everything but the objects themselves, by key, newest first.
    fn entries(&self, bucket: &str, prefix: &str) -> Result<Vec<Entry>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT key, version, file, size, etag, modified_ms, meta FROM s3_versions
                     WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key, seq DESC",
                )?
                .query_map([bucket, prefix], read_entry)?
                .collect()
        })
    }

    /// Every version below a prefix, by key, newest first; with each whether it is the latest.
    fn all_versions(&self, bucket: &str, prefix: &str) -> Result<Vec<(Entry, bool)>, StoreError> {
        let mut by_key: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        let mut after = String::new();
        loop {
            let batch = self.list(bucket, prefix, &after, MOST)?;
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.key);
            for object in batch {
                let entry = Entry {
                    key: object.key.clone(),
                    version: object.version().to_owned(),
                    modified_ms: object.modified_ms,
                    object: Some(object),
                };
                by_key.entry(entry.key.clone()).or_default().push(entry);
            }
        }
        for entry in self.entries(bucket, prefix)? {
            by_key.entry(entry.key.clone()).or_default().push(entry);
        }
        let numbered = by_key.into_values().flat_map(|entries| entries.into_iter().enumerate());
        Ok(numbered.map(|(at, entry)| (entry, at == 0)).collect())
    }
}

/// The delete marker that a deletion may make.
#[derive(Clone, Copy)]
pub(super) struct Marker<'a> {
    pub(super) id: &'a str,
    pub(super) now_ms: i64,
}

/// Makes room for a new version: the object becomes an older one, if its bucket keeps it. Gives the files to remove.
pub(super) fn set_aside(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    versioning: Versioning,
    files: &mut Vec<String>,
) -> rusqlite::Result<()> {
    if versioning == Versioning::Suspended {
        // There is one version without an id of its own at most, and a new one is about to come.
        let old: Option<Option<String>> = transaction
            .query_row(
                "DELETE FROM s3_versions WHERE bucket = ?1 AND key = ?2 AND version = ?3 RETURNING file",
                [bucket, key, NULL],
                |row| row.get(0),
            )
            .optional()?;
        files.extend(old.flatten());
    }
    let Some(current) = current(transaction, bucket, key)? else { return Ok(()) };
    let named = current.meta.version.is_some();
    if versioning == Versioning::Enabled || (versioning == Versioning::Suspended && named) {
        transaction.execute(
            "INSERT INTO s3_versions (bucket, key, version, file, size, etag, modified_ms, meta)
             SELECT bucket, key, ?3, file, size, etag, modified_ms, meta FROM s3_objects WHERE bucket = ?1 AND key = ?2",
            [bucket, key, current.version()],
        )?;
        transaction.execute("DELETE FROM s3_objects WHERE bucket = ?1 AND key = ?2", [bucket, key])?;
        return Ok(());
    }
    files.extend(take_current(transaction, bucket, key)?);
    Ok(())
}

fn current(transaction: &Transaction<'_>, bucket: &str, key: &str) -> rusqlite::Result<Option<Object>> {
    transaction
        .query_row(
            "SELECT key, file, size, etag, modified_ms, meta FROM s3_objects WHERE bucket = ?1 AND key = ?2",
            [bucket, key],
            super::objects::read_object,
        )
        .optional()
}

/// Removes the object and gives its file.
fn take_current(transaction: &Transaction<'_>, bucket: &str, key: &str) -> rusqlite::Result<Option<String>> {
    transaction
        .query_row("DELETE FROM s3_objects WHERE bucket = ?1 AND key = ?2 RETURNING file", [bucket, key], |row| {
            row.get(0)
        })
        .optional()
}

/// Deletes one version for good. The next older one takes its place, unless that is a delete marker.
fn one(
    transaction: &Transaction<'_>,
    bucket: &str,
    key: &str,
    version: &str,
    files: &mut Vec<String>,
) -> rusqlite::Result<Deleted> {
    let deleted = |marker| Deleted { version: Some(version.to_owned()), marker };
    let held = current(transaction, bucket, key)?;
    if held.as_ref().is_some_and(|held| held.version() == version) {
        files.extend(take_current(transaction, bucket, key)?);
        promote(transaction, bucket, key)?;
        return Ok(deleted(false));
    }
    let gone: Option<Option<String>> = transaction
        .query_row(
            "DELETE FROM s3_versions WHERE bucket = ?1 AND key = ?2 AND version = ?3 RETURNING file",
            [bucket, key, version],
            |row| row.get(0),
        )
        .optional()?;
    if held.is_none() {
        promote(transaction, bucket, key)?;
    }
    let marker = gone == Some(None);
    files.extend(gone.flatten());
    Ok(deleted(marker))
}

fn promote(transaction: &Transaction<'_>, bucket: &str, key: &str) -> rusqlite::Result<()> {
    let newest: Option<(i64, bool)> = transaction
        .query_row(
            "SELECT seq, file IS NOT NULL FROM s3_versions WHERE bucket = ?1 AND key = ?2 ORDER BY seq DESC LIMIT 1",
            [bucket, key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((seq, true)) = newest {
        transaction.execute(
            "INSERT INTO s3_objects (bucket, key, file, size, etag, modified_ms, meta)
             SELECT bucket, key, file, size, etag, modified_ms, meta FROM s3_versions WHERE seq = ?1",
            [seq],
        )?;
        transaction.execute("DELETE FROM s3_versions WHERE seq = ?1", [seq])?;
    }
    Ok(())
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (key, modified_ms): (String, i64) = (row.get(0)?, row.get(5)?);
    let file: Option<String> = row.get(2)?;
    let (size, etag, meta): (u64, String, Meta) = (unsigned(row.get(3)?), row.get(4)?, meta(&row.get::<_, String>(6)?));
    let object = file.map(|file| Object { key: key.clone(), file, size, etag, modified_ms, meta });
    Ok(Entry { key, version: row.get(1)?, modified_ms, object })
}

impl S3 {
    /// ListObjectVersions.
    pub(super) fn list_versions(&self, bucket: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        self.existing_bucket(bucket)?;
        let query: BTreeMap<String, String> = query_pairs(&request.query).collect();
        let parameter = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        if !parameter("delimiter").is_empty() {
            return Err(AwsError::not_offered("s3: a delimiter in a listing of versions"));
        }
        let url = parameter("encoding-type") == "url";
        let (prefix, key_marker, version_marker) =
            (parameter("prefix"), parameter("key-marker"), parameter("version-id-marker"));
        let limit = match parameter("max-keys") {
            "" => MOST,
            text => text.parse::<usize>().map(|limit| limit.min(MOST)).map_err(|_| {
                AwsError::bad_request("InvalidArgument", "Provided max-keys not an integer or within integer range")
            })?,
        };
        let all = self.objects.all_versions(bucket, prefix)?;
        // A marker without a version means: after every version of that key.
        let start = match (key_marker, version_marker) {
            ("", _) => 0,
            (key, "") => all.partition_point(|(entry, _)| entry.key.as_str() <= key),
            (key, version) => {
                let at = all.iter().position(|(entry, _)| entry.key == key && entry.version == version);
                at.map_or_else(|| all.partition_point(|(entry, _)| entry.key.as_str() < key), |at| at + 1)
            }
        };
        let more = all.len() > start + limit;
        let shown: Vec<&(Entry, bool)> = all.iter().skip(start).take(limit).collect();
        let mut inner = wire::tag("Name", bucket)
            + &wire::tag("Prefix", &wire::key_text(prefix, url))
            + &wire::tag("KeyMarker", &wire::key_text(key_marker, url))
            + &wire::tag("VersionIdMarker", version_marker)
            + &format!("<MaxKeys>{limit}</MaxKeys><IsTruncated>{more}</IsTruncated>");
        if url {
            inner += "<EncodingType>url</EncodingType>";
        }
        if let Some((last, _)) = shown.last().filter(|_| more) {
            inner += &wire::tag("NextKeyMarker", &wire::key_text(&last.key, url));
            inner += &wire::tag("NextVersionIdMarker", &last.version);
        }
        for (entry, latest) in shown {
            let common = wire::tag("Key", &wire::key_text(&entry.key, url))
                + &wire::tag("VersionId", &entry.version)
                + &format!("<IsLatest>{latest}</IsLatest>")
                + &wire::tag("LastModified", &wire::iso(entry.modified_ms));
            let _ = match &entry.object {
                Some(object) => write!(
                    inner,
                    "<Version>{common}<ETag>&quot;{}&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Version>",
                    object.etag, object.size
                ),
                None => write!(inner, "<DeleteMarker>{common}</DeleteMarker>"),
            };
        }
        Ok(wire::xml("ListVersionsResult", &inner))
    }

    /// A new version's id.
    pub(super) fn new_version(&self) -> String {
        self.core.random.uuid().replace('-', "")
    }
}
