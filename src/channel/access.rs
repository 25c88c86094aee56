//! Who may.

use super::name::ChannelName;
use super::protocol::Answer;
use crate::config::channels::Patterns;
use crate::http::cors::Cors;

/// What opens the channels of this server.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// `CHANNELS_SECRET`, at least 32 characters. Without it all are closed.
    pub secret: Option<&'a str>,
    /// `CHANNELS_SECRET_PREVIOUS`, which opens too, while the secret changes.
    pub previous: Option<&'a str>,
    /// `PUBLIC_CHANNELS`, which anybody may read.
    pub public: &'a Patterns,
}

/// What a request needs to be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// GET and HEAD.
    Read,
    /// POST, PUT and DELETE.
    Write,
}

/// Why a request was refused. It does not depend on whether the channel exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server has no secret that could be shown: 403.
    Closed,
    /// No token came, and one is needed: 401.
    NoToken,
    /// A token came that is none of ours: 401.
    BadToken,
}

impl Refusal {
    /// The answer.
    #[must_use]
    pub fn answer(self, cors: Cors<'_>) -> Answer {
        let _ = cors;
        Answer { status: 403, ..Answer::default() }
    }
}

impl Access<'_> {
    /// For the log: which variable is missing or too short, if the channels are
    /// closed for that.
    #[must_use]
    pub fn closed_because(&self) -> Option<&'static str> {
        None
    }

    /// Whether a request with this `Authorization` header may do that. Asked
    /// before the channel's object is touched.
    ///
    /// # Errors
    /// Why not.
    pub fn check(
        &self,
        authorization: Option<&str>,
        name: &ChannelName,
        need: Need,
    ) -> Result<(), Refusal> {
        let _ = (authorization, name, need);
        Err(Refusal::Closed)
    }
}
