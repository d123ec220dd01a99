//! The tables of groups, streams and events, and those of older state files.
//!
//! An event names its group and its stream by number: there are three for each call of a function, and each name has some fifty bytes
//! that would stand in the row and in both indexes.

use crate::store::Writing;
use rusqlite::Connection;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS log_groups (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL, retention_days INTEGER,
        tags TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS log_streams (
        number INTEGER PRIMARY KEY, log_group INTEGER NOT NULL REFERENCES log_groups (number), name TEXT NOT NULL,
        created_ms INTEGER NOT NULL, first_ms INTEGER, last_ms INTEGER, ingested_ms INTEGER, UNIQUE (log_group, name)
    );
    CREATE TABLE IF NOT EXISTS log_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, log_group INTEGER NOT NULL, stream INTEGER NOT NULL,
        timestamp_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS log_events_by_time ON log_events (log_group, timestamp_ms);
    CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events (stream, timestamp_ms);";

/// From the tables in which names stood everywhere. Events keep their ids, and no id is given twice.
const ASIDE: &str = "
    DROP INDEX log_events_by_time;
    DROP INDEX log_events_by_stream;
    ALTER TABLE log_groups RENAME TO named_groups;
    ALTER TABLE log_streams RENAME TO named_streams;
    ALTER TABLE log_events RENAME TO named_events;";
const OVER: &str = "
    INSERT INTO log_groups (name, created_ms, retention_days, tags)
        SELECT name, created_ms, retention_days, tags FROM named_groups;
    INSERT INTO log_streams (log_group, name, created_ms, first_ms, last_ms, ingested_ms)
        SELECT g.number, s.name, s.created_ms, s.first_ms, s.last_ms, s.ingested_ms
        FROM named_streams s JOIN log_groups g ON g.name = s.log_group;
    INSERT INTO log_events (id, log_group, stream, timestamp_ms, ingested_ms, message)
        SELECT e.id, s.log_group, s.number, e.timestamp_ms, e.ingested_ms, e.message
        FROM named_events e JOIN log_groups g ON g.name = e.log_group
        JOIN log_streams s ON s.log_group = g.number AND s.name = e.stream;
    DELETE FROM sqlite_sequence WHERE name = 'log_events';
    INSERT INTO sqlite_sequence (name, seq) SELECT 'log_events', seq FROM sqlite_sequence WHERE name = 'named_events';
    DROP TABLE named_events;
    DROP TABLE named_streams;
    DROP TABLE named_groups;";

/// Makes the tables, unless they are there already.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    let column = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('log_streams') WHERE name = ?1)";
    let has = |name: &str| connection.query_row(column, [name], |row| row.get::<_, bool>(0));
    if has("log_group")? && !has("number")? {
        let transaction = Writing::begin(connection)?;
        transaction.execute_batch(ASIDE)?;
        transaction.execute_batch(TABLES)?;
        transaction.execute_batch(OVER)?;
        return transaction.commit();
    }
    connection.execute_batch(TABLES)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::events::{Cursor, Events, Line, Range, Streams};
    use crate::store::Store;

    /// The tables as they were.
    const NAMED: &str = "
        CREATE TABLE log_groups (
            name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, retention_days INTEGER, tags TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE log_streams (
            log_group TEXT NOT NULL REFERENCES log_groups (name), name TEXT NOT NULL, created_ms INTEGER NOT NULL,
            first_ms INTEGER, last_ms INTEGER, ingested_ms INTEGER, PRIMARY KEY (log_group, name)
        ) WITHOUT ROWID;
        CREATE TABLE log_events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, log_group TEXT NOT NULL, stream TEXT NOT NULL,
            timestamp_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL
        );
        CREATE INDEX log_events_by_time ON log_events (log_group, timestamp_ms, id);
        CREATE INDEX log_events_by_stream ON log_events (log_group, stream, timestamp_ms, id);
        INSERT INTO log_groups VALUES ('/a', 1, 7, '{\"k\":\"v\"}'), ('/b', 2, NULL, '{}');
        INSERT INTO log_streams VALUES ('/a', 's', 3, 10, 30, 40), ('/b', 's', 4, NULL, NULL, NULL), ('/a', 't', 5, 20, 20, 21);
        INSERT INTO log_events VALUES (1, '/a', 's', 30, 40, 'third'), (5, '/a', 's', 10, 40, 'first'),
            (7, '/a', 't', 20, 21, 'second'), (9, '/a', 's', 11, 41, 'deleted');
        DELETE FROM log_events WHERE id = 9;";

    fn range(streams: Streams) -> Range {
        Range { streams, from_ms: 0, to_ms: i64::MAX, beyond: None, backward: false }
    }

    #[test]
    fn what_older_tables_hold_is_taken_over_once_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db")).unwrap();
        store.with(|connection| connection.execute_batch(NAMED)).unwrap();
        for _ in 0..2 {
            let events = Events::open(store.clone()).unwrap();
            let all = events.read("/a", &range(Streams::All), 10).unwrap();
            let all: Vec<_> =
                all.iter().map(|event| (event.id, event.stream.as_str(), event.message.as_str())).collect();
            assert_eq!(all, [(5, "s", "first"), (7, "t", "second"), (1, "s", "third")]);
            assert_eq!(events.read("/b", &range(Streams::All), 10).unwrap(), []);
            let groups = events.groups("", "", "", 10).unwrap();
            let groups: Vec<_> = groups.iter().map(|g| (g.name.as_str(), g.created_ms, g.retention_days)).collect();
            assert_eq!(groups, [("/a", 1, Some(7)), ("/b", 2, None)]);
            assert_eq!(events.group("/a").unwrap().unwrap().tags, "{\"k\":\"v\"}");
            let stream = events.stream("/a", "s").unwrap().unwrap();
            let times = (stream.created_ms, stream.first_ms, stream.last_ms, stream.ingested_ms);
            assert_eq!(times, (3, Some(10), Some(30), Some(40)));
            assert_eq!(events.stream("/b", "s").unwrap().unwrap().first_ms, None);
        }
        let events = Events::open(store).unwrap();
        let line = |group: &str, stream: &str| Line {
            group: group.into(),
            stream: stream.into(),
            timestamp_ms: 25,
            ingested_ms: 50,
            message: "new".to_owned(),
        };
        events.append_lines(&[line("/a", "s"), line("/b", "s"), line("/c", "u")]).unwrap();
        let named = range(Streams::Named(vec!["s".to_owned()]));
        let ids = |range: &Range| -> Vec<i64> {
            events.read("/a", range, 10).unwrap().iter().map(|event| event.id).collect()
        };
        // The id 9 was given before.
        assert_eq!(ids(&named), [5, 10, 1]);
        assert_eq!(ids(&Range { backward: true, ..named.clone() }), [1, 10, 5]);
        assert_eq!(ids(&Range { beyond: Some(Cursor { timestamp_ms: 25, id: 10 }), ..named }), [1]);
        assert_eq!(ids(&range(Streams::Named(vec!["t".to_owned(), "s".to_owned()]))), [5, 7, 10, 1]);
        assert_eq!(ids(&range(Streams::Prefix("t".to_owned()))), [7]);
        assert_eq!(events.last_id().unwrap(), 12);
        let after = events.after(&["/a".to_owned(), "/c".to_owned()], 7, 10).unwrap();
        let after: Vec<_> = after.iter().map(|(group, event)| (group.as_str(), event.id)).collect();
        assert_eq!(after, [("/a", 10), ("/c", 12)]);
        assert!(events.delete_stream("/a", "s").unwrap() && !events.delete_stream("/a", "s").unwrap());
        assert_eq!(ids(&range(Streams::All)), [7]);
        assert!(events.delete_group("/a").unwrap() && !events.delete_group("/a").unwrap());
        assert_eq!((ids(&range(Streams::All)), events.stored_bytes("/b").unwrap()), (vec![], 29));
    }
}
