//! The stream as a state machine, walked through hours in milliseconds.

use crate::reader::Reader;
use edge_events::clock::{Format, Start, Ticks, Timetable};
use edge_events::config::Config;
use edge_events::config::limits::{CLOCK_SKEW_MS, EVENT_CPU_US, OPENING_CPU_US};
use edge_events::session::{EndReason, Moment, Next, Random, Session, overload};

const NOON: u64 = 1_795_325_710_000;
/// Random numbers that choose the whole of a range.
const LONGEST: Random =
    Random { retry: u32::MAX, life: u32::MAX, budget: u32::MAX, goodbye: u32::MAX };
const SHORTEST: Random = Random { retry: 0, life: 0, budget: 0, goodbye: 0 };

/// As in `wrangler.toml`, with a CPU budget that never ends a stream.
fn config() -> Config {
    Config { cpu_budget_ms: 300_000, ..Config::from_lookup(|_| None).unwrap() }
}

fn feed(ticks: Ticks, start: Start, config: &Config) -> Timetable<Ticks> {
    Timetable::new(ticks, start, config.max_replay_ticks)
}

fn fresh(config: &Config, interval: u32, now: u64) -> Session<Timetable<Ticks>> {
    let ticks = Ticks::new(interval, Format::Unix);
    Session::new(feed(ticks, Start::Fresh, config), config, LONGEST, now)
}

fn resumed(config: &Config, interval: u32, after: u64, now: u64) -> Session<Timetable<Ticks>> {
    let ticks = Ticks::new(interval, Format::Unix);
    Session::new(feed(ticks, Start::After(after), config), config, LONGEST, now)
}

const fn at(now: u64) -> Moment {
    Moment { now, room: true, near_cpu_limit: false, stagger_ms: 0 }
}

fn step(stream: &mut Session<Timetable<Ticks>>, now: u64) -> (String, Next) {
    step_with(stream, at(now))
}

fn step_with(stream: &mut Session<Timetable<Ticks>>, moment: Moment) -> (String, Next) {
    let mut out = Vec::new();
    let next = stream.step(moment, &mut out);
    (String::from_utf8(out).unwrap(), next)
}

