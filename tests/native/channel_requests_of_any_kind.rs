//! Whatever a client sends: it is answered, by a status that the protocol has, and
//! where it is refused the channel is as it was.

use crate::channel_support::{Object, header};
use edge_events::channel::follow::Ask;
use edge_events::channel::store::Store;
use edge_events::channel::{Address, Mode};
use proptest::prelude::*;
use proptest::sample::select;

type Fields = Vec<(&'static str, String)>;

#[derive(Clone, Debug)]
struct Sent {
    address: Address,
    method: &'static str,
    query: String,
    headers: Fields,
    body: Vec<u8>,
}

const HEADERS: [(&str, &[&str]); 14] = [
    ("content-type", &["application/json", "APPLICATION/JSON; charset=utf-8", "text/plain"]),
    ("content-type", &["application/octet-stream", "multipart/form-data", "json", "/"]),
    ("stream-closed", &["true", "TRUE", "false"]),
    ("stream-seq", &["a", "b", "B"]),
    ("stream-event", &["order", "ready", "a.b:c-d_1"]),
    ("stream-ttl", &["1", "60", "01", "1e3", "-1"]),
    ("stream-expires-at", &["2099-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "now"]),
    ("stream-forked-from", &["/v1/stream/x"]),
    ("producer-id", &["p", "q"]),
    ("producer-epoch", &["0", "1", "9007199254740992"]),
    ("producer-seq", &["0", "1", "2", "+1"]),
    ("accept", &["text/event-stream", "*/*", "text/html;q=0.9"]),
    ("last-event-id", &["0000000000000001_0000000000000001", "17"]),
    ("if-none-match", &["*", "\"x\", W/\"y\""]),
];

/// Mostly what is allowed or almost allowed, so that not all ends at the first check.
fn value(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(known).prop_map(str::to_owned),
        1 => "[ -~]{0,40}",
        1 => any::<String>(),
    ]
}

fn headers() -> impl Strategy<Value = Fields> {
    let some = HEADERS.map(|(name, known)| {
        prop::option::weighted(0.06, value(known)).prop_map(move |it| it.map(|it| (name, it)))
    });
    let producer = prop::option::weighted(0.3, (select(&["p", "q"][..]), 0u8..2, 0u8..4));
    (prop::bool::weighted(0.9), producer, Vec::from(some)).prop_map(|(json, producer, some)| {
        let type_of_most = json.then(|| ("content-type", "application/json".to_owned()));
        let whole = producer.map(|(id, epoch, seq)| {
            let numbers = [("producer-epoch", epoch), ("producer-seq", seq)];
            numbers
                .map(|(name, it)| (name, it.to_string()))
                .into_iter()
                .chain([("producer-id", id.to_owned())])
        });
        // The first of a name counts, so what is odd comes before what is usual.
        some.into_iter().flatten().chain(type_of_most).chain(whole.into_iter().flatten()).collect()
    })
}

fn query() -> impl Strategy<Value = String> {
    let offset = prop_oneof![
        select(&["-1", "now", "0_0"][..]).prop_map(str::to_owned),
        (0u64..1_900_000_000_000, 0u64..9).prop_map(|(g, n)| format!("{g:016}_{n:016}")),
        "[0-9_]{0,40}",
        any::<String>(),
    ];
    let part = prop_oneof![
        4 => offset.prop_map(|offset| format!("offset={offset}")),
        2 => select(&["live=sse", "live=long-poll", "live=", "last=3", "last=x"][..])
            .prop_map(str::to_owned),
        1 => "[ -~]{0,20}",
    ];
    prop::collection::vec(part, 0..3).prop_map(|parts| parts.join("&"))
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[1-9]|\\[[1-9](,\"[a-z]{0,3}\"){0,3}\\]".prop_map(String::into_bytes),
        1 => Just(Vec::new()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    let address = select(&[Address::Ours, Address::Protocol][..]);
    let method = select(&["POST", "POST", "POST", "PUT", "PUT", "GET", "HEAD", "DELETE"][..]);
    (address, method, query(), headers(), body()).prop_map(
        |(address, method, query, headers, body)| Sent { address, method, query, headers, body },
    )
}

/// All that a reader can learn of a channel.
fn everything<S: Store<Error: std::fmt::Debug>>(object: &mut Object<S>) -> (u16, Vec<u8>, String) {
    let (head, log) = (object.ask("HEAD", "", &[], ""), object.get("offset=-1"));
    assert_eq!(header(&head, "stream-next-offset"), header(&log, "stream-next-offset"));
    (log.status, log.body, format!("{:?} {:?}", head.headers, log.headers))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_answered_and_a_refused_one_changes_nothing(
        requests in prop::collection::vec(sent(), 1..25),
        message in "([rpz][0-9]{0,20})?|.{0,40}",
    ) {
        let mut object = Object::in_sqlite();
        for one in &requests {
            let before = everything(&mut object);
            let headers: Vec<_> = one.headers.iter().map(|(name, it)| (*name, &**it)).collect();
            let answer = object.ask_at(one.address, one.method, &one.query, &headers, &one.body);
            prop_assert!(
                [200, 201, 204, 304, 400, 403, 404, 409, 410, 415, 501].contains(&answer.status),
                "{}", answer.status
            );
            if answer.status >= 400 || ["GET", "HEAD"].contains(&one.method) {
                prop_assert_eq!(everything(&mut object), before, "{}", answer.status);
            }
            for mode in Mode::ALL {
                object.follow(Ask::Begin(mode), &one.query, &headers);
                object.message(mode, &message);
            }
            object.now += 1;
        }
    }
}
