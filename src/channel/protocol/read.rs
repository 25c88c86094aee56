//! GET and HEAD without following: what is in the log.

use super::answer::{Answer, Refusal, no_channel, refuse};
use super::place::{Query, Start, resolve};
use super::{Request, cursor};
use crate::channel::content::Kind;
use crate::channel::log::{Channel, Log};
use crate::channel::offset::Offset;
use crate::channel::store::{Store, View};

/// HEAD. It slides no TTL: to look is not to use.
pub(super) fn head<S: Store>(
    log: &mut Log<'_, S>,
    request: &Request<'_>,
) -> Result<Answer, S::Error> {
    let Some(channel) = log.open()? else {
        return Ok(Answer { body: Vec::new(), ..no_channel() });
    };
    let meta = &channel.meta;
    let mut answer = Answer::new(200)
        .with("content-type", &*meta.content_type)
        .with("cache-control", "no-store")
        .with_next(channel.end())
        .closed_if(meta.closed)
        .with_number("stream-readers", request.readers);
    if let Some(ttl_s) = meta.ttl_s {
        answer = answer.with_number("stream-ttl", ttl_s);
    }
    if let Some(expires_at) = &meta.expires_at {
        answer = answer.with("stream-expires-at", &**expires_at);
    }
    Ok(answer)
}

/// GET: a catch-up read.
pub(super) fn get<S: Store>(
    log: &mut Log<'_, S>,
    request: &Request<'_>,
) -> Result<Answer, S::Error> {
    let query = Query::parse(request.query);
    let start = match (&query.live, query.start()) {
        (_, Err(refusal)) => return Ok(refusal),
        (Some(live), _) => return Ok(bad_live(live)),
        (None, Ok(start)) => start.unwrap_or(Start::Earliest),
    };
    let Some(mut channel) = log.open()? else { return Ok(no_channel()) };
    let from = match resolve(&channel, start) {
        Ok(from) => from,
        Err(refusal) => return Ok(refusal),
    };
    log.touch(&mut channel);
    log.commit(&channel)?;
    if start == Start::Now {
        // The end of a log is nothing to keep: no ETag.
        let answer = messages_answer(200, &channel, from).with("cache-control", "no-store");
        return Ok(Answer { body: body(&channel, Vec::new()), ..answer });
    }
    // What comes after a place in this very channel is the same for ever.
    let names_it = matches!(start, Start::After(place) if place != Offset::START);
    read(log, &channel, request, from, |is_full| match (is_full && names_it, is_private(request)) {
        (false, true) => "private, no-cache",
        (false, false) => "no-cache",
        (true, true) => "private, max-age=60, stale-while-revalidate=300",
        (true, false) => "public, max-age=60, stale-while-revalidate=300",
    })
}

/// The messages after `from`. `cache` says for how long the answer may be kept,
/// whether or not more could follow it.
pub(super) fn read<S: Store>(
    log: &mut Log<'_, S>,
    channel: &Channel,
    request: &Request<'_>,
    from: u64,
    cache: impl FnOnce(bool) -> &'static str,
) -> Result<Answer, S::Error> {
    let chunk = log.read(channel, from, log.limits.max_chunk_bytes, View::Body)?;
    let is_last = chunk.to == channel.tail.ordinal;
    let etag = etag(channel, from, chunk.to);
    let is_known = request.header("if-none-match").is_some_and(|known| lists(&known, &etag));
    let answer = messages_answer(if is_known { 304 } else { 200 }, channel, chunk.to)
        .with("etag", etag)
        .with("vary", vary(request))
        .with("cache-control", cache(!is_last));
    let body = if is_known { Vec::new() } else { body(channel, chunk.bytes) };
    Ok(Answer { body, ..answer })
}

/// Whether the client's own permission, which nobody else has, may have been
/// needed for this answer.
pub(super) fn is_private(request: &Request<'_>) -> bool {
    request.header("authorization").is_some() || request.header("cookie").is_some()
}

/// What else than its address an answer depends on. A browser's own cache knows
/// nothing of permissions: whoever is next at it would be shown what the last one
/// might read.
fn vary(request: &Request<'_>) -> &'static str {
    if is_private(request) { "Accept, Authorization, Cookie" } else { "Accept" }
}

/// What every answer with messages says, up to `to`.
fn messages_answer(status: u16, channel: &Channel, to: u64) -> Answer {
    let is_last = to == channel.tail.ordinal;
    Answer::new(status)
        .with("content-type", &*channel.meta.content_type)
        .with_next(channel.at(to))
        .up_to_date_if(is_last)
        .closed_if(channel.meta.closed && is_last)
}

fn body(channel: &Channel, joined: Vec<u8>) -> Vec<u8> {
    if channel.meta.kind() == Kind::Json { [b"[", &*joined, b"]"].concat() } else { joined }
}

/// Of the channel, the place, and the end; and of being closed, which changes
/// what the same bytes mean.
fn etag(channel: &Channel, from: u64, to: u64) -> String {
    let mut numbers = [itoa::Buffer::new(); 3];
    let [generation, begin, end] = &mut numbers;
    let is_end = channel.meta.closed && to == channel.tail.ordinal;
    [
        "\"",
        generation.format(channel.meta.generation),
        ":",
        begin.format(from),
        ":",
        end.format(to),
        if is_end { ":c\"" } else { "\"" },
    ]
    .concat()
}

/// RFC 9110, 13.1.2: a list of tags, weak ones too, or `*`.
fn lists(if_none_match: &str, etag: &str) -> bool {
    let is_it = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    if_none_match.split(',').any(|tag| is_it(tag.trim()))
}

/// A long-poll that waits no longer: 200 with messages, 204 without.
pub(super) fn polled<S: Store>(
    log: &mut Log<'_, S>,
    channel: &Channel,
    request: &Request<'_>,
    from: u64,
) -> Result<Answer, S::Error> {
    let client = Query::parse(request.query).cursor.and_then(|text| cursor::parse(&text));
    let is_open = !channel.meta.closed;
    let cursor = cursor::next(client, log.now, request.random);
    let answer = if from == channel.tail.ordinal {
        Answer::new(204)
            .with_next(channel.end())
            .up_to_date_if(true)
            .closed_if(channel.meta.closed)
            .with("cache-control", "no-store")
    } else {
        // Its address has the client's cursor, and is asked for once.
        read(log, channel, request, from, |_| {
            if is_private(request) { "no-store" } else { "public, max-age=20" }
        })?
    };
    Ok(if is_open { answer.with_number("stream-cursor", cursor) } else { answer })
}

pub(super) fn bad_live(live: &str) -> Refusal {
    super::answer::bad_parameter("live", live, "long-poll or sse")
}

/// Live reads of the protocol say where they begin.
pub(super) fn needs_offset() -> Refusal {
    refuse(400, "A live read needs the query parameter offset: -1, now, or an offset.")
}