/// Wakes the stream exactly when it asks to be; gives the writes with their
/// times, and the end.
fn run(
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

#[test]
fn a_new_client_gets_the_latest_tick_at_once_behind_the_opening_line() {
    let mut stream = fresh(&config(), 1_000, NOON + 250);
    let (written, next) = step(&mut stream, NOON + 250);
    assert_eq!(written, format!("retry: 3000\nid: {NOON}\ndata: {NOON}\n\n"));
    assert_eq!(next, Next::At(NOON + 1_000));
}

#[test]
fn a_client_that_misses_nothing_gets_the_opening_line_alone() {
    let mut stream = resumed(&config(), 60_000, NOON - NOON % 60_000, NOON);
    assert_eq!(step(&mut stream, NOON).0, "retry: 3000\n");
}

#[test]
fn each_tick_is_sent_once_at_its_time_for_ten_minutes() {
    let mut stream = fresh(&config(), 1_000, NOON + 1);
    let (writes, ended_at, reason) = run(&mut stream, NOON + 1);
    assert_eq!((ended_at, reason), (NOON + 1 + 600_000, EndReason::Lifetime));
    assert_eq!(writes.len(), 1 + 600 + 1);
    for (k, (at, written)) in writes.iter().enumerate().skip(1).take(600) {
        let due = NOON + 1_000 * k as u64;
        assert_eq!((*at, written.as_str()), (due, &*format!("id: {due}\ndata: {due}\n\n")));
    }
}

#[test]
fn a_staggered_stream_is_woken_after_its_tick_is_due_and_before_the_next_one() {
    for (stagger_ms, late) in [(0, 0), (7, 7), (50, 50), (51, 50), (250, 50)] {
        let mut stream = fresh(&config(), 100, NOON);
        let at = |now| Moment { stagger_ms, ..at(now) };
        step_with(&mut stream, at(NOON));
        for k in 1..10 {
            let due = NOON + k * 100;
            let (written, next) = step_with(&mut stream, at(due + late));
            assert_eq!(written, format!("id: {due}\ndata: {due}\n\n"));
            assert_eq!(next, Next::At(due + 100 + late));
        }
    }
}

#[test]
fn a_staggered_stream_keeps_its_heartbeat_and_its_end() {
    let config = Config { max_stream_ms: 20_000, ..config() };
    let mut stream = fresh(&config, 60_000, NOON);
    let at = |now| Moment { stagger_ms: 90_000, ..at(now) };
    assert_eq!(step_with(&mut stream, at(NOON)).1, Next::At(NOON + 15_000));
    assert_eq!(step_with(&mut stream, at(NOON + 15_000)).1, Next::At(NOON + 20_000));
}

#[test]
fn a_late_wake_up_moves_no_later_tick() {
    let mut stream = fresh(&config(), 100, NOON);
    step(&mut stream, NOON);
    assert_eq!(step(&mut stream, NOON + 137).1, Next::At(NOON + 200));
    assert_eq!(step(&mut stream, NOON + 299).1, Next::At(NOON + 300));
}

#[test]
fn an_early_wake_up_sends_nothing() {
    let mut stream = fresh(&config(), 1_000, NOON);
    step(&mut stream, NOON);
    assert_eq!(step(&mut stream, NOON + 999), (String::new(), Next::At(NOON + 1_000)));
}

#[test]
fn a_clock_that_goes_back_repeats_nothing() {
    let mut stream = fresh(&config(), 1_000, NOON);
    step(&mut stream, NOON);
    assert_eq!(step(&mut stream, NOON - 5_000), (String::new(), Next::At(NOON + 1_000)));
}

#[test]
fn a_clock_that_goes_back_silences_no_heartbeat() {
    let mut stream = fresh(&config(), 60_000, NOON);
    step(&mut stream, NOON);
    let back = NOON - 600_000;
    assert_eq!(step(&mut stream, back), (String::new(), Next::At(back + 15_000)));
    assert_eq!(step(&mut stream, back + 15_000).0, ":\n");
}

#[test]
fn a_resumed_stream_sends_what_was_missed_in_order_and_goes_on() {
    let mut stream = resumed(&config(), 1_000, NOON - 3_000, NOON + 10);
    let (written, next) = step(&mut stream, NOON + 10);
    let ids: Vec<_> = Reader::read(written.as_bytes()).events.into_iter().map(|e| e.id).collect();
    assert_eq!(ids, [NOON - 2_000, NOON - 1_000, NOON].map(|id| id.to_string()));
    assert_eq!(next, Next::At(NOON + 1_000));
}

#[test]
fn as_many_missed_ticks_as_allowed_are_sent_and_one_more_is_a_gap() {
    let config = Config { max_replay_ticks: 20, ..config() };
    let missed = |n: u64| NOON - (n + 1) * 100;

    let (written, _) = step(&mut resumed(&config, 100, missed(20), NOON), NOON);
    let events = Reader::read(written.as_bytes()).events;
    assert_eq!(events.len(), 21);
    assert!(events.iter().all(|event| event.name == "message"));

    let (written, next) = step(&mut resumed(&config, 100, missed(21), NOON), NOON);
    let after = NOON - 2_200;
    assert_eq!(
        written,
        format!(
            "retry: 3000\n\
             event: gap\nid: {after}\ndata: {{\"after\":{after},\"resumed_at\":{NOON},\"missed\":21}}\n\n\
             id: {NOON}\ndata: {NOON}\n\n"
        )
    );
    assert_eq!(next, Next::At(NOON + 100));
}

#[test]
fn with_no_replay_allowed_a_live_stream_has_no_gap() {
    let config = Config { max_replay_ticks: 0, ..config() };
    let mut stream = fresh(&config, 1_000, NOON);
    step(&mut stream, NOON);
    assert_eq!(step(&mut stream, NOON + 1_500).0, format!("id: {0}\ndata: {0}\n\n", NOON + 1_000));
    let (written, _) = step(&mut stream, NOON + 3_000);
    assert!(written.starts_with("event: gap\n"), "{written}");
}

#[test]
fn a_client_whose_last_tick_our_clock_has_yet_to_reach_gets_the_one_after() {
    let mut stream = resumed(&config(), 1_000, NOON, NOON - 100);
    assert_eq!(step(&mut stream, NOON - 100), ("retry: 3000\n".to_owned(), Next::At(NOON + 1_000)));
}

#[test]
fn a_long_replay_comes_in_chunks() {
    let config = Config { max_replay_ticks: 10_000, ..config() };
    let mut stream = resumed(&config, 100, NOON - 100 * 10_000, NOON);
    let mut reader = Reader::default();
    for _ in 0..10_000_u32.div_ceil(64) - 1 {
        let (written, next) = step(&mut stream, NOON);
        assert_eq!(next, Next::At(NOON), "more is due");
        reader.feed(written.as_bytes());
    }
    let (written, next) = step(&mut stream, NOON);
    reader.feed(written.as_bytes());
    assert_eq!(next, Next::At(NOON + 100));
    assert_eq!(reader.events.len(), 10_000);
}

#[test]
fn a_stalled_client_is_written_nothing_and_told_the_gap_when_it_reads() {
    let config = Config { max_replay_ticks: 20, ..config() };
    let mut stream = fresh(&config, 100, NOON);
    step(&mut stream, NOON);
    let mut now = NOON + 100;
    while now < NOON + 10_000 {
        let (written, next) = step_with(&mut stream, Moment { room: false, ..at(now) });
        assert_eq!(written, "");
        let Next::At(time) = next else { panic!("{next:?}") };
        assert!(time > now && time <= now + 1_000, "looks again within a second");
        now = time;
    }
    let (written, _) = step(&mut stream, NOON + 10_000);
    let gap = format!(r#"{{"after":{NOON},"resumed_at":{},"missed":99}}"#, NOON + 10_000);
    assert_eq!(
        written,
        format!("event: gap\ndata: {gap}\n\nid: {0}\ndata: {0}\n\n", NOON + 10_000)
    );
}

#[test]
fn a_quiet_stream_gets_a_heartbeat_and_data_resets_it() {
    let hour = NOON - NOON % 60_000;
    let mut stream = fresh(&config(), 60_000, hour);
    let (writes, ..) = run(&mut stream, hour);
    let times: Vec<_> =
        writes.iter().take(9).map(|(at, written)| (at - hour, written.len())).collect();
    let tick = writes[4].1.len();
    assert_eq!(
        times[1..],
        [
            (15_000, 2),
            (30_000, 2),
            (45_000, 2),
            (60_000, tick),
            (75_000, 2),
            (90_000, 2),
            (105_000, 2),
            (120_000, tick),
        ]
    );
    assert_eq!(writes[1].1, ":\n");
}

#[test]
fn a_busy_stream_has_no_heartbeat() {
    let (writes, ..) = run(&mut fresh(&config(), 1_000, NOON), NOON);
    assert!(writes.iter().all(|(_, written)| !written.contains(":\n\n") && written != ":\n"));
}

#[test]
fn a_life_is_spread_over_80_to_100_percent_and_ends_with_a_goodbye() {
    let config = Config { max_stream_ms: 10_000, ..config() };
    for (random, life) in [(SHORTEST, 8_000), (LONGEST, 10_000)] {
        let ticks = Ticks::new(60_000, Format::Unix);
        let mut stream = Session::new(feed(ticks, Start::Fresh, &config), &config, random, NOON);
        let (writes, ended_at, reason) = run(&mut stream, NOON);
        assert_eq!((ended_at - NOON, reason), (life, EndReason::Lifetime));
        let retry = if random.goodbye == 0 { 1_000 } else { 3_000 };
        assert_eq!(
            writes.last().unwrap().1,
            format!(
                "retry: {retry}\nevent: rotate\n\
                 data: {{\"reason\":\"lifetime\",\"retry_ms\":{retry}}}\n\n"
            )
        );
    }
}

#[test]
fn a_tick_that_is_due_at_the_end_goes_before_the_goodbye() {
    let config = Config { max_stream_ms: 10_000, ..config() };
    let mut stream = fresh(&config, 1_000, NOON);
    let (writes, ended_at, _) = run(&mut stream, NOON);
    assert_eq!(ended_at, NOON + 10_000);
    let events = Reader::read(writes.last().unwrap().1.as_bytes()).events;
    assert_eq!(events[0].id, (NOON + 10_000).to_string());
    assert_eq!(events[1].name, "rotate");
}

#[test]
fn the_cpu_budget_buys_so_many_events() {
    let config = Config { cpu_budget_ms: 10, ..config() };
    let full = (10_000 - OPENING_CPU_US) / EVENT_CPU_US;
    for (random, paid_for) in [(LONGEST, full), (SHORTEST, full * 80 / 100)] {
        let ticks = Ticks::new(100, Format::Unix);
        let mut stream = Session::new(feed(ticks, Start::Fresh, &config), &config, random, NOON);
        let (writes, _, reason) = run(&mut stream, NOON);
        assert_eq!(reason, EndReason::Cpu);
        let ticks = format!(r#","ticks":{paid_for},"#);
        assert!(stream.log_line(reason, NOON).contains(&ticks));
        assert!(writes.last().unwrap().1.contains(r#"data: {"reason":"cpu","retry_ms":"#));
    }
}

#[test]
fn heartbeats_cost_budget_too() {
    let config = Config { cpu_budget_ms: 1, heartbeat_ms: 100, ..config() };
    let (writes, _, reason) = run(&mut fresh(&config, 60_000, NOON), NOON);
    assert_eq!(reason, EndReason::Cpu);
    assert!(writes.len() as u64 <= (1_000 - OPENING_CPU_US) / EVENT_CPU_US);
}

#[test]
fn a_budget_too_small_for_the_replay_still_brings_the_client_forward() {
    let config = Config { cpu_budget_ms: 1, ..config() };
    let mut stream = resumed(&config, 100, NOON - 5_000, NOON);
    let (writes, _, reason) = run(&mut stream, NOON);
    assert_eq!(reason, EndReason::Cpu);
    let events = Reader::read(writes[0].1.as_bytes()).events;
    assert_eq!(events[0].id, (NOON - 4_900).to_string());
    assert_eq!(events.last().unwrap().name, "rotate");
    assert!(events.len() > 2);
}

/// Walks a stream of ticks at 100 ms until its budget has paid for `events` of
/// them; gives the time of the next one.
fn spend(stream: &mut Session<Timetable<Ticks>>, events: u64) -> u64 {
    for k in 0..events {
        step(stream, NOON + 100 * k);
    }
    NOON + 100 * events
}

fn near_cpu_limit(now: u64) -> Moment {
    Moment { near_cpu_limit: true, ..at(now) }
}

#[test]
fn a_stream_that_spent_most_of_its_budget_ends_when_the_runtime_says_that_the_limit_is_near() {
    let config = Config { cpu_budget_ms: 10, ..config() };
    let half = (10_000 - OPENING_CPU_US) / EVENT_CPU_US / 2;
    let mut stream = fresh(&config, 100, NOON);
    let now = spend(&mut stream, half);
    let (written, next) = step_with(&mut stream, near_cpu_limit(now));
    assert_eq!((written, next), (format!("id: {now}\ndata: {now}\n\n"), Next::At(now + 100)));
    let (written, next) = step_with(&mut stream, near_cpu_limit(now + 100));
    assert_eq!(next, Next::End(EndReason::Cpu));
    assert_eq!(
        written,
        "retry: 3000\nevent: rotate\ndata: {\"reason\":\"cpu\",\"retry_ms\":3000}\n\n"
    );
}

#[test]
fn a_stream_goes_on_when_the_limit_is_near_for_another_one_of_the_isolate() {
    let mut stream = fresh(&config(), 1_000, NOON);
    let (written, next) = step_with(&mut stream, near_cpu_limit(NOON));
    assert_eq!(written, format!("retry: 3000\nid: {NOON}\ndata: {NOON}\n\n"));
    assert_eq!(next, Next::At(NOON + 1_000));
}

#[test]
fn a_goodbye_before_any_tick_repeats_the_clients_last_id() {
    let config = Config { max_stream_ms: 1_000, ..config() };
    let last = NOON;
    let mut stream = resumed(&config, 60_000, last, NOON + 1);
    step(&mut stream, NOON + 1);
    let (written, _) = step(&mut stream, NOON + 1_001);
    assert!(written.contains(&format!("event: rotate\nid: {last}\ndata: ")), "{written}");

    let mut stream = resumed(&config, 1_000, last, NOON + 500);
    step(&mut stream, NOON + 500);
    let (written, _) = step(&mut stream, NOON + 1_500);
    assert!(written.contains("event: rotate\ndata: "), "{written}");
}

#[test]
fn a_stalled_client_does_not_outlive_its_stream() {
    let config = Config { max_stream_ms: 5_000, ..config() };
    let mut stream = fresh(&config, 100, NOON);
    let mut now = NOON;
    let reason = loop {
        match step_with(&mut stream, Moment { room: false, ..at(now) }).1 {
            Next::At(time) => now = time,
            Next::End(reason) => break reason,
        }
    };
    assert_eq!((now - NOON, reason), (5_000, EndReason::Lifetime));
}

#[test]
fn a_last_id_that_is_none_of_ours_starts_afresh() {
    let ticks = Ticks::new(1_000, Format::Iso);
    let start = |text: &str| Start::from_last_event_id(Some(text), &ticks, NOON);
    for text in [
        "",
        " ",
        "abc",
        "-1000",
        "+1000",
        "1000.0",
        "1e3",
        "0x10",
        "١٠٠٠",
        "1000 ",
        " 1000",
        "1795325710001",                                   // not a multiple
        "1795325711000",                                   // the next tick, 1 s ahead
        "18446744073709551616",                            // beyond 64 bits
        "99999999999999999999999999999999999999999999999", // far beyond
        &format!("{:065}", NOON),                          // ours, but too long
        "1000\u{0}",
    ] {
        assert_eq!(start(text), Start::Fresh, "{text:?}");
    }
    assert_eq!(Start::from_last_event_id(None, &ticks, NOON), Start::Fresh);
    assert_eq!(start("1795325710000"), Start::After(NOON));
    assert_eq!(start("0"), Start::After(0));
    let at = |now| Start::from_last_event_id(Some("1795325711000"), &ticks, now);
    assert_eq!(at(NOON + 1_000 - CLOCK_SKEW_MS - 1), Start::Fresh);
    assert_eq!(at(NOON + 1_000 - CLOCK_SKEW_MS), Start::After(NOON + 1_000));
    assert_eq!(start(&format!("{:064}", NOON)), Start::After(NOON));
}

#[test]
fn an_overloaded_isolate_says_when_to_come_back() {
    let ticks = Ticks::new(1_000, Format::Unix);
    let body = |start, random| overload::body(&config(), &feed(ticks, start, &config()), random);
    let text = |start| String::from_utf8(body(start, 0)).unwrap();
    assert_eq!(text(Start::Fresh), "retry: 7500\nevent: overload\ndata: {\"retry_ms\":7500}\n\n");
    assert_eq!(
        text(Start::After(1_000)),
        "retry: 7500\nevent: overload\nid: 1000\ndata: {\"retry_ms\":7500}\n\n"
    );
    let reader = Reader::read(&body(Start::Fresh, u32::MAX));
    assert_eq!((reader.retry, reader.events.len()), (Some(22_500), 1));
    assert_eq!(
        overload::log_line(&feed(ticks, Start::After(1_000), &config())),
        "{\"reason\":\"overload\",\"duration_ms\":0,\"ticks\":0,\"gaps\":0,\
         \"resumed\":true,\"interval_ms\":1000}"
    );
}

#[test]
fn the_log_line_says_what_happened() {
    let config = Config { max_replay_ticks: 1, max_stream_ms: 1_000, ..config() };
    let mut stream = resumed(&config, 100, NOON - 1_000, NOON);
    let (_, ended_at, reason) = run(&mut stream, NOON);
    assert_eq!(
        stream.log_line(reason, ended_at),
        "{\"reason\":\"lifetime\",\"duration_ms\":1000,\"ticks\":11,\"gaps\":1,\
         \"resumed\":true,\"interval_ms\":100}"
    );
}

#[test]
fn a_stream_whose_permission_ends_says_so_at_that_moment() {
    let end = NOON + 5_000;
    let mut stream = fresh(&config(), 1_000, NOON).until(end);
    let (writes, now, reason) = run(&mut stream, NOON);
    assert_eq!((now, reason), (end, EndReason::Token));
    let (last_at, last) = writes.last().unwrap();
    assert_eq!(*last_at, end);
    assert_eq!(
        *last, "retry: 3000\nevent: rotate\ndata: {\"reason\":\"token\",\"retry_ms\":3000}\n\n",
        "the tick that is due then is for whoever may read it"
    );
}

#[test]
fn what_is_late_is_not_written_after_the_permission_has_ended() {
    let mut stream = fresh(&config(), 1_000, NOON).until(NOON + 5_000);
    step(&mut stream, NOON);
    let (written, next) = step(&mut stream, NOON + 60_000);
    let names: Vec<_> =
        Reader::read(written.as_bytes()).events.into_iter().map(|event| event.name).collect();
    assert_eq!(names, ["rotate"]);
    assert_eq!(next, Next::End(EndReason::Token));
}

#[test]
fn a_permission_does_not_make_a_life_longer() {
    let config = config();
    let life = u64::from(config.max_stream_ms);
    for permitted in [NOON + life, NOON + life + 1, u64::MAX] {
        let mut stream = fresh(&config, 60_000, NOON).until(permitted);
        assert_eq!(stream.ends_at(), NOON + life);
        let (_, _, reason) = run(&mut stream, NOON);
        assert_eq!(reason, EndReason::Lifetime);
    }
}
