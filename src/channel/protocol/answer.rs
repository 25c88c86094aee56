//! Answers, and the headers that all of them have.

use crate::channel::log::{Channel, Failed};
use crate::channel::offset::Offset;
use crate::channel::text::text;
use crate::http::cors::Cors;
use crate::http::problem::{self, Problem};

/// An answer with a body of known length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, each once.
    pub headers: Vec<(&'static str, String)>,
    /// Empty for HEAD, 204 and 304.
    pub body: Vec<u8>,
}

/// The answer that a request gets instead of what it asked for. On the heap: there
/// are many ways for it to be handed on, and few requests need it.
pub(super) type Refusal = Box<Answer>;

/// Why a request is not carried out.
pub(super) enum Stop {
    /// It is refused.
    Refused(Refusal),
    /// The store failed.
    Failed,
}

/// What a request is answered, unless it stops.
pub(super) type Outcome<T = Box<Answer>> = Result<T, Stop>;

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failed> for Stop {
    fn from(_: Failed) -> Self {
        Self::Failed
    }
}

impl Answer {
    pub(super) fn new(status: u16) -> Box<Self> {
        Box::new(Self { status, ..Self::default() })
    }

    #[inline(never)]
    pub(super) fn set(&mut self, name: &'static str, value: &str) {
        self.headers.push((name, value.to_owned()));
    }

    #[inline(never)]
    pub(super) fn set_number(&mut self, name: &'static str, number: u64) {
        self.set(name, &text!(number));
    }

    /// `Stream-Next-Offset`, and whether the channel is closed there.
    #[inline(never)]
    pub(super) fn set_next(&mut self, next: Offset, closed: bool) {
        self.set("stream-next-offset", &next.to_text());
        if closed {
            self.set("stream-closed", "true");
        }
    }

    /// A problem's own document.
    #[inline(never)]
    pub(super) fn problem(problem: &Problem) -> Refusal {
        let mut answer = Self::new(problem.status);
        answer.body = problem.to_json().into_bytes();
        answer.set("content-type", problem::CONTENT_TYPE);
        answer.set("cache-control", "no-store");
        answer
    }

    /// What browsers are to know of every answer: not to guess its type, who may
    /// embed it, and which other site's page may read it.
    #[inline(never)]
    pub(super) fn secured(mut self, cors: Cors<'_>) -> Self {
        let embedded = if cors.allow_origin.is_some() { "cross-origin" } else { "same-origin" };
        self.set("x-content-type-options", "nosniff");
        self.set("cross-origin-resource-policy", embedded);
        if cors.vary {
            match self.headers.iter_mut().find(|(name, _)| *name == "vary") {
                Some((_, value)) => value.push_str(", Origin"),
                None => self.set("vary", "Origin"),
            }
        }
        if let Some(origin) = cors.allow_origin {
            self.set("access-control-allow-origin", origin);
            self.set("access-control-expose-headers", EXPOSED);
            // Without it a page's request that has a cookie is lost for the page.
            if cors.credentials {
                self.set("access-control-allow-credentials", "true");
            }
        }
        self
    }
}

/// What a page of another site may read beside the headers that it always may.
const EXPOSED: &str = "Stream-Next-Offset, Stream-Up-To-Date, Stream-Closed, Stream-Cursor, \
    Stream-TTL, Stream-Expires-At, Stream-Readers, Stream-SSE-Data-Encoding, Producer-Epoch, \
    Producer-Seq, Producer-Expected-Seq, Producer-Received-Seq, ETag, Location, Retry-After, \
    WWW-Authenticate";

/// What it may send.
pub(super) const REQUEST_HEADERS: &str = "Content-Type, Authorization, Cache-Control, \
    If-None-Match, Last-Event-ID, Stream-Seq, Stream-Event, Stream-Closed, Stream-TTL, \
    Stream-Expires-At, Stream-Forked-From, Producer-Id, Producer-Epoch, Producer-Seq";

/// A refusal of this status.
#[cold]
#[inline(never)]
pub(super) fn refuse(status: u16, detail: &str) -> Refusal {
    Answer::problem(&Problem::of(status, detail))
}

/// 400: a header's value.
#[cold]
#[inline(never)]
pub(super) fn bad_header(header: &'static str, value: &str, allowed: &str) -> Refusal {
    Answer::problem(&Problem::bad_header(header, value, allowed))
}

/// 400: a query parameter's value.
#[cold]
#[inline(never)]
pub(super) fn bad_parameter(parameter: &'static str, value: &str, allowed: &str) -> Refusal {
    Answer::problem(&Problem::bad_parameter(parameter, value, allowed.to_owned()))
}

/// 404.
pub(super) fn no_channel() -> Refusal {
    refuse(404, "There is no channel of this name.")
}

/// 409: nothing can be appended any more. Clients look for the headers.
#[cold]
pub(super) fn is_closed(channel: &Channel) -> Refusal {
    let mut answer = refuse(409, "The channel is closed: nothing can be appended any more.");
    answer.set_next(channel.end(), true);
    answer
}
