//! Requests and answers of HTTP: the Durable Streams protocol 1.0
//! (<https://github.com/durable-streams/durable-streams>, PROTOCOL.md) and what
//! `/channels/` has beyond it.

mod answer;
mod append;
mod create;
mod cursor;
mod front;
mod headers;
mod live;
mod place;
mod read;

use super::access::Need;
use super::follow::Ask;
use super::log::Log;
use super::store::Store;
use super::{Address, Effects, Memory, Mode};
pub use answer::Answer;
pub use cursor::next as next_cursor;
pub use cursor::parse as parse_cursor;
pub use front::{
    again, method_not_allowed, mode, overload, preflight, refusal, storage_failed, stream_head,
    too_large, unavailable,
};
pub use place::{Gap, Reason};

use crate::config::channels::ChannelConfig;
use crate::http::cors::Cors;

/// A request as it came.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// By which address.
    pub address: Address,
    /// `GET`, `HEAD`, `POST`, `PUT` or `DELETE`.
    pub method: &'a str,
    /// The absolute URL, as sent.
    pub url: &'a str,
    /// The query, as sent, without its question mark.
    pub query: &'a str,
    /// Finds a header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The body; empty where there is none. Read up to [`body_limit`] bytes.
    pub body: &'a [u8],
    /// What to say to the page that asked.
    pub cors: Cors<'a>,
    /// How many sockets the object has.
    pub readers: u64,
    /// A random number.
    pub random: u32,
}

/// What a request does not wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The answer, to be given after the effects.
    pub answer: Answer,
    /// What else to do.
    pub effects: Effects,
}

/// What becomes of a reader that wants to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Following {
    /// An ordinary answer: there is nothing to follow, or nothing to wait for. The
    /// front makes [`unavailable`] or [`overload`] of a 503.
    Answer(Answer),
    /// Accept the socket under the tag of its mode; answer 101 with `place` in
    /// the header [`PLACE`]; send `frame` at once, in the same turn.
    Follow {
        /// For the front: see [`Opened`](super::follow::Opened).
        place: String,
        /// What the reader has missed.
        frame: Option<Vec<u8>>,
    },
}

/// See [`follow`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowTurn {
    /// What becomes of the reader.
    pub following: Following,
    /// What else to do, before that.
    pub effects: Effects,
}

/// See [`message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTurn {
    /// The frame to send over the socket that asked.
    pub frame: Vec<u8>,
    /// What else to do, before that.
    pub effects: Effects,
}

/// The header in which the front says how it follows: [`Ask`] as text.
pub const FOLLOW: &str = "edge-events-follow";
/// The header of a 101 that says where the reader stands:
/// [`Opened`](super::follow::Opened) as text.
pub const PLACE: &str = "edge-events-place";
/// The `Allow` header of a channel.
pub const ALLOW: &str = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

/// What a method needs; `None` for one that a channel does not have.
#[must_use]
pub fn need(method: &str) -> Option<Need> {
    match method {
        "GET" | "HEAD" => Some(Need::Read),
        "POST" | "PUT" | "DELETE" => Some(Need::Write),
        _ => None,
    }
}

/// How many bytes of a body are read at most: where there are more, the answer
/// is [`too_large`].
#[must_use]
pub fn body_limit(limits: &ChannelConfig) -> u64 {
    limits.max_append_bytes
}

/// Answers a request that does not follow.
///
/// # Errors
/// The store's: the turn is to be rolled back, and the answer is
/// [`storage_failed`].
pub fn request<S: Store>(
    store: &mut S,
    limits: &ChannelConfig,
    memory: Memory,
    request: &Request<'_>,
    now: u64,
) -> Result<Turn, S::Error> {
    let mut log = Log::new(store, limits, memory, now);
    let answer = match request.method {
        "GET" => read::get(&mut log, request)?,
        "HEAD" => read::head(&mut log, request)?,
        "POST" => append::post(&mut log, request)?,
        "PUT" => create::put(&mut log, request)?,
        "DELETE" => create::delete(&mut log)?,
        _ => return Ok(Turn { answer: method_not_allowed(request.cors), effects: log.effects }),
    };
    Ok(Turn { answer: answer.secured(request.cors), effects: log.effects })
}

/// Decides what becomes of a reader that wants to follow. `ask` is what the
/// front sent in the header [`FOLLOW`].
///
/// # Errors
/// The store's.
pub fn follow<S: Store>(
    store: &mut S,
    limits: &ChannelConfig,
    memory: Memory,
    ask: Ask,
    request: &Request<'_>,
    now: u64,
) -> Result<FollowTurn, S::Error> {
    let mut log = Log::new(store, limits, memory, now);
    let following = match live::follow(&mut log, request, ask)? {
        Following::Answer(answer) => Following::Answer(answer.secured(request.cors)),
        follow @ Following::Follow { .. } => follow,
    };
    Ok(FollowTurn { following, effects: log.effects })
}

/// Answers a message of the front over a socket of this mode; `None` for one
/// that is no question.
///
/// # Errors
/// The store's: then close the socket, and the front opens another one.
pub fn message<S: Store>(
    store: &mut S,
    limits: &ChannelConfig,
    memory: Memory,
    mode: Mode,
    message: &str,
    now: u64,
) -> Result<Option<ReadTurn>, S::Error> {
    let mut log = Log::new(store, limits, memory, now);
    let frame = live::message(&mut log, mode, message)?;
    Ok(frame.map(|frame| ReadTurn { frame, effects: log.effects }))
}

/// The alarm: expiry and retention.
///
/// # Errors
/// The store's: then the runtime tries again by itself.
pub fn alarm<S: Store>(
    store: &mut S,
    limits: &ChannelConfig,
    memory: Memory,
    now: u64,
) -> Result<Effects, S::Error> {
    let mut log = Log::new(store, limits, memory, now);
    log.alarm()?;
    Ok(log.effects)
}
