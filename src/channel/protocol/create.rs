//! PUT and DELETE: making a channel, and deleting it.

use super::Request;
use super::answer::{Answer, Refusal, no_channel, refuse};
use super::append::{done, messages};
use crate::channel::content::{self, Kind};
use crate::channel::log::{Append, Channel, Log};
use crate::channel::store::Store;
use crate::channel::text::text;

/// PUT.
pub(super) fn put<S: Store>(
    log: &mut Log<'_, S>,
    request: &Request<'_>,
) -> Result<Answer, S::Error> {
    let parsed = request.no_fork().and_then(|()| Ok((request.new_channel()?, request.event()?)));
    let (meta, event) = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => return Ok(*refusal),
    };
    if let Some(channel) = log.open()? {
        let same = content::same(&channel.meta.content_type, &meta.content_type)
            && channel.meta.ttl_s == meta.ttl_s
            && channel.meta.expires_at.is_some() == meta.expires_at.is_some()
            && (meta.ttl_s.is_some() || channel.meta.deadline == meta.deadline)
            && channel.meta.closed == meta.closed;
        // Its first content is there already.
        return Ok(if same { describe(200, &channel) } else { *differs(&channel) });
    }
    let messages = match messages(Kind::of(&meta.content_type), request.body) {
        Ok(messages) => messages,
        Err(refusal) => return Ok(*refusal),
    };
    let close = meta.closed;
    let mut channel = log.create(meta);
    if messages.is_some() || close {
        log.append(&mut channel, Append { messages, event, close, ..Append::default() })?;
    }
    log.commit(&channel)?;
    Ok(describe(201, &channel).with("location", location(request)))
}

fn describe(status: u16, channel: &Channel) -> Answer {
    done(status, channel, None).with("content-type", &channel.meta.content_type)
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
pub(super) fn delete<S: Store>(log: &mut Log<'_, S>) -> Result<Answer, S::Error> {
    let Some(channel) = log.open()? else { return Ok(*no_channel()) };
    log.delete(&channel)?;
    Ok(Answer::new(204).with("cache-control", "no-store"))
}
