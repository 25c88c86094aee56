//! What a request's headers say, checked.

use super::Request;
use super::answer::{Refusal, bad_header, refuse};
use crate::channel::content;
use crate::channel::producer::Ticket;
use crate::channel::store::Meta;
use crate::channel::time;
use crate::config::number::decimal;

/// Bytes of a `Stream-Seq` or a `Producer-Id` at most: both are stored.
const TEXT_BYTES: usize = 256;
/// The largest number that JavaScript has exactly, and so the protocol.
const MAX_SAFE: u64 = (1 << 53) - 1;
/// Seconds of a TTL at most: 31,688 years.
const MAX_TTL_S: u64 = 1_000_000_000_000;
/// Names that nobody may publish by: of our own events, and of those that an
/// `EventSource` fires by itself.
const RESERVED: [&str; 7] = ["ready", "gap", "rotate", "overload", "closed", "error", "open"];

impl Request<'_> {
    #[inline(never)]
    pub(super) fn header(&self, name: &str) -> Option<String> {
        (self.header)(name)
    }

    /// `Stream-Closed`: any value but `true` is as if it were not there.
    pub(super) fn closes(&self) -> bool {
        self.header("stream-closed").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// `Content-Type`, if there is one.
    pub(super) fn content_type(&self) -> Result<Option<String>, Refusal> {
        let Some(value) = self.header("content-type").filter(|value| !value.trim().is_empty())
        else {
            return Ok(None);
        };
        if content::is_valid(&value) {
            return Ok(Some(value));
        }
        let allowed = "a media type such as application/json, of at most 256 characters";
        Err(bad_header("Content-Type", &value, allowed))
    }

    /// The headers that say what a new channel is.
    pub(super) fn new_channel(&self) -> Result<Meta, Refusal> {
        let ttl_s = self.header("stream-ttl");
        let expires_at = self.header("stream-expires-at");
        if ttl_s.is_some() && expires_at.is_some() {
            let detail = "Stream-TTL and Stream-Expires-At exclude each other: send one of them.";
            return Err(refuse(400, detail));
        }
        let ttl_s = ttl_s.map(|value| {
            let plain = value == "0" || !value.starts_with('0');
            decimal(&value).filter(|seconds| plain && *seconds <= MAX_TTL_S).ok_or_else(|| {
                let allowed = "a whole number of seconds from 0 to 1000000000000, in digits \
                               without leading zeros";
                bad_header("Stream-TTL", &value, allowed)
            })
        });
        let deadline = expires_at.as_deref().map(|value| {
            time::parse_rfc3339(value).ok_or_else(|| {
                let allowed = "a time of RFC 3339 such as 2030-01-31T12:00:00Z";
                bad_header("Stream-Expires-At", value, allowed)
            })
        });
        Ok(Meta {
            content_type: self.content_type()?.unwrap_or_else(|| content::DEFAULT.to_owned()),
            ttl_s: ttl_s.transpose()?,
            // 0 is no deadline; the first millisecond is as long over.
            deadline: deadline.transpose()?.map_or(0, |time| time.max(1)),
            expires_at,
            closed: self.closes(),
            ..Meta::default()
        })
    }

    /// The headers of an idempotent producer: all or none.
    pub(super) fn ticket(&self) -> Result<Option<Ticket>, Refusal> {
        let [id, epoch, seq] =
            ["producer-id", "producer-epoch", "producer-seq"].map(|name| self.header(name));
        let (id, epoch, seq) = match (id, epoch, seq) {
            (None, None, None) => return Ok(None),
            (Some(id), Some(epoch), Some(seq)) => (id, epoch, seq),
            _ => {
                let detail = "Producer-Id, Producer-Epoch and Producer-Seq go together: send all \
                              of them or none.";
                return Err(refuse(400, detail));
            }
        };
        if id.is_empty() || id.len() > TEXT_BYTES {
            return Err(bad_header("Producer-Id", &id, "1 to 256 bytes"));
        }
        let number = |name, value: &str| {
            decimal(value).filter(|number| *number <= MAX_SAFE).ok_or_else(|| {
                bad_header(name, value, "a whole number from 0 to 9007199254740991, in digits")
            })
        };
        let (epoch, seq) = (number("Producer-Epoch", &epoch)?, number("Producer-Seq", &seq)?);
        Ok(Some(Ticket { id, epoch, seq }))
    }

    /// `Stream-Seq`: any text, in the order of its bytes.
    pub(super) fn seq(&self) -> Result<Option<String>, Refusal> {
        match self.header("stream-seq") {
            Some(seq) if seq.is_empty() || seq.len() > TEXT_BYTES => {
                Err(bad_header("Stream-Seq", &seq, "1 to 256 bytes"))
            }
            seq => Ok(seq),
        }
    }

    /// `Stream-Event`: the name that an `EventSource` hears the messages by.
    pub(super) fn event(&self) -> Result<Option<String>, Refusal> {
        let Some(name) = self.header("stream-event") else { return Ok(None) };
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(known)
            && !RESERVED.contains(&name.as_str());
        if fits {
            return Ok(Some(name));
        }
        let allowed = "1 to 64 characters of A-Z, a-z, 0-9, _ . : and -, and none of ready, gap, \
                       rotate, overload, closed, error and open";
        Err(bad_header("Stream-Event", &name, allowed))
    }

    /// Forks are not implemented: to make something else would be wrong.
    pub(super) fn no_fork(&self) -> Result<(), Refusal> {
        let names = ["stream-forked-from", "stream-fork-offset", "stream-fork-sub-offset"];
        if names.into_iter().all(|name| self.header(name).is_none()) {
            return Ok(());
        }
        Err(refuse(501, "Forks (Stream-Forked-From) are not implemented here."))
    }
}
