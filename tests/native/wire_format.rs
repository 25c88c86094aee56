//! The wire format: exact bytes, and what an independent reader makes of them.

use crate::reader::{Dispatched, Reader};
use edge_events::wire::event::{Event, EventId, EventName, FieldError, HEARTBEAT, retry};
use proptest::prelude::*;

fn bytes(name: Option<&str>, id: Option<&str>, data: &str) -> Vec<u8> {
    let mut out = Vec::new();
    Event {
        name: name.map(|name| EventName::new(name).unwrap()),
        id: id.map(|id| EventId::new(id).unwrap()),
        data,
    }
    .encode(&mut out);
    out
}

fn text(data: &str) -> String {
    String::from_utf8(bytes(None, None, data)).unwrap()
}

/// What arrives, whichever way the bytes are cut in two.
fn received(wire: &[u8]) -> Vec<Dispatched> {
    let whole = Reader::read(wire).events;
    for cut in 0..=wire.len() {
        let mut reader = Reader::default();
        reader.feed(&wire[..cut]);
        reader.feed(&wire[cut..]);
        assert_eq!(reader.events, whole, "cut at {cut}");
    }
    whole
}

fn received_data(data: &str) -> String {
    match received(&bytes(None, None, data)).as_slice() {
        [event] => event.data.clone(),
        events => panic!("{data:?} arrived as {events:?}"),
    }
}

#[test]
fn an_event_is_name_id_data_and_an_empty_line() {
    let wire = bytes(Some("gap"), Some("7"), "hello");
    assert_eq!(wire, b"event: gap\nid: 7\ndata: hello\n\n");
    let event = Dispatched { name: "gap".into(), id: "7".into(), data: "hello".into() };
    assert_eq!(received(&wire), [event]);
}

#[test]
fn an_id_may_be_a_number() {
    let mut out = Vec::new();
    Event { name: None, id: Some(1_795_325_710_000.into()), data: "x" }.encode(&mut out);
    assert_eq!(out, b"id: 1795325710000\ndata: x\n\n");
}

#[test]
fn each_line_of_data_has_its_own_field_and_crlf_is_one_break() {
    assert_eq!(text("a\nb"), "data: a\ndata: b\n\n");
    assert_eq!(text("a\rb"), "data: a\ndata: b\n\n");
    assert_eq!(text("a\r\nb"), "data: a\ndata: b\n\n");
    assert_eq!(text("a\n\rb"), "data: a\ndata: \ndata: b\n\n");
    assert_eq!(text("a\r\n\r\nb"), "data: a\ndata: \ndata: b\n\n");
    assert_eq!(text("a\r\rb"), "data: a\ndata: \ndata: b\n\n");
    assert_eq!(received_data("a\r\nb\rc\nd"), "a\nb\nc\nd");
}

#[test]
fn empty_data_is_still_sent() {
    assert_eq!(text(""), "data: \n\n");
    assert_eq!(received_data(""), "");
}

#[test]
fn data_keeps_its_leading_spaces() {
    assert_eq!(text(" a"), "data:  a\n\n");
    assert_eq!(received_data("  a"), "  a");
}

#[test]
fn data_keeps_its_last_newline() {
    assert_eq!(text("a\n"), "data: a\ndata: \n\n");
    for data in ["a\n", "a\n\n", "\n", "\n\n"] {
        assert_eq!(received_data(data), data);
    }
    assert_eq!(received_data("a\r\n"), "a\n");
}

#[test]
fn data_may_begin_with_a_colon_or_a_bom_and_hold_any_character() {
    for data in [":", ": x", "\u{FEFF}x", "a\u{2028}b\u{2029}c", "🦀🔥", "data: x", "\0", "\u{85}"]
    {
        assert_eq!(received_data(data), data);
    }
}

#[test]
fn a_name_or_an_id_with_a_line_break_is_refused() {
    for bad in ["a\nb", "a\rb", "a\r\nb", "\n", "x\n\nevent: y", "x\ndata: injected\n\n"] {
        assert_eq!(EventName::new(bad), Err(FieldError::LineBreak), "{bad:?}");
        assert_eq!(EventId::new(bad), Err(FieldError::LineBreak), "{bad:?}");
    }
}

#[test]
fn an_id_with_nul_is_refused() {
    assert_eq!(EventId::new("a\0b"), Err(FieldError::Nul));
}

#[test]
fn the_empty_id_can_be_sent_and_resets_the_client() {
    let mut wire = bytes(None, Some("7"), "a");
    wire.extend(bytes(None, Some(""), "b"));
    let ids: Vec<_> = received(&wire).into_iter().map(|event| event.id).collect();
    assert_eq!(ids, ["7", ""]);
}

#[test]
fn retry_is_a_whole_number_of_milliseconds() {
    for ms in [0, 1, 2_137, u32::MAX] {
        let mut out = Vec::new();
        retry(&mut out, ms);
        assert_eq!(out, format!("retry: {ms}\n").as_bytes());
        assert_eq!(Reader::read(&out).retry, Some(u64::from(ms)));
    }
}

#[test]
fn a_heartbeat_ends_no_block() {
    let mut wire = b"retry: 5\n".to_vec();
    wire.extend(HEARTBEAT);
    wire.extend(bytes(None, Some("1"), "a"));
    let reader = Reader::read(&wire);
    assert_eq!((reader.comments, reader.retry), (1, Some(5)));
    assert_eq!(
        received(&wire),
        [Dispatched { name: "message".into(), id: "1".into(), data: "a".into() }]
    );
}

/// What the format can carry of a text: its breaks all arrive as LF.
fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Text in which whatever means something on the wire is common.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just(":".to_owned()),
        Just(" ".to_owned()),
        Just("data: ".to_owned()),
        Just("\u{FEFF}".to_owned()),
        any::<char>().prop_map(String::from),
        "[a-z]{0,5}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_field() -> impl Strategy<Value = String> {
    any_text().prop_map(|text| text.replace(['\n', '\r', '\0'], "_"))
}

proptest! {
    #[test]
    fn whatever_is_sent_arrives_however_it_is_cut(
        events in prop::collection::vec((any_field(), any_field(), any_text()), 1..6),
        cuts in prop::collection::vec(0usize..400, 0..12),
    ) {
        let mut wire = Vec::new();
        let mut expected = Vec::new();
        for (name, id, data) in &events {
            wire.extend(bytes(Some(name), Some(id), data));
            wire.extend(HEARTBEAT);
            let name = if name.is_empty() { "message" } else { name };
            expected.push(Dispatched { name: name.into(), id: id.clone(), data: with_lf(data) });
        }

        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(wire.len())).collect();
        cuts.extend([0, wire.len()]);
        cuts.sort_unstable();
        let mut reader = Reader::default();
        for pair in cuts.windows(2) {
            reader.feed(&wire[pair[0]..pair[1]]);
        }

        prop_assert_eq!(reader.comments, events.len());
        prop_assert_eq!(reader.events, expected);
    }

    #[test]
    fn no_text_becomes_a_second_event(text in any_text()) {
        prop_assert_eq!(Reader::read(&bytes(None, None, &text)).events.len(), 1);
        match EventName::new(&text) {
            Ok(_) => prop_assert!(!text.contains(['\n', '\r'])),
            Err(error) => prop_assert_eq!(error, FieldError::LineBreak),
        }
        prop_assert_eq!(EventId::new(&text).is_err(), text.contains(['\n', '\r', '\0']));
    }
}
