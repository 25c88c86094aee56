//! A stream of ticks on virtual time, for the tests of what it writes when.

use edge_events::clock::{Format, Start, Ticks, Timetable};
use edge_events::config::Config;
use edge_events::session::{EndReason, Moment, Next, Random, Session};

pub const NOON: u64 = 1_795_325_710_000;
/// Random numbers that choose the whole of a range.
pub const LONGEST: Random =
    Random { retry: u32::MAX, life: u32::MAX, budget: u32::MAX, goodbye: u32::MAX };
pub const SHORTEST: Random = Random { retry: 0, life: 0, budget: 0, goodbye: 0 };

/// As in `wrangler.toml`, with a CPU budget that never ends a stream.
pub fn config() -> Config {
    Config { cpu_budget_ms: 300_000, ..Config::from_lookup(|_| None).unwrap() }
}

pub fn feed(ticks: Ticks, start: Start, config: &Config) -> Timetable<Ticks> {
    Timetable::new(ticks, start, config.max_replay_ticks)
}

pub fn fresh(config: &Config, interval: u32, now: u64) -> Session<Timetable<Ticks>> {
    let ticks = Ticks::new(interval, Format::Unix);
    Session::new(feed(ticks, Start::Fresh, config), config, LONGEST, now)
}

pub fn resumed(config: &Config, interval: u32, after: u64, now: u64) -> Session<Timetable<Ticks>> {
    let ticks = Ticks::new(interval, Format::Unix);
    Session::new(feed(ticks, Start::After(after), config), config, LONGEST, now)
}

pub const fn at(now: u64) -> Moment {
    Moment { now, room: true, near_cpu_limit: false, stagger_ms: 0 }
}

pub fn step(stream: &mut Session<Timetable<Ticks>>, now: u64) -> (String, Next) {
    step_with(stream, at(now))
}

pub fn step_with(stream: &mut Session<Timetable<Ticks>>, moment: Moment) -> (String, Next) {
    let mut out = Vec::new();
    let next = stream.step(moment, &mut out);
    (String::from_utf8(out).unwrap(), next)
}

/// Wakes the stream exactly when it asks to be; gives the writes with their
/// times, and the end.
pub fn run(
    stream: &mut Session<Timetable<Ticks>>,
    mut now: u64,
) -> (Vec<(u64, String)>, u64, EndReason) {
    let mut writes = Vec::new();
    loop {
        let (written, next) = step(stream, now);
        if !written.is_empty() {
            writes.push((now, written));
        }
        match next {
            Next::At(time) => now = now.max(time),
            Next::End(reason) => return (writes, now, reason),
        }
    }
}
