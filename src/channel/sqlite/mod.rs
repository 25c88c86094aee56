//! A store in SQLite, whoever runs it.
//!
//! ```sql
//! meta (...)                                                       -- one row
//! seg_<start> (id INTEGER PRIMARY KEY, t, b, n, ev, seq, body)     -- a row for each append
//! producers (id TEXT PRIMARY KEY, epoch, seq, t) WITHOUT ROWID
//! ```
//!
//! 1. No table is made by a read: a channel that is only waited for is nothing.
//! 2. A body is `TEXT` where it is [`Body::Lines`], else `BLOB`. So a row whose
//!    body is `TEXT` and whose `n` is 1 holds one line, and SQL can make its event.
//! 3. Rows that are written are what the platform charges most for. An append is
//!    one, with a producer two; a table that is made is two, one that is dropped
//!    none.

mod columns;
mod sql;

use super::content::Kind;
use super::events::EventRow;
use super::offset::Offset;
use super::producer::{Known, Ticket};
use super::render::Join;
use super::store::{Body, Chunk, Meta, Row, Segment, Span, Store, Tail, View};
use super::text::text;
pub use sql::{Param, Rows, Sql, Value};

/// See the module.
#[derive(Debug)]
pub struct SqliteStore<Q> {
    sql: Q,
    /// Whether there is a table of producers; known once the channel was read.
    has_producers: bool,
}

impl<Q: Sql> SqliteStore<Q> {
    /// The store in this database. Nothing is read or written yet.
    pub fn new(sql: Q) -> Self {
        Self { sql, has_producers: false }
    }

    /// The database.
    pub fn sql(&mut self) -> &mut Q {
        &mut self.sql
    }

    fn write(&mut self, statement: &str, meta: &Meta) -> Result<(), Q::Error> {
        let segments = columns::segments_to_text(&meta.segments);
        self.sql.run(statement, &columns::params(meta, &segments))
    }

    /// Lets SQL join the messages. `None` where a row needs a look: a batch, a
    /// message of more than one line, or one that begins inside of a batch.
    fn joined(&mut self, span: Span, view: View) -> Result<Option<Chunk>, Q::Error> {
        let prefix;
        let (message, separator, prefix) = match view {
            View::Body if span.kind == Kind::Json => ("replace(body, char(10), ',')", ",", ""),
            View::Body => ("body", "", ""),
            View::Events { .. } if span.kind == Kind::Binary => return Ok(None),
            View::Events { generation } => {
                prefix = id_prefix(generation);
                (EVENT, "", prefix.as_str())
            }
        };
        let statement = text!(
            "SELECT max(id), min(id - n), count(*), sum(n = 1 AND typeof(body) = 'text'), \
             CAST(group_concat(",
            message,
            ", ?5) AS BLOB), ?6 FROM (",
            &*rows_of(span.segment),
            ")",
        );
        let params = [
            span.from.into(),
            span.bytes.into(),
            span.segment.bytes.into(),
            (span.from + u64::from(span.at_least_one)).into(),
            separator.into(),
            prefix.into(),
        ];
        let mut row = self.sql.query(&statement, &params)?.into_values();
        let Some(to) = row.optional_number() else {
            return Ok(Some(Chunk { bytes: Vec::new(), to: span.from }));
        };
        let is_whole = row.number() >= span.from;
        let is_joined = is_whole && (row.number() == row.number() || view == View::Body);
        Ok(is_joined.then(|| Chunk { bytes: row.bytes(), to }))
    }
}

/// The event of a row that holds one line. `?6` is the beginning of its id.
const EVENT: &str = "CASE WHEN n = 1 AND typeof(body) = 'text' THEN \
                     ?6 || substr('000000000000000' || id, -16) || char(10) || \
                     CASE WHEN ev IS NULL THEN '' ELSE 'event: ' || ev || char(10) END || \
                     'data: ' || body || char(10) || char(10) END";

fn id_prefix(generation: u64) -> String {
    let mut prefix = text!("id: ", Offset { generation, ordinal: 0 });
    prefix.truncate("id: 0123456789012345_".len());
    prefix
}

/// The rows of a span, in order: `?1` is its `from`, `?2` its `bytes`, `?3` the
/// bytes before its segment. A row that begins before `?4` does not end them: so
/// the first one is always among them, or not.
fn rows_of(segment: Segment) -> String {
    let k = segment.start;
    text!(
        "SELECT id, ev, body, n FROM seg_",
        k,
        " WHERE id > ?1 AND id < coalesce((SELECT id FROM seg_",
        k,
        " WHERE id > ?1 AND id - n >= ?4 AND b > ?2 + coalesce((SELECT b FROM seg_",
        k,
        " WHERE id <= ?1 ORDER BY id DESC LIMIT 1), ?3) ORDER BY id LIMIT 1), 9007199254740991) \
         ORDER BY id",
    )
}

impl<Q: Sql> Store for SqliteStore<Q> {
    type Error = Q::Error;

