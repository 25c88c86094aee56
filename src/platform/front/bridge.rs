//! What one stream that follows a channel holds of the runtime's: its bridge to
//! the channel's object.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::Response;

use crate::channel::Mode;
use crate::channel::follow::{Ask, Command, Follower};
use crate::platform::js::body::{Body, Link};

#[wasm_bindgen(module = "/src/platform/front/bridge.js")]
extern "C" {
    /// A socket to a channel's object, and the way to another one.
    #[derive(Clone)]
    pub type Socket;

    #[wasm_bindgen(constructor, js_class = "Bridge")]
    pub fn new(key: u32, on_event: &Function, body: &Body, reach: &Function) -> Socket;

    /// Takes the socket of an answer.
    #[wasm_bindgen(method)]
    pub fn attach(this: &Socket, response: &Response);

    #[wasm_bindgen(method)]
    fn send(this: &Socket, text: &str);

    #[wasm_bindgen(method)]
    fn reopen(this: &Socket, ask: &str);

    #[wasm_bindgen(method)]
    fn close(this: &Socket);
}

/// What a socket reports, in the words of `bridge.js`.
pub enum News {
    Frame(Uint8Array),
    Pong,
    Lost,
    /// Another one is there: what the object says of the reader's place.
    Opened(String),
    /// There is none: the answer's status, if there was an answer.
    Refused(Option<u16>),
}

impl News {
    pub fn of(kind: u32, value: JsValue) -> Option<Self> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let status = |status: f64| status as u16;
        Some(match kind {
            0 => Self::Frame(value.unchecked_into()),
            1 => Self::Pong,
            2 => Self::Lost,
            3 => Self::Opened(value.as_string()?),
            _ => Self::Refused(value.as_f64().map(status)),
        })
    }
}

/// A follower's link to its channel.
pub struct Bridge {
    pub socket: Socket,
    pub mode: Mode,
    /// When the stream's timer fires, in Unix milliseconds: messages wake the
    /// stream too, and to set the timer anew for each of them would cost more
    /// than to let it fire early.
    armed_at: u64,
}

impl Bridge {
    pub fn new(socket: Socket, mode: Mode) -> Self {
        Self { socket, mode, armed_at: 0 }
    }
}

impl Link<Follower> for Bridge {
    fn act(&mut self, feed: &mut Follower, now: u64) {
        while let Some(command) = feed.command(now) {
            match command {
                Command::Send(message) => self.socket.send(&message.to_text()),
                Command::Reopen(from) => {
                    self.socket.reopen(&Ask::Resume(self.mode, from).to_header());
                }
            }
        }
    }

    fn arm(&mut self, body: &Body, now: u64, at: u64) -> Result<(), JsValue> {
        if now < self.armed_at && self.armed_at <= at {
            return Ok(());
        }
        self.armed_at = at;
        // Exact: a stream lives a day at most.
        #[allow(clippy::cast_precision_loss)]
        body.wake_sooner(at.saturating_sub(now) as f64)
    }

    fn close(&mut self) {
        self.socket.close();
    }
}
