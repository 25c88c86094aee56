//! One reader of a channel: its socket, what it has seen, when.

use std::io::{self, ErrorKind, Write};
use std::time::Instant;

use mio::net::TcpStream;

use super::follower::Follower;
use super::marks::Marks;
use crate::http::Answer;
use crate::network::read_now;

pub struct Reader {
    pub socket: TcpStream,
    pub opened: Instant,
    pub head_at: Option<Instant>,
    /// When it had its first block and all that it was to catch up with.
    pub done_at: Option<Instant>,
    /// Messages since it was opened.
    pub messages: u64,
    /// Of a slow one, and whether it has stopped: then it counts by itself.
    pub follower: Option<Follower>,
    pub stopped: bool,
    /// What is still to be asked.
    request: Vec<u8>,
    /// A bit for each message of the window that it has.
    seen: Vec<u64>,
    answer: Answer,
    marks: Marks,
}

impl Reader {
    pub fn new(socket: TcpStream, request: Vec<u8>) -> Self {
        Self {
            socket,
            opened: Instant::now(),
            head_at: None,
            done_at: None,
            messages: 0,
            follower: None,
            stopped: false,
            request,
            seen: Vec::new(),
            answer: Answer::default(),
            marks: Marks::default(),
        }
    }

    /// Sends the request where that is still to be done.
    pub fn ask(&mut self) -> io::Result<bool> {
        if self.request.is_empty() {
            return Ok(false);
        }
        if let Some(error) = self.socket.take_error()? {
            return Err(error);
        }
        // A fresh socket's buffer takes a request whole.
        self.socket.write_all(&std::mem::take(&mut self.request)).map(|()| true)
    }

    pub fn begin_window(&mut self) {
        self.seen.clear();
    }

    /// Notes that it has a message of the window; false if it had it before.
    pub fn first_time(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        let fresh = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        fresh
    }

    /// Reads all that is there into `numbers`; the bytes read, and whether the
    /// stream is over. It is done with `goal` messages.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        goal: u64,
        numbers: &mut Vec<u64>,
    ) -> io::Result<(usize, bool)> {
        let mut total = 0;
        loop {
            let read = match read_now(&mut self.socket, buffer) {
                Ok(None) => return Ok((total, false)),
                Ok(Some(0)) => return Ok((total, true)),
                Ok(Some(read)) => read,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    return Ok((total, true));
                }
                Err(error) => return Err(error),
            };
            total += read;
            let before = numbers.len();
            let Self { answer, marks, follower, .. } = self;
            let body = |bytes: &[u8]| {
                marks.read(bytes, |number| numbers.push(number));
                if let Some(follower) = follower {
                    follower.read(bytes);
                }
            };
            answer.read(&buffer[..read], body).map_err(io::Error::other)?;
            self.messages += (numbers.len() - before) as u64;
            let now = Instant::now();
            if self.answer.has_head() {
                self.head_at.get_or_insert(now);
            }
            if self.marks.blocks > 0 && self.messages >= goal {
                self.done_at.get_or_insert(now);
            }
            if self.answer.is_over() {
                return Ok((total, true));
            }
            if read < buffer.len() {
                return Ok((total, false));
            }
        }
    }
}
