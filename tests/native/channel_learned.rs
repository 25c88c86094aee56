//! What a channel's object knows without asking its database, and what it leaves
//! to be written until all is decided.

use crate::channel_support::{Object, Sqlite};
use edge_events::channel::Mode;
use edge_events::channel::content::Kind;
use edge_events::channel::follow::Ask;
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::sqlite::{Learned, Param, Rows, Sql, SqliteStore};
use edge_events::channel::store::{Body, Row, Segment, Span, Store, View};
use proptest::prelude::*;

/// A database that is written when its turn is over, so that nothing may be asked
/// of it once there is something to write.
#[derive(Debug)]
struct Late {
    sqlite: Sqlite,
    writes: usize,
}

impl Sql for Late {
    type Error = rusqlite::Error;

    fn query(&mut self, statement: &str, params: &[Param<'_>]) -> rusqlite::Result<Rows> {
        assert!(self.writes == 0, "asked after a write: {statement}");
        self.sqlite.query(statement, params)
    }

    fn run(&mut self, statement: &str, params: &[Param<'_>]) -> rusqlite::Result<()> {
        // The channel's own row is no message: a read may slide its TTL first.
        self.writes += usize::from(!statement.starts_with("UPDATE meta"));
        self.sqlite.query(statement, params).map(|_| ())
    }
}

/// Asks the same database.
struct Again<'a>(&'a mut Late);

impl Sql for Again<'_> {
    type Error = rusqlite::Error;

    fn query(&mut self, statement: &str, params: &[Param<'_>]) -> rusqlite::Result<Rows> {
        self.0.sqlite.query(statement, params)
    }
}

#[derive(Clone, Debug)]
enum Turn {
    Put(Option<&'static str>),
    Post(String),
    Produce(u64),
    Close,
    Delete,
    Read,
    Follow,
    Alarm(u64),
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let large = "x".repeat(9_000);
    prop_oneof![
        1 => prop_oneof![Just(None), Just(Some("20"))].prop_map(Turn::Put),
        4 => prop_oneof![Just("1".to_owned()), Just("[1,2,3]".to_owned()), Just(format!("\"{large}\""))]
            .prop_map(Turn::Post),
        2 => (0u64..4).prop_map(Turn::Produce),
        1 => Just(Turn::Close),
        1 => Just(Turn::Delete),
        2 => Just(Turn::Read),
        2 => Just(Turn::Follow),
        1 => (0u64..30_000).prop_map(Turn::Alarm),
    ]
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn take(object: &mut Object<SqliteStore<Late>>, turn: Turn) {
    match turn {
        Turn::Put(None) => drop(object.ask("PUT", "", &[JSON], "")),
        Turn::Put(Some(ttl)) => drop(object.ask("PUT", "", &[JSON, ("stream-ttl", ttl)], "")),
        Turn::Post(body) => drop(object.ask_ours("POST", &[JSON], body)),
        Turn::Produce(seq) => {
            let seq = seq.to_string();
            let producer =
                [JSON, ("producer-id", "p"), ("producer-epoch", "0"), ("producer-seq", &*seq)];
            drop(object.ask("POST", "", &producer, "7"));
        }
        Turn::Close => drop(object.ask("POST", "", &[("stream-closed", "true")], "")),
        Turn::Delete => drop(object.ask("DELETE", "", &[], "")),
        Turn::Read => drop(object.get("")),
        Turn::Follow => drop(object.follow(Ask::Begin(Mode::Events), "offset=-1", &[])),
        Turn::Alarm(later) => {
            object.now += later;
            object.alarm();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// After every turn the object knows what its database would say, and no turn
    /// asked for what it had just written.
    #[test]
    fn what_was_learned_is_what_is_stored(turns in prop::collection::vec(any_turn(), 1..60)) {
        let late = Late { sqlite: Sqlite::open(), writes: 0 };
        let mut object = Object::over(SqliteStore::new(late, Learned::default()));
        object.limits.max_channel_bytes = 65_536;
        for turn in turns {
            object.now += 1;
            object.store.sql().writes = 0;
            take(&mut object, turn.clone());
            object.store.sql().writes = 0;
            let (known, known_tail) = ends(&mut object.store);
            let (stored, stored_tail) =
                ends(&mut SqliteStore::new(Again(object.store.sql()), Learned::default()));
            prop_assert_eq!(known, stored, "after {:?}", &turn);
            prop_assert_eq!(known_tail, stored_tail, "after {:?}", &turn);
        }
    }
}

type Ends = (Option<edge_events::channel::store::Meta>, Option<edge_events::channel::store::Tail>);

fn ends<Q: Sql<Error = rusqlite::Error>>(store: &mut SqliteStore<Q>) -> Ends {
    let meta = store.meta().unwrap();
    let last = meta.as_ref().and_then(|meta| meta.segments.last().copied());
    (meta, last.map(|segment| store.tail(segment).unwrap()))
}

#[test]
fn a_publish_to_a_known_channel_asks_nothing() {
    let late = Late { sqlite: Sqlite::open(), writes: 0 };
    let mut object = Object::over(SqliteStore::new(late, Learned::default()));
    object.ask_ours("POST", &[JSON], "1");
    let (asked, changed) = (object.store.sql().sqlite.asked, object.store.sql().sqlite.changes);
    object.store.sql().writes = 0;
    object.ask_ours("POST", &[JSON], "2");
    let Late { sqlite, writes } = object.store.sql();
    assert_eq!((sqlite.asked - asked, sqlite.changes - changed, *writes), (1, 1, 1));
}

/// Rows as they were stored before a line was kept as the end of its event.
#[test]
fn rows_of_the_first_kind_are_read_as_they_were() {
    let segment = Segment { start: 0, bytes: 0, begun: 0, after: 0 };
    let (mut memory, mut sqlite) = (MemoryStore::default(), Sqlite::store());
    memory.begin(segment).unwrap();
    sqlite.begin(segment).unwrap();
    let mut bytes = 0;
    for id in 1..=6 {
        let body = Body::Lines(format!("{{\"n\":{id}}}"));
        bytes += body.cost();
        let event = (id % 2 == 0).then(|| "named".to_owned());
        let row = Row { id, count: 1, time: id, bytes, seq: None, event, body };
        memory.insert(segment, &row).unwrap();
        if id > 3 {
            sqlite.insert(segment, &row).unwrap();
            continue;
        }
        let old = "INSERT INTO seg_0 VALUES (?1, ?1, ?2, 1, ?3, NULL, ?4)";
        let text = str::from_utf8(row.body.bytes()).unwrap();
        let params = [id.into(), bytes.into(), row.event.as_deref().into(), text.into()];
        sqlite.sql().run(old, &params).unwrap();
    }
    for view in [View::Body, View::Events { generation: 7 }] {
        for from in 0..=6 {
            for bytes in [0, 60, 100, 1_000] {
                let span = Span { segment, from, bytes, at_least_one: true, kind: Kind::Json };
                assert_eq!(memory.read(span, view).unwrap(), sqlite.read(span, view).unwrap());
            }
        }
    }
}
