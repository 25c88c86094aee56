//! `/events`: from a request to a stream or a refusal.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use worker::Env;
use worker::web_sys::{Request, Response};

use super::respond::{self, Head};
use super::{binding, live, runtime};
use crate::accept::{self, Accepts};
use crate::config::Config;
use crate::cors::{AllowedOrigins, Cors};
use crate::limits::{self, RETRY_SPREAD};
use crate::params::Params;
use crate::problem::Problem;
use crate::route::EVENTS_ALLOW;
use crate::source::Served;
use crate::stream::{self, Start, Stream, Summary};

/// A request that may have a stream.
struct Checked<'a> {
    config: Rc<Config>,
    origin: Option<String>,
    accepts: Accepts,
    params: Params<'a>,
}

/// Streams, or says why not.
pub fn get(request: &Request, query: &str, env: &Env) -> Result<Response, JsValue> {
    let checked = match check(request, query, env)? {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refusal),
    };
    let Checked { config, accepts, params, .. } = &checked;
    let cors = checked.cors();
    let random = runtime::random()?;
    let now = runtime::now();

    let source = Served::from(params);
    let header = request.headers().get("last-event-id")?;
    let last_event_id = header.as_deref().or(params.last_event_id.as_deref());
    let start = Start::from_last_event_id(last_event_id, &source, now);

    if live::is_full(config.max_streams, now) {
        live::log_summary(&Summary::of_overload(params.interval_ms));
        if *accepts != Accepts::ByName {
            return overloaded(config, cors, random.retry);
        }
        let body = stream::overload(config, start, random.retry);
        return stream_head(cors)?.text(&String::from_utf8_lossy(&body));
    }
    let stream = Stream::new(source, start, config, random, now);
    stream_head(cors)?.stream(live::open(stream, params.interval_ms, now)?)
}

/// The headers that GET would answer with, and no stream.
pub fn head(request: &Request, query: &str, env: &Env) -> Result<Response, JsValue> {
    match check(request, query, env)? {
        Ok(checked) => stream_head(checked.cors())?.empty(),
        Err(refusal) => Ok(refusal),
    }
}

/// Answers a browser that asks whether another site's page may send the
/// headers that resume a stream.
pub fn preflight(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let Some(config) = config(env) else {
        return respond::problem(Head::new(500)?, &Problem::misconfigured());
    };
    let origin = request.headers().get("origin")?;
    let cors = config.allowed_origins.answer(origin.as_deref());
    let head = Head::new(204)?.with("allow", EVENTS_ALLOW)?.with_cors(cors)?;
    if cors.allow_origin.is_none() {
        return head.empty();
    }
    head.with("access-control-allow-methods", EVENTS_ALLOW)?
        .with("access-control-allow-headers", "Last-Event-ID, Cache-Control")?
        .with("access-control-max-age", "86400")?
        .empty()
}

/// Refuses a method, so that another site's page may read why.
pub fn refuse_method(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let head = Head::new(405)?.with("allow", EVENTS_ALLOW)?;
    let origin = request.headers().get("origin")?;
    let head = match config(env) {
        Some(config) => head.with_cors(config.allowed_origins.answer(origin.as_deref()))?,
        None => head,
    };
    respond::problem(head, &Problem::method_not_allowed(EVENTS_ALLOW))
}

fn check<'a>(
    request: &Request,
    query: &'a str,
    env: &Env,
) -> Result<Result<Checked<'a>, Response>, JsValue> {
    let Some(config) = config(env) else {
        return Ok(Err(respond::problem(Head::new(500)?, &Problem::misconfigured())?));
    };
    let headers = request.headers();
    // Only a list is compared with it.
    let listed = matches!(config.allowed_origins, AllowedOrigins::List(_));
    let origin = if listed { headers.get("origin")? } else { None };
    let cors = config.allowed_origins.answer(origin.as_deref());

    if !config.events_enabled {
        let head = Head::new(204)?.with("cache-control", "no-store")?.with_cors(cors)?;
        return Ok(Err(head.empty()?));
    }
    let accepts = accept::event_stream(headers.get("accept")?.as_deref());
    if accepts == Accepts::No {
        let head = Head::new(406)?.with_cors(cors)?;
        return Ok(Err(respond::problem(head, &Problem::not_acceptable())?));
    }
    match Params::parse(query, &config) {
        Ok(params) => Ok(Ok(Checked { config, origin, accepts, params })),
        Err(problem) => {
            let head = Head::new(problem.status)?.with_cors(cors)?;
            Ok(Err(respond::problem(head, &problem)?))
        }
    }
}

impl Checked<'_> {
    fn cors(&self) -> Cors<'_> {
        self.config.allowed_origins.answer(self.origin.as_deref())
    }
}

/// The head of a stream. Where it does not vary with the page that asks, it is
/// made once in an isolate's life.
fn stream_head(cors: Cors<'_>) -> Result<Rc<Head>, JsValue> {
    thread_local! {
        static HEAD: RefCell<Option<Rc<Head>>> = const { RefCell::new(None) };
    }
    if cors.vary {
        return new_stream_head(cors).map(Rc::new);
    }
    HEAD.with_borrow_mut(|known| {
        if known.is_none() {
            *known = Some(Rc::new(new_stream_head(cors)?));
        }
        known.clone().ok_or_else(|| "no head".into())
    })
}

/// No `Connection`, `Transfer-Encoding` or `Content-Length`: they are the
/// runtime's, and the first is an error in HTTP/2 (RFC 9113, 8.2.2).
fn new_stream_head(cors: Cors<'_>) -> Result<Head, JsValue> {
    Head::new(200)?
        .with("content-type", "text/event-stream")?
        .with("cache-control", "no-store, no-transform")?
        // For an nginx in front: without it nginx collects events.
        .with("x-accel-buffering", "no")?
        .with_cors(cors)
}

fn overloaded(config: &Config, cors: Cors<'_>, random: u32) -> Result<Response, JsValue> {
    let retry_ms = limits::spread(config.overload_retry_ms, RETRY_SPREAD, random);
    let seconds = retry_ms.div_ceil(1_000).to_string();
    let head = Head::new(503)?.with("retry-after", &seconds)?.with_cors(cors)?;
    respond::problem(head, &Problem::overloaded())
}

/// The variables, parsed once in an isolate's life, for they stay as they are;
/// `None`, with a line in the log, where one of them is wrong.
fn config(env: &Env) -> Option<Rc<Config>> {
    thread_local! {
        static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
    }
    if let Some(config) = CONFIG.with(|known| known.try_borrow().ok()?.clone()) {
        return Some(config);
    }
    match Config::from_lookup(|name| binding(env, name).map(|value| runtime::to_text(&value))) {
        Ok(config) => {
            let config = Rc::new(config);
            CONFIG.set(Some(config.clone()));
            Some(config)
        }
        Err(error) => {
            runtime::console_error(&format!("wrangler.toml, [vars]: {error}"));
            None
        }
    }
}
