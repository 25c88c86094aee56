//! What the object tells the front of a reader that it has taken in.

use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::protocol::{Gap, Reason};
use crate::config::number::decimal;

/// Where a reader stands that follows: the object tells the front in the header
/// [`PLACE`](crate::channel::protocol::PLACE).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The place from which messages come; [`Offset::START`] of a channel that
    /// is not there yet.
    pub place: Offset,
    /// The number of messages that there are.
    pub tail: u64,
    /// Whether there is a channel.
    pub exists: bool,
    /// How its messages are given out.
    pub kind: Kind,
    /// Whether a frame follows at once, with what comes after the place.
    pub has_frame: bool,
    /// What the reader is to be told that it has missed.
    pub gap: Option<Gap>,
}

const KINDS: [Kind; 3] = [Kind::Json, Kind::Text, Kind::Binary];

impl Opened {
    /// The header's value: place, tail, three flags as digits, kind; and of a gap
    /// its reason, the place before it, and the number of messages.
    #[must_use]
    pub fn to_header(&self) -> String {
        let digit = |is: bool| if is { "1" } else { "0" };
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or(0) as u64;
        let (mut tail, mut of_kind) = (itoa::Buffer::new(), itoa::Buffer::new());
        let mut text = [
            &self.place.to_string(),
            " ",
            tail.format(self.tail),
            " ",
            digit(self.exists),
            digit(self.has_frame),
            of_kind.format(kind),
        ]
        .concat();
        if let Some(Gap { after, missed, reason }) = self.gap {
            let after = after.map_or_else(|| "-".to_owned(), |after| after.to_string());
            let mut buffer = itoa::Buffer::new();
            let missed = missed.map_or("-", |missed| buffer.format(missed));
            text += &[" ", reason.as_str(), " ", &after, " ", missed].concat();
        }
        text
    }

    /// Reads [`Opened::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let place = Offset::parse(words.next()?)?;
        let tail = decimal(words.next()?)?;
        let &[exists, has_frame, kind] = words.next()?.as_bytes() else { return None };
        let kind = *KINDS.get(usize::from(kind.checked_sub(b'0')?))?;
        let gap = match words.next() {
            None => None,
            Some(word) => {
                let reason = Reason::ALL.into_iter().find(|reason| reason.as_str() == word)?;
                let after = match words.next()? {
                    "-" => None,
                    after => Some(Offset::parse(after)?),
                };
                let missed = match words.next()? {
                    "-" => None,
                    missed => Some(decimal(missed)?),
                };
                Some(Gap { after, missed, reason })
            }
        };
        let (exists, has_frame) = (exists == b'1', has_frame == b'1');
        let opened = Self { place, tail, exists, kind, has_frame, gap };
        words.next().is_none().then_some(opened)
    }
}
