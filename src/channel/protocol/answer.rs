//! Answers, and the headers that all of them have.

use crate::channel::log::Channel;
use crate::channel::offset::Offset;
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

/// The answer that a request gets instead of what it asked for.
pub(super) type Refusal = Answer;

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn with_number(self, name: &'static str, number: u64) -> Self {
        self.with(name, itoa::Buffer::new().format(number))
    }

    pub(super) fn with_next(self, next: Offset) -> Self {
        self.with("stream-next-offset", next.to_string())
    }

    pub(super) fn closed_if(self, closed: bool) -> Self {
        if closed { self.with("stream-closed", "true") } else { self }
    }

    pub(super) fn up_to_date_if(self, up_to_date: bool) -> Self {
        if up_to_date { self.with("stream-up-to-date", "true") } else { self }
    }

    /// A problem's own document.
    pub(super) fn problem(problem: &Problem) -> Self {
        let answer = Self::new(problem.status).with("content-type", problem::CONTENT_TYPE);
        let body = serde_json::to_vec(problem).unwrap_or_default();
        Self { body, ..answer.with("cache-control", "no-store") }
    }

    /// What browsers are to know of every answer: not to guess its type, who may
    /// embed it, and which other site's page may read it.
    pub(crate) fn secured(self, cors: Cors<'_>) -> Self {
        let embedded = if cors.allow_origin.is_some() { "cross-origin" } else { "same-origin" };
        let mut answer = self
            .with("x-content-type-options", "nosniff")
            .with("cross-origin-resource-policy", embedded);
        if cors.vary {
            let vary = answer.headers.iter_mut().find(|(name, _)| *name == "vary");
            match vary {
                Some((_, value)) => value.push_str(", Origin"),
                None => answer = answer.with("vary", "Origin"),
            }
        }
        let Some(origin) = cors.allow_origin else { return answer };
        let answer = answer
            .with("access-control-allow-origin", origin)
            .with("access-control-expose-headers", EXPOSED);
        // Without it a page's request that has a cookie is lost for the page.
        if cors.credentials {
            answer.with("access-control-allow-credentials", "true")
        } else {
            answer
        }
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
pub(super) fn refuse(status: u16, detail: impl Into<String>) -> Refusal {
    Answer::problem(&Problem::of(status, detail))
}

/// 400: a header's value.
pub(super) fn bad_header(header: &'static str, value: &str, allowed: &str) -> Refusal {
    Answer::problem(&Problem::bad_header(header, value, allowed))
}

/// 400: a query parameter's value.
pub(super) fn bad_parameter(parameter: &'static str, value: &str, allowed: &str) -> Refusal {
    Answer::problem(&Problem::bad_parameter(parameter, value, allowed.to_owned()))
}

/// 404.
pub(super) fn no_channel() -> Refusal {
    refuse(404, "There is no channel of this name.")
}

/// 409: nothing can be appended any more. Clients look for the headers.
pub(super) fn is_closed(channel: &Channel) -> Refusal {
    refuse(409, "The channel is closed: nothing can be appended any more.")
        .closed_if(true)
        .with_next(channel.end())
}
