//! The frames of the bridge, and the bytes of events: for any input.

use crate::channel_support::NOON;
use crate::reader::Reader;
use edge_events::channel::Mode;
use edge_events::channel::content::Kind;
use edge_events::channel::events;
use edge_events::channel::follow::{Follower, Opened};
use edge_events::channel::frame::{HEADER_BYTES, Header, Says};
use edge_events::channel::offset::Offset;
use edge_events::config::Config;
use edge_events::session::{EndReason, Feed};
use proptest::prelude::*;

fn header() -> impl Strategy<Value = Header> {
    let says = prop::sample::select(vec![Says::Messages, Says::Gap, Says::Deleted]);
    let place = (0u64..1 << 60, 0u64..1 << 60, 0u64..1 << 60);
    (says, any::<[bool; 3]>(), any::<u64>(), place).prop_map(
        |(says, [closed, binary, reply], generation, (from, more, behind))| Header {
            says,
            closed,
            binary,
            reply,
            generation,
            from,
            to: from + more,
            tail: from + more + behind,
        },
    )
}

#[test]
fn the_bytes_of_a_frame_are_these() {
    let header = Header {
        says: Says::Messages,
        closed: true,
        binary: false,
        reply: true,
        generation: 0x0102,
        from: 3,
        to: 4,
        tail: 5,
    };
    let mut expected = vec![1, 1, 0b101];
    for number in [0x0102u64, 3, 4, 5] {
        expected.extend_from_slice(&number.to_le_bytes());
    }
    assert_eq!(header.encode(0), expected);
    assert_eq!(expected.len(), HEADER_BYTES);
    for (at, byte) in [(0, 0), (0, 2), (1, 0), (1, 4), (11, 5), (27, 3)] {
        let mut other = expected.clone();
        other[at] = byte;
        assert_eq!(Header::decode(&other), None, "byte {at} is {byte}");
    }
    for len in 0..HEADER_BYTES {
        assert_eq!(Header::decode(&expected[..len]), None);
    }
}

#[test]
fn a_frame_of_another_version_ends_the_stream_by_plan() {
    for mode in [Mode::Events, Mode::Sse] {
        let config = Config::from_lookup(|_| None).unwrap();
        let mut follower = Follower::new(Opened::default(), mode, None, &config, 0, NOON);
        follower.receive(vec![2; 100], true, NOON);
        let end = follower.write(NOON, 1, &mut Vec::new()).end;
        assert_eq!(end, Some(EndReason::Bridge));
        assert_eq!(follower.command(NOON), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_header_is_read_as_it_was_written(header in header(), payload in any::<Vec<u8>>()) {
        let mut frame = header.encode(payload.len());
        frame.extend_from_slice(&payload);
        prop_assert_eq!(Header::decode(&frame), Some(header));
    }

    #[test]
    fn no_frames_panic_or_make_a_reader_go_back(
        frames in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..100),
                (header(), any::<Vec<u8>>()).prop_map(|(header, payload)| {
                    let mut frame = header.encode(0);
                    frame.extend_from_slice(&payload);
                    frame
                }),
            ],
            0..8,
        ),
        mode in prop::sample::select(Mode::ALL.to_vec()),
        room in any::<bool>(),
    ) {
        let config = Config::from_lookup(|_| None).unwrap();
        let mut follower = Follower::new(Opened::default(), mode, None, &config, 0, NOON);
        for frame in frames {
            follower.receive(frame, room, NOON);
            follower.write(NOON, 1, &mut Vec::new());
            while follower.command(NOON).is_some() {}
        }
    }

    /// A reader of the standard gets the text back, with LF for each end of a line.
    #[test]
    fn a_text_is_one_event_whatever_is_in_it(text in "([a-z :\u{feff}\u{2028}]|\r\n|\r|\n|\0|event: x|\n\n){0,12}") {
        let id = Offset { generation: 7, ordinal: 9 };
        let expected = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut out = Vec::new();
        events::data(&mut out, id, Kind::Text, text.as_bytes());
        let row = events::EventRow { id: 9, event: Some("name"), body: text.as_bytes() };
        let to = events::events(&mut out, 7, Kind::Text, row, 8, 0);
        prop_assert_eq!(to, 9);
        // The protocol's data has no space behind the colon, which takes one of the text.
        let stripped = expected.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line));
        let stripped = stripped.collect::<Vec<_>>().join("\n");
        let read = Reader::read(&out).events;
        prop_assert_eq!(read.len(), 2);
        prop_assert_eq!((&*read[0].name, &*read[0].data), ("data", &*stripped));
        prop_assert_eq!((&*read[1].name, &*read[1].data), ("name", &*expected));
        prop_assert!(read.iter().all(|event| event.id == id.to_string()));
    }

    #[test]
    fn bytes_that_are_no_text_are_one_event(bytes in prop::collection::vec(any::<u8>(), 1..60)) {
        let row = events::EventRow { id: 1, event: None, body: &bytes };
        for kind in [Kind::Text, Kind::Binary] {
            let mut out = Vec::new();
            events::events(&mut out, 7, kind, row, 0, 0);
            let read = Reader::read(&out).events;
            prop_assert_eq!(read.len(), 1);
            if kind == Kind::Binary {
                prop_assert_eq!(decoded(&read[0].data), bytes.clone());
            }
        }
    }
}

/// RFC 4648, section 4, read bit by bit.
fn decoded(base64: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{letter}"),
    };
    assert_eq!(base64.len() % 4, 0);
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for letter in base64.trim_end_matches('=').bytes() {
        bits = bits << 6 | u32::from(value(letter));
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
