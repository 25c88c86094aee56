//! What every store keeps to: one suite for all of them.

use crate::channel_support::{Object, Sqlite};
use edge_events::channel::content::Kind;
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::producer::{Known, Ticket};
use edge_events::channel::store::{Body, Chunk, Meta, Row, Segment, Span, Store, Tail, View};
use proptest::prelude::*;

const EVENTS: View = View::Events { generation: 1_795_325_710_000 };

fn meta() -> Meta {
    Meta {
        generation: 1_795_325_710_000,
        content_type: "Text/Plain; charset=\"ü\"".to_owned(),
        ttl_s: Some(0),
        expires_at: Some("2030-01-01T00:00:00Z".to_owned()),
        deadline: 8_640_000_000_000_000,
        closed: true,
        closed_by: Some(Ticket { id: "p'\"".to_owned(), epoch: (1 << 53) - 1, seq: 0 }),
        segments: vec![
            Segment { start: 0, bytes: 0, begun: 1, after: 0 },
            Segment { start: 10, bytes: 99, begun: 1_795_325_710_001, after: 7 },
        ],
        tail: Tail { ordinal: 3, bytes: 4, time: 5, seq: Some(String::new()) },
    }
}

/// Adds rows as the log does; gives the channel's bytes.
fn fill<S: Store<Error: std::fmt::Debug>>(store: &mut S, segment: Segment, bodies: &[Body]) {
    let (mut id, mut bytes) = (segment.start, segment.bytes);
    for (at, body) in bodies.iter().enumerate() {
        let count = match body {
            Body::Lines(lines) => lines.split('\n').count() as u64,
            Body::Bytes(_) => 1,
        };
        id += count;
        bytes += body.cost();
        let event = (at % 3 == 1).then(|| "an.event".to_owned());
        let seq = (at % 2 == 1).then(|| at.to_string());
        let row = Row { id, count, time: 7 + id, bytes, seq, event, body: body.clone() };
        store.insert(segment, &row).unwrap();
    }
}

fn lines(text: &str) -> Body {
    Body::Lines(text.to_owned())
}

