//! What came in the time of one command.

use std::time::Instant;

use serde_json::{Value, json};

use crate::stats::percentiles;

/// What came since the last command that counts.
#[derive(Default)]
pub struct Window {
    /// The number of its first message.
    pub base: u64,
    pub sent: Vec<Sent>,
    pub acknowledged: usize,
    pub deliveries: u64,
    pub doubled: u64,
    /// Messages of earlier windows.
    pub others: u64,
    pub bytes: u64,
    pub ended: u64,
}

pub struct Sent {
    pub at: Instant,
    pub acknowledged: Option<Instant>,
    pub deliveries: usize,
    pub last: Option<Instant>,
}

impl Window {
    /// Whether each message is acknowledged, and has reached `live` readers.
    pub fn is_complete(&self, live: usize) -> bool {
        let sent = self.sent.len();
        self.acknowledged == sent && self.deliveries >= (sent * live) as u64
    }

    /// What the publishes that began at `started` came to, with so many readers.
    pub fn report(&self, started: Instant, live: usize, all_seconds: f64, cpu: f64) -> Value {
        let Self { sent, acknowledged, deliveries, doubled, bytes, ended, .. } = self;
        let ms = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
        let each = |then: fn(&Sent, usize) -> Option<Instant>| {
            sent.iter().filter_map(|one| Some(ms(one.at, then(one, live)?))).collect::<Vec<_>>()
        };
        let mut acknowledging = each(|one, _| one.acknowledged);
        let mut reaching = each(|one, live| one.last.filter(|_| one.deliveries >= live));
        let last = sent.iter().filter_map(|one| one.acknowledged).max();
        json!({
            "published": sent.len(),
            "acknowledged": acknowledged,
            "seconds": last.map(|last| ms(started, last) / 1e3),
            "all_seconds": all_seconds,
            "ack_ms": percentiles(&mut acknowledging),
            "last_reader_ms": percentiles(&mut reaching),
            "reached_all": reaching.len(),
            "deliveries": deliveries,
            "missing": (sent.len() * live) as u64 - deliveries,
            "doubled": doubled,
            "ended": ended,
            "bytes": bytes,
            "client_cpu": cpu / all_seconds,
        })
    }
}
