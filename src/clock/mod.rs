//! Events that are a function of time, and the clock that `/events` streams.

mod iso;
mod source;
mod ticks;
mod timetable;

pub use iso::Iso;
pub use source::Source;
pub use ticks::{Format, Ticks};
pub use timetable::{Start, Timetable};
