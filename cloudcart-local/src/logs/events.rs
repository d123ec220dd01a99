//! Groups, streams and events as rows.

use super::schema;
use crate::store::{Store, StoreError, Writing};
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter, types::Value as Sql};
use std::{collections::BTreeMap, sync::Arc};

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) created_ms: i64,
    pub(super) retention_days: Option<i64>,
    /// A JSON object.
    pub(super) tags: String,
}

/// A log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) created_ms: i64,
    pub(super) first_ms: Option<i64>,
    pub(super) last_ms: Option<i64>,
    pub(super) ingested_ms: Option<i64>,
}

/// A log event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) id: i64,
    pub(super) stream: String,
    pub(super) timestamp_ms: i64,
    pub(super) ingested_ms: i64,
    pub(super) message: String,
}

/// An event on its way into the table.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) group: Arc<str>,
    pub(super) stream: Arc<str>,
    pub(super) timestamp_ms: i64,
    pub(super) ingested_ms: i64,
    pub(super) message: String,
}

/// A place in the order of events: by timestamp, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) timestamp_ms: i64,
    pub(super) id: i64,
}

/// Which events to read, in order.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub(super) streams: Streams,
    /// First timestamp.
    pub(super) from_ms: i64,
    /// Last timestamp, itself included.
    pub(super) to_ms: i64,
    /// Strictly after this (or before it, when `backward`).
    pub(super) beyond: Option<Cursor>,
    /// From the newest to the oldest.
    pub(super) backward: bool,
}

/// Streams of a group.
#[derive(Debug, Clone)]
pub(super) enum Streams {
    All,
    Prefix(String),
    Named(Vec<String>),
}

/// The tables.
#[derive(Clone)]
pub(super) struct Events {
    store: Store,
}

impl Events {
    pub(super) fn open(store: Store) -> Result<Self, StoreError> {
        store.with(schema::prepare)?;
        Ok(Self { store })
    }

