//! Places in a channel.

use std::fmt;

use super::text::word;
use crate::config::number::decimal;

/// A place between two messages: `<generation>_<ordinal>`, 16 digits each.
///
/// As texts they are in the order of the places. The place of all zeros is the
/// start of a channel, whichever it is, and of one that is not there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offset {
    /// The channel's creation in Unix milliseconds; no two channels of one
    /// name have the same.
    pub generation: u64,
    /// The number of messages before the place.
    pub ordinal: u64,
}

/// The largest number that has 16 digits.
const MAX: u64 = 9_999_999_999_999_999;

impl Offset {
    /// The start of whatever channel there is.
    pub const START: Self = Self { generation: 0, ordinal: 0 };

    /// Reads what [`fmt::Display`] writes, and nothing else.
    #[must_use]
    #[inline(never)]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Some(text);
        let mut number = || word(&mut rest, b'_').filter(|digits| digits.len() == 16);
        let (generation, ordinal) = (number()?, number()?);
        let place = Self { generation: decimal(generation)?, ordinal: decimal(ordinal)? };
        rest.is_none().then_some(place)
    }

    /// It as text.
    #[must_use]
    pub fn to_text(self) -> String {
        super::text::join(&[self.into()])
    }

    /// Appends it as text.
    #[inline(never)]
    pub fn write(self, out: &mut Vec<u8>) {
        digits(self.generation, out);
        out.push(b'_');
        digits(self.ordinal, out);
    }
}

fn digits(number: u64, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(number.min(MAX));
    out.resize(out.len() + 16 - text.len().min(16), b'0');
    out.extend_from_slice(text.as_bytes());
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}
