//! A channel's log in one turn of its object: what an append, a read, and the
//! passing of time do to the store.
//!
//! 1. Whoever decides has decided before the first write: nothing here refuses.
//! 2. [`Log::commit`] is the last of a turn that changed a channel. It writes the
//!    channel's row at most once.
//! 3. What others are to hear of it is in [`Effects`], for after the commit.

mod channel;
mod kept;

use super::content::Kind;
use super::events::GROWTH;
use super::frame::farewell;
use super::producer::Known;
use super::store::{Chunk, Meta, Row, Segment, Span, Store, Tail, View};
use super::{Effects, Memory, retention};
use crate::config::Config;
pub use channel::{Append, Appended, Channel};
pub use kept::{Failed, Kept};

/// See the module.
pub struct Log<'a> {
    store: &'a mut dyn Store<Error = Failed>,
    /// The bounds.
    pub limits: &'a Config,
    /// Unix time in milliseconds.
    pub now: u64,
    /// What is to be done after the commit.
    pub effects: Effects,
}

impl<'a> Log<'a> {
    /// Begins a turn.
    pub fn new(
        store: &'a mut dyn Store<Error = Failed>,
        limits: &'a Config,
        memory: Memory,
        now: u64,
    ) -> Self {
        let effects = Effects { memory, ..Effects::default() };
        Self { store, limits, now, effects }
    }

    /// The channel, if there is one. One that is over is removed here: nobody
    /// sees it, whether or not the alarm has come.
    ///
    /// # Errors
    /// As for all methods: where the store failed.
    pub fn open(&mut self) -> Result<Option<Box<Channel>>, Failed> {
        let Some(meta) = self.store.meta()? else { return Ok(None) };
        let deadline = retention::deadline(&meta, self.effects.memory.deadline);
        if deadline != 0 && self.now >= deadline {
            self.remove(&meta)?;
            return Ok(None);
        }
        let tail = match meta.segments.last() {
            Some(segment) => self.store.tail(*segment)?,
            None => meta.tail.clone(),
        };
        Ok(Some(Box::new(Channel { meta, tail, deadline, is_new: false, is_changed: false })))
    }

    /// A new channel. Until [`Log::commit`] nothing is written, and nothing is
    /// done. The caller has set what its creator says of it.
    pub fn create(&self, mut meta: Meta) -> Box<Channel> {
        meta.generation = self.now.max(self.effects.memory.last_generation + 1);
        if let Some(ttl_s) = meta.ttl_s {
            meta.deadline = retention::deadline_from(ttl_s, self.now);
        }
        let deadline = meta.deadline;
        let tail = Tail::default();
        Box::new(Channel { meta, tail, deadline, is_new: true, is_changed: false })
    }

    /// The channel was read or written: its TTL begins again.
    pub fn touch(&self, channel: &mut Channel) {
        let Some(ttl_s) = channel.meta.ttl_s else { return };
        channel.deadline = retention::deadline_from(ttl_s, self.now);
        if retention::must_write(&channel.meta, ttl_s, channel.deadline) {
            channel.meta.deadline = channel.deadline;
            channel.is_changed = true;
        }
    }

    /// What is known of a producer.
    pub fn producer(&mut self, id: &str) -> Result<Option<Known>, Failed> {
        self.store.producer(id)
    }

    /// Appends, closes, or both.
    pub fn append(&mut self, channel: &mut Channel, append: Append) -> Result<(), Failed> {
        let Append { messages, event, seq, ticket, close } = append;
        let from = channel.tail.ordinal;
        let mut row = None;
        if let Some((body, count)) = messages {
            let segment = self.segment_for_append(channel)?;
            let tail = &mut channel.tail;
            tail.ordinal += count;
            tail.bytes += body.cost();
            // The clock may have been set back.
            tail.time = tail.time.max(self.now);
            tail.seq = seq.or(tail.seq.take());
            let Tail { ordinal: id, bytes, time, seq } = tail.clone();
            let written = Row { id, count, time, bytes, seq, event, body };
            self.store.insert(segment, &written)?;
            row = Some((written.event, written.body));
        }
        if let Some(ticket) = &ticket {
            self.store.remember(ticket, self.now)?;
        }
        if close {
            channel.meta.closed = true;
            channel.meta.closed_by = ticket;
            channel.is_changed = true;
        }
        self.trim(channel)?;
        self.effects.appended = Some(Appended {
            generation: channel.meta.generation,
            from,
            to: channel.tail.ordinal,
            kind: channel.meta.kind(),
            closed: channel.meta.closed,
            row,
        });
        Ok(())
    }

