//! The rows of a segment: how messages are kept, and how many are read at once.
//!
//! Most rows hold one line: a message of JSON, or a text without line breaks. Such
//! a row keeps the end of its event, from the ordinal to the message:
//!
//! ```text
//! 0000000000000007
//! event: tick
//! data: {"n":1}
//! ```
//!
//! What an event has beside it is the same for all of a channel, so SQL joins the
//! events of a long log as they lie there, which is a tenth of the work of making
//! them. The line alone is what comes after the part that counts as many characters
//! as [`LINE`] says.

use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::store::{Body, Row, Segment, Span, View};
use crate::channel::text::text;

pub(super) const COLUMNS: &str = " (id INTEGER PRIMARY KEY, t INTEGER, b INTEGER, n INTEGER, \
                                  ev TEXT, seq TEXT, body)";
pub(super) const INSERT: &str = " (id, t, b, n, ev, seq, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// The line of a row that has no `n`, behind `0000000000000007\ndata: ` and, where
/// it has a name, `event: ` and another line break; and the beginning of what is to be
/// read of any other row.
const LINE: &str = "iif(n IS NULL, substr(body, 24 + coalesce(length(ev) + 8, 0)), ";

/// What events that SQL joins have before their ordinals.
pub(super) fn before_ordinal(generation: u64) -> String {
    let mut begin = text!("id: ", Offset { generation, ordinal: 0 });
    begin.truncate("id: 0123456789012345_".len());
    begin
}

/// What they have behind their lines.
pub(super) const EVENT_END: &str = "\n\n";

/// The end of the event of a row of one line; `None` of any other row.
pub(super) fn end_of_event(row: &Row) -> Option<String> {
    let Body::Lines(line) = &row.body else { return None };
    let id = Offset { generation: 0, ordinal: row.id }.to_text();
    let ordinal = id.get("0123456789012345_".len()..).filter(|_| row.count == 1)?;
    Some(match row.event.as_deref() {
        Some(name) => text!(ordinal, "\nevent: ", name, "\ndata: ", &**line),
        None => text!(ordinal, "\ndata: ", &**line),
    })
}

/// One row: the last `id`; whether a row is among them that SQL cannot join; and
/// all of them, with `?5` in between. As events it can join lines alone; in a body
/// all but a first row that begins before the place that was asked for.
pub(super) fn joined(span: Span, view: View) -> String {
    let (needs_a_look, line, other) = match view {
        View::Events { .. } => ("count(n)", "", "body"),
        View::Body if span.kind == Kind::Json => {
            (BEGINS_BEFORE, LINE, "replace(body, char(10), ','))")
        }
        View::Body => (BEGINS_BEFORE, LINE, "body)"),
    };
    let rows = rows_of(span.segment);
    text!(
        "SELECT max(id), ",
        needs_a_look,
        ", CAST(group_concat(",
        line,
        other,
        ", ?5) AS BLOB)",
        &*rows
    )
}

const BEGINS_BEFORE: &str = "min(id - coalesce(n, 1)) < ?1";

/// The rows of a span, one after the other: `id`, `ev`, and the messages as they came.
pub(super) fn each(segment: Segment) -> String {
    text!("SELECT id, ev, ", LINE, "body)", &*rows_of(segment), " ORDER BY id")
}

/// The rows of a span: `?1` is its `from`, `?2` its `bytes`, `?3` the bytes before
/// its segment, and `?4` is 1 where the first row is among them whatever its size, else
/// 0. They end before the first row with which they would be more: a number that
/// is reckoned once, for it is a query of its own. (Rows are found by their key, and so
/// in its order.)
fn rows_of(segment: Segment) -> String {
    let k = segment.start;
    text!(
        " FROM seg_",
        k,
        " WHERE id > ?1 AND id < coalesce((SELECT id FROM seg_",
        k,
        " WHERE id > ?1 AND b > (SELECT max(?2 + coalesce((SELECT b FROM seg_",
        k,
        " WHERE id <= ?1 ORDER BY id DESC LIMIT 1), ?3), ?4 * coalesce((SELECT b FROM seg_",
        k,
        " WHERE id > ?1 ORDER BY id LIMIT 1), 0))) ORDER BY id LIMIT 1), 9007199254740991)",
    )
}
