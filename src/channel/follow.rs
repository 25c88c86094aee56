//! What one reader of a channel is owed: the feed of its session at the front.

use super::Mode;
use super::offset::Offset;
use crate::config::Config;
use crate::session::{Feed, Written};
use crate::wire::event::EventId;

/// What the front asks the object for, in the header
/// [`FOLLOW`](super::protocol::FOLLOW).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To follow from where the client's request says.
    Begin(Mode),
    /// To follow again from a place, after the socket broke.
    Resume(Mode, Offset),
    /// For an ordinary answer from a place: the wait of a long-poll is over.
    Polled(Offset),
}

impl Ask {
    /// The header's value.
    #[must_use]
    pub fn to_header(self) -> String {
        match self {
            Self::Begin(mode) => mode.tag().to_owned(),
            Self::Resume(mode, from) => format!("{} {from}", mode.tag()),
            Self::Polled(from) => format!("polled {from}"),
        }
    }

    /// Reads [`Ask::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => Mode::from_tag(text).map(Self::Begin),
            Some(("polled", from)) => Offset::parse(from).map(Self::Polled),
            Some((tag, from)) => {
                Mode::from_tag(tag).zip(Offset::parse(from)).map(|(m, f)| Self::Resume(m, f))
            }
        }
    }
}

/// Where a reader stands that follows: the object tells the front in the header
/// [`PLACE`](super::protocol::PLACE).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The place from which messages come.
    pub place: Offset,
}

impl Opened {
    /// The header's value.
    #[must_use]
    pub fn to_header(&self) -> String {
        self.place.to_string()
    }

    /// Reads [`Opened::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        Offset::parse(text).map(|place| Self { place })
    }
}

/// What the front is to do for a reader now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send this over the socket: a ping or a question.
    Send(Message),
    /// Close the socket if it is still there, and ask the object for another
    /// one, with [`Ask::Resume`] and this place.
    Reopen(Offset),
}

/// What the front sends over a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// [`PING`](super::frame::PING).
    Ping,
    /// What comes after a place.
    Read(Offset),
}

impl Message {
    /// The text to send.
    #[must_use]
    pub fn to_text(self) -> String {
        match self {
            Self::Ping => super::frame::PING.to_owned(),
            Self::Read(from) => format!("r{from}"),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Follower {
    mode: Mode,
    opened: Opened,
}

impl Follower {
    /// A reader whom the object has told where it stands. `cursor` is the query
    /// parameter of that name, for `live=sse`.
    pub fn new(
        opened: Opened,
        mode: Mode,
        cursor: Option<u64>,
        config: &Config,
        random: u32,
        now: u64,
    ) -> Self {
        let _ = (cursor, config, random, now);
        Self { mode, opened }
    }

    /// A binary message of the object. `room` says whether the client's queue
    /// takes another chunk. Step the session after it.
    pub fn receive(&mut self, frame: Vec<u8>, room: bool, now: u64) {
        let _ = (frame, room, now);
    }

    /// The object's [`PONG`](super::frame::PONG).
    pub fn pong(&mut self, now: u64) {
        let _ = now;
    }

    /// The socket closed, or reported an error. Step the session after it.
    pub fn bridge_lost(&mut self, now: u64, random: u32) {
        let _ = (now, random);
    }

    /// A [`Command::Reopen`] gave another socket.
    pub fn reopened(&mut self, opened: Opened, now: u64) {
        let _ = now;
        self.opened = opened;
    }

    /// A [`Command::Reopen`] gave an ordinary answer of this status, or none.
    pub fn reopen_failed(&mut self, status: Option<u16>, now: u64, random: u32) {
        let _ = (status, now, random);
    }

    /// What to do now. Ask after each step of the session until there is none.
    pub fn command(&mut self, now: u64) -> Option<Command> {
        let _ = (now, self.mode);
        None
    }
}

impl Feed for Follower {
    fn write(&mut self, now: u64, budget: u64, out: &mut Vec<u8>) -> Written {
        let _ = (now, budget, out);
        Written::default()
    }

    fn wake_at(&self, now: u64, stagger_ms: u64) -> Option<u64> {
        let _ = (now, stagger_ms);
        None
    }

    fn echoed_id(&self) -> Option<EventId<'_>> {
        None
    }

    fn log(&self, line: &mut String) {
        let _ = line;
    }
}
