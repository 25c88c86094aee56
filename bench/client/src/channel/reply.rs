//! As much of HTTP/1.1 as the answer to a request needs on a connection that
//! stays open: its status, its body, and where it ends.

/// Takes an answer apart, however it was cut on the way.
#[derive(Default)]
pub struct Reply {
    head: Vec<u8>,
    status: u16,
    body: Body,
    trailing: bool,
}

#[derive(Default)]
enum Body {
    #[default]
    Head,
    Length(usize),
    /// In the line with a chunk's length; digits so far, and whether they are over.
    Size(usize, bool),
    Chunk(usize),
    AfterChunk,
    /// The line break after the last chunk.
    Last,
    UntilClose,
    Done,
}

impl Reply {
    /// The status, when all of it is there.
    pub fn done(&self) -> Option<u16> {
        matches!(self.body, Body::Done).then_some(self.status)
    }

    /// The server has closed the connection; whether that is an answer's end.
    pub fn closed(&mut self) -> bool {
        if matches!(self.body, Body::UntilClose) {
            self.body = Body::Done;
        }
        self.done().is_some()
    }

    /// Whether more came than the answer.
    pub fn overran(&self) -> bool {
        self.trailing
    }

    /// Hands the body's bytes to `on_body`.
    pub fn read(&mut self, mut bytes: &[u8], mut on_body: impl FnMut(&[u8])) -> Result<(), String> {
        while let [first, rest @ ..] = bytes {
            match &mut self.body {
                Body::Head => {
                    self.head.push(*first);
                    bytes = rest;
                    if self.head.ends_with(b"\r\n\r\n") {
                        (self.status, self.body) = head(&self.head)?;
                    }
                }
                Body::Length(left) | Body::Chunk(left) => {
                    let (now, later) = bytes.split_at((*left).min(bytes.len()));
                    on_body(now);
                    *left -= now.len();
                    bytes = later;
                    if *left == 0 {
                        let chunk = matches!(self.body, Body::Chunk(_));
                        self.body = if chunk { Body::AfterChunk } else { Body::Done };
                    }
                }
                Body::Size(size, over) => {
                    match (*first as char).to_digit(16) {
                        Some(digit) if !*over => *size = *size * 16 + digit as usize,
                        _ if *first == b'\n' => {
                            self.body = if *size == 0 { Body::Last } else { Body::Chunk(*size) };
                        }
                        _ => *over = true,
                    }
                    bytes = rest;
                }
                Body::AfterChunk | Body::Last => {
                    if *first == b'\n' {
                        let last = matches!(self.body, Body::Last);
                        self.body = if last { Body::Done } else { Body::Size(0, false) };
                    }
                    bytes = rest;
                }
                Body::UntilClose => {
                    on_body(bytes);
                    return Ok(());
                }
                Body::Done => {
                    self.trailing = true;
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn head(head: &[u8]) -> Result<(u16, Body), String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let status = head.strip_prefix("http/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| format!("not an answer: {head}"))?;
    let field = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    };
    let body = match (status, field("content-length"), field("transfer-encoding")) {
        (204 | 304, ..) | (_, Some("0"), _) => Body::Done,
        (_, Some(length), _) => {
            Body::Length(length.parse().map_err(|_| format!("no length: {length}"))?)
        }
        (_, None, Some(coding)) if coding.contains("chunked") => Body::Size(0, false),
        _ => Body::UntilClose,
    };
    Ok((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says_wherever_it_is_cut() {
        for (wire, status, expected) in [
            ("HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", 204, ""),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
            ("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, ""),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n\
                 a\r\n, 0123456\n\r\n0\r\n\r\n",
                200,
                "hello, 0123456\n",
            ),
        ] {
            for cut in 0..=wire.len() {
                let (mut reply, mut body) = (Reply::default(), Vec::new());
                for part in [&wire.as_bytes()[..cut], &wire.as_bytes()[cut..]] {
                    assert_eq!(reply.done(), None, "{wire} cut at {cut}");
                    reply.read(part, |bytes| body.extend_from_slice(bytes)).unwrap();
                    if cut == wire.len() {
                        break;
                    }
                }
                assert_eq!(reply.done(), Some(status), "{wire} cut at {cut}");
                assert!(!reply.overran());
                assert_eq!(body, expected.as_bytes(), "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_body_without_a_length_ends_with_the_connection() {
        let mut reply = Reply::default();
        reply.read(b"HTTP/1.1 500 Oh\r\n\r\nno", |_| {}).unwrap();
        assert_eq!(reply.done(), None);
        assert!(reply.closed());
        assert_eq!(reply.done(), Some(500));
    }
}
