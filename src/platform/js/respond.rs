//! Answers in the runtime's terms.

use serde::Serialize;
use wasm_bindgen::JsValue;
use worker::web_sys::{Headers, ReadableStream, Response, ResponseInit};

use crate::http::cors::Cors;
use crate::http::problem::{self, Problem};

/// The status and headers of an answer.
pub struct Head {
    headers: Headers,
    init: ResponseInit,
}

impl Head {
    pub fn new(status: u16) -> Result<Self, JsValue> {
        let headers = Headers::new()?;
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

    pub fn empty(&self) -> Result<Response, JsValue> {
        Response::new_with_opt_str_and_init(None, &self.init)
    }

    pub fn stream(&self, body: &ReadableStream) -> Result<Response, JsValue> {
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

/// A refusal. HEAD gets its headers alone; the runtime drops the body.
pub fn problem(head: Head, problem: &Problem) -> Result<Response, JsValue> {
    head.json(problem::CONTENT_TYPE, problem)
}
