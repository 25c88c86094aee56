//! How many streams a client opens, as the documentation says.

use crate::reader::Reader;
use edge_events::clock::{Format, Start, Ticks, Timetable};
use edge_events::config::Config;
use edge_events::session::{Moment, Next, Random, Session};

const STREAMS: &str = include_str!("../../docs/streams.md");
const DAY_MS: u64 = 86_400_000;

/// The cells of the row of a page's table that begins with this cell.
fn row<'a>(page: &'a str, first: &str) -> Vec<&'a str> {
    let begin = format!("| {first} |");
    let line = page.lines().find(|line| line.starts_with(&begin));
    let line = line.unwrap_or_else(|| panic!("no table has a row for {first}: add it"));
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// Evenly spread numbers, the same at each run (Steele et al., "SplitMix").
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    }
}

/// How many streams a day one client opens, over so many streams, with the
/// default variables, which are those of the Free plan.
fn streams_a_day(interval: u32, streams: u64) -> u64 {
    let config = Config::from_lookup(|_| None).unwrap();
    let mut dice = Dice(1);
    let (mut now, mut start) = (DAY_MS, Start::Fresh);
    for _ in 0..streams {
        let mut roll = || dice.roll();
        let random = Random { retry: roll(), life: roll(), budget: roll(), goodbye: roll() };
        let ticks = Ticks::new(interval, Format::Unix);
        let feed = Timetable::new(ticks, start, config.max_replay_ticks);
        let mut session = Session::new(feed, &config, random, now);
        let mut written = Vec::new();
        loop {
            let moment = Moment { now, room: true, near_cpu_limit: false, stagger_ms: 0 };
            match session.step(moment, &mut written) {
                Next::At(time) => now = now.max(time),
                Next::End(_) => break,
            }
        }
        let seen = Reader::read(&written);
        let last_tick = seen.events.iter().rfind(|event| event.name == "message").unwrap();
        start = Start::After(last_tick.id.parse().unwrap());
        now += seen.retry.unwrap();
    }
    streams * DAY_MS / (now - DAY_MS)
}

/// The page is written by the formula in bench/lib/cost.mjs.
#[test]
fn a_client_opens_as_many_streams_a_day_as_the_page_says() {
    for (interval, name) in [(100, "0.1 s"), (1_000, "1 s"), (10_000, "10 s")] {
        let said: u64 = row(STREAMS, name)[2].replace(',', "").parse().unwrap();
        let opened = streams_a_day(interval, 500);
        let near = said * 99 / 100..=said * 101 / 100;
        assert!(near.contains(&opened), "at {name} it opens {opened}, and the page says {said}");
    }
}
