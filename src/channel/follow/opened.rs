//! What the object tells the front of a reader that it has taken in.

use crate::channel::content::Kind;
use crate::channel::offset::Offset;
use crate::channel::protocol::{Gap, Reason};
use crate::channel::text::{Part, join, word};
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
    /// The header's value: numbers, one for each field. What is not there is 0, and
    /// what may be there one more than it is.
    #[must_use]
    pub fn to_header(&self) -> String {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or(0) as u64;
        let flags = u64::from(self.exists) | u64::from(self.has_frame) << 1 | kind << 2;
        let Offset { generation, ordinal } = self.place;
        let mut numbers = [generation, ordinal, self.tail, flags, 0, 0, 0, 0, 0];
        if let Some(Gap { after, missed, reason }) = self.gap {
            let reason = Reason::ALL.iter().position(|one| *one == reason).unwrap_or(0) as u64;
            let Offset { generation, ordinal } = after.unwrap_or_default();
            let missed = missed.map_or(0, |missed| missed.saturating_add(1));
            numbers = [
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                reason + 1,
                u64::from(after.is_some()),
                generation,
                ordinal,
                missed,
            ];
        }
        let parts = numbers.map(|number| [Part::Number(number), Part::Text(" ")]);
        join(parts.as_flattened())
    }

    /// Reads [`Opened::to_header`]'s text.
    #[must_use]
    pub fn from_header(text: &str) -> Option<Self> {
        let mut rest = Some(text);
        let mut numbers = [0u64; 9];
        for number in &mut numbers {
            *number = decimal(word(&mut rest, b' ')?)?;
        }
        let [generation, ordinal, tail, flags, reason, has_after, of, after, missed] = numbers;
        let gap = match reason.checked_sub(1) {
            None => None,
            Some(reason) => Some(Gap {
                after: (has_after == 1).then_some(Offset { generation: of, ordinal: after }),
                missed: missed.checked_sub(1),
                reason: *Reason::ALL.get(usize::try_from(reason).ok()?)?,
            }),
        };
        let place = Offset { generation, ordinal };
        let kind = *KINDS.get(usize::try_from(flags >> 2).ok()?)?;
        let (exists, has_frame) = (flags & 1 != 0, flags & 2 != 0);
        let opened = Self { place, tail, exists, kind, has_frame, gap };
        // On its way the header has lost the space at its end.
        rest.unwrap_or_default().is_empty().then_some(opened)
    }
}
