//! What time and size take away: expiry, and the bounds of a channel.
//!
//! Expiry. A TTL slides with each read and write, so its deadline is kept to the
//! millisecond in [`Memory`](super::Memory), and written only when it has moved by
//! more than a sixteenth of the TTL: a read writes nothing. An object that was
//! evicted knows what was written, and takes the deadline that it may have been at
//! the latest: a channel never ends early.
//!
//! Bounds. Messages are dropped by whole segments, the oldest first. A new segment
//! begins at an eighth of a bound, so that a channel holds at most that much more
//! or less than it may. The segment that is being written stays, whatever its size.

use super::store::{Meta, Segment, Tail};
use super::time::LATEST;
use crate::config::Config;

/// Segments of a channel that is full.
const PARTS: u64 = 8;
/// The share of a TTL by which the deadline in the store may lag.
const SLACK: u64 = 16;
/// How long a producer is remembered at least that sends nothing: PROTOCOL.md,
/// 5.2.1, recommends seven days.
pub const PRODUCER_MS: u64 = 7 * 86_400_000;

/// When a channel is over that was not read or written since `now`.
#[must_use]
pub fn deadline_from(ttl_s: u64, now: u64) -> u64 {
    now.saturating_add(ttl_s.saturating_mul(1_000)).min(LATEST)
}

/// When the channel is over; 0 for never. `remembered` is exact, or 0.
#[must_use]
pub fn deadline(meta: &Meta, remembered: u64) -> u64 {
    match meta.ttl_s {
        Some(_) if remembered != 0 => remembered,
        Some(ttl_s) => meta.deadline.saturating_add(slack(ttl_s)),
        None => meta.deadline,
    }
}

/// Whether a deadline is to be written, for what is written lags too far.
#[must_use]
pub fn must_write(meta: &Meta, ttl_s: u64, deadline: u64) -> bool {
    deadline > meta.deadline.saturating_add(slack(ttl_s))
}

fn slack(ttl_s: u64) -> u64 {
    ttl_s.saturating_mul(1_000) / SLACK
}

/// Whether the next row begins a new segment.
#[must_use]
pub fn must_roll(last: Segment, tail: &Tail, limits: &Config, now: u64) -> bool {
    let age = age_ms(limits);
    tail.bytes.saturating_sub(last.bytes) >= limits.max_channel_bytes / PARTS
        || age.is_some_and(|age| now >= last.begun.saturating_add(age / PARTS))
}

/// How many of the oldest segments are to go.
#[must_use]
pub fn surplus(meta: &Meta, tail: &Tail, limits: &Config, now: u64) -> usize {
    let too_old = |newest: u64| age_ms(limits).is_some_and(|age| newest.saturating_add(age) <= now);
    let mut surplus = 0;
    for (at, segment) in meta.segments.iter().enumerate() {
        let goes = match meta.segments.get(at + 1) {
            Some(next) => {
                tail.bytes.saturating_sub(segment.bytes) > limits.max_channel_bytes
                    || too_old(next.after)
            }
            None => too_old(tail.time),
        };
        if !goes {
            break;
        }
        surplus = at + 1;
    }
    surplus
}

/// When to look again, in Unix milliseconds: at the channel's end, or when its
/// oldest segment is too old.
#[must_use]
pub fn next_alarm(meta: &Meta, tail: &Tail, limits: &Config, deadline: u64) -> Option<u64> {
    let end = (deadline != 0).then_some(deadline);
    let newest = (!meta.segments.is_empty())
        .then(|| meta.segments.get(1).map_or(tail.time, |next| next.after));
    let too_old = newest.zip(age_ms(limits)).map(|(newest, age)| newest.saturating_add(age));
    end.into_iter().chain(too_old).min().map(|time| time.min(LATEST))
}

fn age_ms(limits: &Config) -> Option<u64> {
    (limits.max_channel_age_s != 0).then(|| limits.max_channel_age_s * 1_000)
}
