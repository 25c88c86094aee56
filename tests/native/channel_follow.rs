//! Followers: what they are answered, and the exact bytes that they get.

use crate::channel_support::{NOON, Object, header, text};
use edge_events::channel::Mode;
use edge_events::channel::content::Kind;
use edge_events::channel::follow::{Ask, Command, Follower, Message, Opened};
use edge_events::channel::frame;
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::offset::Offset;
use edge_events::channel::protocol::{self, Answer, Following, Gap, Reason};
use edge_events::config::Config;
use edge_events::http::cors::Cors;
use edge_events::session::{EndReason, Moment, Next, Random, Session};
use proptest::prelude::*;

const JSON: &str = "application/json";
const G: &str = "0001795325710000";
/// The cursor at noon: the number of 20 s since 2024-10-09.
const CURSOR: u64 = (NOON - 1_728_432_000_000) / 20_000;

/// A reader at the front, whose client takes everything at once.
struct Front {
    session: Session<Follower>,
    mode: Mode,
    now: u64,
}

impl Front {
    fn new(opened: Opened, mode: Mode) -> Self {
        let config = Config::from_lookup(|_| None).unwrap();
        let follower = Follower::new(opened, mode, None, &config, 0, NOON);
        Self { session: Session::new(follower, &config, Random::default(), NOON), mode, now: NOON }
    }

    fn step(&mut self) -> (String, Next) {
        let mut out = Vec::new();
        let moment = Moment { now: self.now, room: true, near_cpu_limit: false, stagger_ms: 0 };
        let next = self.session.step(moment, &mut out);
        (String::from_utf8(out).unwrap(), next)
    }

    fn receive(&mut self, frame: Vec<u8>) -> (String, Next) {
        self.session.feed_mut().receive(frame, true, self.now);
        self.step()
    }
}

/// A reader that the object has taken in, and what it gets first.
fn open(
    object: &mut Object<MemoryStore>,
    mode: Mode,
    query: &str,
    headers: &[(&str, &str)],
) -> (Front, String, Next) {
    let following = object.follow(Ask::Begin(mode), query, headers).following;
    let Following::Follow { place, frame } = following else { panic!("{following:?}") };
    let opened = Opened::from_header(&place).unwrap();
    assert_eq!(opened.has_frame, frame.is_some());
    let mut front = Front::new(opened, mode);
    let (mut written, mut next) = front.step();
    if let Some(frame) = frame {
        let more = front.receive(frame);
        written += &more.0;
        next = more.1;
    }
    (front, written, next)
}

fn answer(object: &mut Object<MemoryStore>, mode: Mode, query: &str, id: Option<&str>) -> Answer {
    let headers: Vec<_> = id.map(|id| ("last-event-id", id)).into_iter().collect();
    match object.follow(Ask::Begin(mode), query, &headers).following {
        Following::Answer(answer) => answer,
        follow @ Following::Follow { .. } => panic!("{follow:?}"),
    }
}

/// What was appended last, for a reader.
fn live(object: &Object<MemoryStore>, front: &Front) -> Vec<u8> {
    frame::of(object.effects.appended.as_ref().unwrap(), front.mode)
}

fn numbers(count: u64) -> Object<MemoryStore> {
    let mut object = Object::in_memory();
    object.put(JSON);
    for number in 1..=count {
        object.post(JSON, number.to_string());
    }
    object
}

fn message(ordinal: u64) -> String {
    format!("id: {G}_{ordinal:016}\ndata: {ordinal}\n\n")
}

fn ready(after: u64, tail: u64) -> String {
    format!(
        "retry: 1000\nid: {G}_{after:016}\nevent: ready\n\
         data: {{\"after\":\"{G}_{after:016}\",\"tail\":\"{G}_{tail:016}\",\"exists\":true}}\n\n"
    )
}

