//! Channels as their clients see them: PROTOCOL.md, sections 4 to 10.

use crate::channel_support::{NOON, Object, header, next_offset, text};
use edge_events::channel::Address;
use edge_events::channel::memory::MemoryStore;

const PLAIN: &str = "text/plain";
const JSON: &str = "application/json";

fn channel(content_type: &str) -> Object<MemoryStore> {
    let mut object = Object::in_memory();
    assert_eq!(object.put(content_type).status, 201);
    object
}

#[test]
fn a_channel_is_made_once_and_the_same_again_is_no_error() {
    let mut object = Object::in_memory();
    let made = object.put(PLAIN);
    assert_eq!(made.status, 201);
    assert_eq!(header(&made, "location"), Some("https://example.com/v1/stream/orders/42"));
    assert_eq!(next_offset(&made), "0001795325710000_0000000000000000");
    let again = object.put("TEXT/PLAIN; charset=utf-8");
    assert_eq!((again.status, header(&again, "location")), (200, None));
    assert_eq!(header(&again, "content-type"), Some(PLAIN));
    assert_eq!(object.put(JSON).status, 409);
}

#[test]
fn what_is_appended_is_read_from_each_place() {
    let mut object = channel(PLAIN);
    let first = object.post(PLAIN, "hello ");
    assert_eq!((first.status, next_offset(&first)), (204, "0001795325710000_0000000000000001"));
    let second = object.post("text/plain;charset=utf-8", "world");
    for (query, body) in [
        (String::new(), "hello world"),
        ("offset=-1".to_owned(), "hello world"),
        ("offset=0000000000000000_0000000000000000".to_owned(), "hello world"),
        (format!("offset={}", next_offset(&first)), "world"),
        (format!("offset={}", next_offset(&second)), ""),
        ("offset=now".to_owned(), ""),
    ] {
        let answer = object.get(&query);
        assert_eq!((answer.status, text(&answer)), (200, body), "{query}");
        assert_eq!(next_offset(&answer), next_offset(&second));
        assert_eq!(header(&answer, "stream-up-to-date"), Some("true"));
        assert_eq!(header(&answer, "stream-closed"), None);
        assert_eq!(header(&answer, "content-type"), Some(PLAIN));
    }
}

