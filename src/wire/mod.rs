//! The format of `text/event-stream`. It knows nothing of the rest.

pub mod event;
