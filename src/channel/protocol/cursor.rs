//! Cursors (PROTOCOL.md, 10.1): what makes the address of a live read a new one,
//! so that no cache answers it for ever.

use crate::config::number::decimal;

/// 2024-10-09T00:00:00Z, in Unix milliseconds.
const EPOCH: u64 = 1_728_432_000_000;
const INTERVAL_S: u64 = 20;
/// By how many seconds a cursor goes ahead at most where it must.
const JITTER_S: u64 = 3_600;

/// The cursor of an answer at `now`, in Unix milliseconds: the number of the
/// interval, or one beyond the client's own.
#[must_use]
pub fn next(client: Option<u64>, now: u64, random: u32) -> u64 {
    let current = now.saturating_sub(EPOCH) / (INTERVAL_S * 1_000);
    match client {
        Some(client) if client >= current => {
            let steps = JITTER_S / INTERVAL_S;
            client + 1 + ((u64::from(random) * steps) >> 32)
        }
        _ => current,
    }
}

/// The query parameter `cursor`; anything else than a number is none. So is one
/// beyond what JavaScript can count to.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    decimal(text).filter(|cursor| *cursor < 1 << 53)
}
