//! Whoever wants to stream something else writes a source, and nothing else.

// Panics are a test's way to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod reader;

use edge_events::config::Config;
use edge_events::source::Source;
use edge_events::stream::{Moment, Next, Random, Start, Stream};
use reader::Reader;

// [countdown]
/// Counts the seconds down to a date. The id is how many are over, plus one.
struct Countdown {
    begins_at: u64,
    seconds: u64,
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
// [/countdown]

const BEGIN: u64 = 1_795_325_710_000;

/// What a client has received until `until`, waking the stream as it asks.
fn watch(start: Start, from: u64, until: u64) -> Vec<String> {
    let config = Config::from_lookup(|_| None).unwrap();
    let source = Countdown { begins_at: BEGIN, seconds: 10 };
    let mut stream = Stream::new(source, start, &config, Random::default(), from);
    let (mut now, mut reader) = (from, Reader::default());
    while now <= until {
        let mut out = Vec::new();
        let next = stream.step(Moment { now, room: true, near_cpu_limit: false }, &mut out);
        reader.feed(&out);
        match next {
            Next::At(time) => now = time,
            Next::End(reason) => panic!("ended by {reason:?}"),
        }
    }
    reader.events.into_iter().map(|event| event.data).collect()
}

#[test]
fn a_countdown_counts_down_from_its_beginning_to_its_end() {
    let all: Vec<_> = (0..=10).rev().map(|n: u64| n.to_string()).collect();
    assert_eq!(watch(Start::Fresh, BEGIN - 5_000, BEGIN + 60_000), all);
}

#[test]
fn a_countdown_resumes_as_the_clock_does() {
    let source = Countdown { begins_at: BEGIN, seconds: 10 };
    let now = BEGIN + 6_500;
    let start = Start::from_last_event_id(Some("3"), &source, now);
    assert_eq!(start, Start::After(3));
    assert_eq!(watch(start, now, BEGIN + 8_000), ["7", "6", "5", "4", "3", "2"]);
    assert_eq!(Start::from_last_event_id(Some("9"), &source, now), Start::Fresh);
}
