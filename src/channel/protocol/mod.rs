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
use super::log::{Kept, Log};
use super::store::Store;
use super::{Address, Effects, Memory, Mode};
pub use answer::Answer;
use answer::{Outcome, Refusal, Stop, refuse};
pub use cursor::next as next_cursor;
pub use front::{
    again, method_not_allowed, mode, overload, preflight, refusal, storage_failed, stream_head,
    too_large, unavailable,
};
use live::Reader;
pub use place::{Gap, Reason};

use crate::config::Config;
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

/// The client's own cursor, of a query.
#[must_use]
pub fn cursor_of(query: &str) -> Option<u64> {
    place::Query::parse(query).cursor().and_then(cursor::parse)
}

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
pub fn body_limit(limits: &Config) -> u64 {
    limits.max_append_bytes
}

/// Answers a request that does not follow.
///
/// # Errors
/// The store's: nothing of the turn is to be written, and the answer is
/// [`storage_failed`].
pub fn request<S: Store>(
    store: &mut S,
    limits: &Config,
    memory: Memory,
    request: &Request<'_>,
    now: u64,
) -> Result<Turn, S::Error> {
    let done = |log: &mut Log<'_>| match request.method {
        "GET" => read::get(log, request),
        "HEAD" => read::head(log, request),
        "POST" => append::post(log, request),
        "PUT" => create::put(log, request),
        "DELETE" => create::delete(log),
        _ => Err(Answer::problem(&Problem::method_not_allowed(ALLOW)).into()),
    };
    let (done, effects) = turn(store, limits, memory, now, done)?;
    Ok(Turn { answer: done.unwrap_or_else(|refusal| refusal).secured(request.cors), effects })
}

/// Runs a turn: what came of it, or the refusal; and what is to be done.
fn turn<S: Store, T>(
    store: &mut S,
    limits: &Config,
    memory: Memory,
    now: u64,
    run: impl FnOnce(&mut Log<'_>) -> Outcome<T>,
) -> Result<(Result<T, Refusal>, Effects), S::Error> {
    let mut kept = Kept::new(store);
    let mut log = Log::new(&mut kept, limits, memory, now);
    let done = run(&mut log);
    let effects = log.effects;
    match (kept.why, done) {
        (Some(why), _) => Err(why),
        (None, Ok(done)) => Ok((Ok(done), effects)),
        (None, Err(Stop::Refused(refusal))) => Ok((Err(refusal), effects)),
        // There is a reason: it was kept.
        (None, Err(Stop::Failed)) => Ok((Err(refuse(500, "")), effects)),
    }
}

/// Decides what becomes of a reader that wants to follow. `ask` is what the
/// front sent in the header [`FOLLOW`].
///
/// # Errors
/// The store's.
pub fn follow<S: Store>(
    store: &mut S,
    limits: &Config,
    memory: Memory,
    ask: Ask,
    request: &Request<'_>,
    now: u64,
) -> Result<FollowTurn, S::Error> {
    let (reader, effects) =
        turn(store, limits, memory, now, |log| live::follow(log, request, ask))?;
    let following = match reader {
        Ok(Reader::Follows(opened, frame)) => {
            Following::Follow { place: opened.to_header(), frame }
        }
        Ok(Reader::Answered(answer)) | Err(answer) => {
            Following::Answer(answer.secured(request.cors))
        }
    };
    Ok(FollowTurn { following, effects })
}

/// Answers a message of the front over a socket of this mode; `None` for one
/// that is no question.
///
/// # Errors
/// The store's: then close the socket, and the front opens another one.
pub fn message<S: Store>(
    store: &mut S,
    limits: &Config,
    memory: Memory,
    mode: Mode,
    message: &str,
    now: u64,
) -> Result<Option<ReadTurn>, S::Error> {
    let run = |log: &mut Log<'_>| Ok(live::message(log, mode, message)?);
    let (frame, effects) = turn(store, limits, memory, now, run)?;
    Ok(frame.ok().flatten().map(|frame| ReadTurn { frame, effects }))
}

/// The alarm: expiry and retention.
///
/// # Errors
/// The store's: then the runtime tries again by itself.
pub fn alarm<S: Store>(
    store: &mut S,
    limits: &Config,
    memory: Memory,
    now: u64,
) -> Result<Effects, S::Error> {
    turn(store, limits, memory, now, |log| Ok(log.alarm()?)).map(|(_, effects)| effects)
}
