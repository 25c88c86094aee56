//! What `/events` streams: the only place that says so.

use crate::clock::{Start, Ticks, Timetable};
use crate::config::Config;
use crate::http::query::Query;

/// The source of `/events`. To stream something else, name its source here, and
/// say by `From<&Query>` how it is made from a request.
pub type Served = Ticks;

/// The events that one client of `/events` is still to be sent.
pub type Feed = Timetable<Served>;

impl From<&Query<'_>> for Ticks {
    fn from(query: &Query<'_>) -> Self {
        Self::new(query.interval_ms, query.format)
    }
}

/// The feed of a client that came with this query and `Last-Event-ID` header,
/// at `now` in Unix milliseconds.
#[must_use]
pub fn feed(query: &Query<'_>, header: Option<&str>, config: &Config, now: u64) -> Feed {
    let source = Served::from(query);
    let last_event_id = header.or(query.last_event_id.as_deref());
    let start = Start::from_last_event_id(last_event_id, &source, now);
    Timetable::new(source, start, config.max_replay_ticks)
}
