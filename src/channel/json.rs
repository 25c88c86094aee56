//! Bodies of JSON: checked, split into messages, and written without the
//! space between tokens.
//!
//! One pass over the bytes does all three. The grammar is RFC 8259's; a
//! property test holds it to what `serde_json` accepts. Tokens stay as they were
//! published: `1.0e5` is not made `100000`, and no key is dropped or moved.
//! Nesting costs a byte each on the heap and no stack, so that a body of nothing
//! but `[` is refused like any other.

/// Messages of a body, one a line: a message has no line break, for within a
/// text JSON writes it as `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// The messages, each but the last followed by LF.
    pub lines: String,
    /// How many.
    pub count: u64,
}

/// Reads a body. An array's elements are messages, one level deep; anything
/// else is one message. `None` for what is not JSON.
#[must_use]
pub fn messages(body: &[u8]) -> Option<Messages> {
    std::str::from_utf8(body).ok()?;
    let mut scan =
        Scan { rest: body, out: Vec::with_capacity(body.len()), open: Vec::new(), count: 0 };
    scan.space();
    scan.document()?;
    scan.space();
    if !scan.rest.is_empty() {
        return None;
    }
    // Whole tokens of a valid text, and ASCII between them: it cannot fail.
    Some(Messages { lines: String::from_utf8(scan.out).ok()?, count: scan.count })
}

struct Scan<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
    /// The closing brackets that are awaited, the innermost last.
    open: Vec<u8>,
    count: u64,
}

impl Scan<'_> {
    fn document(&mut self) -> Option<()> {
        if self.peek()? != b'[' {
            self.count = 1;
            return self.value();
        }
        self.skip(1);
        self.space();
        if self.peek()? == b']' {
            self.skip(1);
            return Some(());
        }
        loop {
            self.space();
            self.count += 1;
            self.value()?;
            self.space();
            match self.peek()? {
                b',' => self.out.push(b'\n'),
                b']' => {
                    self.skip(1);
                    return Some(());
                }
                _ => return None,
            }
            self.skip(1);
        }
    }

    /// One value, with all that is nested in it.
    fn value(&mut self) -> Option<()> {
        loop {
            // A value begins here.
            match self.peek()? {
                b'[' => {
                    self.begin(b']');
                    if self.peek()? != b']' {
                        continue;
                    }
                }
                b'{' => {
                    self.begin(b'}');
                    if self.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => self.number()?,
            }
            // It has ended, or the bracket comes that ends it.
            loop {
                let Some(close) = self.open.last().copied() else { return Some(()) };
                self.space();
                match self.peek()? {
                    byte if byte == close => {
                        self.copy(1);
                        self.open.pop();
                    }
                    b',' => {
                        self.copy(1);
                        self.space();
                        if close == b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    _ => return None,
                }
            }
        }
    }

    fn begin(&mut self, close: u8) {
        self.copy(1);
        self.open.push(close);
        self.space();
    }

    /// A member's name and its colon; the value comes next.
    fn key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.string()?;
        self.space();
        if self.peek()? != b':' {
            return None;
        }
        self.copy(1);
        self.space();
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let mut bytes = self.rest.iter().enumerate().skip(1);
        loop {
            let (at, byte) = bytes.next()?;
            match byte {
                b'"' => {
                    self.copy(at + 1);
                    return Some(());
                }
                b'\\' => match bytes.next()?.1 {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            bytes.next().filter(|(_, digit)| digit.is_ascii_hexdigit())?;
                        }
                    }
                    _ => return None,
                },
                0..=0x1f => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let digits = |from: usize| {
            let rest = self.rest.get(from..).unwrap_or_default();
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let at = |index: usize| self.rest.get(index).copied();
        let mut end = usize::from(at(0) == Some(b'-'));
        let whole = digits(end);
        if whole == 0 || (whole > 1 && at(end) == Some(b'0')) {
            return None;
        }
        end += whole;
        if at(end) == Some(b'.') {
            let fraction = digits(end + 1);
            if fraction == 0 {
                return None;
            }
            end += 1 + fraction;
        }
        if matches!(at(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(at(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent == 0 {
                return None;
            }
            end += 1 + sign + exponent;
        }
        self.copy(end);
        Some(())
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        if !self.rest.starts_with(word) {
            return None;
        }
        self.copy(word.len());
        Some(())
    }

    fn space(&mut self) {
        let known = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let count = self.rest.iter().take_while(known).count();
        self.skip(count);
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn copy(&mut self, count: usize) {
        self.out.extend_from_slice(self.rest.get(..count).unwrap_or_default());
        self.skip(count);
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }
}
