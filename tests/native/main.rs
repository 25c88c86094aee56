//! What needs no runtime: pure modules, on virtual time. `cargo test`.

// Panics are a test's way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// A reader written from the HTML standard, and the source that the docs show.
mod channel_client;
mod channel_support;
mod channel_world;
mod countdown;
mod reader;

// One for each room of src/.
mod architecture;
mod channel_access;
mod channel_follow;
mod channel_frames;
mod channel_json;
mod channel_permission;
mod channel_requests;
mod channel_store;
mod channel_time;
mod channel_token;
mod configuration;
mod live_streams;
mod requests;
mod session;
mod site;
mod source;
mod tick_times;
mod wire_format;

// The promise as a whole, and what the documentation says.
mod channel_no_message_is_lost;
mod docs;
mod no_tick_is_lost;
