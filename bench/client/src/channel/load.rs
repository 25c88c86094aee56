//! All readers and publishers, and the commands that read.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use mio::{Interest, Token, net::TcpStream};
use serde_json::{Value, json};

use super::follower::Follower;
use super::publisher::{Heard, Publisher};
use super::reader::Reader;
use super::window::Window;
use crate::network::{Network, Turns};
use crate::stats::{own_cpu, percentiles};

/// Tokens of publishers; below are those of readers.
pub(super) const PUBLISHERS: usize = 1 << 40;

pub struct Load {
    pub(super) network: Network,
    pub(super) buffer: Vec<u8>,
    numbers: Vec<u64>,
    pub(super) address: SocketAddr,
    pub(super) readers: Vec<Option<Reader>>,
    pub(super) live: usize,
    /// What those have that stopped reading and were cut.
    pub(super) cut: Vec<Follower>,
    /// The number of the first message after they stopped.
    pub(super) stopped_at: u64,
    /// Readers that are not done opening, and how many messages each is to have.
    waiting: usize,
    goal: u64,
    pub(super) publishers: Vec<Option<Publisher>>,
    pub(super) free: Vec<usize>,
    /// The number of the next message.
    pub(super) next: u64,
    pub(super) window: Window,
}

/// Readers that are to be opened.
pub struct Opening<'a> {
    /// `{n}` in it is the reader's number.
    pub request: &'a str,
    pub count: usize,
    /// How many are not done at any moment.
    pub at_once: usize,
    /// Each is done when it has so many, or with none its first block.
    pub messages: u64,
    /// Whether they are going to stop reading.
    pub slow: bool,
    pub patience: Duration,
}

impl Turns for Load {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    fn ready(&mut self, token: usize) -> io::Result<()> {
        match token {
            PUBLISHERS.. => self.heard(token - PUBLISHERS),
            _ => self.serve(token),
        }
    }
}

impl Load {
    pub fn new(port: u16) -> io::Result<Self> {
        Ok(Self {
            network: Network::new()?,
            buffer: vec![0; 65_536],
            numbers: Vec::new(),
            address: (Ipv4Addr::LOCALHOST, port).into(),
            readers: Vec::new(),
            live: 0,
            cut: Vec::new(),
            stopped_at: 0,
            waiting: 0,
            goal: 0,
            publishers: Vec::new(),
            free: Vec::new(),
            next: 0,
            window: Window::default(),
        })
    }

    fn serve(&mut self, index: usize) -> io::Result<()> {
        let Some(Some(reader)) = self.readers.get_mut(index) else { return Ok(()) };
        if reader.ask()? {
            return Ok(());
        }
        let was_waiting = reader.done_at.is_none();
        self.numbers.clear();
        let (bytes, over) = reader.read(&mut self.buffer, self.goal, &mut self.numbers)?;
        if reader.stopped {
            if over {
                self.cut.extend(self.readers[index].take().and_then(|reader| reader.follower));
            }
            return Ok(());
        }
        let (now, window) = (Instant::now(), &mut self.window);
        window.bytes += bytes as u64;
        for number in &self.numbers {
            let Some(at) = number.checked_sub(window.base).map(|at| at as usize) else {
                window.others += 1;
                continue;
            };
            let sent = window.sent.get_mut(at);
            let sent = sent.ok_or_else(|| io::Error::other("a message that nobody published"))?;
            if reader.first_time(at) {
                sent.deliveries += 1;
                sent.last = Some(now);
                window.deliveries += 1;
            } else {
                window.doubled += 1;
            }
        }
        self.waiting -= usize::from(was_waiting && reader.done_at.is_some());
        if over {
            if reader.done_at.is_none() {
                return Err(io::Error::other("a stream ended before it was caught up"));
            }
            self.readers[index] = None;
            self.live -= 1;
            window.ended += 1;
        }
        Ok(())
    }

    fn heard(&mut self, index: usize) -> io::Result<()> {
        let Some(Some(publisher)) = self.publishers.get_mut(index) else { return Ok(()) };
        match publisher.read(&mut self.buffer)? {
            Heard::Nothing => {}
            Heard::Closed => {
                self.publishers[index] = None;
                self.free.retain(|&free| free != index);
            }
            Heard::Acknowledged(at) => {
                self.window.sent[at].acknowledged = Some(Instant::now());
                self.window.acknowledged += 1;
                self.free.push(index);
            }
        }
        Ok(())
    }

    pub fn open(&mut self, opening: &Opening) -> io::Result<Value> {
        let Opening { request, count, at_once, messages, slow, patience } = *opening;
        let (started, cpu, first) = (Instant::now(), own_cpu(), self.readers.len());
        self.goal = messages;
        self.window = Window { base: self.next, ..Window::default() };
        while self.readers.len() < first + count || self.waiting > 0 {
            while self.readers.len() < first + count && self.waiting < at_once {
                let mut socket =
                    if slow { self.connect_slow()? } else { TcpStream::connect(self.address)? };
                let token = Token(self.readers.len());
                let interest = Interest::READABLE | Interest::WRITABLE;
                self.network.poll.registry().register(&mut socket, token, interest)?;
                let request = request.replace("{n}", &self.readers.len().to_string());
                let mut reader = Reader::new(socket, request.into());
                reader.follower = slow.then(Follower::default);
                self.readers.push(Some(reader));
                self.live += 1;
                self.waiting += 1;
            }
            if started.elapsed() > patience {
                break;
            }
            self.turn(Some(Duration::from_millis(100)))?;
        }
        let seconds = started.elapsed().as_secs_f64();
        let opened = self.readers[first..].iter().flatten();
        let since = |reader: &Reader, then: Option<Instant>| {
            then.map(|then| (then - reader.opened).as_secs_f64() * 1e6)
        };
        let messages_of_all: u64 = opened.clone().map(|reader| reader.messages).sum();
        let (mut heads, mut done): (Vec<f64>, Vec<f64>) = opened
            .filter_map(|reader| {
                Some((since(reader, reader.head_at)?, since(reader, reader.done_at)?))
            })
            .unzip();
        Ok(json!({
            "seconds": seconds,
            "live": self.live,
            "waiting": self.waiting + first + count - self.readers.len(),
            "messages": messages_of_all,
            "head_us": percentiles(&mut heads),
            "done_us": percentiles(&mut done),
            "client_cpu": (own_cpu() - cpu) / seconds,
        }))
    }

    /// Closes all readers.
    pub fn leave(&mut self) -> io::Result<Value> {
        let left = self.live;
        for reader in self.readers.drain(..).flatten() {
            // A reset, which leaves no port in TIME_WAIT.
            socket2::SockRef::from(&reader.socket).set_linger(Some(Duration::ZERO))?;
        }
        (self.live, self.waiting) = (0, 0);
        Ok(json!({ "left": left }))
    }

    pub fn watch(&mut self, ms: Duration) -> io::Result<Value> {
        let (end, cpu) = (Instant::now() + ms, own_cpu());
        self.window = Window { base: self.next, ..Window::default() };
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()) {
            self.turn(Some(left))?;
        }
        Ok(json!({
            "live": self.live,
            "bytes": self.window.bytes,
            "messages": self.window.others,
            "ended": self.window.ended,
            "client_cpu": (own_cpu() - cpu) / ms.as_secs_f64(),
        }))
    }
}
