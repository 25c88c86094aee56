//! One client's stream as a state machine: told the time, it says what to
//! write and when to wake it. No clock, no timer and no network in here.
//!
//! A [`Session`] does what every stream needs, whatever it sends: the opening
//! line, heartbeats, the CPU budget, the planned end with its goodbye, and care
//! for a client that reads slowly. A [`Feed`] knows which events this client is
//! still to be sent.

mod end;
mod feed;
pub mod overload;
pub mod registry;

pub use end::EndReason;
pub use feed::{Feed, Written};

use crate::config::Config;
use crate::config::limits::{
    self, END_SPREAD, EVENT_CPU_US, OPENING_CPU_US, RETRY_SPREAD, ROOM_CHECK_MS,
};
use crate::wire::event::{self, Event, EventName};

const ROTATE: EventName = EventName::literal("rotate");

/// What one step depends on beside the session itself.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Unix time in milliseconds.
    pub now: u64,
    /// Whether the client's queue takes another chunk.
    pub room: bool,
    /// Whether the runtime has said that the CPU limit is near. It says so to
    /// the whole isolate and does not name the stream that it means.
    pub near_cpu_limit: bool,
    /// How many milliseconds after the next event is due the stream is to be woken
    /// for it. (Never more than half of the time to the event after it.)
    pub stagger_ms: u64,
}

/// What to do when the bytes of a step are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Step again at this Unix time in milliseconds; at once if it is not in
    /// the future.
    At(u64),
    /// End the body.
    End(EndReason),
}

/// The random numbers of one session, evenly spread over all of `u32`.
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

/// One client's stream, whatever it sends.
#[derive(Debug)]
pub struct Session<F> {
    feed: F,
    /// The reconnection time that the opening line tells; `None` once it has.
    opening: Option<u32>,
    goodbye_retry_ms: u32,
    started_at: u64,
    ends_at: u64,
    /// Why it ends then.
    planned_end: EndReason,
    wrote_at: u64,
    heartbeat_ms: u64,
    /// Events and heartbeats that the whole CPU budget pays for.
    whole_budget: u64,
    /// How many of them it still pays for.
    budget: u64,
}

impl<F: Feed> Session<F> {
    /// Begins a session at `now`. The first [`Session::step`] is due at once.
    pub fn new(feed: F, config: &Config, random: Random, now: u64) -> Self {
        let life = limits::spread(config.max_stream_ms, END_SPREAD, random.life);
        let cpu_us = u64::from(config.cpu_budget_ms) * 1_000;
        let paid_for = cpu_us.saturating_sub(OPENING_CPU_US) / EVENT_CPU_US;
        let paid_for = u32::try_from(paid_for).unwrap_or(u32::MAX);
        let budget = u64::from(limits::spread(paid_for, END_SPREAD, random.budget));
        Self {
            feed,
            opening: Some(limits::spread(config.retry_ms, RETRY_SPREAD, random.retry)),
            goodbye_retry_ms: limits::spread(config.retry_ms, RETRY_SPREAD, random.goodbye),
            started_at: now,
            ends_at: now + u64::from(life),
            planned_end: EndReason::Lifetime,
            wrote_at: now,
            heartbeat_ms: u64::from(config.heartbeat_ms),
            whole_budget: budget,
            budget,
        }
    }

    /// Ends the session at this Unix time in milliseconds, if it would live longer:
    /// what it sends may be read no longer. Nothing but the goodbye is written
    /// then, however late the session is told the time.
    #[must_use]
    pub fn until(mut self, permitted: u64) -> Self {
        if permitted < self.ends_at {
            self.ends_at = permitted;
            self.planned_end = EndReason::Token;
        }
        self
    }

