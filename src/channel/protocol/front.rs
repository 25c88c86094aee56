//! What the front decides and answers by itself.

use super::answer::{Answer, REQUEST_HEADERS, refuse};
use super::{ALLOW, Request, live, place};
use crate::channel::Mode;
use crate::channel::content::Kind;
use crate::channel::follow::Opened;
use crate::channel::text::text;
use crate::config::Config;
use crate::config::limits::{self, RETRY_SPREAD};
use crate::http::accept::{self, Accepts};
use crate::http::cors::Cors;
use crate::http::problem::Problem;
use crate::session::overload;

/// How a request follows the channel, if it does: then the front opens a
/// socket to the object, else it passes the request on.
#[must_use]
pub fn mode(method: &str, query: &str, accept: Option<&str>) -> Option<Mode> {
    // By name: `*/*` is a read of the protocol.
    live::mode(method, query, accept::event_stream(accept) == Accepts::ByName)
}

/// 413.
#[must_use]
pub fn too_large(limits: &Config, cors: Cors<'_>) -> Answer {
    let detail = text!("A body has at most ", limits.max_append_bytes, " bytes here.");
    refuse(413, &detail).secured(cors)
}

/// Any refusal of the front, as an answer.
#[must_use]
pub fn refusal(problem: &Problem, cors: Cors<'_>) -> Answer {
    Answer::problem(problem).secured(cors)
}

/// OPTIONS: answers a browser that asks for a page of another site.
#[must_use]
pub fn preflight(cors: Cors<'_>) -> Answer {
    let mut answer = Answer::new(204);
    answer.set("allow", ALLOW);
    if cors.allow_origin.is_some() {
        answer.set("access-control-allow-methods", ALLOW);
        answer.set("access-control-allow-headers", REQUEST_HEADERS);
        answer.set("access-control-max-age", "86400");
    }
    answer.secured(cors)
}

/// 405.
#[must_use]
pub fn method_not_allowed(cors: Cors<'_>) -> Answer {
    let mut answer = Answer::problem(&Problem::method_not_allowed(ALLOW));
    answer.set("allow", ALLOW);
    answer.secured(cors)
}

/// 503 with `Retry-After`: the object cannot be reached, or has as many
/// readers as it may. A reader by `EventSource` gets [`overload()`] instead.
#[must_use]
pub fn unavailable(config: &Config, random: u32, cors: Cors<'_>) -> Answer {
    let seconds = overload::retry_ms(config, random).div_ceil(1_000);
    let mut answer = refuse(503, "The channel cannot be reached, or is full. Try again later.");
    answer.set_number("retry-after", u64::from(seconds));
    answer.secured(cors)
}

/// 200 with an `overload` event, for an `EventSource`: it would never come back
/// after a 503. `request` is the reader's own.
#[must_use]
pub fn overload(config: &Config, request: &Request<'_>) -> Answer {
    let id = place::last_event_id(request);
    let body = overload::body_for(config, id.as_deref(), request.random);
    Answer { body, ..event_stream().secured(request.cors) }
}

/// The status and headers of a stream that begins.
#[must_use]
pub fn stream_head(opened: &Opened, mode: Mode, cors: Cors<'_>) -> Answer {
    let mut head = event_stream();
    if opened.exists && opened.kind == Kind::Binary {
        head.set("stream-sse-data-encoding", "base64");
    }
    if mode == Mode::Sse {
        head.set_next(opened.place, false);
    }
    head.secured(cors)
}

/// As for `/events`; and `no-cache`, which the protocol's clients look for.
fn event_stream() -> Box<Answer> {
    let mut answer = Answer::new(200);
    answer.set("content-type", "text/event-stream");
    answer.set("cache-control", "no-cache, no-store, no-transform");
    answer.set("x-accel-buffering", "no");
    answer.set("vary", "Accept");
    answer
}

/// How often a request is sent to the object again after it failed.
const TRIES: u32 = 3;
/// Milliseconds before the first of them; twice as many before each next one.
const AGAIN_MS: u32 = 50;

/// Whether to send a request to the object once more after it failed, and
/// after how many milliseconds: only what changes nothing, and only where the
/// platform says that it may help. `attempts` counts those that failed.
#[must_use]
pub fn again(
    method: &str,
    attempts: u32,
    retryable: bool,
    overloaded: bool,
    random: u32,
) -> Option<u32> {
    let harmless = matches!(method, "GET" | "HEAD");
    let tries = harmless && retryable && !overloaded && attempts <= TRIES;
    let ms = AGAIN_MS << attempts.saturating_sub(1).min(TRIES);
    tries.then(|| limits::spread(ms, RETRY_SPREAD, random))
}

/// The answer where the turn failed and was rolled back: 507 where the storage
/// is full, else 500. `message` is the runtime's and goes no further.
#[must_use]
pub fn storage_failed(message: &str, cors: Cors<'_>) -> Answer {
    let message = message.as_bytes();
    let is_full = [&b"full"[..], b"exceeded", b"quota"]
        .into_iter()
        .any(|words| message.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words)));
    let answer = if is_full {
        refuse(507, "The channel's storage takes no more: nothing was appended.")
    } else {
        refuse(500, "The server could not do it: nothing was changed.")
    };
    answer.secured(cors)
}
