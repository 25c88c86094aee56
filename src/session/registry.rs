//! The streams of this isolate.
//!
//! A stream is taken out when it ends. If the runtime never reports that its
//! client left, the stream no longer counts from its planned end on, so that it
//! takes no other client's place. It is forgotten, and its memory freed, when the
//! streams are counted a minute later or after that.

use std::collections::VecDeque;

use crate::config::limits::{FORGET_AFTER_MS, WAKES_PER_MS};

/// Streams by key. `T` is what the platform keeps for one.
#[derive(Debug)]
pub struct Registry<T> {
    slots: Vec<Slot<T>>,
    /// Slots without a stream; the one that was free longest is taken first.
    free: VecDeque<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    /// How many streams the slot has had. It is part of their keys, so that the
    /// key of a stream that is gone does not find a later one. (A key has 12 bits
    /// for it: after 4,096 more streams in the same slot it would.)
    generation: u32,
    ends_at: u64,
    stream: Option<T>,
}

/// Bits of a key that name the slot: room for ten times the streams that
/// `MAX_STREAMS` allows at most.
const SLOT_BITS: u32 = 20;
const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;
const _: () = assert!(crate::config::variables::MAX_STREAMS.max < SLOT_MASK / 10);

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: VecDeque::new() }
    }
}

impl<T> Registry<T> {
    /// How many streams are live at `now`, in Unix milliseconds. Forgets those
    /// whose planned end is long over.
    pub fn count(&mut self, now: u64) -> usize {
        let mut live = 0;
        for (index, slot) in (0..).zip(&mut self.slots) {
            if slot.stream.is_none() {
                continue;
            }
            if now <= slot.ends_at {
                live += 1;
            } else if now > slot.ends_at + FORGET_AFTER_MS {
                slot.stream = None;
                self.free.push_back(index);
            }
        }
        live
    }

    /// How many streams have not left. They are no fewer than those that are live,
    /// and need not be counted.
    #[must_use]
    pub fn held(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Adds the stream that `make` makes of its key; it ends at `ends_at`, in
    /// Unix milliseconds. `None` if there is no key left.
    ///
    /// # Errors
    /// Those of `make`; then nothing is added.
    pub fn insert<E>(
        &mut self,
        ends_at: u64,
        make: impl FnOnce(u32) -> Result<T, E>,
    ) -> Result<Option<u32>, E> {
        let index = match self.free.front() {
            Some(&index) => index,
            None => {
                let Some(index) = u32::try_from(self.slots.len()).ok().filter(|i| *i <= SLOT_MASK)
                else {
                    return Ok(None);
                };
                self.slots.push(Slot { generation: 0, ends_at, stream: None });
                self.free.push_front(index);
                index
            }
        };
        let Some(slot) = self.slots.get_mut(index as usize) else { return Ok(None) };
        let generation = slot.generation.wrapping_add(1);
        let key = generation << SLOT_BITS | index;
        slot.stream = Some(make(key)?);
        slot.generation = generation;
        slot.ends_at = ends_at;
        self.free.pop_front();
        Ok(Some(key))
    }

    /// How many milliseconds after an event is due the stream of this key is to
    /// be woken for it, so that not all streams are woken at once: 0 if there are
    /// few, and spread over the more milliseconds the more there are. See
    /// [`WAKES_PER_MS`].
    pub fn stagger_ms(&self, key: u32) -> u64 {
        u64::from(key & SLOT_MASK) % (self.held().div_ceil(WAKES_PER_MS).max(1) as u64)
    }

    /// The stream of this key, if it has not left.
    pub fn get_mut(&mut self, key: u32) -> Option<&mut T> {
        self.slot(key)?.stream.as_mut()
    }

    /// Takes the stream out; `None` if it had left before.
    pub fn remove(&mut self, key: u32) -> Option<T> {
        let stream = self.slot(key)?.stream.take()?;
        self.free.push_back(key & SLOT_MASK);
        Some(stream)
    }

    fn slot(&mut self, key: u32) -> Option<&mut Slot<T>> {
        let slot = self.slots.get_mut((key & SLOT_MASK) as usize)?;
        (slot.generation << SLOT_BITS == key & !SLOT_MASK).then_some(slot)
    }
}
