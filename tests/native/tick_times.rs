//! The clock as a source: which ticks there are and how they are written.

use edge_events::clock::{Format, Iso, Source, Ticks};
use proptest::prelude::*;

const NOON: u64 = 1_795_325_710_000; // 2026-11-22T05:35:10.000Z

fn data(ticks: &Ticks, id: u64, now: u64) -> String {
    let mut out = String::new();
    ticks.data(id, now, &mut out);
    out
}

#[test]
fn a_tick_is_due_at_its_time_and_not_a_millisecond_before() {
    let ticks = Ticks::new(1_000, Format::Iso);
    assert_eq!(ticks.latest(NOON - 1), Some(NOON - 1_000));
    assert_eq!(ticks.latest(NOON), Some(NOON));
    assert_eq!(ticks.latest(NOON + 999), Some(NOON));
    assert_eq!(ticks.next(NOON), Some(NOON + 1_000));
    assert_eq!(ticks.due_at(NOON), NOON);
}

#[test]
fn between_counts_what_is_missed() {
    let ticks = Ticks::new(100, Format::Iso);
    assert_eq!(ticks.between(NOON, NOON + 100), 0);
    assert_eq!(ticks.between(NOON, NOON + 200), 1);
    assert_eq!(ticks.between(NOON, NOON + 10_000), 99);
    assert_eq!(ticks.between(0, 1_000), 9);
}

#[test]
fn only_multiples_of_the_interval_are_ids() {
    let ticks = Ticks::new(700, Format::Iso);
    assert!(ticks.has(0) && ticks.has(700) && ticks.has(7_000));
    assert!(!ticks.has(1) && !ticks.has(699) && !ticks.has(701));
}

/// `docs/contract.md`, "Ticks".
#[test]
fn each_format_is_written_as_the_contract_says() {
    let written = |format| data(&Ticks::new(1_000, format), NOON, NOON + 2);
    assert_eq!(written(Format::Iso), "2026-11-22T05:35:10.000Z");
    assert_eq!(written(Format::Unix), "1795325710000");
    assert_eq!(
        written(Format::Json),
        "{\"time\":\"2026-11-22T05:35:10.000Z\",\"unix_ms\":1795325710000,\
         \"interval_ms\":1000,\"sent_ms\":1795325710002}"
    );
}

#[test]
fn the_json_format_is_json() {
    let written = data(&Ticks::new(250, Format::Json), NOON + 250, NOON + 251);
    let value: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(value["unix_ms"], NOON + 250);
    assert_eq!(value["interval_ms"], 250);
    assert_eq!(value["sent_ms"], NOON + 251);
}

#[test]
fn dates_are_right_at_the_calendars_corners() {
    for (ms, iso) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Iso::new(ms).as_str(), iso);
    }
}

#[test]
fn no_clock_breaks_at_the_end_of_time() {
    let ticks = Ticks::new(60_000, Format::Json);
    let latest = ticks.latest(u64::MAX).unwrap();
    assert!(latest > u64::MAX - 60_000);
    assert_eq!(ticks.next(latest), None);
    assert!(!data(&ticks, latest, u64::MAX).is_empty());
}

proptest! {
    /// A calendar that others keep agrees with ours.
    #[test]
    fn dates_are_those_of_another_calendar(ms in 0u64..253_402_300_800_000) {
        let nanos = i128::from(ms) * 1_000_000;
        let other = time::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
        let (time, date) = (other.time(), other.date());
        let iso = Iso::new(ms);
        prop_assert_eq!(
            iso.as_str(),
            format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                date.year(), u8::from(date.month()), date.day(),
                time.hour(), time.minute(), time.second(), time.millisecond()
            )
        );
    }

    #[test]
    fn the_ticks_between_are_those_that_next_walks_through(
        interval in 100u32..=60_000, first in 0u64..1_000_000, steps in 1u64..300,
    ) {
        let ticks = Ticks::new(interval, Format::Iso);
        let first = ticks.latest(first).unwrap();
        let mut id = first;
        for _ in 0..steps {
            id = ticks.next(id).unwrap();
            prop_assert!(ticks.has(id));
        }
        prop_assert_eq!(ticks.between(first, id), steps - 1);
        prop_assert_eq!(ticks.latest(id), Some(id));
        prop_assert_eq!(ticks.latest(id - 1), Some(id - u64::from(interval)));
    }
}
