//! Drives live streams: each has one timer, set to when its plan wants to be
//! woken, and writes into its own `ReadableStream`.

use std::cell::{Cell, RefCell};

use js_sys::{Function, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use worker::signal;

use super::runtime::{
    self, QueuingStrategy, ReadableStream, ReadableStreamDefaultController, UnderlyingSource,
};
use crate::limits::HIGH_WATER_MARK;
use crate::registry::Registry;
use crate::source::Served;
use crate::stream::{EndReason, Moment, Next, Stream, Summary};

struct Live {
    stream: Stream<Served>,
    interval_ms: u32,
    controller: ReadableStreamDefaultController,
    timer: Option<f64>,
}

thread_local! {
    static LIVE: RefCell<Registry<Live>> = RefCell::default();

    /// The controller of the stream that is being made: `start` is called
    /// inside its constructor.
    static STARTED: Cell<Option<ReadableStreamDefaultController>> = const { Cell::new(None) };

    // One function each for all streams, which are told apart by their key:
    // a closure of its own would cost every stream memory and two calls.
    static ON_START: Function = function(Closure::<dyn Fn(ReadableStreamDefaultController)>::new(
        |controller| STARTED.set(Some(controller)),
    ));
    static ON_TIMER: Function =
        function(Closure::<dyn Fn(u32, ReadableStreamDefaultController)>::new(on_timer));
    static ON_CANCEL: Function = function(Closure::<dyn Fn(u32)>::new(on_cancel));

    static STRATEGY: QueuingStrategy = {
        let strategy: QueuingStrategy = Object::new().unchecked_into();
        strategy.set_high_water_mark(HIGH_WATER_MARK);
        strategy
    };

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
    let mut body = None;
    let key = LIVE.with(|live| {
        let mut live = live.try_borrow_mut().map_err(|_| "a stream is being driven")?;
        live.insert(stream.ends_at(), |key| {
            let (readable, controller) = new_body(key)?;
            body = Some(readable);
            Ok::<_, JsValue>(Live { stream, interval_ms, controller, timer: None })
        })
    })?;
    drive(key.ok_or("no key is left")?, now);
    body.ok_or_else(|| "no body".into())
}

fn new_body(key: u32) -> Result<(ReadableStream, ReadableStreamDefaultController), JsValue> {
    let source: UnderlyingSource = Object::new().unchecked_into();
    ON_START.with(|on_start| source.set_start(on_start));
    let cancel = ON_CANCEL.with(|on_cancel| on_cancel.bind1(&JsValue::UNDEFINED, &key.into()));
    source.set_cancel(&cancel);
    let readable = STRATEGY.with(|strategy| ReadableStream::new(&source, strategy))?;
    let controller = STARTED.take().ok_or("start was not called")?;
    Ok((readable, controller))
}

fn on_timer(key: u32, controller: ReadableStreamDefaultController) {
    if !drive(key, runtime::now()) {
        // Forgotten, and yet alive: its client is to come back.
        let _ = controller.close();
    }
}

/// The client went away, or whoever read the body gave it up.
fn on_cancel(key: u32) {
    LIVE.with(|live| {
        let Some(live) = live.try_borrow_mut().ok().and_then(|mut live| live.remove(key)) else {
            return;
        };
        if let Some(timer) = live.timer {
            runtime::clear_timeout(timer);
        }
        log(&live, EndReason::ClientLeft, runtime::now());
    });
}

/// Writes what is due and sets the timer for what comes next; false if there
/// is no such stream.
fn drive(key: u32, now: u64) -> bool {
    LIVE.with(|registry| {
        // Nothing called from here calls back: the stream has no `pull`.
        let Ok(mut registry) = registry.try_borrow_mut() else { return true };
        let Some(live) = registry.get_mut(key) else { return false };
        if let Some(reason) = write_until_waiting(live, key, now)
            && let Some(live) = registry.remove(key)
        {
            if reason == EndReason::Error {
                // Whatever failed, its client is to come back.
                let _ = live.controller.close();
            }
            log(&live, reason, now);
        }
        true
    })
}

fn write_until_waiting(live: &mut Live, key: u32, now: u64) -> Option<EndReason> {
    CHUNK.with(|chunk| {
        let Ok(mut chunk) = chunk.try_borrow_mut() else { return Some(EndReason::Error) };
        loop {
            chunk.clear();
            let next = live.stream.step(
                Moment {
                    now,
                    room: live.controller.desired_size().is_some_and(|size| size > 0.0),
                    near_cpu_limit: signal::is_near_cpu_limit(),
                },
                &mut chunk,
            );
            if !chunk.is_empty() && live.controller.enqueue(&to_array(&chunk)).is_err() {
                return Some(EndReason::Error);
            }
            match next {
                Next::End(reason) => {
                    let closed = live.controller.close();
                    return Some(if closed.is_ok() { reason } else { EndReason::Error });
                }
                Next::At(time) if time > now => {
                    live.timer = wake(key, &live.controller, time - now);
                    return live.timer.is_none().then_some(EndReason::Error);
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

/// Timers are kept by the request that set them, and end with it.
fn wake(key: u32, controller: &ReadableStreamDefaultController, ms: u64) -> Option<f64> {
    // Exact: a stream lives a day at most.
    #[allow(clippy::cast_precision_loss)]
    let ms = ms as f64;
    ON_TIMER.with(|on_timer| runtime::set_timeout(on_timer, ms, key, controller)).ok()
}

fn log(live: &Live, reason: EndReason, now: u64) {
    log_summary(&live.stream.summary(reason, live.interval_ms, now));
}

pub fn log_summary(summary: &Summary) {
    if let Ok(line) = serde_json::to_string(summary) {
        runtime::console_log(&line);
    }
}
