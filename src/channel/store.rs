//! What a channel's storage is asked for.

/// What an append has done, for the frames of those that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The channel's generation.
    pub generation: u64,
}

/// A channel's storage.
pub trait Store {
    /// Why it could not be read or written.
    type Error;
}
