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

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use crate::http::problem::Problem;
use crate::http::route::{ALLOW, Route, decode_path, route, split_url};
use front::{events, health, site};
use js::request::{self, Room};
use js::respond::{self, Head};
use js::runtime::{self, Env};

/// Answers a request behind the entry that worker-build makes. Channels are not
/// served there, for their object's class is JavaScript's.
#[wasm_bindgen]
pub fn fetch(request: &Request, env: &Env) -> Result<JsValue, JsValue> {
    let answer = answer(request, env);
    if answer.is_null() {
        return failed(&"channels need the entry src/platform/entry.js".into()).map(JsValue::from);
    }
    Ok(answer)
}

/// The answer, or a promise of it where a file of the site must be fetched from
/// its bucket first: a function costs less than a promise. Null for what is a
/// channel's.
#[wasm_bindgen]
pub fn answer(request: &Request, env: &Env) -> JsValue {
    // Every error becomes an answer, if only there is one to be made. (A `Result` would
    // cost each request a look-up in a table.)
    try_answer(request, env).unwrap_or_else(|error| {
        failed(&error).map_or_else(|error| Promise::reject(&error).into(), Into::into)
    })
}

#[cold]
fn failed(error: &JsValue) -> Result<Response, JsValue> {
    runtime::console_error_with("a request could not be answered:", error);
    respond::problem(Head::new(500)?, &Problem::internal())
}

fn try_answer(request: &Request, env: &Env) -> Result<JsValue, JsValue> {
    let mut room = Room::new();
    let (method, url) = request::target(request, &mut room);
    let (path, query) = split_url(url);
    #[cfg(feature = "test-panics")]
    panics::at_request(path);
    let front = front::front();
    let answer = match route(method, &decode_path(path)) {
        Route::Channel => return Ok(JsValue::NULL),
        Route::Site => return site::get(request, env),
        Route::Events => events::get(request, query, env, &front),
        Route::EventsHead => events::head(request, query, env),
        Route::EventsPreflight => events::preflight(request, env),
        Route::Health => health::get(env, &front),
        Route::EventsMethodNotAllowed => events::refuse_method(request, env),
        Route::MethodNotAllowed => refuse_method(),
    };
    answer.map(JsValue::from)
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