/// The suite: `make` gives a store that holds nothing.
fn keeps_the_contract<S: Store<Error: std::fmt::Debug>>(make: impl Fn() -> S) {
    // Nothing is there until it is made, and then it is what was made.
    let mut store = make();
    assert_eq!(store.meta().unwrap(), None);
    assert_eq!(store.producer("p").unwrap(), None);
    store.create(&meta()).unwrap();
    assert_eq!(store.meta().unwrap(), Some(meta()));
    let plain = Meta { content_type: "a/b".to_owned(), generation: 1, ..Meta::default() };
    store.save(&plain).unwrap();
    assert_eq!(store.meta().unwrap(), Some(plain.clone()));

    // The end is the last row's, or where the segment begins.
    let old = Segment { start: 0, bytes: 0, begun: 0, after: 0 };
    let new = Segment { start: 2, bytes: 70, begun: 0, after: 0 };
    for segment in [old, new] {
        store.begin(segment).unwrap();
    }
    assert_eq!(store.tail(new).unwrap(), Tail { ordinal: 2, bytes: 70, ..Tail::default() });
    fill(&mut store, old, &[lines("1"), lines("2")]);
    fill(&mut store, new, &[lines("3"), lines("4\n5\n6"), lines("7")]);
    let end = Tail { ordinal: 7, bytes: 70 + 3 * 32 + 7, time: 14, seq: None };
    assert_eq!(store.tail(new).unwrap(), end);

    // Messages are read from any place of a segment, to its end and no further.
    let read = |store: &mut S, segment, from, bytes, view| {
        let chunk: Chunk = store
            .read(Span { segment, from, bytes, at_least_one: true, kind: Kind::Json }, view)
            .unwrap();
        (String::from_utf8(chunk.bytes).unwrap(), chunk.to)
    };
    let all = 1_000;
    assert_eq!(read(&mut store, old, 0, all, View::Body), ("1,2".to_owned(), 2));
    assert_eq!(read(&mut store, new, 2, all, View::Body), ("3,4,5,6,7".to_owned(), 7));
    assert_eq!(read(&mut store, new, 4, all, View::Body), ("5,6,7".to_owned(), 7));
    assert_eq!(read(&mut store, new, 7, all, View::Body), (String::new(), 7));
    // At least one row where it is to be, and as many as there is room for.
    let none = Span { segment: new, from: 2, bytes: 32, at_least_one: false, kind: Kind::Json };
    assert_eq!(store.read(none, View::Body).unwrap(), Chunk { bytes: Vec::new(), to: 2 });
    assert_eq!(read(&mut store, old, 0, 0, View::Body), ("1".to_owned(), 1));
    assert_eq!(read(&mut store, new, 2, 33, View::Body), ("3".to_owned(), 3));
    assert_eq!(read(&mut store, new, 2, 33 + 36, View::Body), ("3".to_owned(), 3));
    assert_eq!(read(&mut store, new, 2, 33 + 37, View::Body), ("3,4,5,6".to_owned(), 6));
    assert_eq!(
        read(&mut store, new, 5, all, EVENTS),
        (
            "id: 0001795325710000_0000000000000006\nevent: an.event\ndata: 6\n\n\
             id: 0001795325710000_0000000000000007\ndata: 7\n\n"
                .to_owned(),
            7
        )
    );

    // A dropped segment is gone, and the other one is not.
    store.drop(old).unwrap();
    assert_eq!(read(&mut store, new, 2, all, View::Body).1, 7);

    // Producers are remembered as they were last heard of.
    let ticket = |id: &str, epoch, seq| Ticket { id: id.to_owned(), epoch, seq };
    store.remember(&ticket("p", 0, 0), 100).unwrap();
    store.remember(&ticket("q", 5, 6), 101).unwrap();
    store.remember(&ticket("p", 1, 2), 102).unwrap();
    assert_eq!(store.producer("p").unwrap(), Some(Known { epoch: 1, seq: 2 }));
    store.forget(102).unwrap();
    assert_eq!(store.producer("q").unwrap(), None);
    assert_eq!(store.producer("p").unwrap(), Some(Known { epoch: 1, seq: 2 }));

    // What is cleared was never there.
    store.clear(&Meta { segments: vec![new], ..plain }).unwrap();
    assert_eq!(store.meta().unwrap(), None);
    assert_eq!(store.producer("p").unwrap(), None);
    store.create(&meta()).unwrap();
}

#[test]
fn memory_keeps_the_contract() {
    keeps_the_contract(MemoryStore::default);
}

#[test]
fn sqlite_keeps_the_contract() {
    keeps_the_contract(Sqlite::store);
}

fn body_of(kind: Kind) -> BoxedStrategy<Body> {
    let json = prop_oneof![
        Just("0".to_owned()),
        "[0-9]{1,3}",
        "\"[a-z\u{2028}ü]{0,40}\"",
        Just("\"\\r\\n\\u0000\"".to_owned()),
    ];
    match kind {
        Kind::Json => {
            let batch = prop::collection::vec(json, 1..6);
            batch.prop_map(|messages| Body::Lines(messages.join("\n"))).boxed()
        }
        Kind::Text => prop_oneof![
            "[a-z :ü]{1,40}",
            "[a-z\r\n\0]{1,20}",
            Just("data: x\n\nevent: closed".to_owned()),
        ]
        .prop_map(|text| Body::one(Kind::Text, text.as_bytes()))
        .boxed(),
        Kind::Binary => prop::collection::vec(any::<u8>(), 1..40).prop_map(Body::Bytes).boxed(),
    }
}

fn any_rows() -> impl Strategy<Value = (Kind, Vec<Body>)> {
    prop_oneof![Just(Kind::Json), Just(Kind::Text), Just(Kind::Binary)]
        .prop_flat_map(|kind| (Just(kind), prop::collection::vec(body_of(kind), 1..12)))
}