#[test]
fn a_new_reader_is_told_where_it_stands_and_gets_each_message_with_its_id() {
    let mut object = numbers(2);
    let (mut front, opening, _) = open(&mut object, Mode::Events, "", &[]);
    assert_eq!(opening, ready(2, 2));
    object.post(JSON, "[3, 4]");
    let frame = live(&object, &front);
    assert_eq!(front.receive(frame).0, message(3) + &message(4));
    let named = [("content-type", JSON), ("stream-event", "order.paid")];
    object.ask("POST", "", &named, "5");
    let frame = live(&object, &front);
    assert_eq!(
        front.receive(frame).0,
        format!("id: {G}_0000000000000005\nevent: order.paid\ndata: 5\n\n")
    );
}

#[test]
fn a_reader_begins_at_its_id_or_where_its_page_says() {
    let object = &mut numbers(5);
    let place = |ordinal: u64| format!("{G}_{ordinal:016}");
    let (three, four) = (place(3), place(4));
    for (query, id, after) in [
        (String::new(), Some(&*three), 3),
        (format!("last_event_id={four}"), None, 4),
        (format!("last_event_id={four}&offset=-1"), Some(&*three), 3),
        (format!("offset={four}&last=1"), None, 4),
        ("offset=-1".to_owned(), None, 0),
        ("offset=now".to_owned(), None, 5),
        ("last=2".to_owned(), None, 3),
        ("last=1000".to_owned(), None, 0),
        (String::new(), Some(""), 5),
        (String::new(), None, 5),
    ] {
        let headers: Vec<_> = id.map(|id| ("last-event-id", id)).into_iter().collect();
        let (_, opening, _) = open(object, Mode::Events, &query, &headers);
        let messages: String = (after + 1..=5).map(message).collect();
        assert_eq!(opening, ready(after, 5) + &messages, "{query} {id:?}");
    }
    for query in ["offset=", "offset=x", "offset=-1&offset=now", "last=0", "last=1001", "last=x"] {
        assert_eq!(answer(object, Mode::Events, query, None).status, 400, "{query}");
    }
    let beyond = format!("offset={}", place(6));
    assert_eq!(answer(object, Mode::Events, &beyond, None).status, 400);
}

#[test]
fn an_id_is_never_an_error_and_a_gap_tells_what_cannot_be_had() {
    let object = &mut numbers(5);
    let beyond = format!("{G}_0000000000000006");
    for id in ["x", "1795325710000", "\u{e9}", &*beyond, &"9".repeat(5_000)] {
        let (_, opening, _) = open(object, Mode::Events, "", &[("last-event-id", id)]);
        let gap = format!(
            "id: {G}_0000000000000005\nevent: gap\n\
             data: {{\"after\":\"{G}_0000000000000005\",\"resumed_at\":\"{G}_0000000000000005\",\
             \"missed\":null,\"reason\":\"unknown\"}}\n\n"
        );
        assert_eq!(opening, ready(5, 5) + &gap, "{id}");
    }
    // Of an earlier channel: all of this one follows.
    let old = "0001795325709999_0000000000000007";
    let (_, opening, _) = open(object, Mode::Events, "", &[("last-event-id", old)]);
    assert_eq!(
        opening,
        format!(
            "retry: 1000\nid: {old}\nevent: ready\n\
             data: {{\"after\":\"{old}\",\"tail\":\"{G}_0000000000000005\",\"exists\":true}}\n\n\
             id: {G}_0000000000000000\nevent: gap\n\
             data: {{\"after\":\"{old}\",\"resumed_at\":\"{G}_0000000000000000\",\
             \"missed\":null,\"reason\":\"recreated\"}}\n\n"
        ) + &(1..=5).map(message).collect::<String>()
    );
}

