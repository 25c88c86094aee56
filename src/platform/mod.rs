//! The Worker: the only place that names the runtime.
//!
//! What few requests need is marked `#[cold]`, which keeps it in functions of its
//! own: the runtime optimizes a function as a whole before it runs fast, and a
//! stream should not wait for code that it does not use.

mod front;
mod js;
mod object;
#[cfg(feature = "test-panics")]
mod panics;
#[cfg(feature = "workers-sites")]
mod sites;
mod variables;

use std::fmt;

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use worker::web_sys::{Request, Response};
use worker::{Context, Env, event};

use crate::http::problem::Problem;
use crate::http::route::{ALLOW, Route, decode_path, route, split_url};
use front::{events, health, site};
use js::request::{self, Room};
use js::respond::{self, Head};
use js::runtime;

/// Answers a request. A file of the site must be fetched from its bucket first;
/// everything else is answered at once, by [`answer`]. Channels are not served
/// here, for their object's class is JavaScript's.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response, fmt::Error> {
    let answer = match try_answer(&request, &env) {
        Ok(Answer::Given(response)) => Ok(response),
        Ok(Answer::Site) => site::get(request, &env).await,
        Ok(Answer::Channel) => Err("channels need the entry src/platform/entry.js".into()),
        Err(error) => Err(error),
    };
    // Every error has become an answer, if only there was one to be made. What is
    // left the worker crate answers by 500 without a body.
    answer.or_else(|error| failed(&error)).map_err(|_| fmt::Error)
}

/// What there is to answer.
enum Answer {
    Given(Response),
    Channel,
    Site,
}

/// The answer, unless there is something to wait for: null for what is a
/// channel's, undefined for what is the site's. `handlers.js` asks here first,
/// because a function costs less than a promise.
#[wasm_bindgen]
pub fn answer(request: &Request, env: &Env) -> JsValue {
    match try_answer(request, env) {
        Ok(Answer::Given(response)) => response.into(),
        Ok(Answer::Channel) => JsValue::NULL,
        Ok(Answer::Site) => JsValue::UNDEFINED,
        // A `Result` would cost each request a look-up in a table.
        Err(error) => {
            failed(&error).map_or_else(|error| Promise::reject(&error).into(), Into::into)
        }
    }
}

#[cold]
fn failed(error: &JsValue) -> Result<Response, JsValue> {
    runtime::console_error_with("a request could not be answered:", error);
    respond::problem(Head::new(500)?, &Problem::internal())
}

fn try_answer(request: &Request, env: &Env) -> Result<Answer, JsValue> {
    let mut room = Room::new();
    let (method, url) = request::target(request, &mut room);
    let (path, query) = split_url(url);
    #[cfg(feature = "test-panics")]
    panics::at_request(path);
    let front = front::front();
    let answer = match route(method, &decode_path(path)) {
        Route::Channel => return Ok(Answer::Channel),
        Route::Site => return Ok(Answer::Site),
        Route::Events => events::get(request, query, env, &front),
        Route::EventsHead => events::head(request, query, env),
        Route::EventsPreflight => events::preflight(request, env),
        Route::Health => health::get(env, &front),
        Route::EventsMethodNotAllowed => events::refuse_method(request, env),
        Route::MethodNotAllowed => refuse_method(),
    };
    answer.map(Answer::Given)
}

#[cold]
fn refuse_method() -> Result<Response, JsValue> {
    let head = Head::new(405)?.with("allow", ALLOW)?;
    respond::problem(head, &Problem::method_not_allowed(ALLOW))
}

/// A binding or variable of `wrangler.toml`; `None` where there is none.
fn binding(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
