//! The frames that the object sends over its sockets.
//!
//! A frame is a header of [`HEADER_BYTES`] and a payload:
//!
//! ```text
//! version u8 = 1 | kind u8 | flags u8 | generation u64 | from u64 | to u64 | tail u64 | payload
//! ```
//!
//! Numbers are little endian. The payload is finished bytes: the front writes
//! them to its client without looking at them.

use std::borrow::Cow;

use super::Mode;
use super::content::Kind;
use super::events::{EventRow, GROWTH, data, events};
use super::log::Appended;
use super::offset::Offset;
use super::store::Body;

/// What the front sends to be answered by [`PONG`], without waking the object.
pub const PING: &str = "p";
/// The object's automatic answer to [`PING`].
pub const PONG: &str = "q";

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 3 + 4 * 8;
const VERSION: u8 = 1;

/// How many bytes of messages one frame holds at most, as
/// [`Body::cost`] counts them; one that is longer is a frame by itself. So much, and
/// one chunk that waits for its client, is the memory of a reader that catches up.
pub const FRAME_BYTES: u64 = 256 << 10;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The payload holds the messages after `from`, up to `to`.
    Messages,
    /// The messages after `from` up to `to` cannot be had any more; the payload
    /// is the data of a `gap` event.
    Gap,
    /// The channel is gone.
    Deleted,
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it says.
    pub says: Says,
    /// Whether the channel is closed and ends at `to`.
    pub closed: bool,
    /// Whether the channel's messages are neither JSON nor text.
    pub binary: bool,
    /// Whether it answers the front's question.
    pub reply: bool,
    /// The channel's generation.
    pub generation: u64,
    /// The number of messages before those of the payload.
    pub from: u64,
    /// The number of messages up to and including those of the payload.
    pub to: u64,
    /// The number of messages that there are.
    pub tail: u64,
}

impl Header {
    /// The place after the frame.
    #[must_use]
    pub fn place(&self) -> Offset {
        Offset { generation: self.generation, ordinal: self.to }
    }

    /// Begins a frame; the payload is to be appended.
    #[must_use]
    pub fn encode(&self, capacity: usize) -> Vec<u8> {
        let kind = match self.says {
            Says::Messages => 1,
            Says::Gap => 2,
            Says::Deleted => 3,
        };
        let flags = u8::from(self.closed) | u8::from(self.binary) << 1 | u8::from(self.reply) << 2;
        let mut out = Vec::with_capacity(HEADER_BYTES + capacity);
        out.extend_from_slice(&[VERSION, kind, flags]);
        for number in [self.generation, self.from, self.to, self.tail] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out
    }

    /// Reads a frame's header. `None` for a version or a kind that is not known,
    /// and for numbers out of order: another version of the object made it.
    #[must_use]
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let (&[version, kind, flags], rest) = frame.split_first_chunk::<3>()?;
        let says = match kind {
            1 => Says::Messages,
            2 => Says::Gap,
            3 => Says::Deleted,
            _ => return None,
        };
        let mut numbers = [0; 4];
        let mut rest = rest;
        for number in &mut numbers {
            let (bytes, tail) = rest.split_first_chunk::<8>()?;
            *number = u64::from_le_bytes(*bytes);
            rest = tail;
        }
        let [generation, from, to, tail] = numbers;
        let flag = |bit: u8| flags & bit != 0;
        let header = Self {
            says,
            closed: flag(1),
            binary: flag(2),
            reply: flag(4),
            generation,
            from,
            to,
            tail,
        };
        (version == VERSION && from <= to && to <= tail).then_some(header)
    }
}

/// The frame that says that a channel is gone.
#[must_use]
pub fn farewell(generation: u64) -> Vec<u8> {
    let (closed, binary, reply) = (false, false, false);
    let header =
        Header { says: Says::Deleted, closed, binary, reply, generation, from: 0, to: 0, tail: 0 };
    header.encode(0)
}

/// The frame of what was appended, for all sockets of a mode. Of a batch that is
/// longer as events than a frame it holds the first ones; who is sent it reads
/// the others from the log.
#[must_use]
pub fn of(appended: &Appended, mode: Mode) -> Vec<u8> {
    let Appended { kind, closed, generation, from, to: tail, .. } = *appended;
    let mut payload = Vec::new();
    let mut to = tail;
    if let Some((event, body)) = &appended.row {
        match mode {
            Mode::Events => {
                let row = EventRow { id: tail, event: event.as_deref(), body: body.bytes() };
                to = events(&mut payload, generation, kind, row, from, FRAME_BYTES * GROWTH);
            }
            Mode::Sse => {
                let joined = match body {
                    Body::Lines(lines) if kind == Kind::Json => {
                        Cow::Owned(lines.replace('\n', ",").into_bytes())
                    }
                    body => Cow::Borrowed(body.bytes()),
                };
                data(&mut payload, Offset { generation, ordinal: to }, kind, &joined);
            }
            Mode::Poll => {}
        }
    }
    let header = Header {
        says: Says::Messages,
        closed: closed && to == tail,
        binary: kind == Kind::Binary,
        reply: false,
        generation,
        from,
        to,
        tail,
    };
    let mut frame = header.encode(payload.len());
    frame.append(&mut payload);
    frame
}
