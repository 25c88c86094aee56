//! Every number: its unit, where it comes from, and what breaks beyond it.

/// A number that `[vars]` in `wrangler.toml` may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in `[vars]`.
    pub name: &'static str,
    /// Used where `wrangler.toml` does not name it: as delivered it names all.
    pub default: u32,
    /// The smallest value allowed.
    pub min: u32,
    /// The largest value allowed.
    pub max: u32,
}

const fn variable(name: &'static str, default: u32, min: u32, max: u32) -> Variable {
    assert!(min <= default && default <= max, "the default is out of range");
    Variable { name, default, min, max }
}

/// Milliseconds between ticks for a client that names no interval. At
/// 100 ms a stream uses up the Free plan's CPU time in 10 to 13 s.
pub const TICK_INTERVAL_MS: Variable = variable("TICK_INTERVAL_MS", 1_000, 100, 60_000);

/// Milliseconds without a byte before a comment is sent. Proxies cut a quiet
/// connection after 60 s (nginx `proxy_read_timeout`, AWS load balancers) to
/// 100 s (reports from behind Cloudflare); 15 s is what SSE servers agree on.
pub const HEARTBEAT_MS: Variable = variable("HEARTBEAT_MS", 15_000, 100, 60_000);

/// Milliseconds that a stream lives at most. It bounds how long a stream can
/// outlive a client whose leaving nobody reported.
pub const MAX_STREAM_MS: Variable = variable("MAX_STREAM_MS", 600_000, 1_000, 86_400_000);

/// Milliseconds of CPU time that one stream may use. One request is the whole
/// stream, and a Worker is ended beyond 10 ms on the Free plan, 30 s on Paid,
/// 5 min with `limits.cpu_ms`:
/// <https://developers.cloudflare.com/workers/platform/limits/#cpu-time>
pub const CPU_BUDGET_MS: Variable = variable("CPU_BUDGET_MS", 10, 1, 300_000);

/// Milliseconds that a client waits before it reconnects, before the spread.
pub const RETRY_MS: Variable = variable("RETRY_MS", 2_000, 100, 600_000);

/// The same for a client that found the isolate full.
pub const OVERLOAD_RETRY_MS: Variable = variable("OVERLOAD_RETRY_MS", 15_000, 100, 3_600_000);

/// Streams at once in one isolate, which has 128 MB of memory, wasm included:
/// <https://developers.cloudflare.com/workers/platform/limits/#memory>
pub const MAX_STREAMS: Variable = variable("MAX_STREAMS", 1_000, 1, 100_000);

/// Missed ticks that are sent late rather than skipped.
pub const MAX_REPLAY_TICKS: Variable = variable("MAX_REPLAY_TICKS", 60, 0, 10_000);

/// All of them, in the order of [`Config`](crate::config::Config)'s fields.
pub const NUMBERS: [Variable; 8] = [
    TICK_INTERVAL_MS,
    HEARTBEAT_MS,
    MAX_STREAM_MS,
    CPU_BUDGET_MS,
    RETRY_MS,
    OVERLOAD_RETRY_MS,
    MAX_STREAMS,
    MAX_REPLAY_TICKS,
];

/// CPU time of one event or heartbeat, in microseconds, timer and network
/// included: whole-process time on one pinned core, 45 to 75 where it was
/// measured (2026-11-22, workerd 1.20261117.1, 500 streams at 10 a second; run
/// `npm run bench`). The upper end, so that the platform's own end comes later.
pub const EVENT_CPU_US: u64 = 75;

/// CPU time of a stream's opening and goodbye, in microseconds. Measured, as
/// above: 221 for an opening with its first event, which the budget pays for
/// again, and some 60 for a last one (`BENCHMARKS.md`).
pub const OPENING_CPU_US: u64 = 300;
const _: () = assert!(
    CPU_BUDGET_MS.min as u64 * 1_000 > OPENING_CPU_US + EVENT_CPU_US,
    "the smallest budget pays for no event"
);

/// Streams of one isolate that are woken in the same millisecond for events
/// that are due together; the others follow in the next ones. All at once they
/// push each other out of the processor's caches, and the last one waits no
/// less: where it was measured an event takes 45 to 75 µs, so that 20 fill a
/// millisecond. With 5,000 streams an event cost 0.6 of what it did when all
/// were woken at once, at 0.4 of the lag (`BENCHMARKS.md`).
pub const WAKES_PER_MS: usize = 20;

/// Chunks that may wait for a client that does not read. A chunk is what one
/// wake writes: one event as a rule, at most [`EVENTS_PER_CHUNK`].
pub const HIGH_WATER_MARK: u32 = 4;

/// Events in one chunk at most, so that a long replay is sent as fast as the
/// client reads it and not faster. The default replay fits into one.
pub const EVENTS_PER_CHUNK: u32 = 64;
const _: () = assert!(
    MAX_REPLAY_TICKS.default < EVENTS_PER_CHUNK,
    "the default replay does not fit into one chunk"
);

/// Milliseconds until a stream looks again whether a full queue has room, at
/// least and at most. In between it waits as long as it has waited already.
pub const ROOM_CHECK_MS: (u64, u64) = (10, 1_000);

/// Milliseconds after its planned end at which a stream that was never heard
/// of again is forgotten: time for a stalled isolate to end it properly.
pub const FORGET_AFTER_MS: u64 = 60_000;

/// Milliseconds by which the clocks of two machines may differ.
pub const CLOCK_SKEW_MS: u64 = 100;
const _: () = assert!(CLOCK_SKEW_MS <= TICK_INTERVAL_MS.min as u64, "more than one tick is ahead");

/// Bytes of a `Last-Event-ID` that are looked at: no id of ours is longer.
pub const LAST_EVENT_ID_BYTES: usize = 64;

/// Bytes of a bad value that are repeated to whoever sent it.
pub const ECHOED_VALUE_BYTES: usize = 64;

/// Reconnection times lie between these percentages of the set one, so that
/// clients that were cut together do not come back together.
pub const RETRY_SPREAD: (u32, u32) = (50, 150);

/// Planned ends lie between these percentages of the set life or budget, so
/// that streams that began together do not end together.
pub const END_SPREAD: (u32, u32) = (80, 100);

/// `base` times a percentage that `random` picks evenly from `range`, bounds
/// included.
#[must_use]
pub fn spread(base: u32, range: (u32, u32), random: u32) -> u32 {
    let share = |percent: u32| u64::from(base) * u64::from(percent) / 100;
    let low = share(range.0);
    let width = share(range.1).saturating_sub(low);
    // The product's high half: even over 0..=width, without a division.
    let offset = (u64::from(random) * (width + 1)) >> 32;
    u32::try_from(low + offset).unwrap_or(u32::MAX)
}
