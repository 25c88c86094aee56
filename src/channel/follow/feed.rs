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
use super::{Command, Message};
use crate::channel::Mode;
use crate::channel::content::Kind;
use crate::channel::events;
use crate::channel::frame::{HEADER_BYTES, Header, Says};
use crate::channel::offset::Offset;
use crate::channel::protocol::next_cursor;
use crate::channel::text::text;
use crate::config::Config;
use crate::session::{EndReason, Feed, Written};
use crate::wire::event::EventId;

/// Bytes of a frame that cost as much CPU time as an event: they are copied
/// into the instance and out of it again.
const BYTES_PER_EVENT: usize = 128 << 10;

/// See the module.
#[derive(Debug)]
pub struct Follower {
    mode: Mode,
    place: Offset,
    exists: bool,
    /// Whether the client was told that events are base64.
    says_base64: bool,
    bridge: Bridge,
    behind: bool,
    /// Whether a frame with what comes after the place is on its way.
    reading: bool,
    must_read: bool,
    /// Written, until it is.
    waiting: Waiting,
    end: Option<EndReason>,
    /// The last cursor that was given out, or the least to give out.
    cursor: u64,
    /// The client's own place until its first event, for an event that comes
    /// before.
    own_id: Option<String>,
    heartbeat_ms: u64,
    wrote_at: u64,
    resumed: bool,
    messages: u64,
    gaps: u64,
}

