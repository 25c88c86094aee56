//! The one row of the table `meta`.
//!
//! The stored form: what is changed here must still read the rows of objects that
//! were written before. `v` is its version.

use super::sql::{Param, Values};
use crate::channel::producer::Ticket;
use crate::channel::store::{Meta, Segment, Tail};
use crate::channel::text::{self, Part, word};
use crate::config::number::decimal;

const VERSION: u64 = 1;

pub(super) const CREATE: &str = "CREATE TABLE meta (v INTEGER, generation INTEGER, type TEXT, \
    ttl INTEGER, expires TEXT, deadline INTEGER, closed INTEGER, closer TEXT, \
    closer_epoch INTEGER, closer_seq INTEGER, segments TEXT, tail INTEGER, tail_b INTEGER, \
    tail_t INTEGER, tail_seq TEXT)";

pub(super) const SELECT: &str = "SELECT v, generation, type, ttl, expires, deadline, closed, \
    closer, closer_epoch, closer_seq, segments, tail, tail_b, tail_t, tail_seq FROM meta";

pub(super) const INSERT: &str =
    "INSERT INTO meta VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

pub(super) const UPDATE: &str = "UPDATE meta SET v = ?1, generation = ?2, type = ?3, ttl = ?4, \
    expires = ?5, deadline = ?6, closed = ?7, closer = ?8, closer_epoch = ?9, closer_seq = ?10, \
    segments = ?11, tail = ?12, tail_b = ?13, tail_t = ?14, tail_seq = ?15";

/// The parameters of [`INSERT`] and [`UPDATE`]. `segments` is
/// [`segments_to_text`]'s.
pub(super) fn params<'a>(meta: &'a Meta, segments: &'a str) -> [Param<'a>; 15] {
    let closer = meta.closed_by.as_ref();
    [
        VERSION.into(),
        meta.generation.into(),
        meta.content_type.as_str().into(),
        meta.ttl_s.into(),
        meta.expires_at.as_deref().into(),
        meta.deadline.into(),
        u64::from(meta.closed).into(),
        closer.map(|ticket| ticket.id.as_str()).into(),
        closer.map(|ticket| ticket.epoch).into(),
        closer.map(|ticket| ticket.seq).into(),
        segments.into(),
        meta.tail.ordinal.into(),
        meta.tail.bytes.into(),
        meta.tail.time.into(),
        meta.tail.seq.as_deref().into(),
    ]
}

/// Reads the values of [`SELECT`], in its order.
pub(super) fn read(values: &mut Values) -> Meta {
    let _version = values.number();
    Meta {
        generation: values.number(),
        content_type: values.text().unwrap_or_default(),
        ttl_s: values.optional_number(),
        expires_at: values.text(),
        deadline: values.number(),
        closed: values.number() != 0,
        closed_by: {
            let (id, epoch, seq) = (values.text(), values.number(), values.number());
            id.map(|id| Ticket { id, epoch, seq })
        },
        segments: segments_from_text(&values.text().unwrap_or_default()),
        tail: Tail {
            ordinal: values.number(),
            bytes: values.number(),
            time: values.number(),
            seq: values.text(),
        },
    }
}

/// Four numbers for each, as in `0,0,1795477215000,0,`: there are few, and they
/// are always read together.
pub(super) fn segments_to_text(segments: &[Segment]) -> String {
    let mut parts = Vec::new();
    for Segment { start, bytes, begun, after } in segments {
        for number in [start, bytes, begun, after] {
            parts.push(Part::Number(*number));
            parts.push(Part::Text(","));
        }
    }
    text::join(&parts)
}

fn segments_from_text(text: &str) -> Vec<Segment> {
    let mut rest = Some(text);
    let mut number = || word(&mut rest, b',').and_then(decimal::<u64>);
    let mut segments = Vec::new();
    while let (Some(start), Some(bytes), Some(begun), Some(after)) =
        (number(), number(), number(), number())
    {
        segments.push(Segment { start, bytes, begun, after });
    }
    segments
}
