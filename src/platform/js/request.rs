//! What a request says.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::Request;

#[wasm_bindgen(module = "/src/platform/js/request.js")]
extern "C" {
    #[wasm_bindgen(js_name = writeTarget)]
    fn write_target(request: &Request, room: &mut [u8]) -> u32;

    #[wasm_bindgen(js_name = writeHeaders)]
    fn write_headers(request: &Request, names: &Array, room: &mut [u8]) -> u32;
}

thread_local! {
    // JavaScript's strings, made once: a Rust string would have to be turned into
    // one for each request.
    static NAMES: Array = ["accept", "last-event-id", "origin"].map(JsString::from).iter().collect();
}

/// Memory for a request's words, on the stack unless they are many.
pub struct Room {
    few: [u8; 512],
    many: Vec<u8>,
}

impl Room {
    pub const fn new() -> Self {
        Self { few: [0; 512], many: Vec::new() }
    }

    /// `write` gives the length of what it has written, or, where that did not fit,
    /// a length that does.
    fn read(&mut self, write: impl Fn(&mut [u8]) -> u32) -> &str {
        let mut length = write(&mut self.few) as usize;
        let mut room = &self.few[..];
        if length > room.len() {
            self.many.resize(length, 0);
            length = write(&mut self.many) as usize;
            room = &self.many;
        }
        room.get(..length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// The method and the URL.
pub fn target<'a>(request: &Request, room: &'a mut Room) -> (&'a str, &'a str) {
    room.read(|room| write_target(request, room)).split_once(' ').unwrap_or_default()
}

/// The headers that `/events` reads; `None` where there is no such header.
#[derive(Clone, Copy)]
pub struct Headers<'a> {
    pub accept: Option<&'a str>,
    pub last_event_id: Option<&'a str>,
    pub origin: Option<&'a str>,
}

impl<'a> Headers<'a> {
    pub fn of(request: &Request, room: &'a mut Room) -> Self {
        let text = NAMES.with(|names| room.read(|room| write_headers(request, names, room)));
        let mut lines = text.split('\n').map(|line| line.strip_prefix('='));
        let mut next = || lines.next().flatten();
        Self { accept: next(), last_event_id: next(), origin: next() }
    }
}
