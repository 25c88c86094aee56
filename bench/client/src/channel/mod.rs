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
//!   `{n}` in the request is how many it has asked before.
//! - `{"do":"open","request","count","at_once","messages","slow","patience_ms"}`:
//!   opens readers; each is done when it has so many messages, or with none its
//!   first block. `{n}` in the request is how many readers there are already.
//! - `{"do":"stop"}`: those that were opened with `slow` stop reading.
//! - `{"do":"resume","patience_ms"}`: they read again; how many messages they
//!   have of those since they stopped, how many came twice, how many of them were
//!   cut, and in how many orders those have them that have all.
//! - `{"do":"come-back","request","patience_ms"}`: those that were cut ask again
//!   from where they were, which is `{place}` in the request.
//! - `{"do":"publish","request","bytes","at_once","count","ms","every_us","patience_ms"}`:
//!   publishes messages of so many bytes, `count` of them or for so long: as fast
//!   as `at_once` connections are answered, or one each `every_us`. It is done
//!   when each is acknowledged, and each open reader has each.
//! - `{"do":"leave"}`: closes all readers at once, by reset.
//! - `{"do":"watch","ms"}`: what comes in so long.

mod exchange;
mod follower;
mod load;
mod marks;
mod publisher;
mod publishing;
mod reader;
mod reply;
mod run;
mod slow;
mod window;

pub use run::run;
