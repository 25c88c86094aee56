//! Server-Sent Events from Cloudflare's edge.
//!
//! A Worker that serves the site in `public/` and, at `/events`, a stream of
//! timestamps: each tick at its time, none lost across reconnects, ended
//! before the platform would end it.
//!
//! In scope: the wire format, the timetable of a stream, resuming, the edge's
//! limits. Not in scope: broadcasting what one client sends to others, storing
//! events, authentication. For another kind of event write a
//! [`clock::Source`].
//!
//! # The wall
//! The modules below know nothing of Workers: they compile and are tested on
//! any machine, and time is an argument. Only `platform` names the runtime,
//! and the compiler sees to it: the `worker` crate is a dependency of the
//! wasm32 target alone.
//!
//! # Panics
//! A panic ends every live stream of the isolate, so the lints deny whatever
//! can panic.

pub mod channel;
pub mod clock;
pub mod config;
pub mod http;
pub mod served;
pub mod session;
pub mod site;
pub mod wire;

#[cfg(target_arch = "wasm32")]
mod platform;
