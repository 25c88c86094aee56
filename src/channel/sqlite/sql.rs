//! A database as the store needs it, whoever runs it.

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

impl From<u64> for Param<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The rows of an answer, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Values in a row; 0 where there is no row.
    pub columns: usize,
    /// The values of all rows.
    pub values: Vec<Value>,
}

impl Rows {
    pub(super) fn into_values(self) -> Values {
        Values(self.values.into_iter())
    }
}

/// The values of all rows, taken one after the other. What is not of the type
/// that is asked for, or not there, is empty: the tables are our own. (Functions
/// that are not inlined: each of them is called for each column that there is.)
pub(super) struct Values(std::vec::IntoIter<Value>);

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    pub(super) fn number(&mut self) -> u64 {
        self.optional_number().unwrap_or(0)
    }

    #[inline(never)]
    pub(super) fn optional_number(&mut self) -> Option<u64> {
        match self.0.next() {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    #[inline(never)]
    pub(super) fn text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    #[inline(never)]
    pub(super) fn bytes(&mut self) -> Vec<u8> {
        match self.0.next() {
            Some(Value::Text(text)) => text.into_bytes(),
            Some(Value::Blob(bytes)) => bytes,
            _ => Vec::new(),
        }
    }
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
