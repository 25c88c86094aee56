//! The wire format of `text/event-stream`: lines, and events made of lines.
//!
//! The grammar is that of the HTML standard, section 9.2.5 "Parsing an event
//! stream" (<https://html.spec.whatwg.org/multipage/server-sent-events.html>,
//! read 2026-11-22). Of the freedoms it gives we take one set: lines end in
//! LF, and a field's colon is followed by one space.
//!
//! Names and ids are checked when they are made. After that encoding cannot
//! fail, and an event is always written whole.

/// A comment line, which a client ignores: traffic for a quiet connection.
///
/// One newline and not two: it ends no block, so it can never cut an event in
/// two, wherever it is written.
pub const HEARTBEAT: &[u8] = b":\n";

/// Why a text can be no event name or id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// It holds LF or CR, which would begin a line of the sender's choice.
    LineBreak,
    /// It holds NUL: clients ignore such an id.
    Nul,
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::LineBreak => "a line break (LF or CR) is not allowed here",
            Self::Nul => "NUL is not allowed in an id",
        })
    }
}

impl std::error::Error for FieldError {}

/// The `event` field: the name of the listener that the browser calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventName<'a>(&'a str);

impl<'a> EventName<'a> {
    /// Takes any text without a line break.
    ///
    /// # Errors
    /// [`FieldError::LineBreak`].
    pub fn new(name: &'a str) -> Result<Self, FieldError> {
        no_line_break(name).map(Self)
    }

    /// For a name in the source code: a constant whose name has a line break does
    /// not compile.
    ///
    /// # Panics
    /// At a line break.
    pub const fn literal(name: &'static str) -> EventName<'static> {
        let bytes = name.as_bytes();
        let mut rest = bytes;
        while let [byte, tail @ ..] = rest {
            assert!(*byte != b'\n' && *byte != b'\r');
            rest = tail;
        }
        EventName(name)
    }
}

/// The `id` field: what the browser sends back as `Last-Event-ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventId<'a>(IdText<'a>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IdText<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> EventId<'a> {
    /// Takes any text without a line break or NUL. The empty text is an id:
    /// it makes the client forget its last one.
    ///
    /// # Errors
    /// [`FieldError`], by what the text holds.
    pub fn new(id: &'a str) -> Result<Self, FieldError> {
        if id.contains('\0') {
            return Err(FieldError::Nul);
        }
        no_line_break(id).map(|id| Self(IdText::Text(id)))
    }
}

impl From<u64> for EventId<'_> {
    fn from(id: u64) -> Self {
        Self(IdText::Number(id))
    }
}

fn no_line_break(text: &str) -> Result<&str, FieldError> {
    if text.contains(['\n', '\r']) { Err(FieldError::LineBreak) } else { Ok(text) }
}

/// One event. Without a name the browser calls `onmessage`.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Which listener it is for.
    pub name: Option<EventName<'a>>,
    /// What the client remembers as its last event id.
    pub id: Option<EventId<'a>>,
    /// Any text. It arrives as it is, but for CR and CRLF, which arrive as LF:
    /// the format has no way to tell them apart.
    pub data: &'a str,
}

impl Event<'_> {
    /// Appends the whole event, with the empty line that ends its block.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if let Some(EventName(name)) = self.name {
            field(out, b"event: ", name);
        }
        match self.id {
            Some(EventId(IdText::Text(id))) => field(out, b"id: ", id),
            Some(EventId(IdText::Number(id))) => {
                field(out, b"id: ", itoa::Buffer::new().format(id));
            }
            None => {}
        }
        // Each line has a field of its own. Empty data is one empty line: without
        // a data field the browser would drop the event.
        for line in lines(self.data) {
            field(out, b"data: ", line);
        }
        out.push(b'\n');
    }
}

/// Appends a `retry` line: the client's reconnection time from now on, in
/// milliseconds. It is valid alone or as the first line of an event's block.
pub fn retry(out: &mut Vec<u8>, ms: u32) {
    field(out, b"retry: ", itoa::Buffer::new().format(ms));
}

fn field(out: &mut Vec<u8>, name: &[u8], value: &str) {
    out.extend_from_slice(name);
    out.extend_from_slice(value.as_bytes());
    out.push(b'\n');
}

/// Splits at LF, CR and CRLF, which is one break, and keeps empty lines, the
/// last one too.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((line, tail)) = text.split_once(['\n', '\r']) else {
            rest = None;
            return Some(text);
        };
        let at_cr = text.as_bytes().get(line.len()) == Some(&b'\r');
        rest = Some(if at_cr { tail.strip_prefix('\n').unwrap_or(tail) } else { tail });
        Some(line)
    })
}
