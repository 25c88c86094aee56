//! Messages are numbered, and found again by their numbers, however a server
//! wraps them: `m=<number>;` and filler that has no `=`.

/// The body of one message, a JSON string of `bytes` bytes or a few more.
pub fn message(number: u64, bytes: usize) -> String {
    let mark = format!("m={number};");
    let filler = bytes.saturating_sub(mark.len() + 2);
    format!("\"{mark}{:x<filler$}\"", "")
}

/// Finds messages, and the end of the first block of an event stream.
#[derive(Default)]
pub struct Marks {
    state: State,
    /// Whether something stood on the line that is being read.
    line_has_bytes: bool,
    pub blocks: u64,
}

#[derive(Default, Clone, Copy)]
enum State {
    #[default]
    Other,
    M,
    Number(u64),
}

impl Marks {
    /// Hands the number of each message that `bytes` complete to `on_message`.
    pub fn read(&mut self, bytes: &[u8], mut on_message: impl FnMut(u64)) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (State::M, b'=') => State::Number(0),
                (State::Number(number), b'0'..=b'9') => {
                    State::Number(number.wrapping_mul(10) + u64::from(byte - b'0'))
                }
                (State::Number(number), b';') => {
                    on_message(number);
                    State::Other
                }
                (_, b'm') => State::M,
                _ => State::Other,
            };
            match byte {
                b'\n' => {
                    self.blocks += u64::from(!self.line_has_bytes);
                    self.line_has_bytes = false;
                }
                b'\r' => {}
                _ => self.line_has_bytes = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_wherever_the_stream_is_cut() {
        let wire = format!(
            "retry: 5\nid: 0_1\n\nid: 0_2\ndata: {}\n\nevent: data\r\ndata:[{},{}]\r\n\r\n",
            message(7, 40),
            message(18_000_000, 100),
            message(0, 1),
        );
        for cut in 0..=wire.len() {
            let (mut marks, mut seen) = (Marks::default(), Vec::new());
            for part in [&wire.as_bytes()[..cut], &wire.as_bytes()[cut..]] {
                marks.read(part, |number| seen.push(number));
            }
            assert_eq!(seen, [7, 18_000_000, 0], "cut at {cut}");
            assert_eq!(marks.blocks, 3, "cut at {cut}");
        }
    }

    #[test]
    fn a_message_has_the_length_that_is_asked_for() {
        assert_eq!(message(123, 100).len(), 100);
    }
}
