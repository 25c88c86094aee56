//! The numbers that bind a stream and that no variable sets: unit, where each
//! comes from, and what breaks beyond it. The variables, and with them their
//! ranges, are in [`variables`](super::variables).
//!
//! A number stands elsewhere only where one function alone could tell what it
//! means: how a stream's key is made of bits (`session/registry.rs`) and how
//! near a mistyped name is (`config/mistyped.rs`).

use super::variables::{CPU_BUDGET_MS, MAX_REPLAY_TICKS, TICK_INTERVAL_MS};

/// CPU time of one event or heartbeat, in microseconds, with its timer and its
/// way through the network: time of the whole process on one pinned core.
/// Measured were 45 to 75 (2026-11-22, workerd 1.20261117.1, 500 streams at 10 a
/// second; run `npm run bench`). The greatest is taken, so that a stream ends by
/// itself before the platform ends it.
pub const EVENT_CPU_US: u64 = 75;

/// CPU time of a stream's opening and its goodbye together, in microseconds.
/// Measured, as above: 221 for an opening together with the first event, and
/// some 60 for the goodbye (`BENCHMARKS.md`). The first event is counted here
/// and by [`EVENT_CPU_US`], so the estimate is on the safe side.
pub const OPENING_CPU_US: u64 = 300;
const _: () = assert!(
    CPU_BUDGET_MS.min as u64 * 1_000 > OPENING_CPU_US + EVENT_CPU_US,
    "the smallest budget pays for no event"
);

/// How many streams of one isolate are woken in the same millisecond when
/// their events are due together. The next ones follow a millisecond later.
///
/// An event takes 45 to 75 µs, so 20 of them fill a millisecond anyway. Woken
/// all at once the streams push each other out of the processor's caches: with
/// 5,000 streams an event cost 0.6 of what it had cost then, and came after 0.4
/// of the time (`BENCHMARKS.md`).
pub const WAKES_PER_MS: usize = 20;

/// Chunks that may wait for a client that does not read. A chunk is what a stream
/// writes when it is woken once: one event as a rule, at most
/// [`EVENTS_PER_CHUNK`].
pub const HIGH_WATER_MARK: u32 = 4;

/// Events in one chunk at most, so that a long replay is sent as fast as the
/// client reads it and not faster. The default replay fits into one.
pub const EVENTS_PER_CHUNK: u32 = 64;
const _: () = assert!(
    MAX_REPLAY_TICKS.default < EVENTS_PER_CHUNK,
    "the default replay does not fit into one chunk"
);

/// When the queue of a client that does not read is full, the stream looks
/// again after as long as it has waited already: at least and at most so many
/// milliseconds.
pub const ROOM_CHECK_MS: (u64, u64) = (10, 1_000);

/// Milliseconds after its planned end at which a stream is forgotten if nobody
/// has reported its end. A stalled isolate has this long to end it properly.
pub const FORGET_AFTER_MS: u64 = 60_000;

/// Milliseconds by which the clocks of two machines may differ.
pub const CLOCK_SKEW_MS: u64 = 100;
const _: () = assert!(CLOCK_SKEW_MS <= TICK_INTERVAL_MS.min as u64, "more than one tick is ahead");

/// The longest `Last-Event-ID` that is read, in bytes: the Worker sends no id
/// that is longer.
pub const LAST_EVENT_ID_BYTES: usize = 64;

/// Bytes of a bad value that are repeated to whoever sent it.
pub const ECHOED_VALUE_BYTES: usize = 64;

/// Seconds for which a browser may remember what another site's page may send,
/// instead of asking before each request: a day. (Chromium remembers it for two
/// hours, whatever is said.)
pub const PREFLIGHT_MAX_AGE_S: u32 = 86_400;

/// Random numbers that are fetched from the runtime in one call, which costs
/// more than the numbers. A stream takes four.
pub const RANDOM_NUMBERS_AT_ONCE: u32 = 64;

/// Reconnection times lie between these percentages of the set one, so that
/// clients that were cut together do not come back together.
pub const RETRY_SPREAD: (u32, u32) = (50, 150);

/// Planned ends lie between these percentages of the set life or budget, so
/// that streams that began together do not end together.
pub const END_SPREAD: (u32, u32) = (80, 100);

/// Bytes of a body beyond its limit that are read all the same, and thrown away,
/// so that its sender has sent all of it and is there for the answer. With
/// `wrangler dev` the 413 for a body of 10 MiB was lost with the connection
/// otherwise. Whoever sends more is cut off. Only who may publish gets this far,
/// and Cloudflare itself takes no body beyond 100 MB.
pub const DISCARDED_BYTES: u32 = 16 << 20;

/// `base` times a percentage out of `range`, whose bounds are included. `random`
/// picks it: even numbers give an even spread.
#[must_use]
pub fn spread(base: u32, range: (u32, u32), random: u32) -> u32 {
    let share = |percent: u32| u64::from(base) * u64::from(percent) / 100;
    let low = share(range.0);
    let width = share(range.1).saturating_sub(low);
    // random / 2^32 of all the values from 0 to width.
    let offset = (u64::from(random) * (width + 1)) >> 32;
    u32::try_from(low + offset).unwrap_or(u32::MAX)
}