    /// Appends to `out` what is due, as one chunk, and says what comes next.
    ///
    /// If the client's queue has no room, only a goodbye is written. Its feed knows
    /// what the client misses meanwhile, and sends it later or tells of a gap.
    pub fn step(&mut self, moment: Moment, out: &mut Vec<u8>) -> Next {
        let Moment { now, room, near_cpu_limit, stagger_ms } = moment;
        // The clock may have been set back: a heartbeat must not wait until it is
        // where it was.
        self.wrote_at = self.wrote_at.min(now);
        let near_cpu_limit = near_cpu_limit && self.has_spent_most();
        let over = now >= self.ends_at;
        let (more, end) =
            if room && (near_cpu_limit || over && self.planned_end == EndReason::Token) {
                // There is time, or permission, for nothing but the goodbye.
                self.write_opening(out);
                (false, None)
            } else if room {
                self.write_chunk(now, out)
            } else {
                // A look at a full queue costs a timer as an event does.
                self.spend(1);
                (false, None)
            };

        if let Some(reason) = end {
            self.goodbye(reason, out)
        } else if over {
            self.goodbye(self.planned_end, out)
        } else if near_cpu_limit || self.budget == 0 {
            self.goodbye(EndReason::Cpu, out)
        } else if more {
            Next::At(now)
        } else if room {
            Next::At(self.wake_at(now, stagger_ms).max(now + 1))
        } else {
            // Wait as long again as the client has not read already.
            let pause = now.saturating_sub(self.wrote_at).clamp(ROOM_CHECK_MS.0, ROOM_CHECK_MS.1);
            Next::At(self.ends_at.min(now + pause))
        }
    }

    /// What the client is owed, for whoever brings it news.
    pub fn feed_mut(&mut self) -> &mut F {
        &mut self.feed
    }

    /// When the stream ends at the latest, in Unix milliseconds.
    pub fn ends_at(&self) -> u64 {
        self.ends_at
    }

    /// The session's line in the log: one object of JSON.
    pub fn log_line(&self, reason: EndReason, now: u64) -> String {
        feed::log_line(&self.feed, reason, now.saturating_sub(self.started_at))
    }

    /// Writes the opening line, the events that are due, or a heartbeat. Says
    /// whether more is due than one chunk holds, and why the stream is over, if it
    /// is.
    fn write_chunk(&mut self, now: u64, out: &mut Vec<u8>) -> (bool, Option<EndReason>) {
        let begin = out.len();
        self.write_opening(out);
        let Written { events, more, end } = self.feed.write(now, self.budget, out);
        self.spend(events);
        if out.len() == begin && end.is_none() && now >= self.wrote_at + self.heartbeat_ms {
            out.extend_from_slice(event::HEARTBEAT);
            self.spend(1);
        }
        if out.len() > begin {
            self.wrote_at = now;
        }
        (more, end)
    }

    fn write_opening(&mut self, out: &mut Vec<u8>) {
        if let Some(retry_ms) = self.opening.take() {
            event::retry(out, retry_ms);
        }
    }

    /// Tells the client why its stream ends and when to come back.
    #[cold]
    fn goodbye(&self, reason: EndReason, out: &mut Vec<u8>) -> Next {
        let retry_ms = self.goodbye_retry_ms;
        let Some(word) = reason.on_the_wire() else { return Next::End(reason) };
        event::retry(out, retry_ms);
        if self.feed.says_goodbye() {
            let data = format!(r#"{{"reason":"{word}","retry_ms":{retry_ms}}}"#);
            Event { name: Some(ROTATE), id: self.feed.echoed_id(), data: &data }.encode(out);
        }
        Next::End(reason)
    }

    fn spend(&mut self, events: u64) {
        self.budget = self.budget.saturating_sub(events);
    }

    fn has_spent_most(&self) -> bool {
        self.budget <= self.whole_budget / 2
    }

    /// When the feed's next event, a heartbeat or the end is due: the earliest.
    fn wake_at(&self, now: u64, stagger_ms: u64) -> u64 {
        let heartbeat = self.wrote_at + self.heartbeat_ms;
        let event = self.feed.wake_at(now, stagger_ms).unwrap_or(u64::MAX);
        event.min(heartbeat).min(self.ends_at)
    }
}
