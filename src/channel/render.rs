//! Rows in the form in which they are read: what every store gives out, whoever
//! joins the bytes. A database may join those that need no look by itself; a test
//! holds it to this.

use super::content::Kind;
use super::events::{self, EventRow};
use super::store::{Chunk, View};

/// Joins rows, the oldest first; of the first one the messages after `from`.
/// Events end when there are `bytes` of them, anywhere but before the first.
pub(super) fn join<'a>(
    rows: impl Iterator<Item = EventRow<'a>>,
    kind: Kind,
    view: View,
    from: u64,
    bytes: u64,
) -> Chunk {
    let mut chunk = Chunk { bytes: Vec::new(), to: from };
    for row in rows {
        match view {
            View::Body => body(&mut chunk, kind, row),
            View::Events { generation } => {
                let left = bytes.saturating_sub(chunk.bytes.len() as u64);
                if left == 0 && chunk.to > from {
                    break;
                }
                let (out, from) = (&mut chunk.bytes, chunk.to);
                chunk.to = events::events(out, generation, kind, row, from, left);
                if chunk.to < row.id {
                    break;
                }
            }
        }
    }
    chunk
}

fn body(chunk: &mut Chunk, kind: Kind, row: EventRow<'_>) {
    let out = &mut chunk.bytes;
    if kind == Kind::Json {
        for message in events::messages(row, chunk.to) {
            if !out.is_empty() {
                out.push(b',');
            }
            out.extend_from_slice(message.1);
        }
    } else {
        out.extend_from_slice(row.body);
    }
    chunk.to = row.id;
}
