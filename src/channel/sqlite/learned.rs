//! What a turn has learned of its channel, for the next one.

use crate::channel::store::{Meta, Row, Segment, Tail};

/// The channel and the end of its log, as the database has them; the default is
/// that nothing was asked yet. The object alone writes there, so what is in here stays
/// true until a turn fails: then it is to be thrown away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    pub(super) meta: Option<Meta>,
    /// What the last row says.
    tail: Option<Tail>,
    pub(super) has_producers: bool,
}

impl Learned {
    /// What the last row of this segment says, if it is the channel's last segment.
    pub(super) fn tail_of(&self, segment: Segment) -> Option<&Tail> {
        self.tail.as_ref().filter(|_| self.is_last(segment))
    }

    /// Keeps what the last row of this segment says.
    pub(super) fn keep(&mut self, segment: Segment, tail: &Tail) {
        if self.is_last(segment) {
            self.tail = Some(tail.clone());
        }
    }

    /// A row was written behind all others.
    pub(super) fn inserted(&mut self, row: &Row) {
        self.tail = Some(row.tail());
    }

    /// A segment was begun: the last row is not in it.
    pub(super) fn begun(&mut self) {
        self.tail = None;
    }

    fn is_last(&self, segment: Segment) -> bool {
        self.meta.as_ref().and_then(|meta| meta.segments.last()) == Some(&segment)
    }
}
