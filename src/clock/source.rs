//! Events that are a function of time.
//!
//! A source knows nothing of clients, time-outs or limits. To stream something
//! else write a source and name it in [`Served`](crate::served::Served):
//! `docs/sources.md` shows one.

/// Events that are a function of time, so that whoever is asked, whenever,
/// gives the same answer: that is what lets a client resume at another isolate
/// with nothing stored.
///
/// Every event has an id, and ids grow. (A tick at Unix time 0 has the id 0, and
/// nobody will ever be sent it; a source that begins today should begin with 1,
/// for [`Source::next`] calls 0 what comes before the first.) Times are Unix
/// time in milliseconds.
///
/// The methods must agree: if `latest` names an event after the one that a
/// client has, `next` leads there step by step, and `due_at` of each is no
/// later than `now`. A source that contradicts itself harms its own clients
/// alone: such a stream writes what it can, waits for the next event that is
/// due in the future or for the next heartbeat, and asks again then.
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

    /// Appends what the log says of this source: members of a JSON object, each
    /// with a comma before it.
    fn log(&self, _line: &mut String) {}
}
