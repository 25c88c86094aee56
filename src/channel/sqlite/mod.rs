//! A store in SQLite, whoever runs it.

use super::store::Store;

/// A value of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A whole number, up to 2^53: the runtime gives them as `f64`.
    Number(u64),
    /// `TEXT`.
    Text(String),
    /// `BLOB`.
    Blob(Vec<u8>),
}

/// A parameter of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param<'a> {
    /// No value.
    Null,
    /// A whole number, up to 2^53.
    Number(u64),
    /// `TEXT`.
    Text(&'a str),
    /// `BLOB`.
    Blob(&'a [u8]),
}

/// The rows of an answer, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Values in a row; 0 where there is no row.
    pub columns: usize,
    /// The values of all rows.
    pub values: Vec<Value>,
}

/// A database of one channel. At most 100 parameters, 2 MB a value; no
/// transactions: the caller has put the whole turn into one.
pub trait Sql {
    /// Why a statement failed.
    type Error;

    /// Runs one statement, with its parameters for `?1`, `?2` and so on.
    ///
    /// # Errors
    /// The database's own.
    fn query(&mut self, statement: &str, params: &[Param<'_>]) -> Result<Rows, Self::Error>;

    /// The same for a statement that gives no rows.
    ///
    /// # Errors
    /// The database's own.
    fn run(&mut self, statement: &str, params: &[Param<'_>]) -> Result<(), Self::Error> {
        self.query(statement, params).map(|_| ())
    }
}

/// See the module.
#[derive(Debug)]
pub struct SqliteStore<Q> {
    sql: Q,
}

impl<Q: Sql> SqliteStore<Q> {
    /// The store in this database. Nothing is read or written yet.
    pub fn new(sql: Q) -> Self {
        Self { sql }
    }

    /// The database.
    pub fn sql(&mut self) -> &mut Q {
        &mut self.sql
    }
}

impl<Q: Sql> Store for SqliteStore<Q> {
    type Error = Q::Error;
}
