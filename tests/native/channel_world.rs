//! A channel's object with its sockets, fronts with their sessions, and clients, in
//! virtual time: all that the runtime owns, as the platform drives it.

use std::collections::{BTreeMap, VecDeque};

use crate::channel_client::Client;
use crate::channel_support::{Object, next_offset};
use edge_events::channel::follow::{Ask, Command, Follower, Message, Opened};
use edge_events::channel::frame::{self, PING};
use edge_events::channel::memory::MemoryStore;
use edge_events::channel::offset::Offset;
use edge_events::channel::protocol::Following;
use edge_events::channel::{Address, Effects, Mode};
use edge_events::config::Config;
use edge_events::config::limits::HIGH_WATER_MARK;
use edge_events::session::{EndReason, Feed, Moment, Next, Random, Session};

pub const JSON: &str = "application/json";

/// The socket between a front and the object.
pub struct Socket {
    pub mode: Mode,
    to_front: VecDeque<Option<Vec<u8>>>,
    to_object: VecDeque<String>,
    pub silent: bool,
}

/// A reader: its front's half, if it is connected, and its client.
pub struct Subscriber {
    pub mode: Mode,
    pub session: Option<Session<Follower>>,
    pub socket: Option<Socket>,
    pub timer: u64,
    pub queue: VecDeque<Vec<u8>>,
    pub reads: bool,
    pub client: Client,
}

/// The world: one channel, its readers, and what was published.
pub struct World {
    pub object: Object<MemoryStore>,
    config: Config,
    alarm: Option<u64>,
    /// For how many tries the object cannot be reached.
    pub unreachable: u8,
    pub readers: Vec<Subscriber>,
    /// Everything that was acknowledged, by generation.
    log: BTreeMap<u64, Vec<String>>,
    published: u64,
    random: u32,
}

impl World {
    pub fn new(modes: &[Mode], max_channel_bytes: u64, max_stream_ms: u32) -> Self {
        let mut object = Object::in_memory();
        object.limits.max_channel_bytes = max_channel_bytes;
        let config = Config {
            max_stream_ms,
            cpu_budget_ms: 300_000,
            ..Config::from_lookup(|_| None).unwrap()
        };
        let reader = |mode: &Mode| Subscriber {
            mode: *mode,
            session: None,
            socket: None,
            timer: u64::MAX,
            queue: VecDeque::new(),
            reads: true,
            client: Client::default(),
        };
        let readers = modes.iter().map(reader).collect();
        let (log, alarm) = (BTreeMap::new(), None);
        Self { object, config, alarm, unreachable: 0, readers, log, published: 0, random: 1 }
    }

    fn random(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.random
    }

    /// Carries out what the object's turn says, as its class does.
    pub fn carry_out(&mut self, effects: &Effects) {
        if let Some(farewell) = &effects.farewell {
            for socket in self.readers.iter_mut().filter_map(|reader| reader.socket.as_mut()) {
                socket.to_front.push_back(Some(farewell.clone()));
                socket.to_front.push_back(None);
            }
        }
        if let Some(appended) = &effects.appended {
            for socket in self.readers.iter_mut().filter_map(|reader| reader.socket.as_mut()) {
                socket.to_front.push_back(Some(frame::of(appended, socket.mode)));
            }
        }
        if effects.emptied {
            self.alarm = None;
        }
        self.alarm = effects.alarm.or(self.alarm);
    }

    pub fn publish(&mut self, messages: Vec<String>) {
        let body = format!("[{}]", messages.join(","));
        let headers = [("content-type", JSON)];
        let answer = self.object.ask_at(Address::Ours, "POST", "", &headers, body);
        assert!(matches!(answer.status, 201 | 204), "{answer:?}");
        let offset = Offset::parse(next_offset(&answer)).unwrap();
        let log = self.log.entry(offset.generation).or_default();
        log.extend(messages);
        assert_eq!(log.len() as u64, offset.ordinal, "an offset counts the messages");
        let effects = self.object.effects.clone();
        self.carry_out(&effects);
    }

