//! POST: appending to a channel, closing it, and at our address making it.
//!
//! Everything is checked before the first write, in the protocol's order: the
//! request by itself; then closed, type, producer, sequence; then the body.

use super::Request;
use super::answer::{Answer, Outcome, Refusal, bad_header, is_closed, no_channel, refuse};
use super::create::location;
use crate::channel::content::{self, Kind};
use crate::channel::log::{Append, Channel, Log};
use crate::channel::producer::{self, Ticket, Verdict};
use crate::channel::store::{Body, Meta};
use crate::channel::text::text;
use crate::channel::{Address, json};

/// What becomes of a POST that is not refused.
enum Decision {
    /// Append, or close the channel, or both.
    Write,
    /// It was done before; this is the producer's highest number.
    Repeated(u64),
}

/// POST.
pub(super) fn post(log: &mut Log<'_>, request: &Request<'_>) -> Outcome {
    let mut append = Append {
        ticket: request.ticket()?,
        seq: request.seq()?,
        event: request.event()?,
        close: request.closes(),
        messages: None,
    };
    let content_type = content_type(request)?;
    let (mut channel, is_new) = match log.open()? {
        Some(channel) => (channel, false),
        None => (log.create(new_channel(request, content_type.as_deref())?), true),
    };
    let decision = decide(log, &channel, request, content_type.as_deref(), &mut append)?;
    log.touch(&mut channel);
    let mut ticket = append.ticket.clone();
    let mut status = 204;
    match decision {
        Decision::Repeated(seq) => {
            if let Some(ticket) = &mut ticket {
                ticket.seq = seq;
            }
        }
        Decision::Write => {
            if append.messages.is_some() && ticket.is_some() {
                status = 200;
            }
            if append.messages.is_some() || !channel.meta.closed {
                log.append(&mut channel, append)?;
            }
        }
    }
    log.commit(&channel)?;
    let mut answer = done(if is_new { 201 } else { status }, &channel, ticket.as_ref());
    if is_new {
        answer.set("location", location(request));
    }
    Ok(answer)
}

/// The body's type. Of a request that only closes it is not looked at
/// (PROTOCOL.md, 5.2).
fn content_type(request: &Request<'_>) -> Result<Option<String>, Refusal> {
    if !request.body.is_empty() {
        let content_type = request.content_type()?.ok_or_else(|| {
            bad_header("Content-Type", "", "the channel's media type, such as application/json")
        });
        return content_type.map(Some);
    }
    if request.closes() {
        return Ok(None);
    }
    Err(refuse(400, "There is nothing to append: the body is empty."))
}

/// What a POST makes where there is no channel: at our address one of its type.
fn new_channel(request: &Request<'_>, content_type: Option<&str>) -> Result<Meta, Refusal> {
    let Some(content_type) = content_type.filter(|_| request.address == Address::Ours) else {
        return Err(no_channel());
    };
    if content::is_form(content_type) {
        return Err(form(content_type, "application/json"));
    }
    request.no_fork()?;
    let mut meta = request.new_channel()?;
    // Closing is the append's.
    meta.closed = false;
    Ok(meta)
}

/// Says what becomes of an append, and changes nothing but the append's messages,
/// which it reads.
fn decide(
    log: &mut Log<'_>,
    channel: &Channel,
    request: &Request<'_>,
    content_type: Option<&str>,
    append: &mut Append,
) -> Outcome<Decision> {
    let meta = &channel.meta;
    let ticket = append.ticket.as_ref();
    if meta.closed {
        return match ticket {
            Some(ticket) if meta.closed_by.as_ref() == Some(ticket) => {
                Ok(Decision::Repeated(ticket.seq))
            }
            // To close once more is no error.
            None if content_type.is_none() => Ok(Decision::Write),
            _ => Err(is_closed(channel).into()),
        };
    }
    if let Some(content_type) = content_type
        && !content::same(content_type, &meta.content_type)
    {
        let expected = &*meta.content_type;
        return Err(if request.address == Address::Ours && content::is_form(content_type) {
            form(content_type, expected).into()
        } else {
            refuse(409, &text!("The channel's Content-Type is ", expected, ".")).into()
        });
    }
    if let Some(ticket) = ticket {
        let known = log.producer(&ticket.id)?;
        match producer::judge(known, ticket) {
            Verdict::Accept => {}
            Verdict::Duplicate(seq) => return Ok(Decision::Repeated(seq)),
            verdict => return Err(producer_refused(verdict, ticket).into()),
        }
    }
    if let Some((seq, last)) = append.seq.as_ref().zip(channel.tail.seq.as_ref())
        && seq.as_bytes() <= last.as_bytes()
    {
        let detail = text!("Stream-Seq must come after ", &**last, ", in the order of bytes.");
        return Err(refuse(409, &detail).into());
    }
    append.messages = messages(meta.kind(), request.body)?;
    if append.messages.is_none() && !request.body.is_empty() {
        return Err(refuse(400, "There is nothing to append: the array is empty.").into());
    }
    Ok(Decision::Write)
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
pub(super) fn done(status: u16, channel: &Channel, ticket: Option<&Ticket>) -> Box<Answer> {
    let mut answer = Answer::new(status);
    answer.set("cache-control", "no-store");
    answer.set_next(channel.end(), channel.meta.closed);
    if let Some(Ticket { epoch, seq, .. }) = ticket {
        answer.set_number("producer-epoch", *epoch);
        answer.set_number("producer-seq", *seq);
    }
    answer
}
