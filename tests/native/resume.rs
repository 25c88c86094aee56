//! What a client gets that comes back, or falls behind.

use crate::reader::Reader;
use crate::stream::{NOON, at, config, fresh, resumed, run, step, step_with};
use edge_events::clock::{Format, Start, Ticks};
use edge_events::config::Config;
use edge_events::config::limits::CLOCK_SKEW_MS;
use edge_events::session::{EndReason, Moment, Next};

#[test]
fn a_client_that_misses_nothing_gets_the_opening_line_alone() {
    let mut stream = resumed(&config(), 60_000, NOON - NOON % 60_000, NOON);
    assert_eq!(step(&mut stream, NOON).0, "retry: 3000\n");
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
