//! PUT and DELETE: making a channel, and deleting it.

use super::Request;
use super::answer::{Answer, Outcome, Refusal, no_channel, refuse};
use super::append::{done, messages};
use crate::channel::content::{self, Kind};
use crate::channel::log::{Append, Channel, Log};
use crate::channel::text::text;

/// PUT.
pub(super) fn put(log: &mut Log<'_>, request: &Request<'_>) -> Outcome {
    request.no_fork()?;
    let meta = request.new_channel()?;
    let event = request.event()?;
    if let Some(channel) = log.open()? {
        let same = content::same(&channel.meta.content_type, &meta.content_type)
            && channel.meta.ttl_s == meta.ttl_s
            && channel.meta.expires_at.is_some() == meta.expires_at.is_some()
            && (meta.ttl_s.is_some() || channel.meta.deadline == meta.deadline)
            && channel.meta.closed == meta.closed;
        // Its first content is there already.
        return if same { Ok(describe(200, &channel)) } else { Err(differs(&channel).into()) };
    }
    let messages = messages(Kind::of(&meta.content_type), request.body)?;
    let close = meta.closed;
    let mut channel = log.create(meta);
    if messages.is_some() || close {
        log.append(&mut channel, Append { messages, event, close, ..Append::default() })?;
    }
    log.commit(&channel)?;
    let mut answer = describe(201, &channel);
    answer.set("location", location(request));
    Ok(answer)
}

fn describe(status: u16, channel: &Channel) -> Box<Answer> {
    let mut answer = done(status, channel, None);
    answer.set("content-type", &channel.meta.content_type);
    answer
}

#[cold]
fn differs(channel: &Channel) -> Refusal {
    let meta = &channel.meta;
    let (expires, expires_at) = match &meta.expires_at {
        Some(at) => (", Stream-Expires-At ", &**at),
        None => ("", ""),
    };
    let ttl = meta.ttl_s.map(|seconds| text!(", Stream-TTL ", seconds)).unwrap_or_default();
    let detail = text!(
        "The channel is there, and it is another one: ",
        &*meta.content_type,
        &*ttl,
        expires,
        expires_at,
        if meta.closed { ", closed." } else { ", open." },
    );
    refuse(409, &detail)
}

/// The channel's own address.
pub(super) fn location<'a>(request: &Request<'a>) -> &'a str {
    let end = request.url.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    request.url.get(..end.unwrap_or(request.url.len())).unwrap_or_default()
}

/// DELETE.
pub(super) fn delete(log: &mut Log<'_>) -> Outcome {
    let channel = log.open()?.ok_or_else(no_channel)?;
    log.delete(&channel)?;
    let mut answer = Answer::new(204);
    answer.set("cache-control", "no-store");
    Ok(answer)
}
