//! A channel's object: the functions that its class (`channel.js`) calls.
//!
//! What they decide they set in the class's `turn`, and the class carries it out:
//! first what is to be written, which is all or nothing, and then the rest. After an
//! error, or a panic, it carries out nothing.

mod learned;
mod sql;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use super::js::respond::{self, Head, Headers};
use super::js::runtime::{self, Env};
use super::variables;
use crate::channel::follow::Ask;
use crate::channel::protocol::{self, FOLLOW, Following};
use crate::channel::sqlite::SqliteStore;
use crate::channel::{Address, Effects, Memory, Mode, frame};
use crate::config::limits::DISCARDED_BYTES;
use crate::http::cors::Cors;
use crate::http::problem::Problem;
use crate::http::route::split_url;
use sql::{Database, SqlStorage};

#[wasm_bindgen]
extern "C" {
    /// One turn of the class: what it hands in, and what it is to do.
    pub type Turn;

    /// The object's number in this isolate; another one after a turn that failed.
    #[wasm_bindgen(method, getter)]
    fn object(this: &Turn) -> u32;
    #[wasm_bindgen(method, getter)]
    fn deadline(this: &Turn) -> f64;
    #[wasm_bindgen(method, setter)]
    fn set_deadline(this: &Turn, at: f64);
    #[wasm_bindgen(method, getter)]
    fn generation(this: &Turn) -> f64;
    #[wasm_bindgen(method, setter)]
    fn set_generation(this: &Turn, last: f64);
    /// How many sockets there are of each mode.
    #[wasm_bindgen(method, getter)]
    fn readers(this: &Turn) -> Array;

    #[wasm_bindgen(method, setter)]
    fn set_writes(this: &Turn, statements: &Array);
    #[wasm_bindgen(method, setter)]
    fn set_response(this: &Turn, response: &Response);
    #[wasm_bindgen(method, setter)]
    fn set_mode(this: &Turn, tag: &str);
    #[wasm_bindgen(method, setter)]
    fn set_place(this: &Turn, place: &str);
    #[wasm_bindgen(method, setter)]
    fn set_frame(this: &Turn, frame: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_farewell(this: &Turn, frame: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_frames(this: &Turn, by_mode: &Array);
    #[wasm_bindgen(method, setter)]
    fn set_emptied(this: &Turn, emptied: bool);
    #[wasm_bindgen(method, setter)]
    fn set_alarm(this: &Turn, at: f64);
}

// Times and generations are milliseconds, which are exact up to 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
impl Turn {
    fn memory(&self) -> Memory {
        Memory { deadline: self.deadline() as u64, last_generation: self.generation() as u64 }
    }

    /// The channel's store, with what the object has learned of it.
    fn store<'a>(&self, sql: &'a SqlStorage) -> SqliteStore<Database<'a>> {
        SqliteStore::new(Database::new(sql), learned::take(self.object()))
    }

    /// Hands on what the turn has written, and keeps what it has learned.
    fn set_store(&self, mut store: SqliteStore<Database<'_>>) {
        let writes = store.sql().writes();
        if writes.length() > 0 {
            self.set_writes(writes);
        }
        learned::keep(self.object(), store.into_learned());
    }

    /// How many sockets there are of a mode.
    fn readers_of(&self, mode: Mode) -> u64 {
        let index = Mode::ALL.into_iter().zip(0..).find(|(one, _)| *one == mode);
        let count = index.and_then(|(_, index)| self.readers().get(index).as_f64());
        count.unwrap_or_default() as u64
    }

    fn all_readers(&self) -> u64 {
        Mode::ALL.into_iter().map(|mode| self.readers_of(mode)).sum()
    }

    fn set_effects(&self, effects: &Effects) {
        let Effects { farewell, appended, emptied, alarm, memory } = effects;
        self.set_deadline(memory.deadline as f64);
        self.set_generation(memory.last_generation as f64);
        if let Some(farewell) = farewell {
            self.set_farewell(&Uint8Array::from(&**farewell));
        }
        if let Some(appended) = appended {
            let frame = |mode| match self.readers_of(mode) {
                0 => JsValue::UNDEFINED,
                _ => Uint8Array::from(&*frame::of(appended, mode)).into(),
            };
            self.set_frames(&Mode::ALL.into_iter().map(frame).collect());
        }
        if *emptied {
            self.set_emptied(true);
        }
        if let Some(at) = alarm {
            self.set_alarm(*at as f64);
        }
    }
}

/// How many bytes of a body are read at most.
#[wasm_bindgen(js_name = channelBodyLimit)]
pub fn body_limit(env: &Env) -> Result<f64, JsValue> {
    let channels = variables::channels(env).ok_or("the variables cannot be used")?;
    #[allow(clippy::cast_precision_loss)]
    let limit = protocol::body_limit(&channels.limits) as f64;
    Ok(limit)
}

/// How many bytes of a body that is too large are read on beyond the limit.
#[wasm_bindgen(js_name = channelDiscardLimit)]
#[must_use]
pub fn discard_limit() -> f64 {
    f64::from(DISCARDED_BYTES)
}

