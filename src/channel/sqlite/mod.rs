//! A store in SQLite, whoever runs it.
//!
//! ```sql
//! meta (...)                                                       -- one row
//! seg_<start> (id INTEGER PRIMARY KEY, t, b, n, ev, seq, body)     -- a row for each append
//! producers (id TEXT PRIMARY KEY, epoch, seq, t) WITHOUT ROWID
//! ```
//!
//! 1. No table is made by a read: a channel that is only waited for is nothing.
//! 2. `n` is how many messages a row holds, and `body` is they: `TEXT` where it is
//!    [`Body::Lines`], else `BLOB`. A row of one line has no `n`, and its `body` is
//!    the end of its event, so that SQL need only join it with others: see [`rows`].
//! 3. Rows that are written are what the platform charges most for. An append is
//!    one, with a producer two; a table that is made is two, one that is dropped
//!    none.
//! 4. What a turn knows of the channel when it ends is handed to the next one as
//!    [`Learned`], which then asks the database for neither the channel nor its end.

mod columns;
mod learned;
mod rows;
mod sql;

use super::content::Kind;
use super::events::EventRow;
use super::producer::{Known, Ticket};
use super::render::Join;
use super::store::{Body, Chunk, Meta, Row, Segment, Span, Store, Tail, View};
use super::text::text;
pub use learned::Learned;
pub use sql::{Param, Rows, Sql, Value};

/// See the module.
#[derive(Debug)]
pub struct SqliteStore<Q> {
    sql: Q,
    learned: Learned,
}

impl<Q: Sql> SqliteStore<Q> {
    /// The store in this database, of which the last turn has learned this. Nothing
    /// is read or written yet.
    pub fn new(sql: Q, learned: Learned) -> Self {
        Self { sql, learned }
    }

    /// The database.
    pub fn sql(&mut self) -> &mut Q {
        &mut self.sql
    }

    /// What the next turn is to be given if this one succeeds.
    pub fn into_learned(self) -> Learned {
        self.learned
    }

    fn write(&mut self, statement: &str, meta: &Meta) -> Result<(), Q::Error> {
        let segments = columns::segments_to_text(&meta.segments);
        self.sql.run(statement, &columns::params(meta, &segments))?;
        self.learned.meta = Some(meta.clone());
        Ok(())
    }

    /// Lets SQL join the messages. `None` where it cannot.
    fn joined(&mut self, span: Span, view: View) -> Result<Option<Chunk>, Q::Error> {
        if span.kind == Kind::Binary && view != View::Body {
            return Ok(None);
        }
        let (begin, between) = match view {
            View::Events { generation } => {
                let begin = rows::before_ordinal(generation);
                let between = text!(rows::EVENT_END, &*begin);
                (begin, between)
            }
            View::Body if span.kind == Kind::Json => (String::new(), ",".to_owned()),
            View::Body => (String::new(), String::new()),
        };
        let [from, bytes, before, one] = numbers(span);
        let params = [from, bytes, before, one, between.as_str().into()];
        let mut row = self.sql.query(&rows::joined(span, view), &params)?.into_values();
        let Some(to) = row.optional_number() else {
            return Ok(Some(Chunk { bytes: Vec::new(), to: span.from }));
        };
        if row.number() != 0 {
            return Ok(None);
        }
        let mut bytes = row.bytes();
        if view != View::Body {
            bytes = [begin.as_bytes(), &bytes, rows::EVENT_END.as_bytes()].concat();
        }
        Ok(Some(Chunk { bytes, to }))
    }
}

/// The parameters that say which rows are read.
fn numbers(Span { from, bytes, segment, at_least_one, .. }: Span) -> [Param<'static>; 4] {
    [from.into(), bytes.into(), segment.bytes.into(), u64::from(at_least_one).into()]
}

impl<Q: Sql> Store for SqliteStore<Q> {
    type Error = Q::Error;