/// Finished bytes, from `begin` on.
#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    begin: usize,
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
                follower.ready(own_place, Offset { generation: place.generation, ordinal: tail });
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

    /// A binary message of the object. `room` says whether the client's queue
    /// takes another chunk. Step the session after it.
    pub fn receive(&mut self, frame: Vec<u8>, room: bool, now: u64) {
        self.bridge.heard();
        if self.end.is_some() {
            return;
        }
        let Some(header) = Header::decode(&frame) else {
            // Another version of the object: the next stream may be one of it.
            self.end = Some(EndReason::Bridge);
            return;
        };
        match header.says {
            Says::Deleted => self.end = Some(EndReason::Deleted),
            Says::Gap => self.receive_gap(header, &frame, room),
            Says::Messages => self.receive_messages(header, frame, room, now),
        }
    }

    fn receive_gap(&mut self, header: Header, frame: &[u8], room: bool) {
        self.reading = false;
        if self.mode != Mode::Events {
            // The protocol says it by 410, when the client comes back.
            self.gaps += 1;
            self.end = Some(EndReason::Lifetime);
        } else if room && self.waiting.is_empty() {
            self.place = header.place();
            let data = frame.get(HEADER_BYTES..).unwrap_or_default();
            self.gap(&String::from_utf8_lossy(data));
            self.behind = header.to < header.tail;
        } else {
            self.behind = true;
        }
    }

    fn receive_messages(&mut self, header: Header, frame: Vec<u8>, room: bool, now: u64) {
        let Header { generation, from, to, tail, .. } = header;
        let same = generation == self.place.generation || self.place == Offset::START;
        let continues = same && from == self.place.ordinal;
        if header.reply || continues {
            self.reading = false;
        }
        if header.binary && !self.says_base64 {
            // Made after the stream began: its headers are to say so.
            self.end = Some(EndReason::Lifetime);
        } else if same && to <= self.place.ordinal && !continues {
            // The client has it.
            self.behind |= header.reply && self.place.ordinal < tail;
        } else if !continues || !room || self.waiting.is_large() {
            self.behind = true;
        } else {
            self.take(header, frame, now);
        }
    }

    /// The next messages, and whatever follows from them.
    fn take(&mut self, header: Header, frame: Vec<u8>, now: u64) {
        let Header { from, to, tail, closed, .. } = header;
        self.place = header.place();
        self.exists = true;
        self.behind = to < tail;
        self.messages += to - from;
        if to > from {
            self.waiting.put(frame, HEADER_BYTES);
        }
        match self.mode {
            Mode::Events if closed => self.closed(),
            Mode::Sse if to > from || closed => self.control(to == tail, closed, now),
            _ => {}
        }
        if closed {
            self.end = Some(EndReason::Closed);
        }
    }

    /// The object's [`PONG`](crate::channel::frame::PONG).
    pub fn pong(&mut self, _: u64) {
        self.bridge.heard();
    }

    /// The socket closed, or reported an error. Step the session after it.
    pub fn bridge_lost(&mut self, now: u64, random: u32) {
        self.bridge.lost(now, random);
        self.reading = false;
        self.must_read = false;
    }

    /// A [`Command::Reopen`] gave another socket.
    pub fn reopened(&mut self, opened: Opened, now: u64) {
        let Opened { place, exists, kind, has_frame, gap, .. } = opened;
        self.bridge.reopened();
        self.reading = has_frame;
        self.behind = false;
        if has_frame {
            self.bridge.asked(now);
        }
        if self.exists && !exists {
            self.end = Some(EndReason::Deleted);
        } else if exists && kind == Kind::Binary && !self.says_base64 {
            self.end = Some(EndReason::Lifetime);
        } else {
            self.exists = exists;
            self.place = place;
            if let Some(gap) = gap {
                self.gap(&gap.data(place));
            }
        }
    }

    /// A [`Command::Reopen`] gave an ordinary answer of this status, or none.
    pub fn reopen_failed(&mut self, status: Option<u16>, now: u64, random: u32) {
        match status {
            Some(404) => self.end = Some(EndReason::Deleted),
            Some(410) => self.end = Some(EndReason::Lifetime),
            _ => self.bridge_lost(now, random),
        }
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

    fn ready(&mut self, own_place: Offset, tail: Offset) {
        let exists = if self.exists { "true" } else { "false" };
        let data =
            text!(r#"{"after":""#, own_place, r#"","tail":""#, tail, r#"","exists":"#, exists, "}");
        events::own(&mut self.waiting.bytes, own_place, "ready", &data);
    }

    /// Right behind whatever was before it, so that a cut between the two loses
    /// nothing; its id is the place from which it goes on.
    fn gap(&mut self, data: &str) {
        self.gaps += 1;
        events::own(&mut self.waiting.bytes, self.place, "gap", data);
    }

    fn closed(&mut self) {
        let data = text!(r#"{"tail":""#, self.place, r#""}"#);
        events::own(&mut self.waiting.bytes, self.place, "closed", &data);
    }

    fn control(&mut self, up_to_date: bool, closed: bool, now: u64) {
        self.cursor = self.cursor.max(next_cursor(None, now, 0));
        let (place, cursor) = (self.place, self.cursor);
        let begin = r#"{"streamNextOffset":""#;
        let data = if closed {
            text!(begin, place, r#"","upToDate":true,"streamClosed":true}"#)
        } else {
            let end = if up_to_date { r#"","upToDate":true}"# } else { r#""}"# };
            text!(begin, place, r#"","streamCursor":""#, cursor, end)
        };
        events::control(&mut self.waiting.bytes, self.place, &data);
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.bytes.len() == self.begin
    }

    /// Whether a frame waits. An event of our own is small.
    fn is_large(&self) -> bool {
        self.bytes.len() - self.begin > 1_024
    }

    fn put(&mut self, bytes: Vec<u8>, begin: usize) {
        if self.is_empty() {
            *self = Self { bytes, begin };
        } else {
            self.bytes.extend_from_slice(bytes.get(begin..).unwrap_or_default());
        }
    }

    /// Moves what waits to `out`, and says how many events the CPU budget is to
    /// pay for.
    fn flush(&mut self, out: &mut Vec<u8>) -> u64 {
        let bytes = self.bytes.get(self.begin..).unwrap_or_default();
        let events = if bytes.is_empty() { 0 } else { 1 + bytes.len() / BYTES_PER_EVENT };
        out.extend_from_slice(bytes);
        *self = Self::default();
        events as u64
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