/// Answers a request, or takes a reader in. `body` is nothing where there is
/// none; `too_large` says that there is more of it than may be.
#[wasm_bindgen(js_name = channelRequest)]
pub fn request(
    sql: &SqlStorage,
    env: &Env,
    request: &Request,
    body: Option<Vec<u8>>,
    too_large: bool,
    turn: &Turn,
) -> Result<(), JsValue> {
    let (config, channels) = variables::config(env)
        .zip(variables::channels(env))
        .ok_or("the variables cannot be used")?;
    let headers: Headers = JsValue::from(request.headers()).unchecked_into();
    let header = |name: &str| headers.get(&name.into());
    let origin = header("origin");
    let cors = Cors::answer(&config.allowed_origins, origin.as_deref());
    if too_large {
        turn.set_response(&respond::answer(&protocol::too_large(&channels.limits, cors))?);
        return Ok(());
    }

    let (method, url) = (request.method(), request.url());
    let (path, query) = split_url(&url);
    // The front's own questions come by a path that it passes on for nobody.
    let (path, ask) = match path.strip_prefix(FOLLOW_PATH) {
        Some(path) => {
            let Some(ask) = header(FOLLOW).and_then(|ask| Ask::from_header(&ask)) else {
                // A newer front than we are, in the middle of a deploy.
                let random = runtime::random_number()?;
                turn.set_response(&respond::answer(&protocol::unavailable(&config, random, cors))?);
                return Ok(());
            };
            (path, Some(ask))
        }
        None => (path, None),
    };
    let request = protocol::Request {
        address: Address::of(path),
        method: &method,
        url: &url,
        query,
        header: &header,
        body: body.as_deref().unwrap_or_default(),
        cors,
        readers: turn.all_readers(),
        random: runtime::random_number()?,
    };
    let mut store = turn.store(sql);
    let (limits, memory, now) = (&channels.limits, turn.memory(), runtime::now());
    let Some(ask) = ask else {
        let done = protocol::request(&mut store, limits, memory, &request, now)?;
        #[cfg(feature = "test-panics")]
        super::panics::panic_at(env, "request");
        turn.set_store(store);
        turn.set_effects(&done.effects);
        turn.set_response(&respond::answer(&done.answer)?);
        return Ok(());
    };
    let done = protocol::follow(&mut store, limits, memory, ask, &request, now)?;
    #[cfg(feature = "test-panics")]
    super::panics::panic_at(env, "follow");
    turn.set_store(store);
    turn.set_effects(&done.effects);
    match (done.following, ask) {
        (Following::Follow { place, frame }, Ask::Begin(mode) | Ask::Resume(mode, _)) => {
            turn.set_mode(mode.tag());
            turn.set_place(&place);
            if let Some(frame) = frame {
                turn.set_frame(&Uint8Array::from(&*frame));
            }
        }
        (Following::Follow { .. }, Ask::Polled(_)) => return Err("a poll cannot wait twice".into()),
        (Following::Answer(answer), _) => turn.set_response(&respond::answer(&answer)?),
    }
    Ok(())
}

/// The path of the front's own questions, before the client's.
pub const FOLLOW_PATH: &str = "/follow";

/// Answers a message of the front over a socket with this tag.
#[wasm_bindgen(js_name = channelMessage)]
pub fn message(
    sql: &SqlStorage,
    env: &Env,
    tag: &str,
    message: &str,
    turn: &Turn,
) -> Result<(), JsValue> {
    let channels = variables::channels(env).ok_or("the variables cannot be used")?;
    let mode = Mode::from_tag(tag).ok_or("a socket without a mode")?;
    let mut store = turn.store(sql);
    let (memory, now) = (turn.memory(), runtime::now());
    let done = protocol::message(&mut store, &channels.limits, memory, mode, message, now)?;
    #[cfg(feature = "test-panics")]
    super::panics::panic_at(env, "message");
    turn.set_store(store);
    if let Some(done) = done {
        turn.set_effects(&done.effects);
        turn.set_frame(&Uint8Array::from(&*done.frame));
    }
    Ok(())
}

/// What is due by time.
#[wasm_bindgen(js_name = channelAlarm)]
pub fn alarm(sql: &SqlStorage, env: &Env, turn: &Turn) -> Result<(), JsValue> {
    let channels = variables::channels(env).ok_or("the variables cannot be used")?;
    let mut store = turn.store(sql);
    let (memory, now) = (turn.memory(), runtime::now());
    let effects = protocol::alarm(&mut store, &channels.limits, memory, now)?;
    #[cfg(feature = "test-panics")]
    super::panics::panic_at(env, "alarm");
    turn.set_store(store);
    turn.set_effects(&effects);
    Ok(())
}

/// The answer where a turn failed, and nothing of it was written.
#[wasm_bindgen(js_name = channelFailed)]
#[cold]
pub fn failed(request: Option<Request>, env: &Env, error: &JsValue) -> Result<Response, JsValue> {
    runtime::console_error_with("a channel's turn failed, and nothing of it was written:", error);
    let Some(config) = variables::config(env) else {
        return respond::problem(Head::new(500)?, &Problem::misconfigured());
    };
    let origin = request.and_then(|request| request.headers().get("origin").ok().flatten());
    let cors = Cors::answer(&config.allowed_origins, origin.as_deref());
    respond::answer(&protocol::storage_failed(&runtime::to_text(error), cors))
}
