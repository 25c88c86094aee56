//! What waits to be written to one reader: finished bytes.

use crate::channel::events;
use crate::channel::offset::Offset;
use crate::channel::text::text;

/// Bytes of a frame that cost as much CPU time as an event: they are copied
/// into the instance and out of it again.
const BYTES_PER_EVENT: usize = 128 << 10;

/// Finished bytes, from `begin` on.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    bytes: Vec<u8>,
    begin: usize,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.len() == self.begin
    }

    /// Whether a frame waits. An event of our own is small.
    pub(super) fn is_large(&self) -> bool {
        self.bytes.len() - self.begin > 1_024
    }

    pub(super) fn put(&mut self, bytes: Vec<u8>, begin: usize) {
        if self.is_empty() {
            *self = Self { bytes, begin };
        } else {
            self.bytes.extend_from_slice(bytes.get(begin..).unwrap_or_default());
        }
    }

    /// Moves what waits to `out`, and says how many events the CPU budget is to
    /// pay for.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> u64 {
        let bytes = self.bytes.get(self.begin..).unwrap_or_default();
        let events = if bytes.is_empty() { 0 } else { 1 + bytes.len() / BYTES_PER_EVENT };
        out.extend_from_slice(bytes);
        *self = Self::default();
        events as u64
    }

    /// The first event: where the reader stands, and where the log ends.
    pub(super) fn ready(&mut self, own_place: Offset, tail: Offset, exists: bool) {
        let exists = if exists { "true" } else { "false" };
        let data =
            text!(r#"{"after":""#, own_place, r#"","tail":""#, tail, r#"","exists":"#, exists, "}");
        events::own(&mut self.bytes, own_place, "ready", &data);
    }

    pub(super) fn gap(&mut self, place: Offset, data: &str) {
        events::own(&mut self.bytes, place, "gap", data);
    }

    /// The last event of a channel that is complete.
    pub(super) fn closed(&mut self, place: Offset) {
        events::own(&mut self.bytes, place, "closed", &text!(r#"{"tail":""#, place, r#""}"#));
    }

    /// The protocol's own event, behind each of data. Without a cursor it is the
    /// last one: nobody is to come back.
    pub(super) fn control(&mut self, place: Offset, cursor: Option<u64>, up_to_date: bool) {
        let begin = r#"{"streamNextOffset":""#;
        let data = match cursor {
            None => text!(begin, place, r#"","upToDate":true,"streamClosed":true}"#),
            Some(cursor) => {
                let end = if up_to_date { r#"","upToDate":true}"# } else { r#""}"# };
                text!(begin, place, r#"","streamCursor":""#, cursor, end)
            }
        };
        events::control(&mut self.bytes, place, &data);
    }
}
