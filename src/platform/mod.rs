//! The Worker: the only place that names the runtime.

mod events;
mod live;
mod respond;
mod runtime;
mod site;

use std::fmt;

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;
use worker::web_sys::{Request, Response};
use worker::{Context, Env, event};

use crate::problem::Problem;
use crate::route::{ALLOW, Route, decode_path, route, split_url};
use respond::Head;

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response, fmt::Error> {
    let failed = |error| {
        runtime::console_error_with("a request could not be answered:", &error);
        respond::problem(Head::new(500)?, &Problem::internal())
    };
    // The worker crate makes a bare 500 of an error.
    answer(request, &env).await.or_else(failed).map_err(|_: JsValue| fmt::Error)
}

async fn answer(request: Request, env: &Env) -> Result<Response, JsValue> {
    let url = request.url();
    let (path, query) = split_url(&url);
    match route(&request.method(), &decode_path(path)) {
        Route::Events => events::get(&request, query, env),
        Route::EventsHead => events::head(&request, query, env),
        Route::EventsPreflight => events::preflight(&request, env),
        Route::Health => health(),
        Route::Site => site::get(request, env).await,
        Route::EventsMethodNotAllowed => events::refuse_method(&request, env),
        Route::MethodNotAllowed => {
            let head = Head::new(405)?.with("allow", ALLOW)?;
            respond::problem(head, &Problem::method_not_allowed(ALLOW))
        }
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    live_streams: usize,
}

fn health() -> Result<Response, JsValue> {
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        live_streams: live::count(runtime::now()),
    };
    Head::new(200)?.json("application/json", &health)
}

/// A binding or variable of `wrangler.toml`; `None` where there is none.
fn binding(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
