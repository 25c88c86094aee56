//! One client's stream as a state machine: told the time, it says what to
//! write and when to wake it. No clock, no timer and no network in here.

use serde::Serialize;

use crate::config::{Config, decimal};
use crate::limits::{
    self, CLOCK_SKEW_MS, END_SPREAD, EVENT_CPU_US, EVENTS_PER_CHUNK, OPENING_CPU_US, RETRY_SPREAD,
    ROOM_CHECK_MS,
};
use crate::source::Source;
use crate::sse::{self, Event, EventId, EventName};

const GAP: EventName = EventName::literal("gap");
const ROTATE: EventName = EventName::literal("rotate");
const OVERLOAD: EventName = EventName::literal("overload");

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

/// What one step depends on beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Unix time in milliseconds.
    pub now: u64,
    /// Whether the client's queue takes another chunk.
    pub room: bool,
    /// Whether the runtime has said that the CPU limit is near. It says so to
    /// the whole isolate and does not name the stream that it means.
    pub near_cpu_limit: bool,
    /// Milliseconds after the next event is due at which to wake for it, at most half of the time
    /// to the event after it.
    pub stagger_ms: u64,
}

/// What to do after the bytes of a step are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Step again at this Unix time in milliseconds; at once if it is not in
    /// the future.
    At(u64),
    /// End the body.
    End(EndReason),
}

/// Why a stream ended, as the client and the log call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its planned life was over.
    Lifetime,
    /// Its CPU budget was used up.
    Cpu,
    /// The client went away.
    ClientLeft,
    /// The isolate was full.
    Overload,
    /// The runtime refused a write.
    Error,
}

impl EndReason {
    /// The word on the wire and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lifetime => "lifetime",
            Self::Cpu => "cpu",
            Self::ClientLeft => "client_left",
            Self::Overload => "overload",
            Self::Error => "error",
        }
    }
}

/// The random numbers of one stream, evenly spread over all of `u32`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random {
    /// For the first reconnection time.
    pub retry: u32,
    /// For the life.
    pub life: u32,
    /// For the CPU budget.
    pub budget: u32,
    /// For the reconnection time of the goodbye.
    pub goodbye: u32,
}

/// See the module.
#[derive(Debug)]
pub struct Stream<S> {
    source: S,
    /// The last event that the client has, or that it was told it missed.
    last: Option<u64>,
    /// The reconnection time, until the opening line is written.
    opening: Option<u32>,
    goodbye_retry_ms: u32,
    started_at: u64,
    ends_at: u64,
    wrote_at: u64,
    heartbeat_ms: u64,
    max_replay: u64,
    /// Events and heartbeats that the whole CPU budget pays for.
    whole_budget: u64,
    /// How many of them it still pays for.
    budget: u64,
    resumed: bool,
    events: u64,
    gaps: u64,
    /// One event's data, kept for its memory.
    data: String,
}

impl<S: Source> Stream<S> {
    /// Plans a stream that starts at `now`. The first [`Stream::step`] is due
    /// at once.
    pub fn new(source: S, start: Start, config: &Config, random: Random, now: u64) -> Self {
        let life = limits::spread(config.max_stream_ms, END_SPREAD, random.life);
        let cpu_us = u64::from(config.cpu_budget_ms) * 1_000;
        let paid_for = cpu_us.saturating_sub(OPENING_CPU_US) / EVENT_CPU_US;
        let paid_for = u32::try_from(paid_for).unwrap_or(u32::MAX);
        let budget = u64::from(limits::spread(paid_for, END_SPREAD, random.budget));
        Self {
            source,
            last: start.last_id(),
            opening: Some(limits::spread(config.retry_ms, RETRY_SPREAD, random.retry)),
            goodbye_retry_ms: limits::spread(config.retry_ms, RETRY_SPREAD, random.goodbye),
            started_at: now,
            ends_at: now + u64::from(life),
            wrote_at: now,
            heartbeat_ms: u64::from(config.heartbeat_ms),
            max_replay: u64::from(config.max_replay_ticks),
            whole_budget: budget,
            budget,
            resumed: start != Start::Fresh,
            events: 0,
            gaps: 0,
            data: String::new(),
        }
    }

    /// Appends to `out` what is due, as one chunk, and says what comes next.
    ///
    /// Without room nothing is written but the goodbye; what the client misses
    /// meanwhile follows the rule of missed events.
    pub fn step(&mut self, moment: Moment, out: &mut Vec<u8>) -> Next {
        let Moment { now, room, near_cpu_limit, stagger_ms } = moment;
        // The clock may have been set back.
        self.wrote_at = self.wrote_at.min(now);
        let near_cpu_limit = near_cpu_limit && self.has_spent_most();
        let more = if room && near_cpu_limit {
            // There is no time but for the goodbye.
            self.write_opening(out);
            false
        } else if room {
            self.write_chunk(now, out)
        } else {
            // A look at a full queue costs a timer as an event does.
            self.spend();
            false
        };

        if now >= self.ends_at {
            self.goodbye(EndReason::Lifetime, out)
        } else if near_cpu_limit || self.budget == 0 {
            self.goodbye(EndReason::Cpu, out)
        } else if more {
            Next::At(now)
        } else if room {
            Next::At(self.wake_at(now, stagger_ms).max(now + 1))
        } else {
            // Wait as long again as the client has kept us waiting.
            let pause = now.saturating_sub(self.wrote_at).clamp(ROOM_CHECK_MS.0, ROOM_CHECK_MS.1);
            Next::At(self.ends_at.min(now + pause))
        }
    }

    /// When the stream ends at the latest, in Unix milliseconds.
    pub fn ends_at(&self) -> u64 {
        self.ends_at
    }

