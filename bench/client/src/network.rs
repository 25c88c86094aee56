//! The network and standard input, in one thread: waiting for both, and reading
//! what is there.

use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, net::TcpStream};

const INPUT: Token = Token(usize::MAX);

/// What is waited for.
pub struct Network {
    pub poll: Poll,
    events: Events,
    input_ready: bool,
}

impl Network {
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        poll.registry().register(&mut SourceFd(&0), INPUT, Interest::READABLE)?;
        Ok(Self { poll, events: Events::with_capacity(1_024), input_ready: false })
    }
}

/// What serves the network, a turn at a time.
pub trait Turns {
    fn network(&mut self) -> &mut Network;

    /// Something happened to the socket that is registered by this token.
    fn ready(&mut self, token: usize) -> io::Result<()>;

    /// Whether a byte can be read from standard input without waiting.
    fn input_is_ready(&mut self) -> bool {
        std::mem::take(&mut self.network().input_ready) || byte_waits()
    }

    /// Waits for the network, or for input, and reads what came.
    fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let network = self.network();
        let mut events = std::mem::replace(&mut network.events, Events::with_capacity(0));
        match network.poll.poll(&mut events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => result?,
        }
        for event in &events {
            match event.token() {
                INPUT => self.network().input_ready = true,
                Token(token) => self.ready(token)?,
            }
        }
        self.network().events = events;
        Ok(())
    }
}

/// Whether input is there. epoll tells of new bytes only: some may be left of before.
fn byte_waits() -> bool {
    let mut input = libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 };
    // SAFETY: one valid pollfd, and no wait.
    unsafe { libc::poll(&mut input, 1, 0) == 1 }
}

/// Reads what is there, without waiting: how many bytes, 0 at the end of the
/// connection, or `None` for nothing yet.
pub fn read_now(socket: &mut TcpStream, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        match socket.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            result => return result.map(Some),
        }
    }
}
