//! Requests and answers of HTTP: the Durable Streams protocol 1.0
//! (<https://github.com/durable-streams/durable-streams>, PROTOCOL.md) and what
//! `/channels/` has beyond it.

use super::follow::Ask;
use super::store::Store;
use super::{Address, Effects, Memory, Mode};
use crate::channel::access::Need;
use crate::config::Config;
use crate::config::channels::ChannelConfig;
use crate::http::cors::Cors;
use crate::http::problem::Problem;

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

/// An answer with a body of known length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, each once.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for HEAD, 204 and 304.
    pub body: Vec<u8>,
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
    /// An ordinary answer: there is nothing to follow, or nothing to wait for.
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

/// See [`read`].
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

/// How a request follows the channel, if it does: then the front opens a
/// socket to the object, else it passes the request on.
#[must_use]
pub fn mode(method: &str, query: &str, accept: Option<&str>) -> Option<Mode> {
    let _ = (method, query, accept);
    None
}

/// How many bytes of a body are read at most: where there are more, the answer
/// is [`too_large`].
#[must_use]
pub fn body_limit(limits: &ChannelConfig) -> u64 {
    limits.max_append_bytes
}

/// 413.
#[must_use]
pub fn too_large(limits: &ChannelConfig, cors: Cors<'_>) -> Answer {
    let _ = (limits, cors);
    Answer { status: 413, ..Answer::default() }
}

/// Any refusal of the front, as an answer.
#[must_use]
pub fn refusal(problem: &Problem, cors: Cors<'_>) -> Answer {
    let _ = cors;
    Answer { status: problem.status, ..Answer::default() }
}

/// OPTIONS: answers a browser that asks for a page of another site.
#[must_use]
pub fn preflight(cors: Cors<'_>) -> Answer {
    let _ = cors;
    Answer { status: 204, ..Answer::default() }
}

/// 405.
#[must_use]
pub fn method_not_allowed(cors: Cors<'_>) -> Answer {
    let _ = cors;
    Answer { status: 405, ..Answer::default() }
}

/// 503 with `Retry-After`: the object cannot be reached, or has as many
/// readers as it may. A reader by `EventSource` gets [`overload`] instead.
#[must_use]
pub fn unavailable(config: &Config, random: u32, cors: Cors<'_>) -> Answer {
    let _ = (config, random, cors);
    Answer { status: 503, ..Answer::default() }
}

/// 200 with an `overload` event, for an `EventSource`: it would never come back
/// after a 503. `request` is the reader's own.
#[must_use]
pub fn overload(config: &Config, request: &Request<'_>) -> Answer {
    let _ = (config, request);
    Answer { status: 200, ..Answer::default() }
}

/// Whether to send a request to the object once more after it failed, and
/// after how many milliseconds: only what changes nothing, and only where the
/// platform says that it may help. `attempts` counts those that failed.
#[must_use]
pub fn again(
    method: &str,
    attempts: u32,
    retryable: bool,
    overloaded: bool,
    random: u32,
) -> Option<u32> {
    let _ = (method, attempts, retryable, overloaded, random);
    None
}

/// The answer where the turn failed and was rolled back: 507 where the storage
/// is full, else 500. `message` is the runtime's and goes no further.
#[must_use]
pub fn storage_failed(message: &str, cors: Cors<'_>) -> Answer {
    let _ = (message, cors);
    Answer { status: 507, ..Answer::default() }
}

/// The status and headers of a stream that begins.
#[must_use]
pub fn stream_head(opened: &super::follow::Opened, mode: Mode, cors: Cors<'_>) -> Answer {
    let _ = (opened, mode, cors);
    Answer { status: 200, ..Answer::default() }
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
    let _ = (store, limits, request, now);
    let answer = Answer { status: 501, ..Answer::default() };
    Ok(Turn { answer, effects: Effects { memory, ..Effects::default() } })
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
    let _ = (store, limits, ask, request, now);
    let following = Following::Answer(Answer { status: 501, ..Answer::default() });
    Ok(FollowTurn { following, effects: Effects { memory, ..Effects::default() } })
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
    let _ = (store, limits, memory, mode, message, now);
    Ok(None)
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
    let _ = (store, limits, now);
    Ok(Effects { memory, ..Effects::default() })
}