    pub fn message(&mut self) -> String {
        self.published += 1;
        self.published.to_string()
    }

    pub fn connect(&mut self, at: usize) {
        let reader = &self.readers[at];
        if reader.session.is_some() {
            return;
        }
        let (mode, place) = (reader.mode, reader.client.place.map(|place| place.to_string()));
        let (mut query, mut headers) = (String::new(), Vec::new());
        match mode {
            Mode::Events => headers.extend(place.iter().map(|place| ("last-event-id", &**place))),
            _ => query = format!("live=sse&offset={}", place.as_deref().unwrap_or("-1")),
        }
        let turn = self.object.follow(Ask::Begin(mode), &query, &headers);
        self.carry_out(&turn.effects);
        match turn.following {
            Following::Answer(answer) => {
                assert!(matches!(answer.status, 404 | 410), "{answer:?}");
                // The protocol's client starts over.
                self.readers[at].client.place = None;
                self.readers[at].client.gaps += 1;
            }
            Following::Follow { place, frame } => {
                let opened = Opened::from_header(&place).unwrap();
                let now = self.object.now;
                let seed = self.random();
                let random = Random { retry: seed, life: seed, budget: seed, goodbye: seed };
                let follower = Follower::new(opened, mode, None, &self.config, seed, now);
                let reader = &mut self.readers[at];
                reader.session = Some(Session::new(follower, &self.config, random, now));
                reader.socket = Some(Socket::new(mode, frame));
                reader.client.connects();
                self.drive(at);
            }
        }
    }

    /// Steps a session until it waits, as the platform does.
    pub fn drive(&mut self, at: usize) {
        let now = self.object.now;
        loop {
            let reader = &mut self.readers[at];
            let Some(session) = &mut reader.session else { return };
            let room = reader.queue.len() < HIGH_WATER_MARK as usize;
            let mut chunk = Vec::new();
            let moment = Moment { now, room, near_cpu_limit: false, stagger_ms: 0 };
            let next = session.step(moment, &mut chunk);
            if !chunk.is_empty() {
                reader.queue.push_back(chunk);
                assert!(reader.queue.len() <= HIGH_WATER_MARK as usize + 1, "memory has a bound");
            }
            if let Next::End(reason) = next {
                assert_ne!(reason, EndReason::Error);
                self.leave(at);
                return;
            }
            while let Some(command) = self.command(at) {
                match command {
                    Command::Send(message) => self.send(at, message),
                    Command::Reopen(place) => self.reopen(at, place),
                }
            }
            match next {
                Next::At(time) if time > now => {
                    // A command may have brought something to be written.
                    let session = self.readers[at].session.as_mut().unwrap();
                    let wake_at = session.feed_mut().wake_at(now, 0);
                    self.readers[at].timer = time.min(wake_at.unwrap_or(u64::MAX));
                    return;
                }
                _ => {}
            }
        }
    }

    fn command(&mut self, at: usize) -> Option<Command> {
        let now = self.object.now;
        self.readers[at].session.as_mut()?.feed_mut().command(now)
    }

    fn send(&mut self, at: usize, message: Message) {
        if let Some(socket) = &mut self.readers[at].socket {
            socket.to_object.push_back(message.to_text());
        }
    }

    fn reopen(&mut self, at: usize, place: Offset) {
        let (now, random, mode) = (self.object.now, self.random(), self.readers[at].mode);
        self.readers[at].socket = None;
        if self.unreachable > 0 {
            self.unreachable -= 1;
            self.feed(at).reopen_failed(None, now, random);
            return;
        }
        let turn = self.object.follow(Ask::Resume(mode, place), "", &[]);
        self.carry_out(&turn.effects);
        match turn.following {
            Following::Answer(answer) => {
                self.feed(at).reopen_failed(Some(answer.status), now, random);
            }
            Following::Follow { place, frame } => {
                self.readers[at].socket = Some(Socket::new(mode, frame));
                self.feed(at).reopened(Opened::from_header(&place).unwrap(), now);
            }
        }
        // What came of it is to be written.
        self.readers[at].timer = now;
    }

