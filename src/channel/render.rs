//! Rows in the form in which they are read: what every store gives out, whoever
//! joins the bytes. A database may join those that need no look by itself; a test
//! holds it to this.

use super::content::Kind;
use super::events::{self, EventRow, GROWTH};
use super::store::{Chunk, Span, View};

/// Rows that are joined, the oldest first; of the first one the messages after
/// the span's beginning. Events end when there are [`GROWTH`] times the span's bytes
/// of them, anywhere but before the first.
pub(super) struct Join {
    span: Span,
    view: View,
    pub(super) chunk: Chunk,
}

impl Join {
    pub(super) fn new(span: Span, view: View) -> Self {
        Self { span, view, chunk: Chunk { bytes: Vec::new(), to: span.from } }
    }

    /// Adds a row; false if there is no more to be added.
    pub(super) fn add(&mut self, row: EventRow<'_>) -> bool {
        let Span { kind, bytes, from, .. } = self.span;
        let Chunk { bytes: out, to } = &mut self.chunk;
        match self.view {
            View::Body if kind == Kind::Json => {
                for (_, message) in events::messages(row, *to) {
                    if !out.is_empty() {
                        out.push(b',');
                    }
                    out.extend_from_slice(message);
                }
                *to = row.id;
            }
            View::Body => {
                out.extend_from_slice(row.body);
                *to = row.id;
            }
            View::Events { generation } => {
                let left = (bytes * GROWTH).saturating_sub(out.len() as u64);
                if left == 0 && *to > from {
                    return false;
                }
                *to = events::events(out, generation, kind, row, *to, left);
            }
        }
        *to == row.id
    }
}
