//! Counts the seconds down to a date.

use edge_events::clock::Source;
use edge_events::http::query::Query;

/// One event a second. The id is how many seconds are over, plus one.
#[derive(Debug)]
pub struct Countdown {
    /// Unix time in milliseconds.
    pub begins_at: u64,
    /// How many seconds it takes.
    pub seconds: u64,
}

impl From<&Query<'_>> for Countdown {
    /// The years from 2026 to 2030.
    fn from(_: &Query<'_>) -> Self {
        Self { begins_at: 1_767_225_600_000, seconds: 126_230_400 }
    }
}

impl Source for Countdown {
    fn latest(&self, now: u64) -> Option<u64> {
        let over = now.checked_sub(self.begins_at)? / 1_000;
        Some(over.min(self.seconds) + 1)
    }

    fn next(&self, after: u64) -> Option<u64> {
        (after <= self.seconds).then_some(after + 1)
    }

    fn between(&self, after: u64, id: u64) -> u64 {
        id.saturating_sub(after).saturating_sub(1)
    }

    fn has(&self, id: u64) -> bool {
        (1..=self.seconds + 1).contains(&id)
    }

    fn due_at(&self, id: u64) -> u64 {
        self.begins_at + (id - 1) * 1_000
    }

    fn data(&self, id: u64, _now: u64, out: &mut String) {
        out.push_str(&(self.seconds + 1 - id).to_string());
    }
}
