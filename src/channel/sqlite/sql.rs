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

impl Value {
    pub(super) fn number(self) -> u64 {
        self.optional_number().unwrap_or(0)
    }

    pub(super) fn optional_number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Blob(bytes) => bytes,
            Self::Null | Self::Number(_) => Vec::new(),
        }
    }
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
    /// The first row, filled up with [`Value::Null`]; `None` if there is none.
    pub(super) fn first<const N: usize>(self) -> Option<[Value; N]> {
        self.into_iter().next()
    }

    /// All rows.
    pub(super) fn into_iter<const N: usize>(self) -> impl Iterator<Item = [Value; N]> {
        let rows = self.values.len().checked_div(self.columns).unwrap_or(0);
        let mut values = self.values.into_iter();
        let row = move |_| {
            let mut row = values.by_ref().take(self.columns);
            let taken = std::array::from_fn(|_| row.next().unwrap_or_default());
            row.for_each(drop);
            taken
        };
        (0..rows).map(row)
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