    /// The stream's line in the log.
    pub fn summary(&self, reason: EndReason, interval_ms: u32, now: u64) -> Summary {
        Summary {
            reason: reason.as_str(),
            ticks: self.events,
            gaps: self.gaps,
            duration_ms: now.saturating_sub(self.started_at),
            resumed: self.resumed,
            interval_ms,
        }
    }

    /// The opening line, what is due, or a heartbeat; true if more is due than
    /// one chunk holds.
    fn write_chunk(&mut self, now: u64, out: &mut Vec<u8>) -> bool {
        let begin = out.len();
        self.write_opening(out);
        let more = self.write_due(now, out);
        if out.len() == begin && now >= self.wrote_at + self.heartbeat_ms {
            out.extend_from_slice(sse::HEARTBEAT);
            self.spend();
        }
        if out.len() > begin {
            self.wrote_at = now;
        }
        more
    }

    fn write_opening(&mut self, out: &mut Vec<u8>) {
        if let Some(retry_ms) = self.opening.take() {
            sse::retry(out, retry_ms);
        }
    }

    /// The events that are due, oldest first: the rule of missed events. True
    /// if this has brought the client forward and more is due.
    fn write_due(&mut self, now: u64, out: &mut Vec<u8>) -> bool {
        let Some(latest) = self.source.latest(now) else { return false };
        let Some(mut last) = self.last else {
            self.write_event(latest, now, out);
            return false;
        };
        if latest <= last {
            return false;
        }
        let missed = self.source.between(last, latest);
        if missed > self.max_replay {
            self.write_gap(last, latest, missed, out);
            self.write_event(latest, now, out);
            return false;
        }
        let begin = last;
        for _ in 0..EVENTS_PER_CHUNK {
            match self.source.next(last) {
                Some(id) if last < id && id <= latest && self.budget > 0 => {
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
        self.spend();
    }

    #[cold]
    fn write_gap(&mut self, after: u64, resumed_at: u64, missed: u64, out: &mut Vec<u8>) {
        let data = format!(r#"{{"after":{after},"resumed_at":{resumed_at},"missed":{missed}}}"#);
        Event { name: Some(GAP), id: self.echoed_id(), data: &data }.encode(out);
        self.gaps += 1;
    }

    /// The id of an event that is no tick: none, but for the first event of a
    /// connection, which repeats the client's own. A browser keeps its last id
    /// by itself; other clients forget it at an event without one.
    fn echoed_id(&self) -> Option<EventId<'static>> {
        self.last.filter(|_| self.events == 0).map(EventId::from)
    }

    #[cold]
    fn goodbye(&self, reason: EndReason, out: &mut Vec<u8>) -> Next {
        let retry_ms = self.goodbye_retry_ms;
        let data = format!(r#"{{"reason":"{}","retry_ms":{retry_ms}}}"#, reason.as_str());
        sse::retry(out, retry_ms);
        Event { name: Some(ROTATE), id: self.echoed_id(), data: &data }.encode(out);
        Next::End(reason)
    }

    fn spend(&mut self) {
        self.budget = self.budget.saturating_sub(1);
    }

    fn has_spent_most(&self) -> bool {
        self.budget <= self.whole_budget / 2
    }

    /// Whatever comes first: the next event, a heartbeat, the end.
    fn wake_at(&self, now: u64, stagger_ms: u64) -> u64 {
        let heartbeat = self.wrote_at + self.heartbeat_ms;
        let next = self.source.next(self.last.unwrap_or(0));
        // What is due has been written. An event that is said to be due and was
        // not given is nothing to wait for.
        let next = next.map(|id| (id, self.source.due_at(id))).filter(|(_, due)| *due > now);
        let event = next.map_or(u64::MAX, |(id, due)| {
            // Never so late that the event after it is due, too.
            let pause = self.source.next(id).map(|id| self.source.due_at(id).saturating_sub(due));
            due.saturating_add(pause.map_or(stagger_ms, |pause| stagger_ms.min(pause / 2)))
        });
        event.min(heartbeat).min(self.ends_at)
    }
}

/// The whole body for a client that found the isolate full, and its place
/// again for its next try. An `EventSource` comes back from this; after a 503
/// it would not.
#[must_use]
pub fn overload(config: &Config, start: Start, random: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let retry_ms = overload_retry_ms(config, random);
    sse::retry(&mut out, retry_ms);
    let data = format!(r#"{{"retry_ms":{retry_ms}}}"#);
    let id = start.last_id().map(EventId::from);
    Event { name: Some(OVERLOAD), id, data: &data }.encode(&mut out);
    out
}

/// Milliseconds after which a client that found the isolate full comes back.
#[must_use]
pub fn overload_retry_ms(config: &Config, random: u32) -> u32 {
    limits::spread(config.overload_retry_ms, RETRY_SPREAD, random)
}

/// One line of the log, as JSON, when a stream ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// See [`EndReason`].
    pub reason: &'static str,
    /// Events sent.
    pub ticks: u64,
    /// Gaps told.
    pub gaps: u64,
    /// Milliseconds from the first byte to the end.
    pub duration_ms: u64,
    /// Whether the client came with a last id that was taken.
    pub resumed: bool,
    /// Milliseconds between ticks.
    pub interval_ms: u32,
}

impl Summary {
    /// The line for a client that was turned away.
    #[must_use]
    pub fn of_overload(start: Start, interval_ms: u32) -> Self {
        let reason = EndReason::Overload.as_str();
        let resumed = start != Start::Fresh;
        Self { reason, ticks: 0, gaps: 0, duration_ms: 0, resumed, interval_ms }
    }
}
