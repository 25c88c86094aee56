//! Commands from standard input, while the network is served.

use std::io::{self, Read};
use std::os::fd::AsFd;

use crate::network::Turns;

/// The next command, while the streams go on; `None` at the end of input.
pub fn next_line(client: &mut impl Turns) -> io::Result<Option<String>> {
    // Not `io::stdin`: what waits in its buffer, epoll does not see.
    let mut input = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut line = Vec::new();
    loop {
        while !client.input_is_ready() {
            client.turn(None)?;
        }
        let mut byte = [0];
        match input.read(&mut byte)? {
            0 => return Ok(None),
            _ if byte == *b"\n" => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            _ => line.extend(byte),
        }
    }
}
