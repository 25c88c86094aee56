//! Drives live streams: each has one timer, set to when its session wants to be
//! woken, and writes into its own `ReadableStream`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::Response;

use super::body::{Body, Link};
use super::respond::Head;
use super::{instance, runtime};
use crate::config::limits::HIGH_WATER_MARK;
use crate::session::registry::Registry;
use crate::session::{EndReason, Feed, Moment, Next, Session};

/// Live streams that are counted together: those of `/events`, or those of
/// channels. What shares the isolate does not share the count.
pub struct Streams<F, L = ()> {
    state: RefCell<State<F, L>>,
    // What JavaScript calls, one function for all streams: it is given the key of
    // the stream.
    on_timer: Function,
    on_cancel: Function,
}

struct State<F, L> {
    live: Registry<Live<F, L>>,
    /// Memory for the chunk that is being written.
    chunk: Vec<u8>,
    last: LastChunk,
}

struct Live<F, L> {
    session: Session<F>,
    link: L,
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
struct LastChunk {
    bytes: Vec<u8>,
    array: Option<Uint8Array>,
}

impl<F: Feed + 'static, L: Link<F> + 'static> Streams<F, L> {
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

    /// No fewer than are live, and told at once.
    pub fn held(&self) -> usize {
        self.state.try_borrow().map_or(0, |state| state.live.held())
    }

    /// Starts a stream, with the link that is made of its key and its body,
    /// and gives the answer whose body it writes.
    pub fn open_with(
        &self,
        head: &Head,
        session: Session<F>,
        now: u64,
        link: impl FnOnce(u32, &Body) -> L,
    ) -> Result<Response, JsValue> {
        let mut answer = None;
        let key = {
            let mut state = self.state.try_borrow_mut().map_err(|_| "a stream is being driven")?;
            state.live.insert(session.ends_at(), |key| {
                let body = Body::new(key, &self.on_timer, &self.on_cancel, HIGH_WATER_MARK);
                answer = Some(body.answer(head.init())?);
                let link = link(key, &body);
                Ok::<_, JsValue>(Live { session, link, body, room: HIGH_WATER_MARK })
            })?
        };
        self.drive(key.ok_or("no key is left")?, now);
        answer.ok_or_else(|| "no answer".into())
    }

    /// Tells the feed of this key what happened, and whether its client's queue
    /// has room, and writes what is due then; false if there is no such stream.
    pub fn tell(&self, key: u32, now: u64, happened: impl FnOnce(&mut F, bool)) -> bool {
        {
            let Ok(mut state) = self.state.try_borrow_mut() else { return true };
            let Some(stream) = state.live.get_mut(key) else { return false };
            let room = stream.has_room();
            happened(stream.session.feed_mut(), room);
        }
        self.drive(key, now)
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
        if let Some(reason) = stream.write_until_waiting(now, stagger_ms, chunk, last)
            && let Some(mut stream) = live.remove(key)
        {
            stream.link.close();
            runtime::console_log(&stream.session.log_line(reason, now));
        }
        true
    }

    /// The client went away, or whoever read the body gave it up.
    fn cancelled(&self, key: u32, now: u64) {
        let removed = self.state.try_borrow_mut().ok().and_then(|mut state| state.live.remove(key));
        if let Some(mut stream) = removed {
            stream.link.close();
            runtime::console_log(&stream.session.log_line(EndReason::ClientLeft, now));
        }
    }
}

impl<F: Feed + 'static> Streams<F> {
    /// Starts a stream and gives the answer whose body it writes.
    pub fn open(&self, head: &Head, session: Session<F>, now: u64) -> Result<Response, JsValue> {
        self.open_with(head, session, now, |_, _| ())
    }
}

/// A function that lives as long as the instance.
pub fn function<T: ?Sized + wasm_bindgen::closure::WasmClosure>(closure: Closure<T>) -> Function {
    closure.into_js_value().unchecked_into()
}

impl<F: Feed, L: Link<F>> Live<F, L> {
    fn has_room(&mut self) -> bool {
        if self.room == 0 {
            self.room = self.body.room();
        }
        self.room > 0
    }

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
    ) -> Option<EndReason> {
        loop {
            chunk.clear();
            let moment = Moment {
                now,
                room: self.has_room(),
                near_cpu_limit: instance::is_near_cpu_limit(),
                stagger_ms,
            };
            let next = self.session.step(moment, chunk);
            if !chunk.is_empty() {
                self.room = self.room.saturating_sub(1);
                if let Err(error) = self.body.enqueue(&last.array_of(chunk)) {
                    return Some(self.failed(&error));
                }
            }
            match next {
                Next::End(reason) => {
                    return Some(self.body.close().map_or_else(|e| self.failed(&e), |()| reason));
                }
                Next::At(time) if time > now => {
                    self.link.act(self.session.feed_mut(), now);
                    let armed = self.link.arm(&self.body, now, time);
                    return armed.err().map(|error| self.failed(&error));
                }
                Next::At(_) => {}
            }
        }
    }
}

impl LastChunk {
    fn array_of(&mut self, chunk: &[u8]) -> Uint8Array {
        match &self.array {
            Some(array) if are_same(&self.bytes, chunk) => array.clone(),
            _ => {
                let array = Uint8Array::from(chunk);
                self.bytes.clear();
                self.bytes.extend_from_slice(chunk);
                self.array = Some(array.clone());
                array
            }
        }
    }
}

/// As `==`, which in wasm goes byte by byte: a fifth of what a delivery of 10 KB cost.
fn are_same(one: &[u8], other: &[u8]) -> bool {
    let ((one, one_end), (other, other_end)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let mut words = one.iter().zip(other);
    one.len() == other.len()
        && one_end == other_end
        && words.all(|(one, other)| u64::from_ne_bytes(*one) == u64::from_ne_bytes(*other))
}
