//! What a channel's storage is asked for, and what it holds.
//!
//! 1. A row holds what one request appended: one message, or a batch.
//! 2. A row's `id` is the number of messages up to and including its own, so
//!    the place after it is known without counting.
//! 3. Rows carry forward what the next append must know (`bytes`, `seq`), so
//!    an append is one row written and no update.
//! 4. Rows lie in segments, which follow each other without a hole. Retention
//!    drops the oldest whole: dropping a table writes no row.
//! 5. [`Meta`] is the channel. Without it there is no channel and nothing else.

use super::content::Kind;
use super::producer::{Known, Ticket};

/// What a channel is, apart from its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The channel's creation in Unix milliseconds; greater than that of any
    /// earlier channel of the name.
    pub generation: u64,
    /// The content type as its creator wrote it.
    pub content_type: String,
    /// How many seconds it lives without being read or written.
    pub ttl_s: Option<u64>,
    /// `Stream-Expires-At` as its creator wrote it.
    pub expires_at: Option<String>,
    /// When it is over, in Unix milliseconds; with a TTL at the latest a
    /// sixteenth of it before it is over: see `retention`. 0 for never.
    pub deadline: u64,
    /// Whether nothing can be appended any more.
    pub closed: bool,
    /// Who closed it, if that was a producer.
    pub closed_by: Option<Ticket>,
    /// The segments, the oldest first.
    pub segments: Vec<Segment>,
    /// The end of the log at the time when there was no segment. With segments
    /// the last row says where the end is.
    pub tail: Tail,
}

impl Meta {
    /// How its messages are taken in and given out.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::of(&self.content_type)
    }
}

/// Rows that are dropped together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The number of messages before it: its name.
    pub start: u64,
    /// The channel's bytes before it.
    pub bytes: u64,
    /// When its first row was written, in Unix milliseconds.
    pub begun: u64,
    /// When the last row before it was written; 0 if there was none.
    pub after: u64,
}

/// The end of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// The number of messages.
    pub ordinal: u64,
    /// The bytes of all messages that there ever were, as
    /// [`Body::cost`] counts them.
    pub bytes: u64,
    /// When the last row was written, in Unix milliseconds.
    pub time: u64,
    /// The last `Stream-Seq`.
    pub seq: Option<String>,
}

/// What one request appends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of messages up to and including these.
    pub id: u64,
    /// How many messages: more than one only of JSON, one a line.
    pub count: u64,
    /// When it was written, in Unix milliseconds; never before the row before it.
    pub time: u64,
    /// The channel's bytes up to and including this row.
    pub bytes: u64,
    /// The last `Stream-Seq`, its own or an earlier one's.
    pub seq: Option<String>,
    /// `Stream-Event`.
    pub event: Option<String>,
    /// The messages.
    pub body: Body,
}

impl Row {
    /// The end of the log behind this row.
    #[must_use]
    pub fn tail(&self) -> Tail {
        Tail { ordinal: self.id, bytes: self.bytes, time: self.time, seq: self.seq.clone() }
    }
}

/// The messages of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// One message on each line, the lines separated by LF. There is no CR,
    /// and no NUL, at which a database might end a text.
    Lines(String),
    /// One message: whatever its bytes.
    Bytes(Vec<u8>),
}

/// Bytes that are counted for a row beside its messages: what the database
/// needs for it, so that very short messages have a bound, too.
pub const ROW_BYTES: u64 = 32;

impl Body {
    /// One message of this kind.
    #[must_use]
    pub fn one(kind: Kind, bytes: &[u8]) -> Self {
        let is_line = kind != Kind::Binary && !bytes.iter().any(|b| b"\r\n\0".contains(b));
        match str::from_utf8(bytes) {
            Ok(text) if is_line => Self::Lines(text.to_owned()),
            _ => Self::Bytes(bytes.to_vec()),
        }
    }

    /// As they are stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Lines(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The bytes that count towards a channel's bounds.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.bytes().len() as u64 + ROW_BYTES
    }
}

/// In which form messages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As in the body of an answer, but for JSON's outer brackets.
    Body,
    /// As events of the [`Mode::Events`](super::Mode::Events).
    Events {
        /// The channel's generation, for their ids.
        generation: u64,
    },
}

/// Messages that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// The messages in the form that was asked for.
    pub bytes: Vec<u8>,
    /// The number of messages up to and including them; where they began if
    /// there were none.
    pub to: u64,
}

/// Which messages to read: those after `from`, up to `bytes` of them. They end at
/// a row's end, or in [`View::Events`] anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The segment that holds the first of them.
    pub segment: Segment,
    /// The number of messages before them, not before the segment's start.
    pub from: u64,
    /// As [`Body::cost`] counts them.
    pub bytes: u64,
    /// Whether the first row is read whatever its size.
    pub at_least_one: bool,
    /// How they are given out.
    pub kind: Kind,
}

/// A channel's storage. Each method is one or a few statements; what belongs
/// together is put into one transaction by whoever owns the turn.
pub trait Store {
    /// Why it could not be read or written.
    type Error;

    /// The channel, if there is one.
    ///
    /// # Errors
    /// As for all methods: the storage's own.
    fn meta(&mut self) -> Result<Option<Meta>, Self::Error>;

    /// Makes the channel.
    fn create(&mut self, meta: &Meta) -> Result<(), Self::Error>;

    /// Changes the channel.
    fn save(&mut self, meta: &Meta) -> Result<(), Self::Error>;

    /// Removes all that there is.
    fn clear(&mut self, meta: &Meta) -> Result<(), Self::Error>;

    /// Makes room for the rows of a segment.
    fn begin(&mut self, segment: Segment) -> Result<(), Self::Error>;

    /// Drops a segment with its rows.
    fn drop(&mut self, segment: Segment) -> Result<(), Self::Error>;

    /// Adds a row behind all others.
    fn insert(&mut self, segment: Segment, row: &Row) -> Result<(), Self::Error>;

    /// What the last row of a segment says of the log's end.
    fn tail(&mut self, segment: Segment) -> Result<Tail, Self::Error>;

    /// Reads messages of one segment.
    fn read(&mut self, span: Span, view: View) -> Result<Chunk, Self::Error>;

    /// What is known of a producer.
    fn producer(&mut self, id: &str) -> Result<Option<Known>, Self::Error>;

    /// Remembers a producer, as of `now` in Unix milliseconds.
    fn remember(&mut self, ticket: &Ticket, now: u64) -> Result<(), Self::Error>;

    /// Forgets producers that were last heard of before `time`, in Unix
    /// milliseconds.
    fn forget(&mut self, time: u64) -> Result<(), Self::Error>;
}
