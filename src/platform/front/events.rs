//! `/events`: from a request to a stream or a refusal.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use super::Front;
use crate::config::Config;
use crate::config::limits::PREFLIGHT_MAX_AGE_S;
use crate::http::accept::{self, Accepts};
use crate::http::cors::Cors;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::route::EVENTS_ALLOW;
use crate::platform::js::request::{Headers, Room};
use crate::platform::js::respond::{self, Head};
use crate::platform::js::runtime::{self, Env};
use crate::platform::variables;
use crate::served;
use crate::session::{Session, overload};

/// What an answer depends on besides the method and the query.
struct Context<'a> {
    config: Rc<Config>,
    headers: Headers<'a>,
}

impl<'a> Context<'a> {
    /// `None` where a variable is wrong.
    fn of(request: &Request, env: &Env, room: &'a mut Room) -> Option<Self> {
        let config = variables::config(env)?;
        Some(Self { config, headers: Headers::of(request, room) })
    }

    fn cors(&self) -> Cors<'_> {
        Cors::answer(&self.config.allowed_origins, self.headers.origin)
    }
}

/// Streams, or says why not.
#[inline(never)] // The longer a function, the sooner is it optimized, and the longer that takes.
pub fn get(request: &Request, query: &str, env: &Env, front: &Front) -> Result<Response, JsValue> {
    let mut room = Room::new();
    let Some(context) = Context::of(request, env, &mut room) else { return misconfigured() };
    let (query, accepts) = match check(query, &context)? {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refusal),
    };
    let config = &*context.config;
    let random = runtime::random()?;
    let now = runtime::now();
    let feed = served::feed(&query, context.headers.last_event_id, config, now);

    if front.is_full(config.max_streams, now) {
        return turn_away(&context, &feed, accepts, random.retry);
    }
    let session = Session::new(feed, config, random, now);
    front.streams.open(&*stream_head(context.cors())?, session, now)
}

/// The isolate is full.
#[cold]
fn turn_away(
    context: &Context<'_>,
    feed: &served::Feed,
    accepts: Accepts,
    random: u32,
) -> Result<Response, JsValue> {
    let Context { config, .. } = context;
    runtime::console_log(&overload::log_line(feed));
    if accepts == Accepts::ByName {
        let body = overload::body(config, feed, random);
        return stream_head(context.cors())?.text(&String::from_utf8_lossy(&body));
    }
    let seconds = overload::retry_ms(config, random).div_ceil(1_000);
    let head = Head::new(503)?.with("retry-after", &seconds.to_string())?;
    respond::problem(head.with_cors(context.cors())?, &Problem::overloaded())
}

/// The headers that GET answers with where there is room, and no stream.
#[cold]
pub fn head(request: &Request, query: &str, env: &Env) -> Result<Response, JsValue> {
    let mut room = Room::new();
    let Some(context) = Context::of(request, env, &mut room) else { return misconfigured() };
    match check(query, &context)? {
        Ok(_) => stream_head(context.cors())?.empty(),
        Err(refusal) => Ok(refusal),
    }
}

/// Answers a browser that asks whether another site's page may send the
/// headers that resume a stream.
#[cold]
pub fn preflight(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let mut room = Room::new();
    let Some(context) = Context::of(request, env, &mut room) else { return misconfigured() };
    let cors = context.cors();
    let head = Head::new(204)?.with("allow", EVENTS_ALLOW)?.with_cors(cors)?;
    if cors.allow_origin.is_none() {
        return head.empty();
    }
    head.with("access-control-allow-methods", EVENTS_ALLOW)?
        .with("access-control-allow-headers", "Last-Event-ID, Cache-Control")?
        .with("access-control-max-age", &PREFLIGHT_MAX_AGE_S.to_string())?
        .empty()
}

/// Refuses a method, so that another site's page may read why.
#[cold]
pub fn refuse_method(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let mut room = Room::new();
    let Some(context) = Context::of(request, env, &mut room) else { return misconfigured() };
    let head = Head::new(405)?.with("allow", EVENTS_ALLOW)?.with_cors(context.cors())?;
    respond::problem(head, &Problem::method_not_allowed(EVENTS_ALLOW))
}

#[cold]
fn misconfigured() -> Result<Response, JsValue> {
    respond::problem(Head::new(500)?, &Problem::misconfigured())
}

/// What the client wants, or the refusal that it gets.
fn check<'a>(
    query: &'a str,
    context: &Context<'_>,
) -> Result<Result<(Query<'a>, Accepts), Response>, JsValue> {
    if !context.config.events_enabled {
        return switched_off(context).map(Err);
    }
    let accepts = accept::event_stream(context.headers.accept);
    if accepts == Accepts::No {
        return refuse(context, &Problem::not_acceptable()).map(Err);
    }
    match Query::parse(query, &context.config) {
        Ok(params) => Ok(Ok((params, accepts))),
        Err(problem) => refuse(context, &problem).map(Err),
    }
}

#[cold]
fn switched_off(context: &Context<'_>) -> Result<Response, JsValue> {
    let head = Head::new(204)?.with("cache-control", "no-store")?;
    head.with_cors(context.cors())?.empty()
}

#[cold]
fn refuse(context: &Context<'_>, problem: &Problem) -> Result<Response, JsValue> {
    respond::problem(Head::new(problem.status)?.with_cors(context.cors())?, problem)
}

/// The status and headers of a stream. They are made once in an isolate's life,
/// unless they depend on the page that asks.
fn stream_head(cors: Cors<'_>) -> Result<Rc<Head>, JsValue> {
    thread_local! {
        static HEAD: RefCell<Option<Rc<Head>>> = const { RefCell::new(None) };
    }
    if cors.vary {
        return new_stream_head(cors).map(Rc::new);
    }
    if let Some(head) = HEAD.with_borrow(Clone::clone) {
        return Ok(head);
    }
    let head = Rc::new(new_stream_head(cors)?);
    HEAD.set(Some(head.clone()));
    Ok(head)
}

/// `Connection`, `Transfer-Encoding` and `Content-Length` are not among them: they
/// are the runtime's business, and the first is an error in HTTP/2 (RFC 9113,
/// section 8.2.2).
#[cold]
fn new_stream_head(cors: Cors<'_>) -> Result<Head, JsValue> {
    Head::new(200)?
        .with("content-type", "text/event-stream")?
        .with("cache-control", "no-store, no-transform")?
        // For an nginx in front: without it nginx collects events.
        .with("x-accel-buffering", "no")?
        .with_cors(cors)
}
