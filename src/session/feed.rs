//! The interface between a session and the events that it sends.

use super::EndReason;
use crate::wire::event::EventId;

/// The events that one client is still to be sent.
///
/// A feed knows which events its client has and which come next. It knows nothing
/// of connections, heartbeats, budgets or planned ends: those are the session's
/// business.
pub trait Feed {
    /// Appends the events that are due at `now` (Unix milliseconds) and not yet
    /// written, in order and whole. `budget` (1 or more) is how many the CPU budget
    /// still pays for, and no more are written; a `gap` event is not counted.
    fn write(&mut self, now: u64, budget: u64, out: &mut Vec<u8>) -> Written;

    /// When to ask again, in Unix milliseconds and after `now`: `stagger_ms` after
    /// the next event is due, or half of the time to the event after it, if that
    /// is less. `None` if time alone brings no further event.
    fn wake_at(&self, now: u64, stagger_ms: u64) -> Option<u64>;

    /// The id for an event that the session sends and not the feed, such as the
    /// goodbye. If it is the first event of its connection this is the client's own
    /// last id again: browsers keep that by themselves, but some other clients
    /// forget it at an event without an id. Later there is none.
    fn echoed_id(&self) -> Option<EventId<'_>>;

    /// Whether a planned end is announced by an event named `rotate`. Without it
    /// there is the reconnection time alone.
    fn says_goodbye(&self) -> bool {
        true
    }

    /// Appends what the log is to say of this feed: members of a JSON object, each
    /// with a comma before it, as in `,"ticks":5`.
    fn log(&self, line: &mut String);
}

/// What [`Feed::write`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many events the CPU budget is to pay for.
    pub events: u64,
    /// Whether more is due at this very time: the feed is then asked again at once.
    /// True only if something was written, or a feed that has nothing to give would
    /// be asked for ever, and the isolate would hang.
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
