//! Idempotent producers (PROTOCOL.md, 5.2.1): a request that is repeated because
//! its answer was lost appends nothing.

/// What a producer says of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// `Producer-Id`: the same across restarts.
    pub id: String,
    /// `Producer-Epoch`: raised at each restart, which fences the one before.
    pub epoch: u64,
    /// `Producer-Seq`: counts the requests of an epoch, from 0.
    pub seq: u64,
}

/// What the channel knows of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its latest epoch.
    pub epoch: u64,
    /// The highest number accepted in it.
    pub seq: u64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is new: append.
    Accept,
    /// It was appended before; this is the highest number accepted.
    Duplicate(u64),
    /// Another instance has a later epoch.
    Stale(u64),
    /// A new epoch begins at 0.
    EpochMustBeginAtZero,
    /// One is missing before it: this is the number expected.
    Gap(u64),
}

/// Judges a request by what is known of its producer.
#[must_use]
pub fn judge(known: Option<Known>, ticket: &Ticket) -> Verdict {
    let Some(known) = known else {
        return if ticket.seq == 0 { Verdict::Accept } else { Verdict::Gap(0) };
    };
    if ticket.epoch < known.epoch {
        Verdict::Stale(known.epoch)
    } else if ticket.epoch > known.epoch {
        if ticket.seq == 0 { Verdict::Accept } else { Verdict::EpochMustBeginAtZero }
    } else if ticket.seq <= known.seq {
        Verdict::Duplicate(known.seq)
    } else if ticket.seq == known.seq + 1 {
        Verdict::Accept
    } else {
        Verdict::Gap(known.seq + 1)
    }
}
