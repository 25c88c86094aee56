//! `/health`: whether this isolate can do its work.

use serde::Serialize;
use wasm_bindgen::JsValue;
use worker_sys::web_sys::Response;

use super::Front;
use crate::config::ConfigError;
use crate::platform::js::respond::Head;
use crate::platform::js::runtime::{self, Env};
use crate::platform::variables;

#[derive(Serialize)]
struct Health {
    /// `ok`, or `misconfigured` where `/events` answers 500.
    status: &'static str,
    /// Of `Cargo.toml`.
    version: &'static str,
    /// In this isolate.
    live_streams: usize,
    /// `open`, or `closed` where there is no secret that can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<&'static str>,
    /// What is wrong with the variables, and what is allowed. Their values are
    /// in the log alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

/// Answers GET and HEAD: 200, or 500 where a variable cannot be used.
#[cold]
pub fn get(env: &Env, front: &Front) -> Result<Response, JsValue> {
    let problems = variables::problems(env);
    let (code, status) = if problems.is_empty() { (200, "ok") } else { (500, "misconfigured") };
    let has_channels = if problems.is_empty() { variables::has_channels(env) } else { None };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        live_streams: front.count(runtime::now()),
        channels: has_channels.map(|open| if open { "open" } else { "closed" }),
        problems: problems.iter().map(ConfigError::without_value).collect(),
    };
    Head::new(code)?.json("application/json", &health)
}
