//! What one client is owed: the one interface between a session and its events.

use super::EndReason;
use crate::wire::event::EventId;

/// The events of one client, encoded.
///
/// A feed knows what its client has and what comes next. It knows nothing of
/// connections, heartbeats, budgets or planned ends: those are the session's.
pub trait Feed {
    /// Appends what is due at `now` (Unix milliseconds) and not yet written, in
    /// order, as whole events. More than `budget` events (1 or more) are only
    /// written where the client could not go forward otherwise.
    fn write(&mut self, now: u64, budget: u64, out: &mut Vec<u8>) -> Written;

    /// When to ask again, in Unix milliseconds after `now`: at most half of the
    /// pause between two events later than the next one is due, and `stagger_ms`
    /// if that is less. `None` where time alone brings nothing new.
    fn wake_at(&self, now: u64, stagger_ms: u64) -> Option<u64>;

    /// The id of an event that is none of the feed's: the client's own for the
    /// first event of a connection, else none. A browser keeps its last id by
    /// itself; other clients forget it at an event without one.
    fn echoed_id(&self) -> Option<EventId<'_>>;

    /// Whether a planned end is announced by an event named `rotate`. Without it
    /// there is the reconnection time alone.
    fn says_goodbye(&self) -> bool {
        true
    }

    /// Appends what the log says of this feed: members of a JSON object, each
    /// with a comma before it, as in `,"ticks":5`.
    fn log(&self, line: &mut String);
}

/// What [`Feed::write`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many events the CPU budget is to pay for.
    pub events: u64,
    /// Whether more is due at this very time. To be asked again in vain would
    /// hang the isolate: true only if something was written.
    pub more: bool,
    /// Why the stream is over, now that this is written.
    pub end: Option<EndReason>,
}

pub(super) fn log_line(feed: &impl Feed, reason: EndReason, duration_ms: u64) -> String {
    let reason = reason.as_str();
    let mut line = format!(r#"{{"reason":"{reason}","duration_ms":{duration_ms}"#);
    feed.log(&mut line);
    line.push('}');
    line
}
