//! The handlers of requests.

mod asked;
mod bridge;
pub mod channels;
pub mod events;
pub mod health;
mod plan;
pub mod site;

use std::rc::Rc;

use super::js::streams::Streams;
use crate::served;
use channels::Followers;

/// What the handlers keep from one request to the next, in one isolate.
pub struct Front {
    /// The live streams of `/events`.
    pub streams: Rc<Streams<served::Feed>>,
    /// Those of channels.
    pub followers: Followers,
}

impl Front {
    /// How many streams are live.
    pub fn count(&self, now: u64) -> usize {
        self.streams.count(now) + self.followers.count(now)
    }

    /// Whether there are as many as there may be.
    pub fn is_full(&self, max: u32, now: u64) -> bool {
        // Few isolates are near it: then nobody need be counted.
        let max = max as usize;
        self.streams.held() + self.followers.held() >= max && self.count(now) >= max
    }
}

thread_local! {
    static FRONT: Rc<Front> = Rc::new(Front {
        streams: Streams::new(),
        followers: Followers::new(),
    });
}

/// What the handlers of this isolate keep, made at the first request.
pub fn front() -> Rc<Front> {
    FRONT.with(Rc::clone)
}
