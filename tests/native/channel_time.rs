//! What time and size take away: expiry, age, bounds, and the alarm.

use crate::channel_support::{NOON, Object, header, next_offset, text};
use edge_events::channel::Mode;
use edge_events::channel::follow::Ask;
use edge_events::channel::frame::{Header, Says};
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::protocol::Following;
use edge_events::channel::time::parse_rfc3339;
use proptest::prelude::*;
use time::OffsetDateTime;

const PLAIN: &str = "text/plain";

fn with_ttl(seconds: &str) -> Object<MemoryStore> {
    let mut object = Object::in_memory();
    let made = object.ask("PUT", "", &[("content-type", PLAIN), ("stream-ttl", seconds)], "");
    assert_eq!(made.status, 201);
    object
}

fn is_there(object: &mut Object<MemoryStore>) -> bool {
    object.ask("HEAD", "", &[], "").status == 200
}

/// Uses a channel, and gives the status.
type Use<'a> = &'a dyn Fn(&mut Object<MemoryStore>) -> u16;

#[test]
fn a_ttl_slides_with_each_read_and_write_but_not_with_a_look() {
    let plain = ("content-type", PLAIN);
    let closed = ("stream-closed", "true");
    let producer = [closed, ("producer-id", "p"), ("producer-epoch", "0"), ("producer-seq", "0")];
    let uses: [Use<'_>; 7] = [
        &|object| object.get("").status,
        &|object| object.get("offset=now").status,
        &|object| object.ask("POST", "", &[plain], "x").status,
        &|object| object.ask("POST", "", &[closed], "").status,
        &|object| object.ask("POST", "", &producer, "").status,
        &|object| {
            object.follow(Ask::Begin(Mode::Sse), "live=sse&offset=-1", &[]);
            200
        },
        &|object| {
            object.follow(Ask::Begin(Mode::Events), "", &[]);
            200
        },
    ];
    for (at, uses_it) in uses.iter().enumerate() {
        let mut object = with_ttl("2");
        object.now += 1_999;
        assert!(matches!(uses_it(&mut object), 200 | 204), "use {at}");
        object.now += 1_999;
        assert!(is_there(&mut object), "use {at}");
        object.now += 1;
        assert!(!is_there(&mut object), "use {at}");
        assert!(object.effects.emptied && object.effects.farewell.is_some());
    }
}

#[test]
fn an_evicted_object_ends_no_channel_early_and_a_sixteenth_late_at_most() {
    let mut object = with_ttl("16");
    object.now += 999;
    object.get("");
    object.evict();
    object.now = NOON + 16_999 - 1;
    assert!(is_there(&mut object), "the read is not forgotten");
    object.now = NOON + 17_000;
    assert!(!is_there(&mut object));
}

#[test]
fn a_ttl_writes_its_deadline_once_in_a_sixteenth_of_it() {
    let mut object = Object::in_sqlite();
    object.ask("PUT", "", &[("content-type", PLAIN), ("stream-ttl", "16")], "");
    let before = object.store.sql().changes;
    for _ in 0..100 {
        object.now += 100;
        object.get("");
    }
    assert_eq!(object.store.sql().changes - before, 9);
}

#[test]
fn the_alarm_ends_a_channel_that_nobody_used_and_waits_for_one_that_was() {
    let mut object = with_ttl("10");
    assert_eq!(object.effects.alarm, Some(NOON + 10_000));
    object.now += 4_000;
    object.get("");
    assert_eq!(object.effects.alarm, None, "a read sets none");
    object.now = NOON + 10_000;
    object.alarm();
    assert_eq!((object.effects.alarm, object.effects.emptied), (Some(NOON + 14_000), false));
    object.now = NOON + 14_000;
    object.alarm();
    assert_eq!((object.effects.alarm, object.effects.emptied), (None, true));
    assert_eq!(object.store, MemoryStore::default());
    object.alarm();
    assert!(object.effects.emptied, "an alarm that comes twice harms nothing");
}

#[test]
fn an_expiry_is_moved_by_nothing() {
    let mut object = Object::in_memory();
    let expires = ("stream-expires-at", "2026-11-22T05:35:20Z");
    let made = object.ask("PUT", "", &[("content-type", PLAIN), expires], "x");
    assert_eq!((made.status, object.effects.alarm), (201, Some(NOON + 10_000)));
    let head = object.ask("HEAD", "", &[], "");
    assert_eq!(header(&head, "stream-expires-at"), Some(expires.1));
    // The same instant in other words.
    let again = ("stream-expires-at", "2026-11-22T06:35:20.000+01:00");
    assert_eq!(object.ask("PUT", "", &[("content-type", PLAIN), again], "").status, 200);
    object.now += 9_999;
    assert_eq!(object.get("").status, 200);
    object.now += 1;
    assert_eq!(object.get("").status, 404);
    assert_eq!(object.put("a/b").status, 201, "the name is free");
}

