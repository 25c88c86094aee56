//! The load client for channels: readers that follow, publishers that publish,
//! one clock for both.
//!
//! Commands are one JSON object a line, answers too. All the while every reader
//! is read.
//!
//! - `{"do":"first-byte","request"}`: asks again and again until a server
//!   answers; when it did.
//! - `{"do":"request","request","times"}`: asks so many times, each on a
//!   connection of its own; how long an answer took, and what was in the last.
//! - `{"do":"open","request","count","at_once","messages","patience_ms"}`: opens
//!   readers; each is done when it has so many messages, or with none its first
//!   block.
//! - `{"do":"publish","request","bytes","at_once","count","ms","every_us","patience_ms"}`:
//!   publishes messages of so many bytes, `count` of them or for so long: as fast
//!   as `at_once` connections are answered, or one each `every_us`. It is done
//!   when each is acknowledged, and each open reader has each.
//! - `{"do":"watch","ms"}`: what comes in so long.

mod exchange;
mod load;
mod marks;
mod publisher;
mod publishing;
mod reader;
mod reply;
mod run;
mod window;

pub use run::run;