    fn meta(&mut self) -> Result<Option<Meta>, Q::Error> {
        const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' \
                              AND name IN ('meta', 'producers')";
        if self.learned.meta.is_some() {
            return Ok(self.learned.meta.clone());
        }
        let mut has_meta = false;
        let mut names = self.sql.query(TABLES, &[])?.into_values();
        while let Some(name) = names.text() {
            match &*name {
                "meta" => has_meta = true,
                "producers" => self.learned.has_producers = true,
                _ => {}
            }
        }
        if !has_meta {
            return Ok(None);
        }
        let mut values = self.sql.query(columns::SELECT, &[])?.into_values();
        self.learned.meta = (!values.is_empty()).then(|| columns::read(&mut values));
        Ok(self.learned.meta.clone())
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
        self.learned = Learned::default();
        self.sql.run("DROP TABLE IF EXISTS producers", &[])?;
        self.sql.run("DROP TABLE meta", &[])
    }

    fn begin(&mut self, segment: Segment) -> Result<(), Q::Error> {
        self.learned.begun();
        self.sql.run(&text!("CREATE TABLE seg_", segment.start, rows::COLUMNS), &[])
    }

    fn drop(&mut self, segment: Segment) -> Result<(), Q::Error> {
        self.sql.run(&text!("DROP TABLE seg_", segment.start), &[])
    }

    fn insert(&mut self, segment: Segment, row: &Row) -> Result<(), Q::Error> {
        let event = rows::end_of_event(row);
        let (count, body) = match (&event, &row.body) {
            (Some(event), _) => (None, Param::Text(event)),
            (None, Body::Lines(text)) => (Some(row.count), Param::Text(text)),
            (None, Body::Bytes(bytes)) => (Some(row.count), Param::Blob(bytes)),
        };
        let params = [
            row.id.into(),
            row.time.into(),
            row.bytes.into(),
            count.into(),
            row.event.as_deref().into(),
            row.seq.as_deref().into(),
            body,
        ];
        self.sql.run(&text!("INSERT INTO seg_", segment.start, rows::INSERT), &params)?;
        self.learned.inserted(row);
        Ok(())
    }

    fn tail(&mut self, segment: Segment) -> Result<Tail, Q::Error> {
        if let Some(tail) = self.learned.tail_of(segment) {
            return Ok(tail.clone());
        }
        let order = " ORDER BY id DESC LIMIT 1";
        let statement = text!("SELECT id, b, t, seq FROM seg_", segment.start, order);
        let mut last = self.sql.query(&statement, &[])?.into_values();
        let tail = if last.is_empty() {
            Tail { ordinal: segment.start, bytes: segment.bytes, ..Tail::default() }
        } else {
            Tail {
                ordinal: last.number(),
                bytes: last.number(),
                time: last.number(),
                seq: last.text(),
            }
        };
        self.learned.keep(segment, &tail);
        Ok(tail)
    }

    fn read(&mut self, span: Span, view: View) -> Result<Chunk, Q::Error> {
        if let Some(chunk) = self.joined(span, view)? {
            return Ok(chunk);
        }
        let mut values = self.sql.query(&rows::each(span.segment), &numbers(span))?.into_values();
        let mut joined = Join::new(span, view);
        while let Some(id) = values.optional_number() {
            let (event, body) = (values.text(), values.bytes());
            if !joined.add(EventRow { id, event: event.as_deref(), body: &body }) {
                break;
            }
        }
        Ok(joined.chunk)
    }

    fn producer(&mut self, id: &str) -> Result<Option<Known>, Q::Error> {
        if !self.learned.has_producers {
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
        if !self.learned.has_producers {
            self.sql.run(CREATE, &[])?;
            self.learned.has_producers = true;
        }
        let Ticket { id, epoch, seq } = ticket;
        self.sql.run(REPLACE, &[(&**id).into(), (*epoch).into(), (*seq).into(), now.into()])
    }

    fn forget(&mut self, time: u64) -> Result<(), Q::Error> {
        if !self.learned.has_producers {
            return Ok(());
        }
        self.sql.run("DELETE FROM producers WHERE t < ?1", &[time.into()])
    }
}
