//! Readers that follow a channel, from the front's side: what the front and the
//! object say to each other about one of them, and what it is owed.

mod bridge;
mod feed;
mod news;
mod opened;
mod waiting;

use super::Mode;
use super::offset::Offset;
use super::text::{text, word};
pub use feed::Follower;
pub use opened::Opened;

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
            Self::Resume(mode, from) => text!(mode.tag(), " ", from),
            Self::Polled(from) => text!("polled ", from),
        }
    }

    /// Reads [`Ask::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        let mut rest = Some(text);
        let first = word(&mut rest, b' ')?;
        let Some(from) = rest else { return Mode::from_tag(first).map(Self::Begin) };
        let from = Offset::parse(from)?;
        match first {
            "polled" => Some(Self::Polled(from)),
            tag => Mode::from_tag(tag).map(|mode| Self::Resume(mode, from)),
        }
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
            Self::Read(from) => text!("r", from),
        }
    }
}
