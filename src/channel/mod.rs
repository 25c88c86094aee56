//! Channels: named, durable, append-only logs that are followed live.
//!
//! What is here is pure: an operation takes the channel's store and the time,
//! and gives its decision as a value. The object that holds the channel keeps no
//! Rust value from one call to the next, so that an instance which was lost in a
//! panic has lost nothing: whatever is to be remembered is in the store, or in
//! the two numbers of [`Memory`].
//!
//! | module | what it holds |
//! |---|---|
//! | `name`, `offset`, `content`, `json` | what names, places and bodies are |
//! | `access` | who may |
//! | `token` | the signed tokens that say so |
//! | `store`, `memory`, `sqlite` | the log's storage, in two forms |
//! | `log`, `producer`, `retention` | what an append, a read and the passing of time do |
//! | `protocol` | requests and answers of HTTP |
//! | `frame` | what the object sends to those that follow, and the bytes of events |
//! | `follow` | what one reader is owed: the feed of a session at the front |

pub mod access;
pub mod content;
pub mod events;
pub mod follow;
pub mod frame;
pub mod json;
pub mod log;
pub mod memory;
pub mod name;
pub mod offset;
pub mod producer;
pub mod protocol;
mod render;
pub mod retention;
pub mod sqlite;
pub mod store;
mod text;
pub mod time;
pub mod token;

use crate::http::route::{Prefix, channel};

/// Which address a request came to. Both lead to the same channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `/channels/<name>`: a POST makes the channel where there is none, and a
    /// GET that accepts event streams follows it.
    Ours,
    /// `/v1/stream/<name>`: the Durable Streams protocol to the letter.
    Protocol,
}

impl Address {
    /// The one that a request's path leads by; any other path is as the
    /// protocol's.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match channel(path) {
            Some((Prefix::Channels, _)) => Self::Ours,
            _ => Self::Protocol,
        }
    }
}

/// How a reader follows a channel. All sockets of one mode get the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One event for each message, with its id: what an `EventSource` reads.
    Events,
    /// `live=sse`: the protocol's events.
    Sse,
    /// `live=long-poll`: woken by any message, it asks again.
    Poll,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Events, Self::Sse, Self::Poll];

    /// The tag of the mode's sockets.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Events => "n",
            Self::Sse => "d",
            Self::Poll => "w",
        }
    }

    /// The mode of a socket's tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.tag() == tag)
    }
}

/// What the object's class keeps between calls, and hands in at each. An object
/// that was evicted hands in the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// When the channel's TTL runs out, in Unix milliseconds; 0 if not known.
    /// The store has it too, but not to the millisecond: see `retention`.
    pub deadline: u64,
    /// The last generation that the name has had; 0 if not known.
    pub last_generation: u64,
}

/// What the object's class is to do after the turn is committed, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// A frame for every socket, whatever its mode: the channel they followed
    /// is gone. Close the sockets after it.
    pub farewell: Option<Vec<u8>>,
    /// What was appended: a frame for each mode that has sockets.
    pub appended: Option<log::Appended>,
    /// The object holds nothing any more: delete all of its storage and its alarm.
    pub emptied: bool,
    /// Set the alarm to this Unix time in milliseconds.
    pub alarm: Option<u64>,
    /// What to remember.
    pub memory: Memory,
}