    /// The segment that takes the next row; a new one where it is time for it.
    fn segment_for_append(&mut self, channel: &mut Channel) -> Result<Segment, Failed> {
        let Channel { meta, tail, is_changed, deadline, .. } = channel;
        let (limits, now) = (self.limits, self.now);
        let last = meta.segments.last().copied();
        if let Some(last) = last.filter(|last| !retention::must_roll(*last, tail, limits, now)) {
            return Ok(last);
        }
        let segment =
            Segment { start: tail.ordinal, bytes: tail.bytes, begun: now, after: tail.time };
        self.store.begin(segment)?;
        self.store.forget(now.saturating_sub(retention::PRODUCER_MS))?;
        meta.segments.push(segment);
        *is_changed = true;
        if limits.max_channel_age_s != 0 {
            let tail = Tail { time: now, ..tail.clone() };
            self.effects.alarm = retention::next_alarm(meta, &tail, limits, *deadline);
        }
        Ok(segment)
    }

    /// Drops what is beyond the bounds.
    pub fn trim(&mut self, channel: &mut Channel) -> Result<(), Failed> {
        let Channel { meta, tail, is_changed, .. } = channel;
        let surplus = retention::surplus(meta, tail, self.limits, self.now);
        for segment in meta.segments.drain(..surplus) {
            self.store.drop(segment)?;
            *is_changed = true;
        }
        // The row that said so may be gone.
        if meta.segments.is_empty() {
            meta.tail = tail.clone();
        }
        Ok(())
    }

    /// Messages after `from`, up to `bytes` of them, as
    /// [`Body::cost`](super::store::Body::cost) counts them, but at least one; none at
    /// the end of the log. `from` is not before [`Channel::first`].
    pub fn read(
        &mut self,
        channel: &Channel,
        from: u64,
        bytes: u64,
        view: View,
    ) -> Result<Chunk, Failed> {
        let (kind, segments) = (channel.meta.kind(), &channel.meta.segments);
        let growth = if view == View::Body { 1 } else { GROWTH };
        let mut chunk = Chunk { bytes: Vec::new(), to: from };
        for (at, &segment) in segments.iter().enumerate() {
            let end = segments.get(at + 1).map_or(channel.tail.ordinal, |next| next.start);
            if chunk.to < segment.start || chunk.to >= end {
                continue;
            }
            let left = bytes.saturating_sub(chunk.bytes.len() as u64 / growth);
            let at_least_one = chunk.to == from;
            let span = Span { segment, from: chunk.to, bytes: left, at_least_one, kind };
            let mut more = self.store.read(span, view)?;
            if view == View::Body && kind == Kind::Json && chunk.to > from && more.to > chunk.to {
                chunk.bytes.push(b',');
            }
            chunk.bytes.append(&mut more.bytes);
            chunk.to = more.to;
            if chunk.to < end {
                break;
            }
        }
        Ok(chunk)
    }

    /// Deletes the channel.
    pub fn delete(&mut self, channel: &Channel) -> Result<(), Failed> {
        self.remove(&channel.meta)
    }

    fn remove(&mut self, meta: &Meta) -> Result<(), Failed> {
        self.store.clear(meta)?;
        let generation = meta.generation;
        let memory = &mut self.effects.memory;
        memory.deadline = 0;
        memory.last_generation = memory.last_generation.max(generation);
        self.effects.emptied = true;
        self.effects.farewell = Some(farewell(generation));
        Ok(())
    }

    /// Writes what has changed of the channel itself.
    pub fn commit(&mut self, channel: &Channel) -> Result<(), Failed> {
        let Channel { meta, tail, deadline, is_new, is_changed } = channel;
        let Effects { memory, alarm, emptied, .. } = &mut self.effects;
        memory.deadline = if meta.ttl_s.is_some() { *deadline } else { 0 };
        if *is_new {
            memory.last_generation = meta.generation;
            *alarm = retention::next_alarm(meta, tail, self.limits, *deadline);
            *emptied = false;
            self.store.create(meta)
        } else if *is_changed {
            self.store.save(meta)
        } else {
            Ok(())
        }
    }

    /// The alarm: expiry and age.
    pub fn alarm(&mut self) -> Result<(), Failed> {
        let Some(mut channel) = self.open()? else {
            // Nothing is here, or nothing any more.
            self.effects.emptied = true;
            return Ok(());
        };
        self.trim(&mut channel)?;
        self.commit(&channel)?;
        let Channel { meta, tail, deadline, .. } = &*channel;
        self.effects.alarm = retention::next_alarm(meta, tail, self.limits, *deadline);
        Ok(())
    }
}
