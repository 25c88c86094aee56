//! Why a stream ended.

/// Why a stream ended, as the client and the log call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its planned life was over.
    Lifetime,
    /// Its CPU budget was used up.
    Cpu,
    /// The token ran out that allowed it.
    Token,
    /// What it follows is complete: the feed has said so, and nobody is to come
    /// back.
    Closed,
    /// What it follows was deleted.
    Deleted,
    /// What feeds it could not be reached any more.
    Bridge,
    /// The client went away.
    ClientLeft,
    /// The isolate was full.
    Overload,
    /// The runtime refused a write.
    Error,
}

impl EndReason {
    /// The word in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lifetime => "lifetime",
            Self::Cpu => "cpu",
            Self::Token => "token",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
            Self::Bridge => "bridge",
            Self::ClientLeft => "client_left",
            Self::Overload => "overload",
            Self::Error => "error",
        }
    }

    /// What a `rotate` event calls it; `None` for an end that has none.
    pub(super) fn on_the_wire(self) -> Option<&'static str> {
        match self {
            Self::Closed => None,
            // How we reach the feed is nothing to the client.
            Self::Bridge => Some(Self::Lifetime.as_str()),
            _ => Some(self.as_str()),
        }
    }
}
