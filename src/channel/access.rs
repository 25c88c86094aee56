//! Who may: closed unless opened.
//!
//! The secret itself may do everything, a token that is signed with it what it
//! says. A request is refused before its channel's object is touched, and in the
//! same words whether or not there is such a channel.

use super::name::ChannelName;
use super::protocol::{self, Answer};
use super::text::word;
use super::token::{MAX_TOKEN_BYTES, Token};
use crate::config::Patterns;
use crate::http::cors::Cors;
use crate::http::problem::Problem;

/// Characters of a secret at least.
pub const MIN_SECRET_CHARS: usize = 32;

/// The cookie that carries a token, where no header can be set. A browser takes
/// a name with this prefix from the host itself alone, over HTTPS, for all paths
/// (RFC 6265bis, section 4.1.3.2).
pub const COOKIE: &str = "__Host-edge-events";

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
    /// A token came that is none of ours, or no longer: 401.
    BadToken,
    /// A good token came that grants something else: 403.
    Scope,
}

impl Refusal {
    /// The answer, in the words of RFC 6750, section 3.1.
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
            Self::Scope => {
                let detail = "The token does not allow this.";
                (403, detail, Some("Bearer error=\"insufficient_scope\""))
            }
        };
        let mut answer = protocol::refusal(&Problem::of(status, detail), cors);
        if let Some(challenge) = challenge {
            answer.headers.push(("www-authenticate", challenge.to_owned()));
        }
        answer
    }
}

/// A request that is let in if the signature of its token is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// The bytes that are signed.
    pub signed: String,
    /// What is to be their HMAC, under one of [`Access::keys`].
    pub signature: Vec<u8>,
    /// When the token runs out, in Unix milliseconds.
    pub until: u64,
    /// Whether the token allows it: for [`settle`], and for nobody before.
    pub granted: bool,
}

/// The last word on a request whose token's signature was found `genuine` or not.
/// What a forged token says is not looked at.
///
/// # Errors
/// Why it is not let in.
pub fn settle(genuine: bool, granted: bool) -> Result<(), Refusal> {
    match (genuine, granted) {
        (false, _) => Err(Refusal::BadToken),
        (true, false) => Err(Refusal::Scope),
        (true, true) => Ok(()),
    }
}

impl<'a> Access<'a> {
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

    /// Whether a request may do that at `now` (Unix milliseconds): it may, or it
    /// may if the signature of its token is genuine. Asked before the channel's
    /// object is touched. `header` finds a header by its name in lower case.
    ///
    /// # Errors
    /// Why not, whatever a signature.
    pub fn check(
        &self,
        header: &dyn Fn(&str) -> Option<String>,
        name: &ChannelName,
        need: Need,
        now: u64,
    ) -> Result<Option<Unproven>, Refusal> {
        if self.closed_because().is_some() {
            return Err(Refusal::Closed);
        }
        if need == Need::Read && self.public.matches(name.as_str()) {
            return Ok(None);
        }
        let authorization = header("authorization");
        let token = authorization.as_deref().and_then(bearer);
        if token.is_some_and(|token| self.is_secret(token)) {
            return Ok(None);
        }
        // Other sites' pages can make a browser send its cookies. So a cookie opens
        // nothing that changes anything, and the secret itself is none.
        let cookies = if token.is_none() && need == Need::Read { header("cookie") } else { None };
        let token = match (token, cookies.as_deref()) {
            (Some(token), _) => token,
            (None, Some(cookies)) => in_cookies(cookies)?.ok_or(Refusal::NoToken)?,
            (None, None) => return Err(Refusal::NoToken),
        };
        let Token { signed, signature, claims } =
            Token::read(token, now, name, need).ok_or(Refusal::BadToken)?;
        Ok(Some(Unproven {
            signed: signed.to_owned(),
            signature,
            until: claims.until,
            granted: claims.granted,
        }))
    }

    /// The keys under one of which a signature must be genuine: the secret and the
    /// previous one, where they are long enough to be any.
    #[must_use]
    pub fn keys(&self) -> [Option<&'a str>; 2] {
        [self.secret, self.previous].map(|key| key.filter(|key| is_long_enough(key)))
    }

    /// Whether this is one of the keys. How long it takes tells neither which,
    /// nor how much of it is right, nor how long the keys are.
    fn is_secret(&self, shown: &str) -> bool {
        let is = |key: Option<&str>| key.is_some_and(|key| same(key.as_bytes(), shown.as_bytes()));
        let [secret, previous] = self.keys();
        shown.len() <= MAX_TOKEN_BYTES && is(secret) | is(previous)
    }
}

/// RFC 7518, section 3.2: as long as the hash at least, which has 32 bytes.
#[inline(never)]
fn is_long_enough(key: &str) -> bool {
    key.chars().count() >= MIN_SECRET_CHARS
}

/// Compares in a time that depends on the length of `shown` alone.
#[inline(never)]
fn same(key: &[u8], shown: &[u8]) -> bool {
    let differ = shown.iter().zip(key.iter().cycle()).fold(0, |differ, (a, b)| differ | (a ^ b));
    // The barrier keeps the compiler from leaving off at the first difference.
    (std::hint::black_box(differ) == 0) & (key.len() == shown.len())
}

/// What the scheme `Bearer` (RFC 6750, section 2.1) carries; its name has no case
/// (RFC 9110, section 11.1). `None` for another scheme, which is somebody else's: a
/// site may stand behind `Basic`.
fn bearer(authorization: &str) -> Option<&str> {
    let mut rest = Some(authorization.trim_ascii());
    let scheme = word(&mut rest, b' ')?;
    let token = rest?.trim_ascii();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The token in the cookies. Two of the name contradict each other: a browser has
/// one, unless somebody else has set the other.
fn in_cookies(cookies: &str) -> Result<Option<&str>, Refusal> {
    let (mut rest, mut found) = (Some(cookies), None);
    while let Some(cookie) = word(&mut rest, b';') {
        let value = cookie.trim_ascii().strip_prefix(COOKIE).unwrap_or_default();
        if let Some(token) = value.strip_prefix('=').filter(|token| !token.is_empty()) {
            if found.is_some() {
                return Err(Refusal::BadToken);
            }
            found = Some(token);
        }
    }
    Ok(found)
}
