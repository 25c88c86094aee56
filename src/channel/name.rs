//! The name of a channel.

use percent_encoding::percent_decode_str;

use crate::http::problem::Problem;

/// Bytes of a name at most, decoded.
pub const MAX_NAME_BYTES: usize = 256;

const ALLOWED: &str = "1 to 256 bytes of UTF-8 in segments separated by /, none of them empty, \
                       . or .., without control characters";

/// A name that a channel may have: [`ChannelName::parse`] says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelName(String);

impl ChannelName {
    /// Reads the rest of a path behind `/channels/` or `/v1/stream/`, as sent:
    /// its percent signs are decoded here, once. So `%2F` separates segments as
    /// `/` does, and `%252F` is the three characters `%2F`.
    ///
    /// # Errors
    /// 400 for what can be no name, 501 for the names that the protocol keeps
    /// for its subscriptions.
    pub fn parse(path: &str) -> Result<Self, Problem> {
        let bad = |value: &str| Problem::bad_name(value, ALLOWED);
        let name = percent_decode_str(path).decode_utf8().map_err(|_| bad(path))?;
        let segment = |segment: &str| !matches!(segment, "" | "." | "..");
        let fits = name.len() <= MAX_NAME_BYTES
            && name.split('/').all(segment)
            && !name.contains(|c: char| c.is_control());
        if !fits {
            return Err(bad(&name));
        }
        if name.split('/').next() == Some("__ds") {
            return Err(Problem::not_implemented("Subscriptions (__ds) are not implemented here."));
        }
        Ok(Self(name.into_owned()))
    }

    /// The name, decoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
