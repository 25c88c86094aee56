//! What a client is told that finds the isolate full.

use super::{EndReason, Feed, feed};
use crate::config::Config;
use crate::config::limits::{self, LAST_EVENT_ID_BYTES, RETRY_SPREAD};
use crate::wire::event::{self, Event, EventId, EventName};

const OVERLOAD: EventName = EventName::literal("overload");

/// The whole body: when to come back, and the client's last id again, so that its
/// next try resumes there. An `EventSource` comes back from this; after a 503 it
/// would not.
#[must_use]
pub fn body(config: &Config, feed: &impl Feed, random: u32) -> Vec<u8> {
    encode(config, feed.echoed_id(), random)
}

/// The same for a client of whom nothing is known but the id that it sent.
/// What can be no id is not repeated.
#[must_use]
pub fn body_for(config: &Config, last_event_id: Option<&str>, random: u32) -> Vec<u8> {
    let id = last_event_id.filter(|id| id.len() <= LAST_EVENT_ID_BYTES);
    encode(config, id.and_then(|id| EventId::new(id).ok()), random)
}

fn encode(config: &Config, id: Option<EventId<'_>>, random: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let retry_ms = retry_ms(config, random);
    event::retry(&mut out, retry_ms);
    let data = format!(r#"{{"retry_ms":{retry_ms}}}"#);
    Event { name: Some(OVERLOAD), id, data: &data }.encode(&mut out);
    out
}

/// Milliseconds after which the client is to come back.
#[must_use]
pub fn retry_ms(config: &Config, random: u32) -> u32 {
    limits::spread(config.overload_retry_ms, RETRY_SPREAD, random)
}

/// The line in the log for a client that was turned away.
#[must_use]
pub fn log_line(feed: &impl Feed) -> String {
    feed::log_line(feed, EndReason::Overload, 0)
}
