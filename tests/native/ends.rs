//! How and when a stream ends, and what it says then.

use crate::reader::Reader;
use crate::stream::{
    LONGEST, NOON, SHORTEST, at, config, feed, fresh, resumed, run, step, step_with,
};
use edge_events::clock::{Format, Start, Ticks, Timetable};
use edge_events::config::Config;
use edge_events::config::limits::{EVENT_CPU_US, OPENING_CPU_US};
use edge_events::session::{EndReason, Moment, Next, Session, overload};

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
