//! One stream: its socket, what was read, when.

use std::io::{self, Write};
use std::time::Instant;

use mio::net::TcpStream;

use crate::http::Answer;
use crate::network::read_now;
use crate::sse::{Event, Reader};

pub struct Stream {
    pub socket: TcpStream,
    pub opened: Instant,
    pub asked: bool,
    pub head_at: Option<Instant>,
    pub first_event_at: Option<Instant>,
    pub last_id: Option<u64>,
    answer: Answer,
    reader: Reader,
}

impl Stream {
    pub fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            opened: Instant::now(),
            asked: false,
            head_at: None,
            first_event_at: None,
            last_id: None,
            answer: Answer::default(),
            reader: Reader::default(),
        }
    }

    pub fn ask(&mut self, request: &[u8]) -> io::Result<()> {
        self.asked = true;
        // A fresh socket's buffer takes a request whole.
        self.socket.write_all(request)
    }

    /// Reads all that is there; the bytes read, and whether the stream is over.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        mut on_event: impl FnMut(&mut Option<u64>, Event),
    ) -> io::Result<(usize, bool)> {
        let mut total = 0;
        loop {
            let read = match read_now(&mut self.socket, buffer)? {
                None => return Ok((total, false)),
                Some(0) => return Ok((total, true)),
                Some(read) => read,
            };
            total += read;
            let now = Instant::now();
            let Self { answer, reader, first_event_at, last_id, .. } = self;
            let body = |bytes: &[u8]| {
                reader.read(bytes, |event| {
                    first_event_at.get_or_insert(now);
                    on_event(last_id, event);
                });
            };
            answer.read(&buffer[..read], body).map_err(io::Error::other)?;
            if self.answer.has_head() {
                self.head_at.get_or_insert(now);
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
