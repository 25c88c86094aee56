//! Who may: closed unless opened.
//!
//! The secret itself is the one credential. A request is refused before its
//! channel's object is touched, and in the same words whether or not there is such
//! a channel.

use super::name::ChannelName;
use super::protocol::{self, Answer};
use super::text::word;
use crate::config::channels::Patterns;
use crate::http::cors::Cors;
use crate::http::problem::Problem;

/// Characters of a secret at least.
pub const MIN_SECRET_CHARS: usize = 32;

/// What opens the channels of this server.
#[derive(Clone, Copy)]
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
        let (status, detail, challenge) = match self {
            Self::Closed => (403, "Channels are closed on this server.", None),
            Self::NoToken => {
                let detail = "This needs a token: Authorization: Bearer <token>.";
                (401, detail, Some("Bearer"))
            }
            // What is wrong with it is nobody's business.
            Self::BadToken => {
                (401, "The token is not valid.", Some("Bearer error=\"invalid_token\""))
            }
        };
        let mut answer = protocol::refusal(&Problem::of(status, detail), cors);
        if let Some(challenge) = challenge {
            answer.headers.push(("www-authenticate", challenge.to_owned()));
        }
        answer
    }
}

impl Access<'_> {
    /// For the log: which variable is missing or too short, if the channels are
    /// closed for that.
    #[must_use]
    pub fn closed_because(&self) -> Option<&'static str> {
        match self.secret {
            None => Some("CHANNELS_SECRET is not set: all channels are closed"),
            Some(secret) if !is_long_enough(secret) => {
                Some("CHANNELS_SECRET has fewer than 32 characters: all channels are closed")
            }
            Some(_) => None,
        }
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
        if self.closed_because().is_some() {
            return Err(Refusal::Closed);
        }
        if need == Need::Read && self.public.matches(name.as_str()) {
            return Ok(());
        }
        let token = authorization.and_then(bearer).ok_or(Refusal::NoToken)?;
        let previous = self.previous.filter(|secret| is_long_enough(secret));
        // Each is compared, whatever the other gave.
        let known = [self.secret, previous]
            .map(|secret| secret.is_some_and(|secret| same(token.as_bytes(), secret.as_bytes())));
        if known.contains(&true) { Ok(()) } else { Err(Refusal::BadToken) }
    }
}

fn is_long_enough(secret: &str) -> bool {
    secret.chars().count() >= MIN_SECRET_CHARS
}

/// The token of an `Authorization` header; `None` where it is none of this
/// scheme, whose name has no case (RFC 9110, 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let mut rest = Some(authorization.trim_ascii());
    let scheme = word(&mut rest, b' ')?;
    let token = rest?.trim_ascii();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Compares in a time that says nothing of where they differ, only of how long
/// the token is, which its sender knows.
fn same(token: &[u8], secret: &[u8]) -> bool {
    let mut differs = u8::from(token.len() != secret.len());
    for (at, byte) in token.iter().enumerate() {
        // Some byte of the secret, or none: the same work either way.
        let other = secret.get(at % secret.len().max(1)).copied().unwrap_or(0);
        differs |= std::hint::black_box(byte ^ other);
    }
    differs == 0
}
