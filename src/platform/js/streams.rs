//! Drives live streams: each has one timer, set to when its session wants to be
//! woken, and writes into its own `ReadableStream`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::{signal, web_sys::ReadableStream};

use super::runtime;
use crate::config::limits::HIGH_WATER_MARK;
use crate::session::registry::Registry;
use crate::session::{EndReason, Feed, Moment, Next, Session};

#[wasm_bindgen(module = "/src/platform/js/body.js")]
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

/// Live streams that are counted together: those of `/events`. Whoever else serves
/// streams in the same isolate has a value of its own, with a count of its own.
pub struct Streams<F> {
    state: RefCell<State<F>>,
    // What JavaScript calls, one function for all streams: it is given the key of
    // the stream.
    on_timer: Function,
    on_cancel: Function,
}

struct State<F> {
    live: Registry<Live<F>>,
    /// Memory for the chunk that is being written.
    chunk: Vec<u8>,
    last: LastChunk,
}

struct Live<F> {
    session: Session<F>,
    body: Body,
    /// How many more chunks the queue surely takes. Nobody else fills it, so they
    /// can be counted here: to ask the queue each time would be 1.6 % of what an
    /// event costs.
    room: u32,
}

/// The chunk that was written last. Streams with the same interval write the same
/// bytes at a tick, and so can share one array. Nobody changes it later. (A stream
/// of the type "bytes" would: it takes the memory of what it is given for its
/// own.)
#[derive(Default)]
struct LastChunk(Option<(Vec<u8>, Uint8Array)>);

impl<F: Feed + 'static> Streams<F> {
    pub fn new() -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let (timer, cancel) = (this.clone(), this.clone());
            let on_timer = move |key: u32| {
                timer.upgrade().is_some_and(|streams| streams.drive(key, runtime::now()))
            };
            let on_cancel = move |key: u32| {
                if let Some(streams) = cancel.upgrade() {
                    streams.cancelled(key, runtime::now());
                }
            };
            let state =
                State { live: Registry::default(), chunk: Vec::new(), last: LastChunk::default() };
            Self {
                state: RefCell::new(state),
                on_timer: function(Closure::<dyn Fn(u32) -> bool>::new(on_timer)),
                on_cancel: function(Closure::<dyn Fn(u32)>::new(on_cancel)),
            }
        })
    }

    /// How many streams are live.
    pub fn count(&self, now: u64) -> usize {
        self.state.try_borrow_mut().map_or(0, |mut state| state.live.count(now))
    }

    /// Whether there are as many streams as there may be.
    pub fn is_full(&self, max: u32, now: u64) -> bool {
        self.state.try_borrow_mut().map_or(true, |mut state| state.live.is_full(max, now))
    }

    /// Starts a stream and gives the body that it writes.
    pub fn open(&self, session: Session<F>, now: u64) -> Result<ReadableStream, JsValue> {
        let mut readable = None;
        let key = {
            let mut state = self.state.try_borrow_mut().map_err(|_| "a stream is being driven")?;
            state.live.insert(session.ends_at(), |key| {
                let body = Body::new(key, &self.on_timer, &self.on_cancel, HIGH_WATER_MARK)?;
                readable = Some(body.readable());
                Ok::<_, JsValue>(Live { session, body, room: HIGH_WATER_MARK })
            })?
        };
        self.drive(key.ok_or("no key is left")?, now);
        readable.ok_or_else(|| "no body".into())
    }

    /// Writes what is due and sets the timer for what comes next; false if there
    /// is no such stream.
    fn drive(&self, key: u32, now: u64) -> bool {
        #[cfg(feature = "test-panics")]
        crate::platform::panics::at_timer();
        // It is not borrowed already: nothing that is called from here calls back
        // into this function, for the stream has no `pull`.
        let Ok(mut state) = self.state.try_borrow_mut() else { return true };
        let State { live, chunk, last } = &mut *state;
        let stagger_ms = live.stagger_ms(key);
        let Some(stream) = live.get_mut(key) else { return false };
        let ended = stream.write_until_waiting(now, stagger_ms, chunk, last);
        if let Some(reason) = ended.unwrap_or_else(|error| Some(stream.failed(&error)))
            && let Some(stream) = live.remove(key)
        {
            runtime::console_log(&stream.session.log_line(reason, now));
        }
        true
    }

    /// The client went away, or whoever read the body gave it up.
    fn cancelled(&self, key: u32, now: u64) {
        let removed = self.state.try_borrow_mut().ok().and_then(|mut state| state.live.remove(key));
        if let Some(stream) = removed {
            runtime::console_log(&stream.session.log_line(EndReason::ClientLeft, now));
        }
    }
}

fn function<T: ?Sized + wasm_bindgen::closure::WasmClosure>(closure: Closure<T>) -> Function {
    closure.into_js_value().unchecked_into()
}

impl<F: Feed> Live<F> {
    /// The runtime refused something. Its client is to come back.
    #[cold]
    fn failed(&self, error: &JsValue) -> EndReason {
        runtime::console_error_with("a stream could not go on:", error);
        // Refused too where the stream has ended already.
        let _ = self.body.close();
        EndReason::Error
    }

    /// `None` if the stream goes on.
    fn write_until_waiting(
        &mut self,
        now: u64,
        stagger_ms: u64,
        chunk: &mut Vec<u8>,
        last: &mut LastChunk,
    ) -> Result<Option<EndReason>, JsValue> {
        loop {
            chunk.clear();
            if self.room == 0 {
                self.room = self.body.room();
            }
            let moment = Moment {
                now,
                room: self.room > 0,
                near_cpu_limit: signal::is_near_cpu_limit(),
                stagger_ms,
            };
            let next = self.session.step(moment, chunk);
            if !chunk.is_empty() {
                self.room = self.room.saturating_sub(1);
                self.body.enqueue(&last.array_of(chunk))?;
            }
            match next {
                Next::End(reason) => return self.body.close().map(|()| Some(reason)),
                Next::At(time) if time > now => {
                    // Exact: a stream lives a day at most.
                    #[allow(clippy::cast_precision_loss)]
                    let ms = (time - now) as f64;
                    return self.body.wake_after(ms).map(|()| None);
                }
                Next::At(_) => {}
            }
        }
    }
}

impl LastChunk {
    fn array_of(&mut self, chunk: &[u8]) -> Uint8Array {
        match &self.0 {
            Some((bytes, array)) if bytes == chunk => array.clone(),
            _ => {
                let array = Uint8Array::from(chunk);
                self.0 = Some((chunk.to_vec(), array.clone()));
                array
            }
        }
    }
}
