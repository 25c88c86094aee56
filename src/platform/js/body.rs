//! What a live stream holds of the runtime's.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Response, ResponseInit};

#[wasm_bindgen(module = "/src/platform/js/body.js")]
extern "C" {
    /// A `ReadableStream` with its controller and its timer.
    pub type Body;

    #[wasm_bindgen(constructor)]
    pub fn new(key: u32, on_timer: &Function, on_cancel: &Function, high_water_mark: u32) -> Body;

    /// The answer with this status and these headers whose body it is.
    #[wasm_bindgen(method, catch)]
    pub fn answer(this: &Body, init: &ResponseInit) -> Result<Response, JsValue>;

    #[wasm_bindgen(method)]
    pub fn room(this: &Body) -> u32;

    #[wasm_bindgen(method, catch)]
    pub fn enqueue(this: &Body, chunk: &Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = wakeAfter)]
    pub fn wake_after(this: &Body, ms: f64) -> Result<(), JsValue>;

    /// Sets the timer anew where one is pending.
    #[wasm_bindgen(method, catch, js_name = wakeSooner)]
    pub fn wake_sooner(this: &Body, ms: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn close(this: &Body) -> Result<(), JsValue>;
}

/// Where a feed's events come from beside the clock. A feed that only the
/// clock wakes has none: `()`.
pub trait Link<F> {
    /// Does what the feed wants done, after each of its steps.
    fn act(&mut self, _feed: &mut F, _now: u64) {}

    /// Has the stream woken at this time after `now`. Without a link its timer
    /// has just fired, and none is pending.
    fn arm(&mut self, body: &Body, now: u64, at: u64) -> Result<(), JsValue> {
        // Exact: a stream lives a day at most.
        #[allow(clippy::cast_precision_loss)]
        body.wake_after(at.saturating_sub(now) as f64)
    }

    /// The stream is over.
    fn close(&mut self) {}
}

impl<F> Link<F> for () {}
