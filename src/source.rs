//! What a stream sends: the one interface between a stream and its events.
//!
//! The stream knows nothing of clocks, and a source knows nothing of clients,
//! time-outs or limits. To stream something else write a source and name it
//! in [`Served`]: `docs/sources.md` shows one.

/// What `/events` streams. It is made by `From<&Params>`.
pub type Served = crate::ticks::Ticks;

/// Events that are a function of time, so that whoever is asked, whenever,
/// gives the same answer: that is what lets a client resume at another isolate
/// with nothing stored.
///
/// Every event has an id; ids grow, and the first is 1 or more. Times are Unix
/// time in milliseconds.
pub trait Source {
    /// The newest event that is due at `now`, or `None` before the first.
    fn latest(&self, now: u64) -> Option<u64>;

    /// The event that follows `after`, due or not; `None` after the last. The
    /// one after 0 is the first.
    fn next(&self, after: u64) -> Option<u64>;

    /// How many events lie between `after` and `id`, both exclusive: what a
    /// client that has `after` misses if it goes on at `id`.
    fn between(&self, after: u64, id: u64) -> u64;

    /// Whether `id` is one of this source's. A client may claim any number.
    fn has(&self, id: u64) -> bool;

    /// When the event is due. Ids that are times need not say more.
    fn due_at(&self, id: u64) -> u64 {
        id
    }

    /// Appends the event's data: text, of which each line will be one `data`
    /// field. `now` is the time of sending.
    fn data(&self, id: u64, now: u64, out: &mut String);
}
