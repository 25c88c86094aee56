//! Readers that follow: where they begin, what they are sent at once, and what
//! they ask for when they have fallen behind.
//!
//! A reader is taken in and sent what it has missed in one turn of the object:
//! nothing can be appended in between.

use super::Request;
use super::answer::{Answer, Outcome, no_channel, refuse};
use super::append::done;
use super::place::{Gap, Query, Reason, Start, bad_offset, resolve, resolve_or_gap};
use super::read::{needs_offset, polled};
use crate::channel::Mode;
use crate::channel::content::Kind;
use crate::channel::events;
use crate::channel::follow::{Ask, Opened};
use crate::channel::frame::{FRAME_BYTES, Header, Says, farewell};
use crate::channel::log::{Channel, Failed, Log};
use crate::channel::offset::Offset;
use crate::channel::store::View;

/// What becomes of a reader that is not refused.
pub(super) enum Reader {
    /// An ordinary answer.
    Answered(Box<Answer>),
    /// It follows: where it stands, and what it is sent at once.
    Follows(Opened, Option<Vec<u8>>),
}

pub(super) fn follow(log: &mut Log<'_>, request: &Request<'_>, ask: Ask) -> Outcome<Reader> {
    let query = Query::parse(request.query);
    // Whether the reader brought the id of an event, which is never an error.
    let (mode, start, has_id) = match ask {
        Ask::Polled(from) => (Mode::Poll, Start::After(from), false),
        Ask::Resume(mode, from) => (mode, Start::After(from), true),
        Ask::Begin(Mode::Events) => {
            let (start, has_id) = query.start_of_events(request)?;
            (Mode::Events, start, has_id)
        }
        Ask::Begin(mode) => (mode, query.start()?.ok_or_else(needs_offset)?, false),
    };
    let is_new = matches!(ask, Ask::Begin(_));
    if is_new && request.readers >= log.limits.max_readers {
        // The front makes of it what this client needs.
        return Err(refuse(503, FULL).into());
    }
    let Some(mut channel) = log.open()? else {
        return match mode {
            Mode::Events => Ok(follow_nothing(start)),
            Mode::Sse | Mode::Poll => Err(no_channel().into()),
        };
    };
    let (from, gap) = match mode {
        Mode::Events => resolve_or_gap(&channel, start),
        Mode::Sse | Mode::Poll => (resolve(&channel, start)?, None),
    };
    if let (Start::After(place), Some(Reason::Unknown)) = (start, gap.map(|gap| gap.reason))
        && !has_id
    {
        return Err(bad_offset(&place.to_text()).into());
    }
    log.touch(&mut channel);
    log.commit(&channel)?;

    let is_at_the_end = from == channel.tail.ordinal;
    let closed = channel.meta.closed;
    if mode == Mode::Poll && (closed || !is_at_the_end || !is_new) {
        return polled(log, &channel, request, from).map(Reader::Answered);
    }
    let comes_back = is_new && has_id && gap.is_none();
    if mode == Mode::Events && closed && is_at_the_end && comes_back {
        // An EventSource stops at it, for good: it has been told.
        return Ok(Reader::Answered(done(204, &channel, None)));
    }
    let has_frame = !is_at_the_end || closed;
    let frame = if has_frame { Some(frame(log, &channel, mode, from, false)?) } else { None };
    let opened = Opened {
        place: channel.at(from),
        tail: channel.tail.ordinal,
        exists: true,
        kind: channel.meta.kind(),
        has_frame,
        gap,
    };
    Ok(Reader::Follows(opened, frame))
}

const FULL: &str = "As many readers follow this channel as it takes. Try again later.";

/// A channel that is not there yet: its first message is the first that the
/// reader gets. One that comes with a place has had another channel.
fn follow_nothing(start: Start) -> Reader {
    let gap = match start {
        Start::After(Offset::START) | Start::Earliest | Start::Now | Start::Last(_) => None,
        Start::After(place) => {
            Some(Gap { after: Some(place), missed: None, reason: Reason::Recreated })
        }
        Start::Unknown => Some(Gap { after: None, missed: None, reason: Reason::Unknown }),
    };
    Reader::Follows(Opened { gap, ..Opened::default() }, None)
}

/// What comes over a socket of the front. `None` for what is no question.
pub(super) fn message(
    log: &mut Log<'_>,
    mode: Mode,
    message: &str,
) -> Result<Option<Vec<u8>>, Failed> {
    let Some(place) = message.strip_prefix('r').and_then(Offset::parse) else { return Ok(None) };
    let Some(mut channel) = log.open()? else { return Ok(Some(farewell(place.generation))) };
    log.touch(&mut channel);
    log.commit(&channel)?;
    let (from, gap) = resolve_or_gap(&channel, Start::After(place));
    match gap {
        None => frame(log, &channel, mode, from, true).map(Some),
        Some(gap) => {
            // The places before it are another channel's, or were dropped.
            let begin = if gap.missed.is_some() { place.ordinal } else { from };
            let header =
                Header { says: Says::Gap, from: begin, to: from, ..header(&channel, true) };
            let mut frame = header.encode(0);
            frame.extend_from_slice(gap.data(channel.at(from)).as_bytes());
            Ok(Some(frame))
        }
    }
}

/// The messages after `from`, as many as a frame holds.
fn frame(
    log: &mut Log<'_>,
    channel: &Channel,
    mode: Mode,
    from: u64,
    reply: bool,
) -> Result<Vec<u8>, Failed> {
    let Channel { meta, tail, .. } = channel;
    let (generation, kind, tail) = (meta.generation, meta.kind(), tail.ordinal);
    let view = if mode == Mode::Events { View::Events { generation } } else { View::Body };
    let mut chunk = log.read(channel, from, FRAME_BYTES, view)?;
    let to = chunk.to;
    let closed = meta.closed && to == tail;
    let header = Header { closed, from, to, ..header(channel, reply) };
    let mut frame = header.encode(chunk.bytes.len());
    match mode {
        Mode::Events => frame.append(&mut chunk.bytes),
        Mode::Sse if to > from => {
            events::data(&mut frame, Offset { generation, ordinal: to }, kind, &chunk.bytes);
        }
        Mode::Sse | Mode::Poll => {}
    }
    Ok(frame)
}

fn header(channel: &Channel, reply: bool) -> Header {
    let tail = channel.tail.ordinal;
    Header {
        says: Says::Messages,
        closed: false,
        binary: channel.meta.kind() == Kind::Binary,
        reply,
        generation: channel.meta.generation,
        from: tail,
        to: tail,
        tail,
    }
}

/// How a request follows the channel, if it does.
pub(super) fn mode(method: &str, query: &str, accepts_events: bool) -> Option<Mode> {
    if method != "GET" {
        return None;
    }
    match Query::parse(query).live() {
        None if accepts_events => Some(Mode::Events),
        Some("sse") => Some(Mode::Sse),
        Some("long-poll") => Some(Mode::Poll),
        _ => None,
    }
}
