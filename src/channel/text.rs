//! Texts made of parts, without `format!`: its machinery is more of the upload than
//! all that it would write here.

use super::offset::Offset;

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Number(u64),
    Place(Offset),
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Part<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Offset> for Part<'_> {
    fn from(place: Offset) -> Self {
        Self::Place(place)
    }
}

/// Joins parts. One function for all: its callers are many.
#[inline(never)]
pub(super) fn join(parts: &[Part<'_>]) -> String {
    let mut out = Vec::new();
    for part in parts {
        match *part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Number(number) => {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Part::Place(place) => place.write(&mut out),
        }
    }
    // Texts and digits: it cannot fail.
    String::from_utf8(out).unwrap_or_default()
}

/// Joins whatever can be a [`Part`].
macro_rules! text {
    ($($part:expr),+ $(,)?) => {
        $crate::channel::text::join(&[$($part.into()),+])
    };
}
pub(super) use text;

/// The next word of a text whose words are separated by one character.
#[inline(never)]
pub(super) fn word<'a>(rest: &mut Option<&'a str>, separator: u8) -> Option<&'a str> {
    let text = (*rest)?;
    let end = text.bytes().position(|byte| byte == separator);
    *rest = end.and_then(|end| text.get(end + 1..));
    text.get(..end.unwrap_or(text.len()))
}
