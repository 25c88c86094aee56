//! What a client is owed of a source: the rule of missed events.

use super::Source;
use crate::config::limits::{self, CLOCK_SKEW_MS, EVENTS_PER_CHUNK};
use crate::config::number::decimal;
use crate::session::{Feed, Written};
use crate::wire::event::{Event, EventId, EventName};

const GAP: EventName = EventName::literal("gap");

/// Where a client stands when it connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is new, or its last id is none of ours: the latest event first.
    Fresh,
    /// It has all up to this id.
    After(u64),
}

impl Start {
    /// From the `Last-Event-ID` that the client sent. Whatever is in it, the
    /// client gets a stream: an error would end an `EventSource` for good.
    ///
    /// An id that is barely in the future is another machine's, whose clock is
    /// ahead of ours: starting afresh would send that client an older event.
    #[must_use]
    pub fn from_last_event_id(text: Option<&str>, source: &impl Source, now: u64) -> Self {
        text.filter(|text| text.len() <= limits::LAST_EVENT_ID_BYTES)
            .and_then(decimal)
            .filter(|&id| source.has(id))
            .filter(|&id| source.latest(now + CLOCK_SKEW_MS).is_some_and(|latest| id <= latest))
            .map_or(Self::Fresh, Self::After)
    }

    fn last_id(self) -> Option<u64> {
        match self {
            Self::Fresh => None,
            Self::After(id) => Some(id),
        }
    }
}

/// A source's events for one client: what it missed in order, or a `gap`, and
/// each next event when it is due.
#[derive(Debug)]
pub struct Timetable<S> {
    source: S,
    /// The last event that the client has, or that it was told it missed.
    last: Option<u64>,
    max_replay: u64,
    resumed: bool,
    events: u64,
    gaps: u64,
    /// One event's data, kept for its memory.
    data: String,
}

impl<S: Source> Timetable<S> {
    /// `max_replay` missed events are sent late rather than skipped.
    pub fn new(source: S, start: Start, max_replay: u32) -> Self {
        Self {
            source,
            last: start.last_id(),
            max_replay: u64::from(max_replay),
            resumed: start != Start::Fresh,
            events: 0,
            gaps: 0,
            data: String::new(),
        }
    }

    /// True if this has brought the client forward and more is due.
    fn write_due(&mut self, now: u64, budget: u64, out: &mut Vec<u8>) -> bool {
        let Some(latest) = self.source.latest(now) else { return false };
        let Some(begin) = self.last else {
            self.write_event(latest, now, out);
            return false;
        };
        if latest <= begin {
            return false;
        }
        let missed = self.source.between(begin, latest);
        if missed > self.max_replay {
            self.write_gap(begin, latest, missed, out);
            self.write_event(latest, now, out);
            return false;
        }
        let mut last = begin;
        for _ in 0..budget.min(u64::from(EVENTS_PER_CHUNK)) {
            match self.source.next(last) {
                Some(id) if last < id && id <= latest => {
                    self.write_event(id, now, out);
                    last = id;
                }
                _ => break,
            }
        }
        // Without progress there would be none at the next try either: the
        // source contradicts itself, and to ask again would hang the isolate.
        begin < last && last < latest
    }

    fn write_event(&mut self, id: u64, now: u64, out: &mut Vec<u8>) {
        self.data.clear();
        self.source.data(id, now, &mut self.data);
        Event { name: None, id: Some(id.into()), data: &self.data }.encode(out);
        self.last = Some(id);
        self.events += 1;
    }

    #[cold]
    fn write_gap(&mut self, after: u64, resumed_at: u64, missed: u64, out: &mut Vec<u8>) {
        let data = format!(r#"{{"after":{after},"resumed_at":{resumed_at},"missed":{missed}}}"#);
        Event { name: Some(GAP), id: self.echoed_id(), data: &data }.encode(out);
        self.gaps += 1;
    }
}

impl<S: Source> Feed for Timetable<S> {
    fn write(&mut self, now: u64, budget: u64, out: &mut Vec<u8>) -> Written {
        let before = self.events;
        let more = self.write_due(now, budget, out);
        Written { events: self.events - before, more, end: None }
    }

    fn wake_at(&self, now: u64, stagger_ms: u64) -> Option<u64> {
        let id = self.source.next(self.last.unwrap_or(0))?;
        let due = self.source.due_at(id);
        // What is due has been written. An event that is said to be due and was
        // not given is nothing to wait for.
        if due <= now {
            return None;
        }
        // Never so late that the event after it is due, too.
        let pause = self.source.next(id).map(|id| self.source.due_at(id).saturating_sub(due));
        Some(due.saturating_add(pause.map_or(stagger_ms, |pause| stagger_ms.min(pause / 2))))
    }

    fn echoed_id(&self) -> Option<EventId<'_>> {
        self.last.filter(|_| self.events == 0).map(EventId::from)
    }

    #[cold]
    fn log(&self, line: &mut String) {
        let Self { events, gaps, resumed, .. } = self;
        *line += &format!(r#","ticks":{events},"gaps":{gaps},"resumed":{resumed}"#);
        self.source.log(line);
    }
}