    fn meta(&mut self) -> Result<Option<Meta>, Q::Error> {
        const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' \
                              AND name IN ('meta', 'producers')";
        let mut has_meta = false;
        let mut names = self.sql.query(TABLES, &[])?.into_values();
        while let Some(name) = names.text() {
            match &*name {
                "meta" => has_meta = true,
                "producers" => self.has_producers = true,
                _ => {}
            }
        }
        if !has_meta {
            return Ok(None);
        }
        let mut values = self.sql.query(columns::SELECT, &[])?.into_values();
        Ok((!values.is_empty()).then(|| columns::read(&mut values)))
    }

    fn create(&mut self, meta: &Meta) -> Result<(), Q::Error> {
        self.sql.run(columns::CREATE, &[])?;
        self.write(columns::INSERT, meta)
    }

    fn save(&mut self, meta: &Meta) -> Result<(), Q::Error> {
        self.write(columns::UPDATE, meta)
    }

    fn clear(&mut self, meta: &Meta) -> Result<(), Q::Error> {
        for segment in &meta.segments {
            self.drop(*segment)?;
        }
        self.sql.run("DROP TABLE IF EXISTS producers", &[])?;
        self.has_producers = false;
        self.sql.run("DROP TABLE meta", &[])
    }

    fn begin(&mut self, segment: Segment) -> Result<(), Q::Error> {
        const COLUMNS: &str = " (id INTEGER PRIMARY KEY, t INTEGER, b INTEGER, n INTEGER, \
                               ev TEXT, seq TEXT, body)";
        self.sql.run(&text!("CREATE TABLE seg_", segment.start, COLUMNS), &[])
    }

    fn drop(&mut self, segment: Segment) -> Result<(), Q::Error> {
        self.sql.run(&text!("DROP TABLE seg_", segment.start), &[])
    }

    fn insert(&mut self, segment: Segment, row: &Row) -> Result<(), Q::Error> {
        let values = " (id, t, b, n, ev, seq, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let body = match &row.body {
            Body::Lines(text) => Param::Text(text),
            Body::Bytes(bytes) => Param::Blob(bytes),
        };
        let params = [
            row.id.into(),
            row.time.into(),
            row.bytes.into(),
            row.count.into(),
            row.event.as_deref().into(),
            row.seq.as_deref().into(),
            body,
        ];
        self.sql.run(&text!("INSERT INTO seg_", segment.start, values), &params)
    }

    fn tail(&mut self, segment: Segment) -> Result<Tail, Q::Error> {
        let order = " ORDER BY id DESC LIMIT 1";
        let statement = text!("SELECT id, b, t, seq FROM seg_", segment.start, order);
        let mut last = self.sql.query(&statement, &[])?.into_values();
        if last.is_empty() {
            return Ok(Tail { ordinal: segment.start, bytes: segment.bytes, ..Tail::default() });
        }
        Ok(Tail {
            ordinal: last.number(),
            bytes: last.number(),
            time: last.number(),
            seq: last.text(),
        })
    }

    fn read(&mut self, span: Span, view: View) -> Result<Chunk, Q::Error> {
        if let Some(chunk) = self.joined(span, view)? {
            return Ok(chunk);
        }
        let Span { from, bytes, segment, at_least_one, .. } = span;
        let first = from + u64::from(at_least_one);
        let params = [from.into(), bytes.into(), segment.bytes.into(), first.into()];
        let mut values = self.sql.query(&rows_of(span.segment), &params)?.into_values();
        let mut joined = Join::new(span, view);
        while let Some(id) = values.optional_number() {
            let (event, body) = (values.text(), values.bytes());
            if !joined.add(EventRow { id, event: event.as_deref(), body: &body }) {
                break;
            }
            let _messages = values.number();
        }
        Ok(joined.chunk)
    }

    fn producer(&mut self, id: &str) -> Result<Option<Known>, Q::Error> {
        if !self.has_producers {
            return Ok(None);
        }
        let select = "SELECT epoch, seq FROM producers WHERE id = ?1";
        let mut row = self.sql.query(select, &[id.into()])?.into_values();
        let epoch = row.optional_number();
        Ok(epoch.map(|epoch| Known { epoch, seq: row.number() }))
    }

    fn remember(&mut self, ticket: &Ticket, now: u64) -> Result<(), Q::Error> {
        const CREATE: &str = "CREATE TABLE producers (id TEXT PRIMARY KEY, epoch INTEGER, \
                              seq INTEGER, t INTEGER) WITHOUT ROWID";
        const REPLACE: &str = "INSERT OR REPLACE INTO producers (id, epoch, seq, t) \
                               VALUES (?1, ?2, ?3, ?4)";
        if !self.has_producers {
            self.sql.run(CREATE, &[])?;
            self.has_producers = true;
        }
        let Ticket { id, epoch, seq } = ticket;
        self.sql.run(REPLACE, &[(&**id).into(), (*epoch).into(), (*seq).into(), now.into()])
    }

    fn forget(&mut self, time: u64) -> Result<(), Q::Error> {
        if !self.has_producers {
            return Ok(());
        }
        self.sql.run("DELETE FROM producers WHERE t < ?1", &[time.into()])
    }
}
