//! What a reader has that is followed message by message: which are missing, and
//! from which place it would come back.

use super::marks::Marks;

/// What the Durable Streams protocol calls a place, in its control events.
const NEXT_OFFSET: &[u8] = b"\"streamNextOffset\":\"";

/// Takes an event stream as an `EventSource` does: what is in an event counts
/// when its empty line has come.
#[derive(Default)]
pub struct Follower {
    line: Vec<u8>,
    marks: Marks,
    /// Messages and place of the event that is not over yet.
    pending: Vec<u64>,
    pending_place: Option<String>,
    /// Where it comes back to.
    pub place: Option<String>,
    /// The first message that counts, and which of those from there on it has.
    base: u64,
    seen: Vec<bool>,
    pub have: u64,
    pub doubled: u64,
    /// Of the messages in the order in which they came: the same for all that
    /// have the same in the same order.
    pub order: u64,
}

impl Follower {
    /// From this message on it counts.
    pub fn begin(&mut self, base: u64) {
        (self.base, self.have, self.doubled, self.order) = (base, 0, 0, 0);
        self.seen.clear();
    }

    /// The connection is over: what was not finished is forgotten.
    pub fn cut(&mut self) {
        self.line.clear();
        self.pending.clear();
        self.pending_place = None;
        self.marks = Marks::default();
    }

    pub fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                self.end_line();
                self.line.clear();
            } else if byte != b'\r' {
                self.line.push(byte);
            }
        }
    }

    fn end_line(&mut self) {
        let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes.trim_ascii()).into_owned());
        if self.line.is_empty() {
            self.end_event();
        } else if let Some(id) = self.line.strip_prefix(b"id:") {
            self.pending_place = text(id);
        } else if let Some(at) = self.line.windows(NEXT_OFFSET.len()).position(|w| w == NEXT_OFFSET)
        {
            let rest = &self.line[at + NEXT_OFFSET.len()..];
            self.pending_place = text(rest.split(|&byte| byte == b'"').next().unwrap_or(rest));
        } else {
            self.marks.read(&self.line, |number| self.pending.push(number));
        }
    }

    fn end_event(&mut self) {
        if let Some(place) = self.pending_place.take() {
            self.place = Some(place);
        }
        for number in self.pending.drain(..) {
            let Some(at) = number.checked_sub(self.base).map(|at| at as usize) else { continue };
            if self.seen.len() <= at {
                self.seen.resize(at + 1, false);
            }
            if std::mem::replace(&mut self.seen[at], true) {
                self.doubled += 1;
            } else {
                self.have += 1;
                self.order = self.order.wrapping_mul(31).wrapping_add(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::marks::message;

    #[test]
    fn an_event_counts_when_it_is_whole_wherever_it_is_cut() {
        let wire = format!(
            "retry: 5\nid: a0\n\nid: a1\ndata: {}\n\nid: a3\ndata: {}\n\nid: a4\ndata: {}\n",
            message(7, 40),
            message(9, 40),
            message(10, 40),
        );
        for cut in 0..=wire.len() {
            let mut follower = Follower::default();
            follower.begin(7);
            follower.read(&wire.as_bytes()[..cut]);
            follower.read(&wire.as_bytes()[cut..]);
            assert_eq!(follower.place.as_deref(), Some("a3"), "cut at {cut}");
            assert_eq!((follower.have, follower.doubled), (2, 0));
        }
    }

    #[test]
    fn what_comes_twice_or_before_it_counts_is_no_message_more() {
        let mut follower = Follower::default();
        follower.begin(5);
        for number in [4, 5, 5, 6] {
            follower.read(format!("data:[{}]\r\n\r\n", message(number, 20)).as_bytes());
        }
        assert_eq!((follower.have, follower.doubled), (2, 1));
    }

    #[test]
    fn another_order_shows() {
        let order = |numbers: &[u64]| {
            let mut follower = Follower::default();
            for &number in numbers {
                follower.read(format!("data:{}\n\n", message(number, 20)).as_bytes());
            }
            follower.order
        };
        assert_eq!(order(&[1, 2, 2, 3]), order(&[1, 2, 3]));
        assert_ne!(order(&[1, 3, 2]), order(&[1, 2, 3]));
    }

    #[test]
    fn a_control_event_of_the_protocol_is_a_place() {
        let mut follower = Follower::default();
        follower
            .read(b"event: control\ndata:{\"streamNextOffset\":\"0_42\",\"upToDate\":true}\n\n");
        assert_eq!(follower.place.as_deref(), Some("0_42"));
        follower.read(b"event: control\ndata:{\"streamNextOffset\":\"0_43\"");
        follower.cut();
        follower.read(b"\n\n");
        assert_eq!(follower.place.as_deref(), Some("0_42"));
    }
}
