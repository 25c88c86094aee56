//! Signed tokens: who may do what with which channels, and until when.
//!
//! A token is a JWT (RFC 7519) in the compact form, signed by HS256 (RFC 7515,
//! RFC 7518 section 3.2) with the secret of this server. This room reads it and
//! judges all but its signature, which the runtime's own cryptography verifies:
//! [`Token::signed`] are the bytes, [`Token::signature`] what is to be theirs.
//! What a token says counts only where that holds.
//!
//! What is cheap comes first, so that a stranger's request costs little: the
//! length, the shape, the header, the times.
//!
//! 1. The key decides the algorithm: there is one. A header that names another,
//!    in whatever spelling, is refused.
//! 2. A key or a rule that the token brings along is refused, not ignored.
//! 3. There is one way to write each token: base64url without padding, without
//!    other characters, unused bits zero. No name of a member stands twice.
//! 4. What is not understood grants nothing: a claim of another form than
//!    expected refuses the token.

mod base64url;
mod claims;
mod members;

pub use claims::Claims;

use super::access::Need;
use super::name::ChannelName;
use super::text::word;
use base64url::decode;
use members::{each_member, text};

/// Bytes of a token at most: what servers take as one header. A cookie holds
/// 4,096 (RFC 6265, section 6.1).
pub const MAX_TOKEN_BYTES: usize = 8_192;

/// Bytes of an HMAC with SHA-256.
pub const SIGNATURE_BYTES: usize = 32;

/// A compact JWS whose header is as it must be; its signature is still to be
/// verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jws<'a> {
    /// The bytes that are signed: the header, a dot and the payload, as sent.
    pub signed: &'a str,
    /// What is to be their HMAC: 32 bytes.
    pub signature: Vec<u8>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes it apart. `None` for whatever is not to be verified at all.
    #[must_use]
    pub fn parse(compact: &'a str) -> Option<Self> {
        if compact.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let mut rest = Some(compact);
        let (header, payload) = (word(&mut rest, b'.')?, word(&mut rest, b'.')?);
        let signed = compact.get(..header.len() + 1 + payload.len())?;
        // A dot more is in the signature then, and no character of base64url.
        let signature = decode(rest?)?;
        if signature.len() != SIGNATURE_BYTES {
            return None;
        }
        accepts(&decode(header)?)?;
        Some(Self { signed, signature, payload: decode(payload)? })
    }
}

/// Whether a header asks for what we do and for nothing else. Private names and
/// `kid` are ignored, as RFC 7515 (section 4) has it.
fn accepts(header: &[u8]) -> Option<()> {
    let mut is_ours = false;
    each_member(header, &mut |name, value| {
        match name {
            "alg" => is_ours = text(value)? == "HS256",
            // The media type "application/JWT" without its first half, in any case.
            "typ" => return text(value)?.eq_ignore_ascii_case("JWT").then_some(()),
            // What brings a key along, or changes what is signed or how it is to be read
            // (RFC 7515, section 4.1; RFC 7516; RFC 7797): none is of use with one key and
            // one algorithm. `crit` names extensions that must be understood; we have none.
            "crit" | "b64" | "zip" | "enc" | "cty" | "jku" | "jwk" | "x5u" | "x5c" | "x5t"
            | "x5t#S256" => return None,
            _ => {}
        }
        Some(())
    })?;
    is_ours.then_some(())
}

/// A token that is good now if its signature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The bytes that are signed.
    pub signed: &'a str,
    /// What is to be their HMAC: 32 bytes.
    pub signature: Vec<u8>,
    /// What it says of the request.
    pub claims: Claims,
}

impl<'a> Token<'a> {
    /// Reads a token at `now` (Unix milliseconds), for what is asked of a channel.
    /// `None` for one that is to be refused whatever its signature; why is nobody's
    /// business.
    #[must_use]
    pub fn read(compact: &'a str, now: u64, name: &ChannelName, need: Need) -> Option<Self> {
        let Jws { signed, signature, payload } = Jws::parse(compact)?;
        let claims = Claims::parse(&payload, now, name, need)?;
        Some(Self { signed, signature, claims })
    }
}
