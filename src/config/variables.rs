//! The variables of `[vars]` in `wrangler.toml`, each declared here and nowhere
//! else.
//!
//! To add one, write its entry below and its line in `wrangler.toml`. The field
//! of [`Config`], its default, the parsing, the messages and the tests follow
//! from the entry; a test says which table of the documentation wants a row.

use super::check::{Check, ConfigError, Given};
use super::declare::variables;
use super::origins::AllowedOrigins;
use super::patterns::Patterns;
use super::rules::{Number, Rule, Switch, Text};

variables! {
    /// All variables, checked and typed. Times are in milliseconds.
    struct Config;

    /// Milliseconds between ticks for a client that names no interval. At
    /// 100 ms a stream uses up the Free plan's CPU time in 10 to 13 s.
    TICK_INTERVAL_MS => tick_interval_ms: Number<u32> { default: 1_000, min: 100, max: 60_000 };

    /// Milliseconds without a byte before a comment is sent. Proxies cut a quiet
    /// connection after 60 s (nginx `proxy_read_timeout`, AWS load balancers) to
    /// 100 s (reports from behind Cloudflare); 15 s is what SSE servers agree on.
    HEARTBEAT_MS => heartbeat_ms: Number<u32> { default: 15_000, min: 100, max: 60_000 };

    /// Milliseconds that a stream lives at most. It bounds how long a stream can
    /// outlive a client whose leaving nobody reported.
    MAX_STREAM_MS => max_stream_ms: Number<u32> { default: 600_000, min: 1_000, max: 86_400_000 };

    /// Milliseconds of CPU time that one stream may use. One request is the whole
    /// stream, and a Worker is ended beyond 10 ms on the Free plan, 30 s on Paid,
    /// 5 min with `limits.cpu_ms`:
    /// <https://developers.cloudflare.com/workers/platform/limits/#cpu-time>
    CPU_BUDGET_MS => cpu_budget_ms: Number<u32> { default: 10, min: 1, max: 300_000 };

    /// Milliseconds that a client waits before it reconnects, before the spread.
    RETRY_MS => retry_ms: Number<u32> { default: 2_000, min: 100, max: 600_000 };

    /// The same for a client that found the isolate full.
    OVERLOAD_RETRY_MS => overload_retry_ms: Number<u32> {
        default: 15_000, min: 100, max: 3_600_000
    };

    /// Streams at once in one isolate, which has 128 MB of memory, wasm included:
    /// <https://developers.cloudflare.com/workers/platform/limits/#memory>
    MAX_STREAMS => max_streams: Number<u32> { default: 1_000, min: 1, max: 100_000 };

    /// Missed ticks that are sent late rather than skipped.
    MAX_REPLAY_TICKS => max_replay_ticks: Number<u32> { default: 60, min: 0, max: 10_000 };

    /// The other sites whose pages may read the stream.
    ALLOWED_ORIGINS => allowed_origins: Text<AllowedOrigins> {
        default: "",
        parse: AllowedOrigins::parse,
        allowed: "*, or origins such as https://example.com separated by commas"
    };

    /// `false` tells every client of `/events` to stop for good.
    EVENTS_ENABLED => events_enabled: Switch { default: true };

    /// Which channels anybody may read. To publish takes the secret or a token in
    /// any case.
    PUBLIC_CHANNELS => public_channels: Text<Patterns> {
        default: "",
        parse: Patterns::parse,
        allowed: "names, and prefixes such as demo/*, separated by commas"
    };

    /// Bytes of one request's body at most. A row of the object's database holds
    /// 2 MB (<https://developers.cloudflare.com/durable-objects/platform/limits/>);
    /// the protocol's clients send batches of 1 MiB.
    MAX_APPEND_BYTES => max_append_bytes: Number<u64> {
        default: 1_114_112, min: 1, max: 1_900_000
    };

    /// Bytes of messages that a channel retains; the oldest go first. An object
    /// holds 10 GB.
    MAX_CHANNEL_BYTES => max_channel_bytes: Number<u64> {
        default: 67_108_864, min: 65_536, max: 8_589_934_592
    };

    /// Seconds that a channel retains a message; 0 for as long as there is room.
    /// The largest value is ten years.
    MAX_CHANNEL_AGE_S => max_channel_age_s: Number<u64> {
        default: 0, min: 0, max: 315_360_000
    };

    /// Readers that follow one channel at once. An object holds 32,768 sockets.
    MAX_READERS => max_readers: Number<u64> { default: 10_000, min: 1, max: 30_000 };

    /// Bytes of messages in one answer to a read; one message that is longer is
    /// an answer by itself.
    MAX_CHUNK_BYTES => max_chunk_bytes: Number<u64> {
        default: 1_048_576, min: 1_024, max: 8_388_608
    };

    /// Milliseconds that a long-poll waits for a message.
    LONG_POLL_MS => long_poll_ms: Number<u64> { default: 20_000, min: 100, max: 60_000 };
}

/// One variable, as a test or a table of the documentation sees it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name in `[vars]`.
    pub name: &'static str,
    /// Its default as `wrangler.toml` would write it; a secret has none.
    pub default: Option<String>,
    /// What is allowed, in the words of a message.
    pub allowed: String,
    /// The smallest and the largest number allowed, where it is a number.
    pub range: Option<(u64, u64)>,
    /// Whether a text is taken; `None` is a variable that is not set.
    pub takes: fn(Option<&str>) -> bool,
}
