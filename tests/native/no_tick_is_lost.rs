//! The promise, for any schedule: a client sees every tick once and in order,
//! or is told exactly what it missed; and none early.

use std::collections::VecDeque;

use crate::reader::Reader;
use edge_events::clock::{Format, Start, Ticks, Timetable};
use edge_events::config::Config;
use edge_events::config::limits::HIGH_WATER_MARK;
use edge_events::session::{Moment, Next, Random, Session};
use proptest::prelude::*;

/// What goes wrong at one wake-up.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// The timer fires this late, in milliseconds.
    Late(u64),
    /// The timer fires early.
    Early(u64),
    /// The client stops reading for so many wake-ups.
    Stall(u8),
    /// The connection is cut after so many bytes of what waits, and comes
    /// back after so long.
    Cut(usize, u64),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        20 => Just(Fault::None),
        4 => (1u64..500).prop_map(Fault::Late),
        1 => (500u64..7_200_000).prop_map(Fault::Late),
        2 => (1u64..50).prop_map(Fault::Early),
        2 => (1u8..40).prop_map(Fault::Stall),
        2 => (0usize..2_000, 0u64..200_000).prop_map(|(at, away)| Fault::Cut(at, away)),
    ]
}

/// The client's side: what it has seen, over all its connections.
#[derive(Default)]
struct Client {
    reader: Reader,
    seen: usize,
    last: Option<u64>,
    gap: Option<(u64, u64, u64)>,
}

impl Client {
    fn reads(&mut self, bytes: &[u8], now: u64, interval: u64) {
        self.reader.feed(bytes);
        for event in self.reader.events.split_off(self.seen) {
            match event.name.as_str() {
                "message" => {
                    let id: u64 = event.data.parse().unwrap();
                    assert_eq!(event.id, event.data);
                    assert!(id <= now, "{id} came early, at {now}");
                    match (self.last, self.gap.take()) {
                        (None, _) => {}
                        (Some(last), None) => assert_eq!(id, last + interval, "contiguous"),
                        (Some(last), Some((after, resumed_at, missed))) => {
                            assert_eq!((after, resumed_at), (last, id));
                            assert_eq!(missed, (id - last) / interval - 1);
                            assert!(missed > 0);
                        }
                    }
                    self.last = Some(id);
                }
                "gap" => {
                    let gap: serde_json::Value = serde_json::from_str(&event.data).unwrap();
                    let number = |name: &str| gap[name].as_u64().unwrap();
                    self.gap = Some((number("after"), number("resumed_at"), number("missed")));
                }
                "rotate" => {}
                name => panic!("an event named {name}"),
            }
        }
    }

    /// What an `EventSource` does: the unfinished block is dropped, the last
    /// id is kept and sent.
    fn reconnects(&mut self) -> Option<String> {
        self.reader = Reader::default();
        self.seen = 0;
        self.last.map(|id| id.to_string())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_tick_is_lost_doubled_or_early(
        interval in prop_oneof![Just(100u32), Just(1_000), Just(60_000), 100u32..=60_000],
        begin in 1_700_000_000_000u64..1_900_000_000_000,
        faults in prop::collection::vec(fault(), 50..600),
        max_replay in prop_oneof![Just(0u32), Just(1), Just(60), 0u32..200],
        life in 1_000u32..600_000,
        cpu in 1u32..50,
        seed in any::<u32>(),
        stagger_ms in prop_oneof![Just(0u64), 0u64..200],
    ) {
        let config = Config {
            max_replay_ticks: max_replay,
            max_stream_ms: life,
            cpu_budget_ms: cpu,
            ..Config::from_lookup(|_| None).unwrap()
        };
        let random = Random { retry: seed, life: seed, budget: seed, goodbye: seed };
        let ticks = Ticks::new(interval, Format::Unix);
        let mut client = Client::default();
        let mut now = begin;
        let open = |client: &mut Client, now| {
            let last_id = client.reconnects();
            let start = Start::from_last_event_id(last_id.as_deref(), &ticks, now);
            assert_eq!(last_id.is_some(), start != Start::Fresh, "our own id is taken");
            let feed = Timetable::new(ticks, start, config.max_replay_ticks);
            Session::new(feed, &config, random, now)
        };

        let mut stream = open(&mut client, now);
        let mut queue: VecDeque<Vec<u8>> = VecDeque::new();
        let mut stalled = 0;
        for fault in faults {
            let room = queue.len() < HIGH_WATER_MARK as usize;
            let mut chunk = Vec::new();
            let next = stream.step(Moment { now, room, near_cpu_limit: false, stagger_ms }, &mut chunk);
            if !chunk.is_empty() {
                queue.push_back(chunk);
            }
            prop_assert!(queue.len() <= HIGH_WATER_MARK as usize + 1, "memory has a bound");

            if let Fault::Cut(bytes, away) = fault {
                let wire = queue.drain(..).flatten().collect::<Vec<_>>();
                client.reads(&wire[..bytes.min(wire.len())], now, u64::from(interval));
                now += away;
                stream = open(&mut client, now);
                continue;
            }
            if let Fault::Stall(wakes) = fault {
                stalled = wakes;
            }
            if stalled > 0 {
                stalled -= 1;
            } else {
                for chunk in queue.drain(..) {
                    client.reads(&chunk, now, u64::from(interval));
                }
            }
            match (next, fault) {
                (Next::At(time), Fault::Late(ms)) => now = now.max(time) + ms,
                (Next::At(time), Fault::Early(ms)) => now = now.max(time.saturating_sub(ms)),
                (Next::At(time), _) => now = now.max(time),
                (Next::End(_), _) => {
                    for chunk in queue.drain(..) {
                        client.reads(&chunk, now, u64::from(interval));
                    }
                    now += 2_000;
                    stream = open(&mut client, now);
                }
            }
        }
        prop_assert!(client.last.is_some());
    }
}
