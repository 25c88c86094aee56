//! A channel's object without the runtime: its turns over a store, in virtual
//! time, and SQLite by `rusqlite`.

#![allow(dead_code)] // each test file uses its part

use edge_events::channel::follow::Ask;
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::protocol::{self, Answer, FollowTurn, Request, Turn};
use edge_events::channel::sqlite::{Learned, Param, Rows, Sql, SqliteStore, Value};
use edge_events::channel::store::Store;
use edge_events::channel::{Address, Effects, Memory, Mode};
use edge_events::config::Config;
use edge_events::http::cors::Cors;
use rusqlite::types::{ToSqlOutput, ValueRef};

pub const NOON: u64 = 1_795_325_710_000;

/// SQLite in memory, which counts the statements that it is asked to run, and the
/// rows that they write.
#[derive(Debug)]
pub struct Sqlite {
    connection: rusqlite::Connection,
    pub asked: u64,
    pub changes: u64,
}

impl Sqlite {
    pub fn open() -> Self {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        Self { connection, asked: 0, changes: 0 }
    }

    pub fn store() -> SqliteStore<Self> {
        SqliteStore::new(Self::open(), Learned::default())
    }

    /// Tables that there are.
    pub fn tables(&self) -> Vec<String> {
        let mut statement =
            self.connection.prepare("SELECT name FROM sqlite_master ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

impl Sql for Sqlite {
    type Error = rusqlite::Error;

    fn query(&mut self, statement: &str, params: &[Param<'_>]) -> rusqlite::Result<Rows> {
        assert!(params.len() <= 100, "a Durable Object binds 100 parameters");
        self.asked += 1;
        let before = self.connection.total_changes();
        let mut statement = self.connection.prepare(statement)?;
        let columns = statement.column_count();
        let params = params.iter().map(|param| {
            ToSqlOutput::Borrowed(match *param {
                Param::Null => ValueRef::Null,
                Param::Number(number) => ValueRef::Integer(number.try_into().unwrap()),
                Param::Text(text) => ValueRef::Text(text.as_bytes()),
                Param::Blob(bytes) => ValueRef::Blob(bytes),
            })
        });
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                values.push(match row.get_ref(column)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => Value::Number(number.try_into().unwrap()),
                    ValueRef::Real(number) => panic!("a number with a fraction: {number}"),
                    ValueRef::Text(text) => Value::Text(str::from_utf8(text).unwrap().to_owned()),
                    ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                });
            }
        }
        drop(rows);
        self.changes += self.connection.total_changes() - before;
        Ok(Rows { columns, values })
    }
}

pub fn limits() -> Config {
    Config::from_lookup(|_| None).unwrap()
}

/// A channel's object.
pub struct Object<S> {
    pub store: S,
    pub limits: Config,
    pub memory: Memory,
    pub now: u64,
    pub readers: u64,
    /// Of the last turn.
    pub effects: Effects,
}

impl Object<MemoryStore> {
    pub fn in_memory() -> Self {
        Self::over(MemoryStore::default())
    }
}

impl Object<SqliteStore<Sqlite>> {
    pub fn in_sqlite() -> Self {
        Self::over(Sqlite::store())
    }
}

impl<S: Store<Error: std::fmt::Debug>> Object<S> {
    pub fn over(store: S) -> Self {
        let (memory, effects) = (Memory::default(), Effects::default());
        Self { store, limits: limits(), memory, now: NOON, readers: 0, effects }
    }

    /// What a client of `/v1/stream/` sends: the query, headers, and a body.
    pub fn ask(
        &mut self,
        method: &str,
        query: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        self.ask_at(Address::Protocol, method, query, headers, body)
    }

    /// What a client of `/channels/` sends.
    pub fn ask_ours(
        &mut self,
        method: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        self.ask_at(Address::Ours, method, "", headers, body)
    }

    pub fn ask_at(
        &mut self,
        address: Address,
        method: &str,
        query: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let header = lookup(headers);
        let request = Request { address, ..self.request(method, query, &header, body.as_ref()) };
        let Self { store, limits, memory, now, .. } = self;
        let Turn { answer, effects } =
            protocol::request(store, limits, *memory, &request, *now).unwrap();
        self.memory = effects.memory;
        self.effects = effects;
        answer
    }

    pub fn follow(&mut self, ask: Ask, query: &str, headers: &[(&str, &str)]) -> FollowTurn {
        let header = lookup(headers);
        let request = self.request("GET", query, &header, &[]);
        let Self { store, limits, memory, now, .. } = self;
        let turn = protocol::follow(store, limits, *memory, ask, &request, *now).unwrap();
        self.memory = turn.effects.memory;
        self.effects = turn.effects.clone();
        turn
    }

    pub fn message(&mut self, mode: Mode, message: &str) -> Option<Vec<u8>> {
        let Self { store, limits, memory, now, .. } = self;
        let turn = protocol::message(store, limits, *memory, mode, message, *now).unwrap()?;
        self.memory = turn.effects.memory;
        self.effects = turn.effects;
        Some(turn.frame)
    }

    pub fn alarm(&mut self) {
        let Self { store, limits, memory, now, .. } = self;
        self.effects = protocol::alarm(store, limits, *memory, *now).unwrap();
        self.memory = self.effects.memory;
    }

    /// The object is thrown out of memory, and made anew when it is needed.
    pub fn evict(&mut self) {
        self.memory = Memory::default();
    }

    fn request<'a>(
        &self,
        method: &'a str,
        query: &'a str,
        header: &'a dyn Fn(&str) -> Option<String>,
        body: &'a [u8],
    ) -> Request<'a> {
        Request {
            address: Address::Protocol,
            method,
            url: "https://example.com/v1/stream/orders/42?x=1",
            query,
            header,
            body,
            cors: Cors { allow_origin: None, vary: false, credentials: false },
            readers: self.readers,
            random: 0,
        }
    }

    pub fn put(&mut self, content_type: &str) -> Answer {
        self.ask("PUT", "", &[("content-type", content_type)], "")
    }

    pub fn post(&mut self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", "", &[("content-type", content_type)], body)
    }

    pub fn get(&mut self, query: &str) -> Answer {
        self.ask("GET", query, &[], "")
    }
}

fn lookup(headers: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| {
        assert_eq!(name, name.to_ascii_lowercase());
        headers.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned())
    }
}

/// A header of an answer; each is there once at most.
pub fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut values = answer.headers.iter().filter(|(one, _)| *one == name);
    let value = values.next().map(|(_, value)| value.as_str());
    assert!(values.next().is_none(), "{name} is there twice: {answer:?}");
    value
}

pub fn next_offset(answer: &Answer) -> &str {
    header(answer, "stream-next-offset").unwrap()
}

pub fn text(answer: &Answer) -> &str {
    str::from_utf8(&answer.body).unwrap()
}
