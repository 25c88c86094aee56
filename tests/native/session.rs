//! What a stream writes while nothing is amiss, and when: hours of it in
//! milliseconds.

use crate::stream::{NOON, at, config, fresh, run, step, step_with};
use edge_events::config::Config;
use edge_events::session::{EndReason, Moment, Next};

#[test]
fn a_new_client_gets_the_latest_tick_at_once_behind_the_opening_line() {
    let mut stream = fresh(&config(), 1_000, NOON + 250);
    let (written, next) = step(&mut stream, NOON + 250);
    assert_eq!(written, format!("retry: 3000\nid: {NOON}\ndata: {NOON}\n\n"));
    assert_eq!(next, Next::At(NOON + 1_000));
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
