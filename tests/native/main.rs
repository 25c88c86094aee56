//! What needs no runtime: pure modules, on virtual time. `cargo test`.

// Panics are a test's way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// What several of them use: a reader written from the HTML standard, a stream of
// ticks, and the source that the documentation shows.
mod channel_client;
mod channel_support;
mod channel_world;
mod countdown;
mod reader;
mod stream;

// src/wire/
mod wire_format;

// src/config/
mod configuration;
mod origins;
mod rules;
mod spread;

// src/session/
mod ends;
mod live_streams;
mod resume;
mod session;

// src/clock/
mod source;
mod tick_times;

// src/channel/
mod channel_access;
mod channel_follow;
mod channel_frames;
mod channel_json;
mod channel_learned;
mod channel_permission;
mod channel_requests;
mod channel_requests_of_any_kind;
mod channel_store;
mod channel_time;
mod channel_token;

// src/http/
mod requests;

// src/site/
mod site;
mod site_headers;

// The whole: the promise for any schedule, the arrows between the rooms, and what
// the documentation and the configuration say.
mod architecture;
mod channel_no_message_is_lost;
mod docs;
mod no_tick_is_lost;
mod prices;
