//! Server-Sent Events from Cloudflare's edge.
//!
//! A Worker that serves the site in `public/` and, at `/events`, a stream of
//! timestamps. Each tick is sent at its time, a client that reconnects gets what
//! it missed, and a stream ends by itself before the platform would cut it.
//!
//! In scope: the wire format, what a stream writes and when, resuming, the limits
//! of the edge. Not in scope: broadcasting what one client sends to others,
//! storing events, authentication. For another kind of event write a
//! [`clock::Source`].
//!
//! # The wall
//! Only `platform` knows that this is a Worker. All other modules compile and are
//! tested on any machine, and are told the time as an argument. The compiler
//! holds this wall: the crates that name the runtime are dependencies of the
//! wasm32 target alone.
//!
//! # Panics
//! A panic ends every live stream of the isolate (the process, so to speak, that
//! serves many clients), so the lints deny whatever can panic.

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