    /// Makes a group; false when it exists.
    pub(super) fn create_group(&self, name: &str, now_ms: i64, tags: &str) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let made = connection.execute(
                "INSERT OR IGNORE INTO log_groups (name, created_ms, tags) VALUES (?1, ?2, ?3)",
                params![name, now_ms, tags],
            )?;
            Ok(made == 1)
        })
    }

    /// Removes a group with all it holds; false when there is none.
    pub(super) fn delete_group(&self, name: &str) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute(&format!("DELETE FROM log_events WHERE log_group = {GROUP_NUMBER}"), [name])?;
            transaction.execute(&format!("DELETE FROM log_streams WHERE log_group = {GROUP_NUMBER}"), [name])?;
            let removed = transaction.execute("DELETE FROM log_groups WHERE name = ?1", [name])?;
            transaction.commit()?;
            Ok(removed == 1)
        })
    }

    pub(super) fn group(&self, name: &str) -> Result<Option<Group>, StoreError> {
        self.store.with(|connection| {
            connection.prepare_cached(&format!("{GROUPS} WHERE name = ?1"))?.query_row([name], read_group).optional()
        })
    }

    /// How many bytes the events of a group have. Reads them all: nothing that a function waits for may ask.
    pub(super) fn stored_bytes(&self, group: &str) -> Result<i64, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT coalesce(sum(length(CAST(message AS BLOB)) + 26), 0) FROM log_events
                     WHERE log_group = {GROUP_NUMBER}"
                ))?
                .query_row([group], |row| row.get(0))
        })
    }

    /// Groups whose names start with `prefix`, contain `pattern` and come after `after`, by name.
    pub(super) fn groups(
        &self,
        prefix: &str,
        pattern: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Group>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{GROUPS} WHERE substr(name, 1, length(?1)) = ?1 AND instr(lower(name), lower(?2)) > 0 AND name > ?3
                     ORDER BY name LIMIT ?4"
                ))?
                .query_map(params![prefix, pattern, after, limit], read_group)?
                .collect()
        })
    }

    /// Sets or clears the retention; false when there is no such group.
    pub(super) fn set_retention(&self, group: &str, days: Option<i64>) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let changed = connection
                .execute("UPDATE log_groups SET retention_days = ?2 WHERE name = ?1", params![group, days])?;
            Ok(changed == 1)
        })
    }

    pub(super) fn set_tags(&self, group: &str, tags: &str) -> Result<(), StoreError> {
        self.store.with(|connection| {
            connection.execute("UPDATE log_groups SET tags = ?2 WHERE name = ?1", params![group, tags])?;
            Ok(())
        })
    }

    /// Makes a stream in a group that exists; false when the stream exists.
    pub(super) fn create_stream(&self, group: &str, name: &str, now_ms: i64) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let made = connection.execute(
                &format!(
                    "INSERT OR IGNORE INTO log_streams (log_group, name, created_ms) VALUES ({GROUP_NUMBER}, ?2, ?3)"
                ),
                params![group, name, now_ms],
            )?;
            Ok(made == 1)
        })
    }

    /// Removes a stream with its events; false when there is none.
    pub(super) fn delete_stream(&self, group: &str, name: &str) -> Result<bool, StoreError> {
        self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let which = format!("log_group = {GROUP_NUMBER} AND name = ?2");
            transaction.execute(
                &format!("DELETE FROM log_events WHERE stream = (SELECT number FROM log_streams WHERE {which})"),
                [group, name],
            )?;
            let removed = transaction.execute(&format!("DELETE FROM log_streams WHERE {which}"), [group, name])?;
            transaction.commit()?;
            Ok(removed == 1)
        })
    }

    pub(super) fn stream(&self, group: &str, name: &str) -> Result<Option<Stream>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!("{STREAMS} WHERE log_group = {GROUP_NUMBER} AND name = ?2"))?
                .query_row([group, name], read_stream)
                .optional()
        })
    }

    /// All streams of a group whose names start with `prefix`, by name.
    pub(super) fn streams(&self, group: &str, prefix: &str) -> Result<Vec<Stream>, StoreError> {
        self.store.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{STREAMS} WHERE log_group = {GROUP_NUMBER} AND substr(name, 1, length(?2)) = ?2 ORDER BY name"
                ))?
                .query_map([group, prefix], read_stream)?
                .collect()
        })
    }

    /// Appends in one transaction; makes the groups and streams that are missing.
    pub(super) fn append_lines(&self, lines: &[Line]) -> Result<(), StoreError> {
        self.store.with(|connection| {
            let transaction = Writing::begin(connection)?;
            append(&transaction, lines)?;
            transaction.commit()
        })
    }

    /// At most `limit` events of `range`, in its order.
    pub(super) fn read(&self, group: &str, range: &Range, limit: usize) -> Result<Vec<Event>, StoreError> {
        let mut values: Vec<Sql> = vec![group.to_owned().into()];
        let of_streams = |is: &str, which: &str| {
            format!("stream {is} (SELECT number FROM log_streams WHERE log_group = {GROUP_NUMBER} AND {which})")
        };
        let which = match &range.streams {
            Streams::All => format!("log_group = {GROUP_NUMBER}"),
            Streams::Prefix(prefix) => {
                values.extend([prefix.clone().into(), prefix.clone().into()]);
                of_streams("IN", "substr(name, 1, length(?)) = ?")
            }
            Streams::Named(names) => {
                values.extend(names.iter().map(|name| Sql::from(name.clone())));
                // The events of one stream lie in their order already.
                let is = if names.len() == 1 { "=" } else { "IN" };
                of_streams(is, &format!("name IN ({})", vec!["?"; names.len()].join(", ")))
            }
        };
        let mut sql = format!("{EVENTS} WHERE e.{which} AND e.timestamp_ms BETWEEN ? AND ?");
        values.extend([range.from_ms.into(), range.to_ms.into()]);
        let (comparison, order) = if range.backward { ("<", "DESC") } else { (">", "ASC") };
        if let Some(cursor) = range.beyond {
            sql.push_str(" AND (e.timestamp_ms, e.id) ");
            sql.push_str(comparison);
            sql.push_str(" (?, ?)");
            values.extend([cursor.timestamp_ms.into(), cursor.id.into()]);
        }
        sql.push_str(&[" ORDER BY e.timestamp_ms ", order, ", e.id ", order, " LIMIT ?"].concat());
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        self.store.with(|connection| {
            connection.prepare_cached(&sql)?.query_map(params_from_iter(values), read_event)?.collect()
        })
    }

    /// The id of the newest event; later ones have higher ids.
    pub(super) fn last_id(&self) -> Result<i64, StoreError> {
        self.store.with(|connection| {
            connection.prepare_cached("SELECT coalesce(max(id), 0) FROM log_events")?.query_row([], |row| row.get(0))
        })
    }

    /// At most `limit` events of `groups` that arrived after the event `id`, in the order of arrival, each with its group.
    pub(super) fn after(&self, groups: &[String], id: i64, limit: usize) -> Result<Vec<(String, Event)>, StoreError> {
        let marks = vec!["?"; groups.len()].join(", ");
        // CROSS keeps the search on the ids, of which only the newest are looked at.
        let sql = format!(
            "SELECT e.id, s.name, e.timestamp_ms, e.ingested_ms, e.message, g.name FROM log_events e
             CROSS JOIN log_streams s ON s.number = e.stream CROSS JOIN log_groups g ON g.number = e.log_group
             WHERE e.id > ? AND g.name IN ({marks}) ORDER BY e.id LIMIT ?"
        );
        let mut values: Vec<Sql> = vec![id.into()];
        values.extend(groups.iter().map(|group| Sql::from(group.clone())));
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        self.store.with(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map(params_from_iter(values), |row| Ok((row.get(5)?, read_event(row)?)))?
                .collect()
        })
    }

    /// Removes what each group's retention no longer keeps.
    pub(super) fn expire(&self, now_ms: i64) -> Result<usize, StoreError> {
        self.store.with(|connection| {
            connection.execute(
                "DELETE FROM log_events WHERE id IN (
                     SELECT e.id FROM log_groups g CROSS JOIN log_events e ON e.log_group = g.number
                     WHERE g.retention_days IS NOT NULL AND e.timestamp_ms < ?1 - g.retention_days * 86400000)",
                [now_ms],
            )
        })
    }
}