/// Rows of one line each: those that SQL joins.
fn lines_only() -> impl Strategy<Value = (Kind, Vec<Body>)> {
    let line = "[a-z :ü]{1,9}".prop_map(Body::Lines);
    (prop_oneof![Just(Kind::Json), Just(Kind::Text)], prop::collection::vec(line, 1..40))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The bytes that SQLite joins are those of the Rust framer, which memory uses.
    #[test]
    fn sqlite_and_memory_give_the_same_bytes_from_every_place(
        (kind, bodies) in prop_oneof![any_rows(), lines_only()],
        start in 0u64..5,
        bytes in prop_oneof![0u64..400, Just(1u64 << 20)],
    ) {
        let segment = Segment { start, bytes: start * 40, begun: 0, after: 0 };
        let (mut memory, mut sqlite) = (MemoryStore::default(), Sqlite::store());
        memory.begin(segment).unwrap();
        sqlite.begin(segment).unwrap();
        fill(&mut memory, segment, &bodies);
        fill(&mut sqlite, segment, &bodies);
        let tail = memory.tail(segment).unwrap();
        prop_assert_eq!(&tail, &sqlite.tail(segment).unwrap());
        for from in start..=tail.ordinal {
            for view in [View::Body, EVENTS] {
                let span = Span { segment, from, bytes, at_least_one: true, kind };
                let chunk = memory.read(span, view).unwrap();
                prop_assert!(chunk.to > from || from == tail.ordinal, "it goes forward");
                prop_assert_eq!(&chunk, &sqlite.read(span, view).unwrap());
                if from == start {
                    let span = Span { at_least_one: false, ..span };
                    prop_assert_eq!(memory.read(span, view), Ok(sqlite.read(span, view).unwrap()));
                }
            }
        }
    }
}

/// Rows that a turn writes: what the platform charges most for.
fn rows_written(
    object: &mut Object<edge_events::channel::sqlite::SqliteStore<Sqlite>>,
    turn: impl FnOnce(&mut Object<edge_events::channel::sqlite::SqliteStore<Sqlite>>),
) -> u64 {
    let before = object.store.sql().changes;
    turn(object);
    object.store.sql().changes - before
}

#[test]
fn an_append_writes_one_row_and_a_read_none() {
    let mut object = Object::in_sqlite();
    object.put("application/json");
    object.post("application/json", "0");
    let json = ("content-type", "application/json");
    let producer =
        |seq| [json, ("producer-id", "p"), ("producer-epoch", "0"), ("producer-seq", seq)];
    assert_eq!(rows_written(&mut object, |o| drop(o.post(json.1, "1"))), 1);
    assert_eq!(rows_written(&mut object, |o| drop(o.post(json.1, "[1,2,3,4]"))), 1);
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("POST", "", &producer("0"), "2"))), 2);
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("POST", "", &producer("1"), "2"))), 2);
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("POST", "", &producer("1"), "2"))), 0);
    assert_eq!(rows_written(&mut object, |o| drop(o.post(json.1, "["))), 0);
    assert_eq!(rows_written(&mut object, |o| drop(o.get(""))), 0);
    assert_eq!(rows_written(&mut object, |o| drop(o.get("offset=now"))), 0);
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("HEAD", "", &[], ""))), 0);
    let close = [json, ("stream-closed", "true")];
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("POST", "", &close, "9"))), 2);
    assert_eq!(rows_written(&mut object, |o| drop(o.ask("DELETE", "", &[], ""))), 0);
    assert_eq!(object.store.sql().tables(), [""; 0]);
}

#[test]
fn a_read_of_what_is_not_there_makes_no_table() {
    let mut object = Object::in_sqlite();
    object.get("");
    object.ask("HEAD", "", &[], "");
    object.ask("DELETE", "", &[], "");
    object.alarm();
    assert_eq!(object.store.sql().tables(), [""; 0]);
}