#[test]
fn a_channel_that_is_not_there_yet_is_waited_for() {
    let mut object = Object::in_memory();
    let (mut front, opening, _) = open(&mut object, Mode::Events, "", &[]);
    let zero = "0000000000000000_0000000000000000";
    assert_eq!(
        opening,
        format!(
            "retry: 1000\nid: {zero}\nevent: ready\n\
             data: {{\"after\":\"{zero}\",\"tail\":\"{zero}\",\"exists\":false}}\n\n"
        )
    );
    assert_eq!(object.store, MemoryStore::default(), "nothing is written for it");
    object.put(JSON);
    object.post(JSON, "1");
    let frame = live(&object, &front);
    assert_eq!(front.receive(frame).0, message(1));
    for mode in [Mode::Sse, Mode::Poll] {
        let mut object = Object::in_memory();
        assert_eq!(answer(&mut object, mode, "offset=-1", None).status, 404);
    }
}

#[test]
fn a_closed_channel_ends_its_readers_and_stops_whoever_comes_back() {
    let mut object = numbers(1);
    let (mut front, ..) = open(&mut object, Mode::Events, "", &[]);
    object.ask("POST", "", &[("content-type", JSON), ("stream-closed", "true")], "2");
    let end = format!("{G}_0000000000000002");
    let closed = format!("id: {end}\nevent: closed\ndata: {{\"tail\":\"{end}\"}}\n\n");
    let frame = live(&object, &front);
    let (written, next) = front.receive(frame);
    assert_eq!((written, next), (message(2) + &closed, Next::End(EndReason::Closed)));
    // A new reader is told once.
    let (_, opening, next) = open(&mut object, Mode::Events, "", &[]);
    assert_eq!((opening, next), (ready(2, 2) + &closed, Next::End(EndReason::Closed)));
    let back = answer(&mut object, Mode::Events, "", Some(&end));
    assert_eq!((back.status, header(&back, "stream-closed")), (204, Some("true")));
    // One that has not all of it gets the rest.
    let last = format!("{G}_0000000000000001");
    let (_, opening, _) = open(&mut object, Mode::Events, "", &[("last-event-id", &last)]);
    assert_eq!(opening, ready(1, 2) + &message(2) + &closed);
}

#[test]
fn a_deleted_channel_sends_its_readers_away_with_a_reason() {
    let mut object = numbers(1);
    let (mut events, ..) = open(&mut object, Mode::Events, "", &[]);
    let (mut sse, ..) = open(&mut object, Mode::Sse, "offset=now", &[]);
    object.ask("DELETE", "", &[], "");
    let farewell = object.effects.farewell.clone().unwrap();
    let (written, next) = events.receive(farewell.clone());
    assert_eq!(
        (&*written, next),
        (
            "retry: 1000\nevent: rotate\ndata: {\"reason\":\"deleted\",\"retry_ms\":1000}\n\n",
            Next::End(EndReason::Deleted)
        )
    );
    assert_eq!(sse.receive(farewell), ("retry: 1000\n".to_owned(), Next::End(EndReason::Deleted)));
}

#[test]
fn the_protocols_events_are_its_bytes_with_our_ids() {
    let mut object = numbers(2);
    let (mut front, opening, _) = open(&mut object, Mode::Sse, "offset=-1", &[]);
    let control = |ordinal: u64, rest: &str| {
        format!(
            "id: {G}_{ordinal:016}\nevent: control\ndata:{{\"streamNextOffset\":\"{G}_{ordinal:016}\",{rest}}}\n\n"
        )
    };
    let open_end = format!("\"streamCursor\":\"{CURSOR}\",\"upToDate\":true");
    assert_eq!(
        opening,
        format!("retry: 1000\nid: {G}_0000000000000002\nevent: data\ndata:[1,2]\n\n")
            + &control(2, &open_end)
    );
    object.post(JSON, "[3,4]");
    let frame = live(&object, &front);
    assert_eq!(
        front.receive(frame).0,
        format!("id: {G}_0000000000000004\nevent: data\ndata:[3,4]\n\n") + &control(4, &open_end)
    );
    object.ask("POST", "", &[("stream-closed", "true")], "");
    let closed = "\"upToDate\":true,\"streamClosed\":true";
    let frame = live(&object, &front);
    assert_eq!(front.receive(frame), (control(4, closed), Next::End(EndReason::Closed)));
    let (_, opening, next) = open(&mut object, Mode::Sse, "offset=now", &[]);
    assert_eq!(opening, format!("retry: 1000\n{}", control(4, closed)));
    assert_eq!(next, Next::End(EndReason::Closed));
}

