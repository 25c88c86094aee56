//! What needs no runtime: pure modules, on virtual time. `cargo test`.

// Panics are a test's way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// A reader written from the HTML standard, and the source that the docs show.
mod countdown;
mod reader;

// One for each room of src/.
mod architecture;
mod configuration;
mod live_streams;
mod requests;
mod session;
mod site;
mod source;
mod spread;
mod tick_times;
mod wire_format;

// The promise as a whole, and what the documentation says.
mod docs;
mod no_tick_is_lost;
mod prices;
