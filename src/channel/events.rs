//! The bytes of events: what a message is on the wire.
//!
//! The fields of an event stand in the order `id`, `event`, `data`. The first two
//! are safe by what they are made of: digits, and names that were checked when they
//! were published.

use super::content::Kind;
use super::offset::Offset;

/// How many times as long as [`Body::cost`](super::store::Body::cost) says the
/// events of messages of one line are at most. A batch of very short messages, or a
/// text of many lines, may be longer: there the events' own bytes are counted.
pub const GROWTH: u64 = 4;

/// A row as it is needed for its events.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'a> {
    /// See [`Row::id`](super::store::Row::id).
    pub id: u64,
    /// See [`Row::event`](super::store::Row::event).
    pub event: Option<&'a str>,
    /// See [`Row::body`](super::store::Row::body).
    pub body: &'a [u8],
}

/// Appends an event for each message of a row that comes after `from`, until
/// `out` has grown by `bytes`, but at least one; gives the number of messages up
/// to and including the last one written.
pub fn events(
    out: &mut Vec<u8>,
    generation: u64,
    kind: Kind,
    row: EventRow<'_>,
    from: u64,
    bytes: u64,
) -> u64 {
    let begin = out.len();
    let EventRow { id, event, body } = row;
    if kind != Kind::Json {
        self::event(out, Offset { generation, ordinal: id }, event, kind, body);
        return id;
    }
    let mut to = from;
    for (ordinal, message) in messages(row, from) {
        if to > from && (out.len() - begin) as u64 >= bytes {
            break;
        }
        self::event(out, Offset { generation, ordinal }, event, kind, message);
        to = ordinal;
    }
    to
}

/// The messages of a row of JSON that come after `from`, each with the number of
/// messages up to and including it.
pub(super) fn messages(row: EventRow<'_>, from: u64) -> impl Iterator<Item = (u64, &[u8])> {
    let EventRow { id, body, .. } = row;
    let count = 1 + body.iter().filter(|byte| **byte == b'\n').count() as u64;
    let first = (id + 1).saturating_sub(count);
    (first..).zip(body.split(|byte| *byte == b'\n')).filter(move |(ordinal, _)| *ordinal > from)
}

/// Appends one event of the `Mode::Events`: its id, its name, its data.
fn event(out: &mut Vec<u8>, id: Offset, name: Option<&str>, kind: Kind, data: &[u8]) {
    self::id(out, id);
    if let Some(name) = name {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.push(b'\n');
    }
    fields(out, b"data: ", kind, data);
}

/// Appends an event of the protocol, `data`: `joined` is the body of an answer,
/// but for JSON's outer brackets. Its fields have no space behind the colon, for
/// the protocol's tests look for `data:` and the text.
pub fn data(out: &mut Vec<u8>, id: Offset, kind: Kind, joined: &[u8]) {
    self::id(out, id);
    out.extend_from_slice(b"event: data\n");
    if kind == Kind::Json {
        out.extend_from_slice(b"data:[");
        out.extend_from_slice(joined);
        out.extend_from_slice(b"]\n\n");
    } else {
        fields(out, b"data:", kind, joined);
    }
}

/// Appends an event of our own. `data` is one line.
pub fn own(out: &mut Vec<u8>, id: Offset, name: &str, data: &str) {
    own_line(out, id, &[name, "\ndata: ", data]);
}

/// Appends an event of the protocol, `control`; again without a space.
pub fn control(out: &mut Vec<u8>, id: Offset, data: &str) {
    own_line(out, id, &["control\ndata:", data]);
}

#[inline(never)]
fn own_line(out: &mut Vec<u8>, id: Offset, rest: &[&str]) {
    self::id(out, id);
    out.extend_from_slice(b"event: ");
    for part in rest {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\n\n");
}

/// Appends an `id` field.
#[inline(never)]
pub fn id(out: &mut Vec<u8>, id: Offset) {
    out.extend_from_slice(b"id: ");
    id.write(out);
    out.push(b'\n');
}

/// Appends the data fields, and the empty line that ends the event.
#[inline(never)]
fn fields(out: &mut Vec<u8>, field: &[u8], kind: Kind, data: &[u8]) {
    out.extend_from_slice(field);
    match kind {
        Kind::Json => out.extend_from_slice(data),
        Kind::Binary => base64(out, data),
        Kind::Text => match str::from_utf8(data) {
            Ok(_) => lines(out, field, data),
            // An event stream is UTF-8.
            Err(_) => lines(out, field, String::from_utf8_lossy(data).as_bytes()),
        },
    }
    out.extend_from_slice(b"\n\n");
}

/// Appends a text whose lines, but the first, begin with `field`. A line ends at
/// LF, CR or CRLF, which is one end.
fn lines(out: &mut Vec<u8>, field: &[u8], text: &[u8]) {
    let mut rest = text;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        let (line, tail) = rest.split_at(end);
        out.extend_from_slice(line);
        out.push(b'\n');
        out.extend_from_slice(field);
        rest = tail.strip_prefix(b"\r\n").or(tail.get(1..)).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// RFC 4648, section 4.
fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place) & 63) as usize;
            let letter = ALPHABET.get(index).copied().unwrap_or(b'=');
            out.push(if place as usize <= group.len() { letter } else { b'=' });
        }
    }
}
