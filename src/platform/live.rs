//! Drives live streams: each has one timer, set to when its plan wants to be
//! woken, and writes into its own `ReadableStream`.

use std::cell::RefCell;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::{signal, web_sys::ReadableStream};

use super::runtime;
use crate::limits::HIGH_WATER_MARK;
use crate::registry::Registry;
use crate::source::Served;
use crate::stream::{EndReason, Moment, Next, Stream, Summary};

#[wasm_bindgen(module = "/src/platform/body.js")]
extern "C" {
    /// A `ReadableStream` with its controller and its timer.
    type Body;

    #[wasm_bindgen(constructor, catch)]
    fn new(
        key: u32,
        on_timer: &Function,
        on_cancel: &Function,
        high_water_mark: u32,
    ) -> Result<Body, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &Body) -> ReadableStream;

    #[wasm_bindgen(method)]
    fn room(this: &Body) -> u32;

    #[wasm_bindgen(method, catch)]
    fn enqueue(this: &Body, chunk: &Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = wakeAfter)]
    fn wake_after(this: &Body, ms: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Body) -> Result<(), JsValue>;
}

struct Live {
    stream: Stream<Served>,
    interval_ms: u32,
    body: Body,
    /// Chunks that the queue takes for certain, for nobody else fills it: to
    /// ask each time would be 1.6 % of what an event costs.
    room: u32,
}

thread_local! {
    static LIVE: RefCell<Registry<Live>> = RefCell::default();

    // One function each for all streams, which are told apart by their key.
    static ON_TIMER: Function = function(Closure::<dyn Fn(u32) -> bool>::new(on_timer));
    static ON_CANCEL: Function = function(Closure::<dyn Fn(u32)>::new(on_cancel));

    /// Memory for the chunk that is being written.
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };

    /// The chunk that was written last. Streams with the same interval write
    /// the same bytes at a tick, and nobody changes them after. (A byte stream
    /// would: it takes the memory of what it is given.)
    static LAST: RefCell<Option<(Vec<u8>, Uint8Array)>> = const { RefCell::new(None) };
}

fn function<T: ?Sized + wasm_bindgen::closure::WasmClosure>(closure: Closure<T>) -> Function {
    closure.into_js_value().unchecked_into()
}

/// How many streams are live in this isolate.
pub fn count(now: u64) -> usize {
    LIVE.with(|live| live.try_borrow_mut().map_or(0, |mut live| live.count(now)))
}

/// Whether the isolate has as many streams as it may.
pub fn is_full(max: u32, now: u64) -> bool {
    LIVE.with(|live| live.try_borrow_mut().map_or(true, |mut live| live.is_full(max, now)))
}

/// Starts a stream and gives the body that it writes.
pub fn open(stream: Stream<Served>, interval_ms: u32, now: u64) -> Result<ReadableStream, JsValue> {
    let mut readable = None;
    let key = LIVE.with(|live| {
        let mut live = live.try_borrow_mut().map_err(|_| "a stream is being driven")?;
        live.insert(stream.ends_at(), |key| {
            let body = new_body(key)?;
            readable = Some(body.readable());
            Ok::<_, JsValue>(Live { stream, interval_ms, body, room: HIGH_WATER_MARK })
        })
    })?;
    drive(key.ok_or("no key is left")?, now);
    readable.ok_or_else(|| "no body".into())
}

fn new_body(key: u32) -> Result<Body, JsValue> {
    ON_TIMER.with(|timer| ON_CANCEL.with(|cancel| Body::new(key, timer, cancel, HIGH_WATER_MARK)))
}

fn on_timer(key: u32) -> bool {
    drive(key, runtime::now())
}

/// The client went away, or whoever read the body gave it up.
fn on_cancel(key: u32) {
    LIVE.with(|live| {
        let Some(live) = live.try_borrow_mut().ok().and_then(|mut live| live.remove(key)) else {
            return;
        };
        log(&live, EndReason::ClientLeft, runtime::now());
    });
}

/// Writes what is due and sets the timer for what comes next; false if there
/// is no such stream.
fn drive(key: u32, now: u64) -> bool {
    LIVE.with(|registry| {
        // Nothing called from here calls back: the stream has no `pull`.
        let Ok(mut registry) = registry.try_borrow_mut() else { return true };
        let stagger_ms = registry.stagger_ms(key);
        let Some(live) = registry.get_mut(key) else { return false };
        if let Some(reason) = write_until_waiting(live, now, stagger_ms)
            && let Some(live) = registry.remove(key)
        {
            if reason == EndReason::Error {
                // Whatever failed, its client is to come back.
                let _ = live.body.close();
            }
            log(&live, reason, now);
        }
        true
    })
}

fn write_until_waiting(live: &mut Live, now: u64, stagger_ms: u64) -> Option<EndReason> {
    CHUNK.with(|chunk| {
        let Ok(mut chunk) = chunk.try_borrow_mut() else { return Some(EndReason::Error) };
        loop {
            chunk.clear();
            if live.room == 0 {
                live.room = live.body.room();
            }
            let moment = Moment {
                now,
                room: live.room > 0,
                near_cpu_limit: signal::is_near_cpu_limit(),
                stagger_ms,
            };
            let next = live.stream.step(moment, &mut chunk);
            if !chunk.is_empty() {
                live.room = live.room.saturating_sub(1);
                if live.body.enqueue(&to_array(&chunk)).is_err() {
                    return Some(EndReason::Error);
                }
            }
            match next {
                Next::End(reason) => {
                    return Some(live.body.close().map_or(EndReason::Error, |()| reason));
                }
                Next::At(time) if time > now => {
                    // Exact: a stream lives a day at most.
                    #[allow(clippy::cast_precision_loss)]
                    let ms = (time - now) as f64;
                    return live.body.wake_after(ms).err().map(|_| EndReason::Error);
                }
                Next::At(_) => {}
            }
        }
    })
}

fn to_array(chunk: &[u8]) -> Uint8Array {
    LAST.with_borrow_mut(|last| match last {
        Some((bytes, array)) if bytes == chunk => array.clone(),
        _ => {
            let array = Uint8Array::from(chunk);
            *last = Some((chunk.to_vec(), array.clone()));
            array
        }
    })
}

#[cold]
fn log(live: &Live, reason: EndReason, now: u64) {
    log_summary(&live.stream.summary(reason, live.interval_ms, now));
}

pub fn log_summary(summary: &Summary) {
    if let Ok(line) = serde_json::to_string(summary) {
        runtime::console_log(&line);
    }
}
