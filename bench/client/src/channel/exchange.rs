//! The commands that ask once, on a connection of their own.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::load::Load;
use super::marks::Marks;
use super::reply::Reply;
use crate::stats::percentiles;

/// A server that has not answered by then does not work.
const PATIENCE: Duration = Duration::from_secs(60);

impl Load {
    /// One request on a connection of its own: the answer's status, its bytes, and how many messages are in it.
    fn exchange(&mut self, request: &str) -> io::Result<Option<(u16, usize, u64)>> {
        let mut socket = std::net::TcpStream::connect(self.address)?;
        // Nobody else there: the socket may have been connected to itself.
        if socket.local_addr()? == socket.peer_addr()? {
            return Ok(None);
        }
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(request.as_bytes())?;
        let (mut reply, mut marks, mut bytes, mut messages) =
            (Reply::default(), Marks::default(), 0, 0);
        loop {
            let read = socket.read(&mut self.buffer)?;
            if read == 0 && !reply.closed() {
                return Err(io::Error::other("the connection was closed before the answer"));
            }
            let body = |part: &[u8]| {
                bytes += part.len();
                marks.read(part, |_| messages += 1);
            };
            reply.read(&self.buffer[..read], body).map_err(io::Error::other)?;
            if let Some(status) = reply.done() {
                return Ok(Some((status, bytes, messages)));
            }
        }
    }

    pub fn first_byte(&mut self, request: &str) -> io::Result<Value> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Ok(Some((status, ..))) = self.exchange(request) {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
                return Ok(json!({ "unix_ms": now.as_secs_f64() * 1e3, "status": status }));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(io::Error::other("the server did not answer"))
    }

    pub fn request(&mut self, request: &str, times: usize) -> io::Result<Value> {
        let (mut took, mut last) = (Vec::new(), None);
        for number in 0..times {
            let request = request.replace("{n}", &number.to_string());
            let started = Instant::now();
            last = self.exchange(&request)?;
            took.push(started.elapsed().as_secs_f64() * 1e3);
        }
        let (status, bytes, messages) = last.unwrap_or_default();
        Ok(json!({
            "status": status,
            "bytes": bytes,
            "messages": messages,
            "ms": percentiles(&mut took),
        }))
    }
}
