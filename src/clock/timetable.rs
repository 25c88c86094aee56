//! Which events of a source a client is sent: those that it missed, or word of a
//! gap, and then each next one.

use std::cell::Cell;

use super::Source;
use crate::config::limits::{self, CLOCK_SKEW_MS, EVENTS_PER_CHUNK};
use crate::config::number::decimal;
use crate::session::{Feed, Written};
use crate::wire::event::{Event, EventId, EventName};

const GAP: EventName = EventName::literal("gap");

/// Which events a client has when it connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// None: it is new, or has sent an id that is not one of this source's. It is
    /// sent the latest event first.
    Fresh,
    /// All up to this id, and this one too.
    After(u64),
}

impl Start {
    /// Reads the `Last-Event-ID` that the client sent. Whatever is in it, the
    /// client gets a stream: an error would end an `EventSource` for good.
    ///
    /// An id that is barely in the future comes from a machine whose clock is ahead
    /// of this one's. It is taken; starting afresh would send the client an event
    /// older than the one it has.
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
}

thread_local! {
    /// One event's data, kept for its memory: one stream writes at a time.
    static DATA: Cell<String> = const { Cell::new(String::new()) };
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
        }
    }

    /// Writes what is due; true if the client has more now than before and still
    /// more is due.
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
        // Only after progress: a source that contradicts itself has given nothing,
        // would give nothing again, and asking it for ever would hang the isolate.
        begin < last && last < latest
    }

    fn write_event(&mut self, id: u64, now: u64, out: &mut Vec<u8>) {
        let mut data = DATA.take();
        data.clear();
        self.source.data(id, now, &mut data);
        Event { name: None, id: Some(id.into()), data: &data }.encode(out);
        DATA.set(data);
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
        // All that is due has been written. An event that is still said to be due
        // is one that the source did not give, and not to be waited for.
        if due <= now {
            return None;
        }
        // Not so late that the event after it is due, too.
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
