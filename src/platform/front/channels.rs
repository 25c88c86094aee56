//! Channels: who may, and who follows. All else is their objects'.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::prelude::*;
use worker_sys::web_sys::{Request, Response};

use super::asked::Asked;
use super::bridge::{Bridge, News, Socket};
use super::front;
use super::plan::Plan;
use crate::channel::Mode;
use crate::channel::access;
use crate::channel::follow::{Ask, Follower, Opened};
use crate::channel::protocol::{self, PLACE};
use crate::http::problem::Problem;
use crate::http::route::split_url;
use crate::platform::js::respond::{self, Head};
use crate::platform::js::runtime::{self, Env};
use crate::platform::js::streams::{Streams, function};
use crate::session::Session;
use crate::session::registry::Registry;

/// The live streams of channels, and the long-polls that wait.
pub struct Followers {
    pub streams: Rc<Streams<Follower, Bridge>>,
    polls: RefCell<Registry<()>>,
    on_event: Function,
}

impl Followers {
    pub fn new() -> Self {
        let streams: Rc<Streams<Follower, Bridge>> = Streams::new();
        let told: Weak<_> = Rc::downgrade(&streams);
        let on_event = move |key: u32, kind: u32, value: JsValue| {
            let Some(streams) = told.upgrade() else { return false };
            News::of(kind, value).is_some_and(|news| tell(&streams, key, news))
        };
        let on_event = function(Closure::<dyn Fn(u32, u32, JsValue) -> bool>::new(on_event));
        Self { streams, polls: RefCell::default(), on_event }
    }

    /// No fewer than there are, and told at once.
    pub fn held(&self) -> usize {
        self.streams.held() + self.polls.try_borrow().map_or(0, |polls| polls.held())
    }

    /// How many there are.
    pub fn count(&self, now: u64) -> usize {
        let polls = self.polls.try_borrow_mut().map_or(0, |mut polls| polls.count(now));
        self.streams.count(now) + polls
    }
}

/// Tells a stream what its socket has reported; false if there is no such stream.
fn tell(streams: &Streams<Follower, Bridge>, key: u32, news: News) -> bool {
    let now = runtime::now();
    // Without one all come back at the same time, which is no reason to fail.
    let random = || runtime::random_number().unwrap_or_default();
    streams.tell(key, now, |feed, room| match news {
        News::Frame(frame) => feed.receive(frame.to_vec(), room, now),
        News::Pong => feed.pong(now),
        News::Lost => feed.bridge_lost(now, random()),
        News::Opened(place) => match Opened::from_header(&place) {
            Some(opened) => feed.reopened(opened, now),
            None => feed.reopen_failed(None, now, random()),
        },
        News::Refused(status) => feed.reopen_failed(status, now, random()),
    })
}

#[cold]
fn misconfigured() -> Result<Response, JsValue> {
    respond::problem(Head::new(500)?, &Problem::misconfigured())
}

/// Refuses a request, or says in `plan` what to do for it. Where that is to verify
/// a proof, it is asked once more when `plan` says what that came to.
#[wasm_bindgen(js_name = channelPlan)]
pub fn plan(request: &Request, env: &Env, plan: &Plan) -> Result<Option<Response>, JsValue> {
    let Some(asked) = Asked::of(request, env) else { return misconfigured().map(Some) };
    let admitted = match plan.genuine() {
        None => asked.admit(plan),
        Some(genuine) => match access::settle(genuine, plan.ends_at() > 0) {
            Ok(()) => Ok(true),
            Err(refusal) => Err(refusal.answer(asked.cors())),
        },
    };
    match admitted {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(refusal) => return respond::answer(&refusal).map(Some),
    }
    let Some(mode) = asked.mode() else { return Ok(None) };

    let (front, now) = (front(), runtime::now());
    if front.is_full(asked.config.max_streams, now) {
        return asked.unavailable().map(Some);
    }
    let (path, query) = split_url(&asked.url);
    plan.set_target(
        &["https://channel", crate::platform::object::FOLLOW_PATH, path, "?", query].concat(),
    );
    plan.set_ask(&Ask::Begin(mode).to_header());
    if mode == Mode::Poll {
        let wait = asked.channels.limits.long_poll_ms.min(plan.ends_at().saturating_sub(now));
        let mut polls =
            front.followers.polls.try_borrow_mut().map_err(|_| "a poll is being held")?;
        let key = polls.insert(now + wait, |_| Ok::<_, JsValue>(()))?.ok_or("no key is left")?;
        plan.set_poll(key);
        #[allow(clippy::cast_precision_loss)]
        plan.set_wait(wait as f64);
    }
    Ok(None)
}

