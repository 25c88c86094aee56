//! The frames that the object sends over its sockets, and the bytes of events.

use super::Mode;
use super::store::Appended;

/// What the front sends to be answered by [`PONG`], without waking the object.
pub const PING: &str = "p";
/// The object's automatic answer to [`PING`].
pub const PONG: &str = "q";

/// The frame of what was appended, for all sockets of a mode.
#[must_use]
pub fn of(appended: &Appended, mode: Mode) -> Vec<u8> {
    let _ = (appended, mode);
    Vec::new()
}
