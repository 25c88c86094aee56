//! One connection that publishes, a message at a time.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;

use super::reply::Reply;
use crate::network::read_now;

pub struct Publisher {
    pub socket: TcpStream,
    /// Which message of the window waits for its answer.
    pub waits_for: Option<usize>,
    reply: Reply,
}

/// What a connection has to say.
pub enum Heard {
    Nothing,
    Closed,
    /// The message is acknowledged.
    Acknowledged(usize),
}

impl Publisher {
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let socket = std::net::TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket: TcpStream::from_std(socket), waits_for: None, reply: Reply::default() })
    }

    /// Sends a message. A socket that waits for no answer takes it whole.
    pub fn send(&mut self, head: &str, body: &str, index: usize) -> io::Result<()> {
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        self.waits_for = Some(index);
        self.reply = Reply::default();
        self.socket.write_all(request.as_bytes())
    }

    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        let mut said = Vec::new();
        loop {
            let closed = match read_now(&mut self.socket, buffer) {
                Ok(None) => return Ok(Heard::Nothing),
                Ok(Some(0)) => true,
                Ok(Some(read)) => {
                    self.reply
                        .read(&buffer[..read], |bytes| said.extend_from_slice(bytes))
                        .map_err(io::Error::other)?;
                    false
                }
                Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
                Err(error) => return Err(error),
            };
            let status = if closed && !self.reply.closed() { None } else { self.reply.done() };
            match (self.waits_for, status) {
                (None, _) if closed => return Ok(Heard::Closed),
                (Some(_), None) if closed => {
                    return Err(io::Error::other("the connection was closed before the answer"));
                }
                (Some(index), Some(200..=299)) if !self.reply.overran() => {
                    self.waits_for = None;
                    return Ok(Heard::Acknowledged(index));
                }
                (Some(_), Some(status)) => {
                    let said = String::from_utf8_lossy(&said).into_owned();
                    return Err(io::Error::other(format!(
                        "a publish was answered {status}: {said}"
                    )));
                }
                (None, _) => return Err(io::Error::other("an answer came that nobody waits for")),
                (Some(_), None) => {}
            }
        }
    }
}
