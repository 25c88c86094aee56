//! What one reader of a channel is owed: the feed of its session at the front.
//!
//! 1. `place` is where the client stands once what waits is written. A frame is
//!    taken only if it continues the place; so nothing comes twice, and nothing is
//!    left out.
//! 2. What cannot be taken, for the client has no room or something is missing
//!    before it, is dropped, and the reader is `behind`. When there is room it asks
//!    for what comes after its place, one chunk at a time, until it has caught up.
//! 3. At most one frame waits to be written: that is a reader's memory.

use super::bridge::Bridge;
use super::opened::Opened;
use super::waiting::Waiting;
use super::{Command, Message};
use crate::channel::Mode;
use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::protocol::next_cursor;
use crate::channel::text::text;
use crate::config::Config;
use crate::session::{EndReason, Feed, Written};
use crate::wire::event::EventId;

/// See the module.
#[derive(Debug)]
pub struct Follower {
    pub(super) mode: Mode,
    pub(super) place: Offset,
    pub(super) exists: bool,
    /// Whether the client was told that events are base64.
    pub(super) says_base64: bool,
    pub(super) bridge: Bridge,
    pub(super) behind: bool,
    /// Whether a frame with what comes after the place is on its way.
    pub(super) reading: bool,
    pub(super) must_read: bool,
    /// Written, until it is.
    pub(super) waiting: Waiting,
    pub(super) end: Option<EndReason>,
    /// The last cursor that was given out, or the least to give out.
    pub(super) cursor: u64,
    /// The client's own place until its first event, for an event that comes
    /// before.
    pub(super) own_id: Option<String>,
    pub(super) heartbeat_ms: u64,
    pub(super) wrote_at: u64,
    pub(super) resumed: bool,
    pub(super) messages: u64,
    pub(super) gaps: u64,
}

impl Follower {
    /// A reader whom the object has told where it stands. `cursor` is the query
    /// parameter of that name, for `live=sse`.
    pub fn new(
        opened: Opened,
        mode: Mode,
        cursor: Option<u64>,
        config: &Config,
        random: u32,
        now: u64,
    ) -> Self {
        let Opened { place, exists, kind, has_frame, gap, tail } = opened;
        let own_place = gap.and_then(|gap| gap.after).unwrap_or(place);
        let mut follower = Self {
            mode,
            place,
            exists,
            says_base64: exists && kind == Kind::Binary,
            bridge: Bridge::new(config.heartbeat_ms, random),
            behind: false,
            reading: has_frame,
            must_read: false,
            waiting: Waiting::default(),
            end: None,
            cursor: next_cursor(cursor, now, random),
            own_id: (mode == Mode::Events).then(|| own_place.to_text()),
            heartbeat_ms: u64::from(config.heartbeat_ms),
            wrote_at: now,
            resumed: place.ordinal < tail || gap.is_some(),
            messages: 0,
            gaps: 0,
        };
        if has_frame {
            follower.bridge.asked(now);
        }
        match mode {
            Mode::Events => {
                let tail = Offset { generation: place.generation, ordinal: tail };
                follower.waiting.ready(own_place, tail, exists);
                if let Some(gap) = gap {
                    follower.gap(&gap.data(place));
                }
            }
            // Of what is on its way a control event is part.
            Mode::Sse if !has_frame => follower.control(true, false, now),
            Mode::Sse | Mode::Poll => {}
        }
        follower
    }

    /// What to do now. Ask after each step of the session until there is none.
    pub fn command(&mut self, now: u64) -> Option<Command> {
        if self.end.is_some() {
            None
        } else if self.bridge.must_reopen(now) {
            Some(Command::Reopen(self.place))
        } else if std::mem::take(&mut self.must_read) {
            self.bridge.asked(now);
            Some(Command::Send(Message::Read(self.place)))
        } else if self.bridge.must_ping() {
            Some(Command::Send(Message::Ping))
        } else {
            None
        }
    }

    /// Right behind whatever was before it, so that a cut between the two loses
    /// nothing; its id is the place from which it goes on.
    pub(super) fn gap(&mut self, data: &str) {
        self.gaps += 1;
        self.waiting.gap(self.place, data);
    }

    pub(super) fn control(&mut self, up_to_date: bool, closed: bool, now: u64) {
        self.cursor = self.cursor.max(next_cursor(None, now, 0));
        let cursor = (!closed).then_some(self.cursor);
        self.waiting.control(self.place, cursor, up_to_date);
    }
}

impl Feed for Follower {
    fn write(&mut self, now: u64, _: u64, out: &mut Vec<u8>) -> Written {
        // As the session counts: it beats where there is nothing to write.
        self.wrote_at = self.wrote_at.min(now);
        let events = self.waiting.flush(out);
        if events > 0 {
            self.wrote_at = now;
            self.own_id = None;
        } else if now >= self.wrote_at + self.heartbeat_ms {
            self.wrote_at = now;
            self.bridge.beat(now);
            self.reading &= self.bridge.is_open();
        }
        if self.bridge.is_given_up() {
            self.end.get_or_insert(EndReason::Bridge);
        }
        let wants_more = self.behind && !self.reading && self.bridge.is_open();
        if wants_more && events == 0 && self.end.is_none() {
            self.reading = true;
            self.must_read = true;
        }
        // After a chunk the room is to be looked at first.
        Written { events, more: wants_more && events > 0, end: self.end }
    }

    fn wake_at(&self, now: u64, _: u64) -> Option<u64> {
        self.bridge.wake_at().map(|at| at.max(now + 1))
    }

    fn echoed_id(&self) -> Option<EventId<'_>> {
        self.own_id.as_deref().and_then(|id| EventId::new(id).ok())
    }

    fn says_goodbye(&self) -> bool {
        self.mode == Mode::Events
    }

    #[cold]
    fn log(&self, line: &mut String) {
        *line += &text!(
            r#","follows":""#,
            if self.mode == Mode::Events { "events" } else { "sse" },
            r#"","messages":"#,
            self.messages,
            r#","gaps":"#,
            self.gaps,
            r#","reopened":"#,
            u64::from(self.bridge.sockets - 1),
            r#","resumed":"#,
            if self.resumed { "true" } else { "false" },
        );
    }
}
