//! A client of a channel that holds what it gets to what was published.

use std::collections::BTreeMap;

use crate::reader::Reader;
use edge_events::channel::Mode;
use edge_events::channel::offset::Offset;

/// What the client has seen, over all its connections.
#[derive(Default)]
pub struct Client {
    reader: Reader,
    seen: usize,
    /// Where it stands: its last id, or the last offset of the protocol.
    pub place: Option<Offset>,
    /// In the protocol: messages since the last control event.
    pending: Vec<String>,
    pub messages: u64,
    pub gaps: u64,
}

impl Client {
    pub fn connects(&mut self) {
        self.reader = Reader::default();
        self.seen = 0;
        self.pending.clear();
    }

    pub fn reads(&mut self, wire: &[u8], mode: Mode, log: &BTreeMap<u64, Vec<String>>) {
        self.reader.feed(wire);
        for event in self.reader.events.split_off(self.seen) {
            let json = || serde_json::from_str::<serde_json::Value>(&event.data).unwrap();
            let place = |name: &str| Offset::parse(json()[name].as_str().unwrap()).unwrap();
            match (mode, event.name.as_str()) {
                (Mode::Events, "message") => {
                    let id = Offset::parse(&event.id).unwrap();
                    let last = self.place.unwrap();
                    let same = last.generation == id.generation || last == Offset::START;
                    assert!(same && id.ordinal == last.ordinal + 1, "{last} and then {id}");
                    assert_eq!(log[&id.generation][id.ordinal as usize - 1], event.data);
                    self.place = Some(id);
                    self.messages += 1;
                }
                (Mode::Events, "ready") => {
                    let after = place("after");
                    assert_eq!(after.to_string(), event.id);
                    if let Some(last) = self.place {
                        let both_start = last.ordinal == 0 && after.ordinal == 0;
                        assert!(
                            after == last || both_start && last.generation == 0,
                            "{last} {after}"
                        );
                    }
                    self.place = Some(after);
                }
                (Mode::Events, "gap") => {
                    let (after, resumed_at) = (place("after"), place("resumed_at"));
                    assert_eq!(Some(after), self.place, "a gap begins where the client stands");
                    assert_eq!(resumed_at.to_string(), event.id);
                    match json()["reason"].as_str().unwrap() {
                        "trimmed" => {
                            let missed = resumed_at.ordinal - after.ordinal;
                            assert_eq!(json()["missed"].as_u64(), Some(missed));
                            assert!(missed > 0);
                        }
                        "recreated" => {
                            assert_ne!(resumed_at.generation, after.generation);
                            assert!(json()["missed"].is_null());
                        }
                        reason => panic!("{reason}"),
                    }
                    self.place = Some(resumed_at);
                    self.gaps += 1;
                }
                (Mode::Events, "rotate") => {}
                (Mode::Sse, "data") => {
                    let values: Vec<serde_json::Value> = serde_json::from_str(&event.data).unwrap();
                    assert!(self.pending.is_empty(), "a control event follows each data event");
                    self.pending = values.iter().map(ToString::to_string).collect();
                }
                (Mode::Sse, "control") => {
                    let next = place("streamNextOffset");
                    let messages = std::mem::take(&mut self.pending);
                    let end = next.ordinal as usize;
                    let begin = end - messages.len();
                    if let Some(last) = self.place {
                        let end = (last.generation, last.ordinal as usize);
                        assert_eq!(end, (next.generation, begin));
                    }
                    if !messages.is_empty() {
                        assert_eq!(log[&next.generation][begin..end], messages);
                    }
                    self.messages += messages.len() as u64;
                    self.place = Some(next);
                }
                (_, name) => panic!("an event named {name}"),
            }
        }
    }
}
