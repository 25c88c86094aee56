//! Where a read begins.

use super::Request;
use super::answer::{Refusal, bad_parameter, refuse};
use crate::channel::log::Channel;
use crate::channel::offset::Offset;
use crate::channel::text::{Part, text};
use crate::config::number::whole_number;

/// What `offset` may be, and a few more for who follows by `EventSource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The oldest message that there is: `-1`, or nothing.
    Earliest,
    /// What comes from now on: `now`.
    Now,
    /// What comes after a place.
    After(Offset),
    /// The last so many messages.
    Last(u64),
    /// What comes after a place that is none of ours: an event's id.
    Unknown,
}

/// A place that cannot be had, and where to go on instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The place that was asked for; `None` if it was none of ours.
    pub after: Option<Offset>,
    /// How many messages are missed; `None` where nobody can know.
    pub missed: Option<u64>,
    /// Why.
    pub reason: Reason,
}

/// Why messages are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They were dropped by size or age.
    Trimmed,
    /// The channel was deleted, and what is there now is another one.
    Recreated,
    /// The place is none of ours.
    Unknown,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Trimmed, Self::Recreated, Self::Unknown];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trimmed => "trimmed",
            Self::Recreated => "recreated",
            Self::Unknown => "unknown",
        }
    }
}

impl Gap {
    /// The data of a `gap` event.
    #[must_use]
    pub fn data(&self, resumed_at: Offset) -> String {
        text!(
            r#"{"after":""#,
            self.after.unwrap_or(resumed_at),
            r#"","resumed_at":""#,
            resumed_at,
            r#"","missed":"#,
            self.missed.map_or(Part::Text("null"), Part::Number),
            r#","reason":""#,
            self.reason.as_str(),
            r#""}"#,
        )
    }
}

/// The parameters of a query that channels know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// By [`NAMES`].
    values: [Option<String>; 5],
    offset_repeated: bool,
}

const NAMES: [&str; 5] = ["offset", "live", "cursor", "last", "last_event_id"];

impl Query {
    /// The first of each known name; others are ignored, as the protocol wants.
    #[inline(never)]
    pub(super) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(known) = NAMES.iter().position(|known| *known == name) else { continue };
            match parsed.values.get_mut(known) {
                Some(first @ None) => *first = Some(value.into_owned()),
                _ => parsed.offset_repeated |= known == 0,
            }
        }
        parsed
    }

    fn offset(&self) -> Option<&str> {
        self.values[0].as_deref()
    }

    pub(super) fn live(&self) -> Option<&str> {
        self.values[1].as_deref()
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.values[2].as_deref()
    }

    fn last(&self) -> Option<&str> {
        self.values[3].as_deref()
    }

    /// `offset`; `None` where there is none.
    pub(super) fn start(&self) -> Result<Option<Start>, Refusal> {
        let Some(offset) = self.offset() else { return Ok(None) };
        if self.offset_repeated {
            return Err(refuse(400, "The query parameter offset may be there once."));
        }
        let start = match offset {
            "-1" => Some(Start::Earliest),
            "now" => Some(Start::Now),
            text => Offset::parse(text).map(Start::After),
        };
        start.map(Some).ok_or_else(|| bad_offset(offset))
    }

    /// Where a reader by `EventSource` begins. An id is never an error, for its
    /// page could not even see it; what the page's author wrote may be one. Tells
    /// whether it was an id.
    pub(super) fn start_of_events(&self, request: &Request<'_>) -> Result<(Start, bool), Refusal> {
        let start = self.start()?;
        let last = match self.last() {
            None => None,
            Some(text) => {
                let number = whole_number(text, 1, 1_000);
                let allowed = "a whole number from 1 to 1000";
                Some(Start::Last(number.ok_or_else(|| bad_parameter("last", text, allowed))?))
            }
        };
        let id = last_event_id(request).map(|id| match Offset::parse(&id) {
            Some(offset) => Start::After(offset),
            None => Start::Unknown,
        });
        let has_id = id.is_some();
        Ok((id.or(start).or(last).unwrap_or(Start::Now), has_id))
    }
}

/// The id that a reader comes back with: by the header, or for those that
/// cannot set it by the query. The empty text is none.
pub(super) fn last_event_id(request: &Request<'_>) -> Option<String> {
    let filled = |id: &String| !id.is_empty();
    let header = request.header("last-event-id").filter(filled);
    header.or_else(|| {
        let [.., id] = Query::parse(request.query).values;
        id.filter(filled)
    })
}

pub(super) fn bad_offset(offset: &str) -> Refusal {
    let allowed = "-1, now, or an offset that this channel gave out and that is not beyond its end";
    bad_parameter("offset", offset, allowed)
}

/// The number of messages before a place, for a read of the protocol: 410 where
/// it cannot be had any more, 400 where it never could.
pub(super) fn resolve(channel: &Channel, start: Start) -> Result<u64, Refusal> {
    let (first, tail) = (channel.first(), channel.tail.ordinal);
    match start {
        Start::Earliest | Start::Unknown => Ok(first),
        Start::Now => Ok(tail),
        Start::Last(count) => Ok(tail.saturating_sub(count).max(first)),
        Start::After(offset) => match lost(channel, offset) {
            None if offset.ordinal <= tail => Ok(offset.ordinal),
            Some(gap) if offset <= channel.end() => Err(gone(gap.reason)),
            _ => Err(bad_offset(&offset.to_text())),
        },
    }
}

/// The same for a reader that is told what it has missed.
pub(super) fn resolve_or_gap(channel: &Channel, start: Start) -> (u64, Option<Gap>) {
    let gap = match start {
        Start::Unknown => {
            return (channel.tail.ordinal, Some(unknown()));
        }
        Start::After(offset) => lost(channel, offset),
        Start::Earliest | Start::Now | Start::Last(_) => None,
    };
    match (gap, start) {
        (Some(gap), _) => (channel.first(), Some(gap)),
        (None, Start::After(offset)) if offset.ordinal > channel.tail.ordinal => {
            (channel.tail.ordinal, Some(unknown()))
        }
        (None, start) => (resolve(channel, start).unwrap_or(channel.tail.ordinal), None),
    }
}

fn unknown() -> Gap {
    Gap { after: None, missed: None, reason: Reason::Unknown }
}

/// What is missed after a place, if anything is.
fn lost(channel: &Channel, offset: Offset) -> Option<Gap> {
    let first = channel.first();
    // The start is every channel's.
    if offset != Offset::START && offset.generation != channel.meta.generation {
        Some(Gap { after: Some(offset), missed: None, reason: Reason::Recreated })
    } else if offset.ordinal < first {
        let missed = Some(first - offset.ordinal);
        Some(Gap { after: Some(offset), missed, reason: Reason::Trimmed })
    } else {
        None
    }
}

/// 410.
fn gone(reason: Reason) -> Refusal {
    refuse(
        410,
        match reason {
            Reason::Trimmed => "The messages after this offset are not retained any more.",
            _ => "This offset is of an earlier channel of this name, which was deleted.",
        },
    )
}
