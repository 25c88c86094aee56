//! Why a stream ended.

/// Why a stream ended, as the client and the log call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its planned life was over.
    Lifetime,
    /// Its CPU budget was used up.
    Cpu,
    /// The client went away.
    ClientLeft,
    /// The isolate was full.
    Overload,
    /// The runtime refused a write.
    Error,
}

impl EndReason {
    /// The word on the wire and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lifetime => "lifetime",
            Self::Cpu => "cpu",
            Self::ClientLeft => "client_left",
            Self::Overload => "overload",
            Self::Error => "error",
        }
    }
}
