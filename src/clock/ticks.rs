//! The clock: timestamps at the multiples of an interval in Unix time.
//!
//! A tick's time is its id, and both are the same at every isolate of every
//! data centre. Nothing accumulates, so nothing drifts.

use std::fmt::Write as _;

use super::{Iso, Source};

/// How a tick is written in `data`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `2026-11-22T05:35:10.000Z`
    #[default]
    Iso,
    /// `1795325710000`
    Unix,
    /// One line of JSON, with the server's clock at the time of sending.
    Json,
}

impl Format {
    /// All formats with the names that clients ask for. The parser, the message
    /// of a refusal and the tests of the documentation are made from this table.
    pub const ALL: [(&str, Self); 3] =
        [("iso", Self::Iso), ("unix", Self::Unix), ("json", Self::Json)];

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// A tick at each multiple of the interval.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    interval_ms: u64,
    format: Format,
}

impl Ticks {
    /// A tick each `interval_ms`. There is no clock of 0 ms: it is taken for 1.
    #[must_use]
    pub fn new(interval_ms: u32, format: Format) -> Self {
        Self { interval_ms: u64::from(interval_ms.max(1)), format }
    }

    fn floor(&self, time: u64) -> u64 {
        time - time % self.interval_ms
    }
}

impl Source for Ticks {
    fn latest(&self, now: u64) -> Option<u64> {
        Some(self.floor(now))
    }

    fn next(&self, after: u64) -> Option<u64> {
        self.floor(after).checked_add(self.interval_ms)
    }

    fn between(&self, after: u64, id: u64) -> u64 {
        (id.saturating_sub(after) / self.interval_ms).saturating_sub(1)
    }

    fn has(&self, id: u64) -> bool {
        id.is_multiple_of(self.interval_ms)
    }

    fn data(&self, id: u64, now: u64, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = match self.format {
            Format::Iso => out.write_str(Iso::new(id).as_str()),
            Format::Unix => write!(out, "{id}"),
            Format::Json => write!(
                out,
                r#"{{"time":"{}","unix_ms":{id},"interval_ms":{},"sent_ms":{now}}}"#,
                Iso::new(id).as_str(),
                self.interval_ms
            ),
        };
    }

    fn log(&self, line: &mut String) {
        let _ = write!(line, r#","interval_ms":{}"#, self.interval_ms);
    }
}
