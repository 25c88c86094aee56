//! GET and HEAD without following: what is in the log.

use super::answer::{Answer, Outcome, Refusal, bad_parameter, no_channel, refuse};
use super::place::{Query, Start, resolve};
use super::{Request, cursor, cursor_of};
use crate::channel::content::Kind;
use crate::channel::log::{Channel, Log};
use crate::channel::offset::Offset;
use crate::channel::store::View;
use crate::channel::text::{text, word};

/// HEAD. It slides no TTL: to look is not to use.
pub(super) fn head(log: &mut Log<'_>, request: &Request<'_>) -> Outcome {
    let Some(channel) = log.open()? else {
        let mut answer = no_channel();
        answer.body = Vec::new();
        return Ok(answer);
    };
    let meta = &channel.meta;
    let mut answer = Answer::new(200);
    answer.set("content-type", &meta.content_type);
    answer.set("cache-control", "no-store");
    answer.set_next(channel.end(), meta.closed);
    answer.set_number("stream-readers", request.readers);
    if let Some(ttl_s) = meta.ttl_s {
        answer.set_number("stream-ttl", ttl_s);
    }
    if let Some(expires_at) = &meta.expires_at {
        answer.set("stream-expires-at", expires_at);
    }
    Ok(answer)
}

/// GET: a catch-up read.
pub(super) fn get(log: &mut Log<'_>, request: &Request<'_>) -> Outcome {
    let query = Query::parse(request.query);
    let start = query.start()?.unwrap_or(Start::Earliest);
    if let Some(live) = query.live() {
        return Err(bad_parameter("live", live, "long-poll or sse").into());
    }
    let mut channel = log.open()?.ok_or_else(no_channel)?;
    let from = resolve(&channel, start)?;
    log.touch(&mut channel);
    log.commit(&channel)?;
    if start == Start::Now {
        // The end of a log is nothing to keep: no ETag.
        let mut answer = messages_answer(200, &channel, from);
        answer.set("cache-control", "no-store");
        answer.body = body(&channel, Vec::new());
        return Ok(answer);
    }
    // What comes after a place in this very channel is the same for ever.
    let names_it = matches!(start, Start::After(place) if place != Offset::START);
    let is_private = is_private(request);
    let cache = match (names_it, is_private) {
        (false, true) => "private, no-cache",
        (false, false) => "no-cache",
        (true, true) => "private, max-age=60, stale-while-revalidate=300",
        (true, false) => "public, max-age=60, stale-while-revalidate=300",
    };
    let last = if is_private { "private, no-cache" } else { "no-cache" };
    read(log, &channel, request, from, Cache { full: cache, last })
}

/// For how long an answer may be kept: one that is full, and one up to the end of
/// the log, which more may follow.
#[derive(Clone, Copy)]
struct Cache {
    full: &'static str,
    last: &'static str,
}

/// The messages after `from`.
fn read(
    log: &mut Log<'_>,
    channel: &Channel,
    request: &Request<'_>,
    from: u64,
    cache: Cache,
) -> Outcome {
    let chunk = log.read(channel, from, log.limits.max_chunk_bytes, View::Body)?;
    let is_last = chunk.to == channel.tail.ordinal;
    let etag = etag(channel, from, chunk.to);
    let is_known = request.header("if-none-match").is_some_and(|known| lists(&known, &etag));
    let mut answer = messages_answer(if is_known { 304 } else { 200 }, channel, chunk.to);
    answer.set("etag", &etag);
    answer.set("vary", vary(request));
    answer.set("cache-control", if is_last { cache.last } else { cache.full });
    if !is_known {
        answer.body = body(channel, chunk.bytes);
    }
    Ok(answer)
}

/// Whether the client's own permission, which nobody else has, may have been
/// needed for this answer.
fn is_private(request: &Request<'_>) -> bool {
    request.header("authorization").is_some() || request.header("cookie").is_some()
}

/// What else than its address an answer depends on. A browser's own cache knows
/// nothing of permissions: whoever is next at it would be shown what the last one
/// might read.
fn vary(request: &Request<'_>) -> &'static str {
    if is_private(request) { "Accept, Authorization, Cookie" } else { "Accept" }
}

/// What every answer with messages says, up to `to`.
fn messages_answer(status: u16, channel: &Channel, to: u64) -> Box<Answer> {
    let is_last = to == channel.tail.ordinal;
    let mut answer = Answer::new(status);
    answer.set("content-type", &channel.meta.content_type);
    answer.set_next(channel.at(to), channel.meta.closed && is_last);
    if is_last {
        answer.set("stream-up-to-date", "true");
    }
    answer
}

fn body(channel: &Channel, joined: Vec<u8>) -> Vec<u8> {
    if channel.meta.kind() == Kind::Json { [b"[", &*joined, b"]"].concat() } else { joined }
}

/// Of the channel, the place, and the end; and of being closed, which changes
/// what the same bytes mean.
fn etag(channel: &Channel, from: u64, to: u64) -> String {
    let is_end = channel.meta.closed && to == channel.tail.ordinal;
    let end = if is_end { ":c\"" } else { "\"" };
    text!("\"", channel.meta.generation, ":", from, ":", to, end)
}

/// RFC 9110, 13.1.2: a list of tags, weak ones too, or `*`.
fn lists(if_none_match: &str, etag: &str) -> bool {
    let mut rest = Some(if_none_match);
    while let Some(tag) = word(&mut rest, b',') {
        let tag = tag.trim_ascii();
        if tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag {
            return true;
        }
    }
    false
}

/// A long-poll that waits no longer: 200 with messages, 204 without.
pub(super) fn polled(
    log: &mut Log<'_>,
    channel: &Channel,
    request: &Request<'_>,
    from: u64,
) -> Outcome {
    let client = cursor_of(request.query);
    let mut answer = if from == channel.tail.ordinal {
        let mut answer = Answer::new(204);
        answer.set_next(channel.end(), channel.meta.closed);
        answer.set("stream-up-to-date", "true");
        answer.set("cache-control", "no-store");
        answer
    } else {
        // Its address has the client's cursor, and is asked for once.
        let cache = if is_private(request) { "no-store" } else { "public, max-age=20" };
        read(log, channel, request, from, Cache { full: cache, last: cache })?
    };
    if !channel.meta.closed {
        answer.set_number("stream-cursor", cursor::next(client, log.now, request.random));
    }
    Ok(answer)
}

/// Live reads of the protocol say where they begin.
pub(super) fn needs_offset() -> Refusal {
    refuse(400, "A live read needs the query parameter offset: -1, now, or an offset.")
}