/// What to ask the object for when a long-poll has waited. `response` is that
/// by which it began to wait.
#[wasm_bindgen(js_name = channelPolled)]
pub fn polled(response: &Response) -> Result<String, JsValue> {
    Ok(Ask::Polled(place(response)?.place).to_header())
}

/// A long-poll is over.
#[wasm_bindgen(js_name = channelPollEnded)]
pub fn poll_ended(key: u32) {
    if let Ok(mut polls) = front().followers.polls.try_borrow_mut() {
        polls.remove(key);
    }
}

fn place(response: &Response) -> Result<Opened, JsValue> {
    let place = response.headers().get(PLACE)?;
    place.and_then(|place| Opened::from_header(&place)).ok_or_else(|| "no place".into())
}

/// Streams to a client that follows. `response` has the socket.
#[wasm_bindgen(js_name = channelStream)]
pub fn stream(
    request: &Request,
    env: &Env,
    plan: &Plan,
    response: &Response,
) -> Result<Response, JsValue> {
    let Some(asked) = Asked::of(request, env) else { return misconfigured() };
    #[cfg(feature = "test-panics")]
    crate::platform::panics::panic_at(env, "stream");
    let opened = place(response)?;
    let mode = asked.mode().ok_or("a stream without a mode")?;
    let head = respond::head_of(&protocol::stream_head(&opened, mode, asked.cors()))?;
    let (_, query) = split_url(&asked.url);
    let cursor = protocol::cursor_of(query);

    let (random, now) = (runtime::random()?, runtime::now());
    let number = runtime::random_number()?;
    let feed = Follower::new(opened, mode, cursor, &asked.config, number, now);
    let session = Session::new(feed, &asked.config, random, now).until(plan.ends_at());
    let followers = &front().followers;
    let mut socket = None;
    let answer = followers.streams.open_with(&head, session, now, |key, body| {
        let made = Socket::new(key, &followers.on_event, body, &plan.reach());
        socket = Some(made.clone());
        Bridge::new(made, mode)
    })?;
    if let Some(socket) = socket {
        socket.attach(response);
    }
    Ok(answer)
}

/// After how many milliseconds to ask the object again, if that may help.
#[wasm_bindgen(js_name = channelPause)]
#[cold]
pub fn pause(method: &str, attempts: u32, retryable: bool, overloaded: bool) -> Option<u32> {
    let random = runtime::random_number().ok()?;
    protocol::again(method, attempts, retryable, overloaded, random)
}

/// The answer where the object could not be reached, or `ours` failed. A full
/// database ends the object before it can say so itself.
#[wasm_bindgen(js_name = channelUnreachable)]
#[cold]
pub fn unreachable(
    request: &Request,
    env: &Env,
    error: &JsValue,
    ours: bool,
) -> Result<Response, JsValue> {
    let Some(asked) = Asked::of(request, env) else { return misconfigured() };
    if ours {
        runtime::console_error_with("a request could not be answered:", error);
        return respond::answer(&protocol::refusal(&Problem::internal(), asked.cors()));
    }
    runtime::console_error_with("a channel's object could not be reached:", error);
    let answer = protocol::storage_failed(&runtime::to_text(error), asked.cors());
    if answer.status == 507 { respond::answer(&answer) } else { asked.unavailable() }
}

/// The answer to a client that the object does not let follow, for a reason of
/// its own: an `EventSource` would never come back after a 500 or 503.
#[wasm_bindgen(js_name = channelTurnedAway)]
#[cold]
pub fn turned_away(request: &Request, env: &Env) -> Result<Response, JsValue> {
    let Some(asked) = Asked::of(request, env) else { return misconfigured() };
    asked.unavailable()
}
