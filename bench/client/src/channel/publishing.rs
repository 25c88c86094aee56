//! The command that publishes.

use std::io;
use std::time::{Duration, Instant};

use mio::{Interest, Token};
use serde_json::Value;

use super::load::{Load, PUBLISHERS};
use super::marks::message;
use super::publisher::Publisher;
use super::window::{Sent, Window};
use crate::network::Turns;
use crate::stats::own_cpu;

/// What is to be published.
pub struct Order<'a> {
    /// The request's head, without the length and the empty line.
    pub head: &'a str,
    pub bytes: usize,
    pub at_once: usize,
    pub count: Option<usize>,
    pub time: Duration,
    /// Nothing: as fast as answers come.
    pub every: Duration,
    /// How long to wait for the last ones.
    pub patience: Duration,
}

impl Load {
    pub fn publish(&mut self, order: &Order) -> io::Result<Value> {
        self.window = Window { base: self.next, ..Window::default() };
        for reader in self.readers.iter_mut().flatten() {
            reader.begin_window();
        }
        let live = self.live;
        self.publishers.clear();
        self.free.clear();
        // Where there is a pace, connections are made as they are needed: servers close idle ones.
        let at_first = if order.every.is_zero() { order.at_once } else { 0 };
        for _ in 0..at_first {
            self.connect()?;
        }
        let (started, cpu) = (Instant::now(), own_cpu());
        let mut blocked = false;
        loop {
            let sent = self.window.sent.len();
            let due = order.every * sent as u32;
            let more = order.count.is_none_or(|count| sent < count) && due < order.time;
            let elapsed = started.elapsed();
            let in_time = !order.every.is_zero() || elapsed < order.time;
            if more && in_time && due <= elapsed {
                // A message that had to wait for a connection has been late since it was due.
                let at =
                    if blocked && !order.every.is_zero() { started + due } else { Instant::now() };
                if self.send(order, at)? {
                    blocked = false;
                    continue;
                }
                blocked = true;
            } else if !(more && in_time) && self.window.is_complete(live) {
                break;
            }
            if elapsed > order.time + order.patience {
                break;
            }
            let wait =
                if more && due > elapsed { due - elapsed } else { Duration::from_millis(50) };
            self.turn(Some(wait.min(Duration::from_millis(50))))?;
        }
        let all_seconds = started.elapsed().as_secs_f64();
        self.publishers.clear();
        Ok(self.window.report(started, live, all_seconds, own_cpu() - cpu))
    }

    fn connect(&mut self) -> io::Result<()> {
        let mut publisher = Publisher::connect(self.address)?;
        let index = self.publishers.len();
        let token = Token(PUBLISHERS + index);
        self.network.poll.registry().register(&mut publisher.socket, token, Interest::READABLE)?;
        self.publishers.push(Some(publisher));
        self.free.push(index);
        Ok(())
    }

    /// Whether there was a connection to send the next message by.
    fn send(&mut self, order: &Order, at: Instant) -> io::Result<bool> {
        // Servers close connections that are idle for long.
        let open = self.publishers.iter().flatten().count();
        if self.free.is_empty() && open < order.at_once {
            self.connect()?;
        }
        let Some(index) = self.free.pop() else { return Ok(false) };
        let Some(Some(publisher)) = self.publishers.get_mut(index) else { return Ok(false) };
        let at_index = self.window.sent.len();
        publisher.send(order.head, &message(self.next, order.bytes), at_index)?;
        self.window.sent.push(Sent { at, acknowledged: None, deliveries: 0, last: None });
        self.next += 1;
        Ok(true)
    }
}