#[test]
fn a_channel_made_in_the_turn_in_which_the_old_one_ends_is_kept() {
    let mut object = with_ttl("1");
    object.now += 1_000;
    assert_eq!(object.put(PLAIN).status, 201);
    assert!(object.effects.farewell.is_some() && !object.effects.emptied);
    object.now += 100_000;
    assert!(is_there(&mut object), "it has no TTL");
}

#[test]
fn beyond_its_bytes_a_channel_drops_the_oldest_and_says_so() {
    let mut object = Object::in_memory();
    object.limits.max_channel_bytes = 8 * 132;
    object.put(PLAIN);
    let message = "x".repeat(100);
    let first = object.post(PLAIN, &message);
    for _ in 0..50 {
        object.post(PLAIN, &message);
        let read = object.get("");
        let kept = read.body.len() as u64 / 100;
        assert!(kept * 132 <= object.limits.max_channel_bytes && kept <= 51);
    }
    let read = object.get("");
    assert!(read.body.len() >= 700, "at most an eighth less than may be");
    assert_eq!(next_offset(&read), "0001795325710000_0000000000000051");
    let gone = object.get(&format!("offset={}", next_offset(&first)));
    assert_eq!(gone.status, 410);
    assert!(text(&gone).contains("not retained"));
    assert_eq!(object.get("offset=0000000000000000_0000000000000000").status, 410);
    // Whoever is behind is told exactly.
    let frame = object.message(Mode::Events, "r0001795325710000_0000000000000001").unwrap();
    let gap = Header::decode(&frame).unwrap();
    assert_eq!((gap.says, gap.from, gap.tail), (Says::Gap, 1, 51));
    let data = str::from_utf8(&frame[edge_events::channel::frame::HEADER_BYTES..]).unwrap();
    let to = gap.to;
    assert_eq!(
        data,
        format!(
            "{{\"after\":\"0001795325710000_0000000000000001\",\
             \"resumed_at\":\"0001795325710000_{to:016}\",\"missed\":{},\"reason\":\"trimmed\"}}",
            to - 1
        )
    );
}

#[test]
fn one_message_may_be_larger_than_the_channel() {
    let mut object = Object::in_memory();
    object.limits.max_channel_bytes = 1_000;
    object.put(PLAIN);
    object.post(PLAIN, "small");
    assert_eq!(object.post(PLAIN, "x".repeat(5_000)).status, 204);
    assert_eq!(object.get("").body.len(), 5_005, "the segment that is written stays");
    object.post(PLAIN, "small");
    assert_eq!(text(&object.get("")), "small");
}

#[test]
fn beyond_its_age_a_message_goes_by_alarm_and_the_places_go_on() {
    let mut object = Object::in_memory();
    object.limits.max_channel_age_s = 80;
    object.put(PLAIN);
    let seq = [("content-type", PLAIN), ("stream-seq", "a")];
    object.ask("POST", "", &seq, "1");
    let mut alarm = object.effects.alarm.unwrap();
    assert_eq!(alarm, NOON + 80_000);
    object.now += 10_000;
    object.post(PLAIN, "2");
    assert_eq!(text(&object.get("")), "12");
    object.now = alarm;
    object.alarm();
    alarm = object.effects.alarm.unwrap();
    assert_eq!(text(&object.get("")), "2");
    object.now = alarm;
    object.alarm();
    assert_eq!(object.effects.alarm, None);
    let read = object.get("");
    assert_eq!((text(&read), next_offset(&read)), ("", "0001795325710000_0000000000000002"));
    // The last sequence outlives the row that held it.
    assert_eq!(object.ask("POST", "", &seq, "3").status, 409);
    object.post(PLAIN, "3");
    let place = "offset=0001795325710000_0000000000000002";
    assert_eq!(text(&object.get(place)), "3");
}

#[test]
fn a_clock_that_goes_back_moves_no_place_back() {
    let mut object = Object::in_memory();
    object.limits.max_channel_age_s = 80;
    object.put(PLAIN);
    let first = next_offset(&object.post(PLAIN, "1")).to_owned();
    object.now -= 1_000_000;
    let second = next_offset(&object.post(PLAIN, "2")).to_owned();
    assert!(second > first);
    assert_eq!(text(&object.get("")), "12");
}

