//! The channel in a turn, and what is appended to it.

use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::producer::Ticket;
use crate::channel::store::{Body, Meta, Tail};

/// What an append has done, for those that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The channel's generation.
    pub generation: u64,
    /// The number of messages before.
    pub from: u64,
    /// The number of messages now.
    pub to: u64,
    /// How the messages are given out.
    pub kind: Kind,
    /// Whether the channel was closed.
    pub closed: bool,
    /// `Stream-Event` and the messages; `None` where the channel was closed
    /// without any.
    pub row: Option<(Option<String>, Body)>,
}

/// What to append.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Append {
    /// The messages and how many; `None` to close without any.
    pub messages: Option<(Body, u64)>,
    /// `Stream-Event`.
    pub event: Option<String>,
    /// `Stream-Seq`.
    pub seq: Option<String>,
    /// The producer that sent it.
    pub ticket: Option<Ticket>,
    /// Whether to close the channel.
    pub close: bool,
}

/// The channel as it stands in this turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// What it is.
    pub meta: Meta,
    /// Where its log ends.
    pub tail: Tail,
    /// When it is over, to the millisecond; 0 for never.
    pub(super) deadline: u64,
    pub(super) is_new: bool,
    pub(super) is_changed: bool,
}

impl Channel {
    /// A place in this channel.
    #[must_use]
    pub fn at(&self, ordinal: u64) -> Offset {
        Offset { generation: self.meta.generation, ordinal }
    }

    /// The place behind the last message.
    #[must_use]
    pub fn end(&self) -> Offset {
        self.at(self.tail.ordinal)
    }

    /// The number of messages before the first one that is retained.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.meta.segments.first().map_or(self.tail.ordinal, |segment| segment.start)
    }
}
