//! `/health`: whether this isolate can do its work.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::JsValue;
use worker::Env;
use worker::web_sys::Response;

use super::Front;
use crate::config::ConfigError;
use crate::platform::js::respond::Head;
use crate::platform::js::runtime;
use crate::platform::variables::{self, Channels};

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
    let in_a_word = |channels: Rc<Channels>| match channels.access().closed_because() {
        Some(_) => "closed",
        None => "open",
    };
    let channels = if problems.is_empty() { variables::channels(env) } else { None };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        live_streams: front.count(runtime::now()),
        channels: channels.map(in_a_word),
        problems: problems.iter().map(ConfigError::without_value).collect(),
    };
    Head::new(code)?.json("application/json", &health)
}