#[test]
fn lines_and_bytes_are_framed_by_what_the_channel_is() {
    let mut object = Object::in_memory();
    object.put("text/markdown");
    object.post("text/markdown", " a\r\nb\rc\n\ndata: d\n");
    let (_, events, _) = open(&mut object, Mode::Events, "offset=-1", &[]);
    assert!(
        events.ends_with("data:  a\ndata: b\ndata: c\ndata: \ndata: data: d\ndata: \n\n"),
        "{events}"
    );
    let (_, sse, _) = open(&mut object, Mode::Sse, "offset=-1", &[]);
    assert!(
        sse.contains("event: data\ndata: a\ndata:b\ndata:c\ndata:\ndata:data: d\ndata:\n\nid: "),
        "{sse}"
    );

    let mut object = Object::in_memory();
    object.put("image/png");
    for bytes in [&b"\x00"[..], b"\xff\xfe", b"abc", b"\r\n\r\n"] {
        object.post("image/png", bytes);
    }
    let (_, events, _) = open(&mut object, Mode::Events, "offset=-1", &[]);
    let data: Vec<_> =
        events.lines().filter_map(|line| line.strip_prefix("data: ")).skip(1).collect();
    assert_eq!(data, ["AA==", "//4=", "YWJj", "DQoNCg=="]);
    let (_, sse, _) = open(&mut object, Mode::Sse, "offset=-1", &[]);
    assert!(sse.contains("event: data\ndata:AP/+YWJjDQoNCg==\n\n"), "{sse}");
    let cors = Cors { allow_origin: None, vary: false, credentials: false };
    let opened = Opened { exists: true, kind: Kind::Binary, ..Opened::default() };
    let head = protocol::stream_head(&opened, Mode::Events, cors);
    assert_eq!(header(&head, "stream-sse-data-encoding"), Some("base64"));
    assert_eq!(header(&head, "content-type"), Some("text/event-stream"));
}

#[test]
fn a_reader_that_was_not_told_of_base64_comes_back_to_be_told() {
    let mut object = Object::in_memory();
    let (mut front, ..) = open(&mut object, Mode::Events, "", &[]);
    object.put("image/png");
    object.post("image/png", "x");
    let frame = live(&object, &front);
    let (written, next) = front.receive(frame);
    assert!(written.contains("event: rotate\ndata: {\"reason\":\"lifetime\""), "{written}");
    assert_eq!(next, Next::End(EndReason::Lifetime));
}

#[test]
fn a_long_poll_waits_only_where_there_is_nothing_to_give() {
    let object = &mut numbers(1);
    let full = answer(object, Mode::Poll, "live=long-poll&offset=-1", None);
    assert_eq!((full.status, text(&full)), (200, "[1]"));
    assert_eq!(header(&full, "stream-cursor"), Some(&*CURSOR.to_string()));
    assert_eq!(answer(object, Mode::Poll, "live=long-poll", None).status, 400);
    let ahead = format!("offset=-1&cursor={CURSOR}");
    let cursor =
        header(&answer(object, Mode::Poll, &ahead, None), "stream-cursor").map(str::to_owned);
    assert_eq!(cursor, Some((CURSOR + 1).to_string()), "strictly greater than the client's");

    let following = object.follow(Ask::Begin(Mode::Poll), "offset=now", &[]).following;
    let Following::Follow { place, frame: None } = following else { panic!("{following:?}") };
    let place = Opened::from_header(&place).unwrap().place;
    let polled = |object: &mut Object<MemoryStore>| match object
        .follow(Ask::Polled(place), "offset=now", &[])
        .following
    {
        Following::Answer(answer) => answer,
        follow @ Following::Follow { .. } => panic!("{follow:?}"),
    };
    let empty = polled(object);
    assert_eq!((empty.status, header(&empty, "stream-up-to-date")), (204, Some("true")));
    assert_eq!(header(&empty, "stream-cursor"), Some(&*CURSOR.to_string()));
    object.post(JSON, "2");
    assert_eq!(text(&polled(object)), "[2]", "now is when it began to wait");
    object.ask("POST", "", &[("stream-closed", "true")], "");
    let closed = answer(object, Mode::Poll, "offset=now", None);
    assert_eq!((closed.status, header(&closed, "stream-closed")), (204, Some("true")));
    assert_eq!(header(&closed, "stream-cursor"), None);
}

