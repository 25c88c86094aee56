//! Answers in the runtime's terms.

use js_sys::{JsString, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{self, Response, ResponseInit};

use crate::channel::protocol::Answer;
use crate::http::cors::Cors;
use crate::http::problem::{self, Problem};

#[wasm_bindgen]
extern "C" {
    /// A request's headers.
    pub type Headers;

    /// A header's value, by its name.
    #[wasm_bindgen(method)]
    pub fn get(this: &Headers, name: &JsString) -> Option<String>;
}

/// The status and headers of an answer.
pub struct Head {
    headers: web_sys::Headers,
    init: ResponseInit,
}

impl Head {
    pub fn new(status: u16) -> Result<Self, JsValue> {
        let headers = web_sys::Headers::new()?;
        let init = ResponseInit::new();
        init.set_status(status);
        init.set_headers(&headers);
        Ok(Self { headers, init })
    }

    pub fn with(self, name: &str, value: &str) -> Result<Self, JsValue> {
        self.headers.set(name, value)?;
        Ok(self)
    }

    pub fn with_cors(self, cors: Cors<'_>) -> Result<Self, JsValue> {
        let head = if cors.vary { self.with("vary", "Origin")? } else { self };
        match cors.allow_origin {
            Some(origin) => head.with("access-control-allow-origin", origin),
            None => Ok(head),
        }
    }

    pub fn init(&self) -> &ResponseInit {
        &self.init
    }

    pub fn empty(&self) -> Result<Response, JsValue> {
        Response::new_with_opt_str_and_init(None, &self.init)
    }

    #[cfg(feature = "workers-sites")]
    pub fn stream(&self, body: &web_sys::ReadableStream) -> Result<Response, JsValue> {
        Response::new_with_opt_readable_stream_and_init(Some(body), &self.init)
    }

    pub fn text(&self, body: &str) -> Result<Response, JsValue> {
        Response::new_with_opt_str_and_init(Some(body), &self.init)
    }

    /// An answer that is true only now: no cache may keep it.
    pub fn json(self, content_type: &str, body: &impl Serialize) -> Result<Response, JsValue> {
        let body = serde_json::to_string(body).map_err(|_| "not expressible as JSON")?;
        self.with("content-type", content_type)?.with("cache-control", "no-store")?.text(&body)
    }
}

/// The status and headers of an answer of a channel.
pub fn head_of(answer: &Answer) -> Result<Head, JsValue> {
    let head = Head::new(answer.status)?;
    answer.headers.iter().try_fold(head, |head, (name, value)| head.with(name, value))
}

/// An answer of a channel.
pub fn answer(answer: &Answer) -> Result<Response, JsValue> {
    let head = head_of(answer)?;
    if answer.body.is_empty() {
        return head.empty();
    }
    let body = Uint8Array::from(&*answer.body);
    Response::new_with_opt_js_u8_array_and_init(Some(&body), &head.init)
}

/// A refusal. HEAD gets its headers alone; the runtime drops the body.
pub fn problem(head: Head, problem: &Problem) -> Result<Response, JsValue> {
    head.json(problem::CONTENT_TYPE, problem)
}
