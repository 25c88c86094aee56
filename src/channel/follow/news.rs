//! What a reader's feed hears of the object: frames, and how its socket is.

use super::feed::Follower;
use super::opened::Opened;
use crate::channel::Mode;
use crate::channel::content::Kind;
use crate::channel::frame::{HEADER_BYTES, Header, Says};
use crate::channel::offset::Offset;
use crate::session::EndReason;

impl Follower {
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
            Mode::Events if closed => self.waiting.closed(self.place),
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

    /// A [`Command::Reopen`](super::Command::Reopen) gave another socket.
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

    /// A [`Command::Reopen`](super::Command::Reopen) gave an ordinary answer of this status, or none.
    pub fn reopen_failed(&mut self, status: Option<u16>, now: u64, random: u32) {
        match status {
            Some(404) => self.end = Some(EndReason::Deleted),
            Some(410) => self.end = Some(EndReason::Lifetime),
            _ => self.bridge_lost(now, random),
        }
    }
}