#[test]
fn a_full_channel_takes_no_new_reader_and_keeps_the_old_ones() {
    let object = &mut numbers(1);
    object.readers = object.limits.max_readers;
    assert_eq!(answer(object, Mode::Events, "", None).status, 503);
    assert_eq!(answer(object, Mode::Sse, "offset=-1", None).status, 503);
    let place = Offset { generation: NOON, ordinal: 1 };
    let again = object.follow(Ask::Resume(Mode::Events, place), "", &[]).following;
    assert!(matches!(again, Following::Follow { .. }));
}

#[test]
fn a_batch_that_is_longer_than_a_frame_as_events_is_sent_in_parts() {
    let mut object = numbers(0);
    let (mut front, ..) = open(&mut object, Mode::Events, "", &[]);
    let count = 100_000;
    object.post(JSON, format!("[{}1]", "1,".repeat(count - 1)));
    let mut frame = live(&object, &front);
    let mut events = 0;
    loop {
        assert!(frame.len() < 2 << 20, "a frame has a bound");
        let (mut written, next) = front.receive(frame);
        if next == Next::At(front.now) {
            written += &front.step().0;
        }
        events += written.matches("data: 1\n").count();
        match front.session.feed_mut().command(front.now) {
            Some(Command::Send(message @ Message::Read(_))) => {
                frame = object.message(Mode::Events, &message.to_text()).unwrap();
            }
            command => {
                assert_eq!(command, None);
                break;
            }
        }
    }
    assert_eq!(events, count);
}

fn offset() -> impl Strategy<Value = Offset> {
    let number = || 0u64..=9_999_999_999_999_999;
    (number(), number()).prop_map(|(generation, ordinal)| Offset { generation, ordinal })
}

fn opened() -> impl Strategy<Value = Opened> {
    let kind = prop::sample::select(vec![Kind::Json, Kind::Text, Kind::Binary]);
    let reason = prop::sample::select(Reason::ALL.to_vec());
    let gap = (prop::option::of(offset()), prop::option::of(any::<u64>()), reason)
        .prop_map(|(after, missed, reason)| Gap { after, missed, reason });
    (offset(), any::<u64>(), any::<bool>(), kind, any::<bool>(), prop::option::of(gap)).prop_map(
        |(place, tail, exists, kind, has_frame, gap)| Opened {
            place,
            tail,
            exists,
            kind,
            has_frame,
            gap,
        },
    )
}

proptest! {
    #[test]
    fn what_the_halves_tell_each_other_is_read_as_it_was_written(
        opened in opened(),
        at in offset(),
        nonsense in "[ -~]{0,80}",
    ) {
        prop_assert_eq!(Opened::from_header(&opened.to_header()), Some(opened.clone()));
        prop_assert_eq!(Offset::parse(&at.to_string()), Some(at));
        for mode in Mode::ALL {
            for ask in [Ask::Begin(mode), Ask::Resume(mode, at), Ask::Polled(at)] {
                prop_assert_eq!(Ask::from_header(&ask.to_header()), Some(ask));
            }
        }
        let _ = (Opened::from_header(&nonsense), Ask::from_header(&nonsense));
        let damaged = [&opened.to_header(), &nonsense[..]].concat();
        prop_assert!(nonsense.is_empty() || Opened::from_header(&damaged) != Some(opened));
    }

    #[test]
    fn places_are_in_the_order_of_their_texts(one in offset(), other in offset()) {
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
    }
}
