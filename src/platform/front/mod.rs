//! The handlers of requests.

pub mod events;
pub mod health;
pub mod site;
mod variables;

use std::rc::Rc;

use super::js::streams::Streams;
use crate::served;

/// What the handlers keep from one request to the next, in one isolate.
pub struct Front {
    /// The live streams of `/events`.
    pub streams: Rc<Streams<served::Feed>>,
}

thread_local! {
    static FRONT: Rc<Front> = Rc::new(Front { streams: Streams::new() });
}

/// What the handlers of this isolate keep, made at the first request.
pub fn front() -> Rc<Front> {
    FRONT.with(Rc::clone)
}
