//! As much of HTTP/1.1 as a stream's answer needs: the head, and the body in
//! chunks or until the connection closes.

/// Takes an answer apart, however it was cut on the way.
#[derive(Default)]
pub struct Answer {
    head: Vec<u8>,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Head,
    /// Reading a chunk's length, digits so far.
    Size(usize),
    /// Bytes of the chunk that are left.
    Chunk(usize),
    /// After the chunk: its line break.
    AfterChunk,
    /// A body without a length.
    Plain,
    End,
}

impl Answer {
    /// Whether the head is complete.
    pub fn has_head(&self) -> bool {
        !matches!(self.state, State::Head)
    }

    /// Whether the body ended by itself.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::End)
    }

    /// Hands the body's bytes to `body`.
    pub fn read(&mut self, mut bytes: &[u8], mut body: impl FnMut(&[u8])) -> Result<(), String> {
        while let [first, rest @ ..] = bytes {
            match &mut self.state {
                State::Head => {
                    self.head.push(*first);
                    bytes = rest;
                    if self.head.ends_with(b"\r\n\r\n") {
                        self.state = body_of(&self.head)?;
                    }
                }
                State::Size(size) => {
                    if let Some(digit) = (*first as char).to_digit(16) {
                        *size = *size * 16 + digit as usize;
                    } else if *first == b'\n' {
                        self.state = if *size == 0 { State::End } else { State::Chunk(*size) };
                    }
                    bytes = rest;
                }
                State::Chunk(left) => {
                    let (now, later) = bytes.split_at((*left).min(bytes.len()));
                    body(now);
                    *left -= now.len();
                    bytes = later;
                    if *left == 0 {
                        self.state = State::AfterChunk;
                    }
                }
                State::AfterChunk => {
                    if *first == b'\n' {
                        self.state = State::Size(0);
                    }
                    bytes = rest;
                }
                State::Plain => {
                    body(bytes);
                    return Ok(());
                }
                State::End => return Ok(()),
            }
        }
        Ok(())
    }
}

fn body_of(head: &[u8]) -> Result<State, String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if !head.starts_with("http/1.1 200 ") || !head.contains("\r\ncontent-type: text/event-stream") {
        return Err(format!("not an event stream: {head}"));
    }
    let chunked = head.contains("\r\ntransfer-encoding: chunked");
    Ok(if chunked { State::Size(0) } else { State::Plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na\r\n, 0123456\n\r\n0\r\n\r\n";

    #[test]
    fn the_body_is_the_same_wherever_the_answer_is_cut() {
        for cut in 0..=WIRE.len() {
            let (mut answer, mut body) = (Answer::default(), Vec::new());
            for part in [&WIRE[..cut], &WIRE[cut..]] {
                answer.read(part, |bytes| body.extend_from_slice(bytes)).unwrap();
            }
            assert_eq!(body, b"hello, 0123456\n", "cut at {cut}");
            assert!(answer.is_over());
        }
    }

    #[test]
    fn an_answer_that_is_no_stream_is_an_error() {
        let wire = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\n";
        assert!(Answer::default().read(wire, |_| ()).is_err());
    }
}
