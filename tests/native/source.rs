//! Whoever wants to stream something else writes a source, and nothing else.

use crate::countdown::Countdown;
use crate::reader::Reader;
use edge_events::clock::{Source, Start, Timetable};
use edge_events::config::Config;
use edge_events::http::query::Query;
use edge_events::session::{Moment, Next, Random, Session};

const BEGIN: u64 = 1_795_325_710_000;

fn at(now: u64) -> Moment {
    Moment { now, room: true, near_cpu_limit: false, stagger_ms: 0 }
}

/// What a client has received until `until`, waking the stream as it asks.
fn watch(start: Start, from: u64, until: u64) -> Vec<String> {
    let config = Config::from_lookup(|_| None).unwrap();
    let source = Countdown { begins_at: BEGIN, seconds: 10 };
    let feed = Timetable::new(source, start, config.max_replay_ticks);
    let mut stream = Session::new(feed, &config, Random::default(), from);
    let (mut now, mut reader) = (from, Reader::default());
    while now <= until {
        let mut out = Vec::new();
        let next = stream.step(at(now), &mut out);
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

#[test]
fn a_countdown_is_made_from_a_request() {
    let config = Config::from_lookup(|_| None).unwrap();
    let source = Countdown::from(&Query::parse("", &config).unwrap());
    let feed = Timetable::new(source, Start::Fresh, config.max_replay_ticks);
    let mut stream = Session::new(feed, &config, Random::default(), BEGIN);
    let mut out = Vec::new();
    stream.step(at(BEGIN), &mut out);
    // From 2026-11-22T05:35:10Z to 2030-01-01T00:00:00Z.
    assert_eq!(Reader::read(&out).events[0].data, "98130290");
}

type NextEvent = fn(u64) -> Option<u64>;

/// A source that contradicts itself: `latest` names an event that `next` never
/// leads to.
struct Contradiction {
    next: NextEvent,
}

impl Source for Contradiction {
    fn latest(&self, now: u64) -> Option<u64> {
        Some(now)
    }

    fn next(&self, after: u64) -> Option<u64> {
        (self.next)(after)
    }

    fn between(&self, _: u64, _: u64) -> u64 {
        0
    }

    fn has(&self, _: u64) -> bool {
        true
    }

    fn data(&self, id: u64, _: u64, out: &mut String) {
        out.push_str(&id.to_string());
    }
}

#[test]
fn a_source_that_contradicts_itself_waits_and_hangs_nobody() {
    let config = Config::from_lookup(|_| None).unwrap();
    let heartbeat = BEGIN + u64::from(config.heartbeat_ms);
    let cases: [(&str, NextEvent, u64); 4] = [
        ("none follows", |_| None, heartbeat),
        ("the next is in the future", |_| Some(BEGIN + 700), BEGIN + 700),
        ("the next is the same again", Some, heartbeat),
        ("the next is an older one", |after| Some(after - 1), heartbeat),
    ];
    for (case, next, wakes_at) in cases {
        let start = Start::After(BEGIN - 5);
        let feed = Timetable::new(Contradiction { next }, start, 60);
        let mut stream = Session::new(feed, &config, Random::default(), BEGIN);
        let mut out = Vec::new();
        assert_eq!(stream.step(at(BEGIN), &mut out), Next::At(wakes_at), "{case}");
        assert_eq!(Reader::read(&out).events.len(), 0, "{case}");
    }
}
