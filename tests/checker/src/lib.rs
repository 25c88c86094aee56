//! Judges a recorded history of a channel: is there one order of all that was
//! asked, in which each answer is right for a single append-only log, and in
//! which whatever had ended before something else began stands before it? That is
//! linearizability. The search is stateright's; here are only the log's rules and
//! the form of a recording.

mod log;
mod recording;

pub use log::{Answer, Log, Operation};
pub use recording::{Malformed, read};

use stateright::semantics::{ConsistencyTester, LinearizabilityTester};

/// One client of the history, which has one request under way at most. A client
/// that never learned the outcome of its request goes on as another one.
pub type Client = u64;

/// What is known of a channel's history so far.
pub type History = LinearizabilityTester<Client, Log>;

/// True if one log can have given all the answers of this recording.
///
/// # Errors
/// `Malformed` names the line that is no event, or that a recorder cannot have
/// written: an answer to nothing, or a second request of a client that waits.
pub fn is_linearizable(recording: &str) -> Result<bool, Malformed> {
    Ok(read(recording)?.is_consistent())
}