#[test]
fn a_read_is_partial_beyond_a_chunk_and_one_message_is_always_whole() {
    let mut object = Object::in_memory();
    object.limits.max_chunk_bytes = 300;
    object.put(PLAIN);
    for body in ["a".repeat(100), "b".repeat(100), "c".repeat(1_000), "d".to_owned()] {
        object.post(PLAIN, body);
    }
    object.ask("POST", "", &[("stream-closed", "true")], "");
    let (mut query, mut reads, mut all) = (String::new(), Vec::new(), String::new());
    loop {
        let read = object.get(&query);
        all += text(&read);
        reads.push((read.body.len(), header(&read, "stream-closed").is_some()));
        query = format!("offset={}", next_offset(&read));
        if header(&read, "stream-up-to-date").is_some() {
            break;
        }
        assert_eq!(header(&read, "stream-closed"), None);
    }
    assert_eq!(reads, [(200, false), (1_000, false), (1, true)]);
    assert_eq!(all.len(), 1_201);
}

#[test]
fn a_deleted_channel_is_over_for_whoever_asks_for_more() {
    let mut object = Object::in_memory();
    let frame = object.message(Mode::Events, "r0001795325710000_0000000000000001").unwrap();
    assert_eq!(Header::decode(&frame).unwrap().says, Says::Deleted);
    for nonsense in ["", "r", "x", "r1_2", "rr0001795325710000_0000000000000001"] {
        assert_eq!(object.message(Mode::Events, nonsense), None);
    }
    let ask = Ask::Polled("0001795325710000_0000000000000001".parse_offset());
    let Following::Answer(answer) = object.follow(ask, "", &[]).following else { panic!() };
    assert_eq!(answer.status, 404);
}

trait ParseOffset {
    fn parse_offset(&self) -> edge_events::channel::offset::Offset;
}

impl ParseOffset for str {
    fn parse_offset(&self) -> edge_events::channel::offset::Offset {
        edge_events::channel::offset::Offset::parse(self).unwrap()
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2026-11-22",
        "2026-11-22T05:35:20",
        "2026-11-22T05:35Z",
        "2026-13-22T05:35:20Z",
        "2026-02-29T05:35:20Z",
        "2026-11-31T05:35:20Z",
        "2026-11-22T24:35:20Z",
        "2026-11-22T05:60:20Z",
        "2026-11-22T05:35:61Z",
        "2026-11-22T05:35:20.Z",
        "2026-11-22T05:35:20Z ",
        "2026-11-22T05:35:20+1:00",
        "2026-11-22T05:35:20+0100",
        "2026-11-22T05:35:20+24:00",
        "+2026-11-22T05:35:20Z",
        "20261-11-22T05:35:20Z",
        "Sun, 22 Nov 2026 05:35:20 GMT",
        "1795325720",
    ] {
        assert_eq!(parse_rfc3339(text), None, "{text}");
    }
    assert_eq!(parse_rfc3339("1969-12-31T23:59:59Z"), Some(0));
    assert_eq!(parse_rfc3339("2000-02-29t12:00:00.1239z"), Some(951_825_600_123));
    assert_eq!(parse_rfc3339("2016-12-31T23:59:60Z"), Some(1_483_228_800_000));
}

proptest! {
    #[test]
    fn a_time_is_the_same_as_another_calendar_says(
        second in 0i64..253_402_300_799,
        ms in 0i64..1_000,
        minutes in -1_439i32..=1_439,
    ) {
        let at = OffsetDateTime::from_unix_timestamp_nanos(
            (i128::from(second) * 1_000 + i128::from(ms)) * 1_000_000).unwrap();
        let offset = time::UtcOffset::from_whole_seconds(minutes * 60).unwrap();
        let Some(local) = at.checked_to_offset(offset) else { return Ok(()) };
        prop_assume!((0..=9_999).contains(&local.year()));
        let (date, clock) = (local.date(), local.time());
        let (sign, away) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
        let text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{ms:03}{sign}{:02}:{:02}",
            date.year(), u8::from(date.month()), date.day(),
            clock.hour(), clock.minute(), clock.second(), away / 60, away % 60,
        );
        prop_assert_eq!(parse_rfc3339(&text), Some((second * 1_000 + ms) as u64), "{}", text);
    }

    #[test]
    fn no_text_panics(text in ".{0,40}", bytes in "[0-9TZ:.+-]{0,40}") {
        let _ = (parse_rfc3339(&text), parse_rfc3339(&bytes));
    }
}
