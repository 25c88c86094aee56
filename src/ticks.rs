//! The clock: timestamps at the multiples of an interval in Unix time.
//!
//! A tick's time is its id, and both are the same at every isolate of every
//! data centre. Nothing accumulates, so nothing drifts.

use std::fmt::Write as _;

use crate::params::Params;
use crate::source::Source;

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

/// A tick at each multiple of the interval.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    interval_ms: u64,
    format: Format,
}

impl Ticks {
    /// An interval of 0 is taken as 1: there is no such clock.
    #[must_use]
    pub fn new(interval_ms: u32, format: Format) -> Self {
        Self { interval_ms: u64::from(interval_ms.max(1)), format }
    }

    fn floor(&self, time: u64) -> u64 {
        time - time % self.interval_ms
    }
}

impl From<&Params<'_>> for Ticks {
    fn from(params: &Params<'_>) -> Self {
        Self::new(params.interval_ms, params.format)
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
            Format::Iso => write!(out, "{}", Iso(id)),
            Format::Unix => write!(out, "{id}"),
            Format::Json => write!(
                out,
                r#"{{"time":"{}","unix_ms":{id},"interval_ms":{},"sent_ms":{now}}}"#,
                Iso(id),
                self.interval_ms
            ),
        };
    }
}

/// Unix time in milliseconds, shown as RFC 3339 in UTC with milliseconds.
pub struct Iso(pub u64);

impl std::fmt::Display for Iso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DAY_MS: u64 = 86_400_000;
        let (days, ms) = (self.0 / DAY_MS, self.0 % DAY_MS);

        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
        // civil_from_days: years that begin in March end in the leap day.
        let days = days + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);

        let (seconds, ms) = (ms / 1_000, ms % 1_000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{ms:03}Z",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}
