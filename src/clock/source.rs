//! Events that are a function of time.
//!
//! A source knows nothing of clients, time-outs or limits. To stream something
//! else write a source and name it in [`Served`](crate::served::Served):
//! `docs/sources.md` shows one.

/// Events that are a function of time: every isolate gives the same answer to the
/// same question, whenever it is asked. So a client can resume at another isolate
/// although nothing is stored.
///
/// Every event has an id, a whole number, and each event's is greater than that of
/// the one before. Let the first be 1: [`Source::next`] of 0 asks for the first.
/// (The clock's ids are times, so its first one is 0. It was due in 1970, and
/// nobody is sent it.) Times are Unix time in milliseconds.
///
/// The methods must agree with each other. If `latest` names an event after the
/// one that a client has, then `next` leads there step by step, and none of these
/// events is due later than `now`. A source that contradicts itself harms its own
/// clients alone: their streams write what they are given, and ask again when the
/// next event is due or at the next heartbeat.
pub trait Source {
    /// The newest event that is due at `now`, or `None` before the first.
    fn latest(&self, now: u64) -> Option<u64>;

    /// The event that follows `after`, whether or not it is due yet; `None` after
    /// the last one. What follows 0 is the first event.
    fn next(&self, after: u64) -> Option<u64>;

    /// How many events lie between `after` and `id`, both exclusive: what a
    /// client that has `after` misses if it goes on at `id`.
    fn between(&self, after: u64, id: u64) -> u64;

    /// Whether `id` is one of this source's. A client may claim any number.
    fn has(&self, id: u64) -> bool;

    /// When the event is due. A source whose ids are times can leave this as it is.
    fn due_at(&self, id: u64) -> u64 {
        id
    }

    /// Appends the event's data: text, of which each line will be one `data`
    /// field. `now` is the time of sending.
    fn data(&self, id: u64, now: u64, out: &mut String);

    /// Appends what the log is to say of this source: members of a JSON object,
    /// each with a comma before it, as in `,"interval_ms":1000`.
    fn log(&self, _line: &mut String) {}
}
