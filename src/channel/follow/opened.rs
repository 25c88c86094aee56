//! What the object tells the front of a reader that it has taken in.

use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::protocol::{Gap, Reason};
use crate::channel::text::{Part, text, word};
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
        let (exists, has_frame) = (digit(self.exists), digit(self.has_frame));
        let head = text!(self.place, " ", self.tail, " ", exists, has_frame, kind);
        let Some(Gap { after, missed, reason }) = self.gap else { return head };
        let after = after.map_or(Part::Text("-"), Part::Place);
        let missed = missed.map_or(Part::Text("-"), Part::Number);
        text!(&*head, " ", reason.as_str(), " ", after, " ", missed)
    }

    /// Reads [`Opened::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        let mut rest = Some(text);
        let mut next = || word(&mut rest, b' ');
        let place = Offset::parse(next()?)?;
        let tail = decimal(next()?)?;
        let &[exists, has_frame, kind] = next()?.as_bytes() else { return None };
        let kind = *KINDS.get(usize::from(kind.checked_sub(b'0')?))?;
        let gap = match next() {
            None => None,
            Some(word) => {
                let reason = Reason::ALL.into_iter().find(|reason| reason.as_str() == word)?;
                let after = match next()? {
                    "-" => None,
                    after => Some(Offset::parse(after)?),
                };
                let missed = match next()? {
                    "-" => None,
                    missed => Some(decimal(missed)?),
                };
                Some(Gap { after, missed, reason })
            }
        };
        let (exists, has_frame) = (exists == b'1', has_frame == b'1');
        let opened = Self { place, tail, exists, kind, has_frame, gap };
        rest.is_none().then_some(opened)
    }
}