    fn feed(&mut self, at: usize) -> &mut Follower {
        self.readers[at].session.as_mut().unwrap().feed_mut()
    }

    /// Delivers what a socket holds, until both ends wait.
    pub fn deliver(&mut self, at: usize) {
        loop {
            let now = self.object.now;
            let Some(socket) = &mut self.readers[at].socket else { return };
            if socket.silent {
                socket.to_front.clear();
                socket.to_object.clear();
                return;
            }
            if let Some(message) = socket.to_object.pop_front() {
                if message == PING {
                    self.feed(at).pong(now);
                } else {
                    let mode = self.readers[at].mode;
                    let frame = self.object.message(mode, &message).unwrap();
                    let effects = self.object.effects.clone();
                    self.carry_out(&effects);
                    if let Some(socket) = &mut self.readers[at].socket {
                        socket.to_front.push_back(Some(frame));
                    }
                }
                continue;
            }
            match socket.to_front.pop_front() {
                None => return,
                Some(None) => self.socket_breaks(at),
                Some(Some(frame)) => {
                    let room = self.readers[at].queue.len() < HIGH_WATER_MARK as usize;
                    self.feed(at).receive(frame, room, now);
                    self.drive(at);
                }
            }
        }
    }

    pub fn socket_breaks(&mut self, at: usize) {
        let (now, random) = (self.object.now, self.random());
        self.readers[at].socket = None;
        if self.readers[at].session.is_some() {
            self.feed(at).bridge_lost(now, random);
            self.drive(at);
        }
    }

    /// The stream has ended, or was cut.
    pub fn leave(&mut self, at: usize) {
        let reader = &mut self.readers[at];
        reader.session = None;
        reader.socket = None;
        reader.timer = u64::MAX;
    }

    pub fn read(&mut self, at: usize, bytes: usize) {
        let wire: Vec<u8> = self.readers[at].queue.drain(..).flatten().collect();
        let cut = &wire[..bytes.min(wire.len())];
        let mode = self.readers[at].mode;
        let retained = self.log.clone();
        self.readers[at].client.reads(cut, mode, &retained);
    }

    pub fn wait(&mut self, ms: u64) {
        let until = self.object.now + ms;
        loop {
            let due = self.readers.iter().map(|reader| reader.timer).min().unwrap_or(u64::MAX);
            let due = due.min(self.alarm.unwrap_or(u64::MAX));
            if due > until {
                break;
            }
            self.object.now = self.object.now.max(due);
            if self.alarm.is_some_and(|at| at <= self.object.now) {
                self.alarm = None;
                self.object.alarm();
                let effects = self.object.effects.clone();
                self.carry_out(&effects);
            }
            for at in 0..self.readers.len() {
                if self.readers[at].timer <= self.object.now {
                    self.readers[at].timer = u64::MAX;
                    self.drive(at);
                    // The other end of a live socket answers at once.
                    self.deliver(at);
                }
                if self.readers[at].reads {
                    self.read(at, usize::MAX);
                }
            }
        }
        self.object.now = until;
    }

    /// Everybody comes back, and everything is delivered.
    pub fn settle(&mut self) {
        self.unreachable = 0;
        for reader in &mut self.readers {
            reader.reads = true;
        }
        for _ in 0..30 {
            for at in 0..self.readers.len() {
                self.read(at, usize::MAX);
                self.connect(at);
                self.drive(at);
                self.deliver(at);
                self.read(at, usize::MAX);
            }
            self.wait(5_000);
        }
    }
}

impl Socket {
    pub fn new(mode: Mode, frame: Option<Vec<u8>>) -> Self {
        let to_front = frame.into_iter().map(Some).collect();
        Self { mode, to_front, to_object: VecDeque::new(), silent: false }
    }
}