/// What lines of one stream say of it.
struct Times {
    created: i64,
    first: i64,
    last: i64,
    ingested: i64,
}

/// Appends lines in their order. The row of each stream is written once, however its lines are mixed with those of others.
fn append(transaction: &Writing<'_>, lines: &[Line]) -> rusqlite::Result<()> {
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut streams: Vec<(&Line, Times)> = Vec::new();
    let mut of = Vec::with_capacity(lines.len());
    for line in lines {
        let (at, ingested) = (line.timestamp_ms, line.ingested_ms);
        let place = *places.entry((&line.group, &line.stream)).or_insert_with(|| {
            streams.push((line, Times { created: ingested, first: at, last: at, ingested }));
            streams.len() - 1
        });
        let times = &mut streams[place].1;
        times.first = times.first.min(at);
        times.last = times.last.max(at);
        times.ingested = times.ingested.max(ingested);
        of.push(place);
    }
    let mut group = transaction
        .prepare_cached("INSERT OR IGNORE INTO log_groups (name, created_ms, tags) VALUES (?1, ?2, '{}')")?;
    let mut stream = transaction.prepare_cached(&format!(
        "INSERT INTO log_streams (log_group, name, created_ms, first_ms, last_ms, ingested_ms)
         VALUES ({GROUP_NUMBER}, ?2, ?6, ?3, ?4, ?5)
         ON CONFLICT (log_group, name) DO UPDATE SET first_ms = min(coalesce(first_ms, ?3), ?3),
             last_ms = max(coalesce(last_ms, ?4), ?4), ingested_ms = ?5
         RETURNING log_group, number"
    ))?;
    let mut numbers: Vec<(i64, i64)> = Vec::with_capacity(streams.len());
    for (line, Times { created, first, last, ingested }) in streams {
        group.execute(params![line.group, created])?;
        let values = params![line.group, line.stream, first, last, ingested, created];
        numbers.push(stream.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO log_events (log_group, stream, timestamp_ms, ingested_ms, message) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (line, place) in lines.iter().zip(of) {
        let (group, stream) = numbers[place];
        insert.execute(params![group, stream, line.timestamp_ms, line.ingested_ms, line.message])?;
    }
    Ok(())
}

/// The number of the group that the statement's first value names.
const GROUP_NUMBER: &str = "(SELECT number FROM log_groups WHERE name = ?1)";
/// CROSS: the events are gone through in their order, and each one's stream is looked up.
const EVENTS: &str = "SELECT e.id, s.name, e.timestamp_ms, e.ingested_ms, e.message
    FROM log_events e CROSS JOIN log_streams s ON s.number = e.stream";
const GROUPS: &str = "SELECT name, created_ms, retention_days, tags FROM log_groups";
const STREAMS: &str = "SELECT name, created_ms, first_ms, last_ms, ingested_ms FROM log_streams";

fn read_group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group { name: row.get(0)?, created_ms: row.get(1)?, retention_days: row.get(2)?, tags: row.get(3)? })
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        stream: row.get(1)?,
        timestamp_ms: row.get(2)?,
        ingested_ms: row.get(3)?,
        message: row.get(4)?,
    })
}

fn read_stream(row: &Row<'_>) -> rusqlite::Result<Stream> {
    Ok(Stream {
        name: row.get(0)?,
        created_ms: row.get(1)?,
        first_ms: row.get(2)?,
        last_ms: row.get(3)?,
        ingested_ms: row.get(4)?,
    })
}
