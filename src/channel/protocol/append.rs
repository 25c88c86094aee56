//! POST: appending to a channel, closing it, and at our address making it.
//!
//! Everything is checked before the first write, in the protocol's order: the
//! request by itself; then closed, type, producer, sequence; then the body.

use super::Request;
use super::answer::{Answer, Refusal, bad_header, is_closed, no_channel, refuse};
use super::create::location;
use crate::channel::content::{self, Kind};
use crate::channel::log::{Append, Channel, Log};
use crate::channel::producer::{self, Ticket, Verdict};
use crate::channel::store::{Body, Store};
use crate::channel::text::text;
use crate::channel::{Address, json};

/// What becomes of a POST.
enum Decision {
    /// Append this, or close the channel, or both.
    Write(Append),
    /// It was done before; this is the producer's highest number.
    Repeated(u64),
    /// Nothing is done.
    Refused(Refusal),
}

/// POST.
pub(super) fn post<S: Store>(
    log: &mut Log<'_, S>,
    request: &Request<'_>,
) -> Result<Answer, S::Error> {
    let parsed = || {
        let (ticket, seq, event) = (request.ticket()?, request.seq()?, request.event()?);
        let (close, has_body) = (request.closes(), !request.body.is_empty());
        if !has_body && !close {
            return Err(refuse(400, "There is nothing to append: the body is empty."));
        }
        // Of a request that only closes the type is not looked at: PROTOCOL.md, 5.2.
        let content_type = if has_body { request.content_type()? } else { None };
        if has_body && content_type.is_none() {
            let allowed = "the channel's media type, such as application/json";
            return Err(bad_header("Content-Type", "", allowed));
        }
        Ok((content_type, Append { messages: None, event, seq, ticket, close }))
    };
    let (content_type, append) = match parsed() {
        Ok(parsed) => parsed,
        Err(refusal) => return Ok(*refusal),
    };
    let (mut channel, is_new) = match (log.open()?, &content_type) {
        (Some(channel), _) => (channel, false),
        (None, Some(content_type)) if request.address == Address::Ours => {
            if content::is_form(content_type) {
                return Ok(*form(content_type, "application/json"));
            }
            match request.no_fork().and_then(|()| request.new_channel()) {
                Ok(mut meta) => {
                    // Closing is the append's, below.
                    meta.closed = false;
                    (log.create(meta), true)
                }
                Err(refusal) => return Ok(*refusal),
            }
        }
        (None, _) => return Ok(*no_channel()),
    };
    let ticket = append.ticket.clone();
    match decide(log, &channel, request, content_type.as_deref(), append)? {
        Decision::Refused(refusal) => Ok(*refusal),
        Decision::Repeated(seq) => {
            log.touch(&mut channel);
            log.commit(&channel)?;
            Ok(done(204, &channel, ticket.map(|ticket| Ticket { seq, ..ticket }).as_ref()))
        }
        Decision::Write(append) => {
            log.touch(&mut channel);
            let appends = append.messages.is_some();
            if appends || append.close && !channel.meta.closed {
                log.append(&mut channel, append)?;
            }
            log.commit(&channel)?;
            let status = match (is_new, appends && ticket.is_some()) {
                (true, _) => 201,
                (false, true) => 200,
                (false, false) => 204,
            };
            let answer = done(status, &channel, ticket.as_ref());
            Ok(if is_new { answer.with("location", location(request)) } else { answer })
        }
    }
}

/// Says what becomes of an append, and changes nothing.
fn decide<S: Store>(
    log: &mut Log<'_, S>,
    channel: &Channel,
    request: &Request<'_>,
    content_type: Option<&str>,
    append: Append,
) -> Result<Decision, S::Error> {
    let meta = &channel.meta;
    let ticket = append.ticket.as_ref();
    if meta.closed {
        return Ok(match ticket {
            Some(ticket) if meta.closed_by.as_ref() == Some(ticket) => {
                Decision::Repeated(ticket.seq)
            }
            // To close once more is no error.
            None if content_type.is_none() => Decision::Write(append),
            _ => Decision::Refused(is_closed(channel)),
        });
    }
    if let Some(content_type) = content_type
        && !content::same(content_type, &meta.content_type)
    {
        return Ok(Decision::Refused(
            if request.address == Address::Ours && content::is_form(content_type) {
                form(content_type, &meta.content_type)
            } else {
                refuse(409, &text!("The channel's Content-Type is ", &*meta.content_type, "."))
            },
        ));
    }
    if let Some(ticket) = ticket {
        let known = log.producer(&ticket.id)?;
        match producer::judge(known, ticket) {
            Verdict::Accept => {}
            Verdict::Duplicate(seq) => return Ok(Decision::Repeated(seq)),
            verdict => return Ok(Decision::Refused(producer_refused(verdict, ticket))),
        }
    }
    if let Some((seq, last)) = append.seq.as_ref().zip(channel.tail.seq.as_ref())
        && seq.as_bytes() <= last.as_bytes()
    {
        let detail = text!("Stream-Seq must come after ", &**last, ", in the order of bytes.");
        return Ok(Decision::Refused(refuse(409, &detail)));
    }
    Ok(match messages(meta.kind(), request.body) {
        Ok(None) if !request.body.is_empty() => {
            Decision::Refused(refuse(400, "There is nothing to append: the array is empty."))
        }
        Ok(messages) => Decision::Write(Append { messages, ..append }),
        Err(refusal) => Decision::Refused(refusal),
    })
}

/// The messages of a body; none of an empty one, or of an empty array.
pub(super) fn messages(kind: Kind, body: &[u8]) -> Result<Option<(Body, u64)>, Refusal> {
    if body.is_empty() {
        return Ok(None);
    }
    if kind != Kind::Json {
        return Ok(Some((Body::one(kind, body), 1)));
    }
    let Some(messages) = json::messages(body) else {
        return Err(refuse(400, "The body is not JSON, which this channel's messages are."));
    };
    Ok((messages.count > 0).then_some((Body::Lines(messages.lines), messages.count)))
}

#[cold]
fn producer_refused(verdict: Verdict, ticket: &Ticket) -> Refusal {
    match verdict {
        Verdict::Stale(epoch) => {
            let detail = "Another instance of this producer has begun a later epoch.";
            let mut refusal = refuse(403, detail);
            refusal.set_number("producer-epoch", epoch);
            refusal
        }
        Verdict::Gap(expected) => {
            let detail = "A request of this producer is missing before this one.";
            let mut refusal = refuse(409, detail);
            refusal.set_number("producer-expected-seq", expected);
            refusal.set_number("producer-received-seq", ticket.seq);
            refusal
        }
        _ => bad_header("Producer-Seq", &text!(ticket.seq), "0 in the first request of an epoch"),
    }
}

/// 415: `curl -d` sends the type of a form unless it is told otherwise.
#[cold]
fn form(content_type: &str, expected: &str) -> Refusal {
    let detail = text!(
        "The request says that its body is a form (",
        content_type,
        "), as curl -d does unasked. Say what it is, for example: -H 'Content-Type: ",
        expected,
        "'.",
    );
    refuse(415, &detail)
}

#[inline(never)]
pub(super) fn done(status: u16, channel: &Channel, ticket: Option<&Ticket>) -> Answer {
    let mut answer = Answer::new(status);
    answer.set("cache-control", "no-store");
    answer.set_next(channel.end(), channel.meta.closed);
    if let Some(Ticket { epoch, seq, .. }) = ticket {
        answer.set_number("producer-epoch", *epoch);
        answer.set_number("producer-seq", *seq);
    }
    answer
}
