//! The socket between the front and the object, as far as one reader knows it:
//! whether it is there, and what to do when it is not.
//!
//! 1. Each heartbeat of the session asks whether the peer is there. What was not
//!    answered at the next one is lost: a peer that is silently gone is noticed
//!    within two heartbeats.
//! 2. A lost socket is opened again after a spread pause, a few times in a row.
//! 3. A request of the Free plan may make 50 requests of its own: the stream ends
//!    by plan before they are used up.

use crate::config::limits::{self, RETRY_SPREAD};

/// Tries to open a socket that follow each other without a word of the object.
const TRIES: u32 = 3;
/// Milliseconds before the first try; four times as many before each next one.
const PAUSE_MS: u32 = 250;
/// Sockets that one stream opens at most, of the 50 requests that its own may
/// make on the Free plan
/// (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>).
const SOCKETS: u32 = 40;

#[derive(Debug)]
pub(super) struct Bridge {
    state: State,
    heartbeat_ms: u64,
    /// Since when the object owes a word, in Unix milliseconds.
    unanswered: Option<u64>,
    must_ping: bool,
    tries: u32,
    pub(super) sockets: u32,
    random: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// To be opened again at this Unix time in milliseconds.
    Lost(u64),
    Opening,
    GivenUp,
}

impl Bridge {
    pub(super) fn new(heartbeat_ms: u32, random: u32) -> Self {
        Self {
            state: State::Open,
            heartbeat_ms: u64::from(heartbeat_ms),
            unanswered: None,
            must_ping: false,
            tries: 0,
            sockets: 1,
            random,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.state == State::GivenUp
    }

    /// The object has said something.
    pub(super) fn heard(&mut self) {
        self.unanswered = None;
        self.tries = 0;
    }

    /// The object was asked something.
    pub(super) fn asked(&mut self, now: u64) {
        self.unanswered.get_or_insert(now);
    }

    /// The session's heartbeat.
    pub(super) fn beat(&mut self, now: u64) {
        if !self.is_open() {
            return;
        }
        if self.unanswered.is_some_and(|since| now >= since + self.heartbeat_ms) {
            self.lost(now, 0);
        } else {
            self.must_ping = true;
            self.asked(now);
        }
    }

    /// The socket broke, or could not be opened.
    pub(super) fn lost(&mut self, now: u64, random: u32) {
        if matches!(self.state, State::Lost(_) | State::GivenUp) {
            return;
        }
        self.must_ping = false;
        self.unanswered = None;
        self.tries += 1;
        self.random ^= random;
        self.state = if self.tries > TRIES || self.sockets >= SOCKETS {
            State::GivenUp
        } else {
            let pause = PAUSE_MS << (2 * (self.tries - 1));
            State::Lost(now + u64::from(limits::spread(pause, RETRY_SPREAD, self.next_random())))
        };
    }

    pub(super) fn reopened(&mut self) {
        self.state = State::Open;
        self.unanswered = None;
    }

    /// When to be asked again, in Unix milliseconds.
    pub(super) fn wake_at(&self) -> Option<u64> {
        match self.state {
            State::Lost(at) => Some(at),
            _ => None,
        }
    }

    /// Whether to open another socket now.
    pub(super) fn must_reopen(&mut self, now: u64) -> bool {
        let due = matches!(self.state, State::Lost(at) if now >= at);
        if due {
            self.state = State::Opening;
            self.sockets += 1;
        }
        due
    }

    /// Whether to ping now.
    pub(super) fn must_ping(&mut self) -> bool {
        std::mem::take(&mut self.must_ping)
    }

    /// Marsaglia's xorshift: the pauses of one stream are to differ.
    fn next_random(&mut self) -> u32 {
        let mut random = self.random | 1;
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        self.random = random;
        random
    }
}