#[test]
fn an_array_is_so_many_messages_and_is_read_as_an_array() {
    let mut object = channel(JSON);
    assert_eq!(text(&object.get("")), "[]");
    let batch = object.post(JSON, r#" [ {"a" : 1.0e5}, "x\n y", [1, 2] ] "#);
    assert_eq!(next_offset(&batch), "0001795325710000_0000000000000003");
    object.post(JSON, "null");
    assert_eq!(text(&object.get("")), r#"[{"a":1.0e5},"x\n y",[1,2],null]"#);
    let inside = object.get("offset=0001795325710000_0000000000000001");
    assert_eq!(text(&inside), r#"["x\n y",[1,2],null]"#);
    for bad in ["", "[]", "[1,]", "{", "\u{feff}1", "nul", "[1] 2"] {
        assert_eq!(object.post(JSON, bad).status, 400, "{bad}");
    }
    assert_eq!(object.post(JSON, b"\"\xff\"").status, 400);
    assert_eq!(next_offset(&object.get("")), "0001795325710000_0000000000000004");
}

#[test]
fn a_missing_channel_is_made_by_a_post_at_our_address_alone() {
    let mut object = Object::in_memory();
    assert_eq!(object.post(PLAIN, "x").status, 404);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let refused = object.ask_at(Address::Ours, "POST", "", &form, "{}");
    assert_eq!(refused.status, 415);
    assert!(text(&refused).contains("-H 'Content-Type: application/json'"), "{}", text(&refused));
    assert_eq!(object.get("").status, 404);
    let made = object.ask_at(Address::Ours, "POST", "", &[("content-type", JSON)], "{}");
    assert_eq!((made.status, next_offset(&made)), (201, "0001795325710000_0000000000000001"));
    assert_eq!(
        object.ask_at(Address::Ours, "POST", "", &[("content-type", JSON)], "1").status,
        204
    );
    assert_eq!(object.ask_at(Address::Ours, "POST", "", &form, "{}").status, 415);
    assert_eq!(object.post(PLAIN, "x").status, 409);
}

#[test]
fn a_bad_request_makes_no_channel() {
    let mut object = Object::in_memory();
    let json = ("content-type", JSON);
    for headers in [
        &[json][..],
        &[json, ("stream-event", "ready")],
        &[json, ("producer-id", "p")],
        &[json, ("producer-id", "p"), ("producer-epoch", "0"), ("producer-seq", "1")],
    ] {
        let answer = object.ask_at(Address::Ours, "POST", "", headers, "{");
        assert!(matches!(answer.status, 400 | 409), "{answer:?}");
        assert_eq!(object.effects.alarm, None);
        assert_eq!(object.memory.last_generation, 0);
    }
    assert_eq!(object.store, MemoryStore::default());
}

#[test]
fn a_closed_channel_takes_nothing_more_and_says_so_at_its_end() {
    let mut object = channel(PLAIN);
    let first = object.post(PLAIN, "a");
    let (plain, close) = (("content-type", PLAIN), ("stream-closed", "TRUE"));
    let closed = object.ask("POST", "", &[plain, close], "b");
    assert_eq!((closed.status, header(&closed, "stream-closed")), (204, Some("true")));
    let refused = object.post(JSON, "c");
    assert_eq!((refused.status, header(&refused, "stream-closed")), (409, Some("true")));
    assert_eq!(next_offset(&refused), next_offset(&closed));
    let again = object.ask("POST", "", &[close, ("content-type", "what/ever")], "");
    assert_eq!((again.status, header(&again, "stream-closed")), (204, Some("true")));
    assert_eq!(object.effects.appended, None, "nobody is told twice");
    for query in ["", &format!("offset={}", next_offset(&first)), "offset=now"] {
        assert_eq!(header(&object.get(query), "stream-closed"), Some("true"));
    }
    assert_eq!(object.put(PLAIN).status, 409, "open is not closed");
    assert_eq!(object.ask("PUT", "", &[plain, close], "").status, 200);
}

#[test]
fn a_producers_repeat_appends_nothing() {
    let mut object = channel(PLAIN);
    let mut send = |epoch: &str, seq: &str, closes: &str, body: &str| {
        let headers = [
            ("content-type", PLAIN),
            ("producer-id", "p"),
            ("producer-epoch", epoch),
            ("producer-seq", seq),
            ("stream-closed", closes),
        ];
        let answer = object.ask("POST", "", &headers, body);
        let found = ["producer-epoch", "producer-seq", "producer-expected-seq"]
            .map(|name| header(&answer, name).map(|value| value.parse::<u64>().unwrap()));
        (answer.status, found)
    };
    assert_eq!(send("0", "1", "", "x"), (409, [None, None, Some(0)]));
    assert_eq!(send("0", "0", "", "a"), (200, [Some(0), Some(0), None]));
    assert_eq!(send("0", "0", "", "a"), (204, [Some(0), Some(0), None]));
    assert_eq!(send("0", "1", "", "b"), (200, [Some(0), Some(1), None]));
    assert_eq!(send("0", "0", "", "a"), (204, [Some(0), Some(1), None]));
    assert_eq!(send("0", "3", "", "x"), (409, [None, None, Some(2)]));
    assert_eq!(send("2", "1", "", "x").0, 400);
    assert_eq!(send("2", "0", "", "c"), (200, [Some(2), Some(0), None]));
    assert_eq!(send("1", "0", "", "x"), (403, [Some(2), None, None]));
    assert_eq!(send("2", "1", "true", "d"), (200, [Some(2), Some(1), None]));
    assert_eq!(send("2", "1", "true", "other"), (204, [Some(2), Some(1), None]));
    assert_eq!(send("2", "2", "true", "").0, 409);
    assert_eq!(text(&object.get("")), "abcd");
}

#[test]
fn a_sequence_goes_up_in_the_order_of_bytes() {
    let mut object = channel(PLAIN);
    let mut send = |seq: &str| {
        object.ask("POST", "", &[("content-type", PLAIN), ("stream-seq", seq)], "x").status
    };
    assert_eq!(
        [send("09"), send("10"), send("10"), send("2"), send("10")],
        [204, 204, 409, 204, 409]
    );
    assert_eq!([send("B"), send("a"), send("B")], [204, 204, 409]);
    object.post(PLAIN, "without");
    let again = object.ask("POST", "", &[("content-type", PLAIN), ("stream-seq", "a")], "x");
    assert_eq!(again.status, 409);
}

#[test]
fn a_bad_offset_is_refused() {
    let mut object = channel(PLAIN);
    object.post(PLAIN, "x");
    for (query, status) in [
        ("offset=", 400),
        ("offset=-1&offset=-1", 400),
        ("offset=1", 400),
        ("offset=-2", 400),
        ("offset=NOW", 400),
        ("offset=-1%0A", 400),
        ("offset=0001795325710000_000000000000000", 400),
        ("offset=0001795325710000_0000000000000002", 400),
        ("offset=9999999999999999_9999999999999999", 400),
        ("offset=0001795325709999_0000000000000000", 410),
        ("live=yes", 400),
        ("other=1", 200),
    ] {
        assert_eq!(object.get(query).status, status, "{query}");
    }
}

#[test]
fn a_known_answer_is_not_sent_again_until_the_channel_changes() {
    let mut object = channel(PLAIN);
    object.post(PLAIN, "x");
    let first = object.get("");
    let etag = header(&first, "etag").unwrap().to_owned();
    let mut known = |tags: &str| object.ask("GET", "", &[("if-none-match", tags)], "");
    let answer = known(&etag);
    assert_eq!((answer.status, answer.body.len(), header(&answer, "etag")), (304, 0, Some(&*etag)));
    assert_eq!(next_offset(&answer), next_offset(&first));
    assert_eq!(known(&format!("\"a\", W/{etag}")).status, 304);
    assert_eq!(known("\"a\"").status, 200);
    object.ask("POST", "", &[("stream-closed", "true")], "");
    assert_eq!(object.ask("GET", "", &[("if-none-match", &etag)], "").status, 200);
    object.ask("DELETE", "", &[], "");
    object.now += 1;
    object.put(PLAIN);
    object.post(PLAIN, "y");
    assert_eq!(object.ask("GET", "", &[("if-none-match", &etag)], "").status, 200);
}

#[test]
fn a_channel_that_is_made_again_has_other_places() {
    let mut object = channel(PLAIN);
    let place = next_offset(&object.post(PLAIN, "old")).to_owned();
    assert_eq!(object.ask("DELETE", "", &[], "").status, 204);
    assert!(object.effects.emptied && object.effects.farewell.is_some());
    assert_eq!(object.ask("DELETE", "", &[], "").status, 404);
    assert_eq!(object.get("").status, 404);
    // Within the same millisecond, and with a clock that was set back.
    for back in [0, 5_000] {
        object.now = NOON - back;
        assert_eq!(object.put(PLAIN).status, 201);
        let answer = object.post(PLAIN, "new");
        assert!(*next_offset(&answer) > *place);
        assert_eq!(object.get(&format!("offset={place}")).status, 410);
        object.ask("DELETE", "", &[], "");
    }
}

#[test]
fn head_tells_what_a_channel_is() {
    let mut object = Object::in_memory();
    assert_eq!(object.ask("HEAD", "", &[], "").body, b"");
    object.ask("PUT", "", &[("content-type", "Text/Plain; a=b"), ("stream-ttl", "3600")], "x");
    object.readers = 7;
    let answer = object.ask("HEAD", "", &[], "");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    for (name, value) in [
        ("content-type", "Text/Plain; a=b"),
        ("stream-next-offset", "0001795325710000_0000000000000001"),
        ("stream-ttl", "3600"),
        ("stream-readers", "7"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(&answer, name), Some(value), "{name}");
    }
}
