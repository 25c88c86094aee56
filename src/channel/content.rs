//! What a channel's content type means for its messages.

/// How messages are taken in and given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `application/json`: a body is split into messages, which are given out
    /// as an array.
    Json,
    /// `text/*`: lines of an event.
    Text,
    /// All else: base64 in an event.
    #[default]
    Binary,
}

impl Kind {
    /// The kind of a content type.
    #[must_use]
    pub fn of(content_type: &str) -> Self {
        let essence = essence(content_type);
        if essence.eq_ignore_ascii_case("application/json") {
            Self::Json
        } else if essence.get(..5).is_some_and(|main| main.eq_ignore_ascii_case("text/")) {
            Self::Text
        } else {
            Self::Binary
        }
    }
}

/// What a channel is whose creator names no type.
pub const DEFAULT: &str = "application/octet-stream";

/// Bytes of a content type at most.
const MAX_BYTES: usize = 256;

/// Whether this is a content type: `type/subtype` of RFC 9110's tokens,
/// whatever its parameters.
#[must_use]
pub fn is_valid(content_type: &str) -> bool {
    let token = |text: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !text.is_empty() && text.bytes().all(known)
    };
    content_type.len() <= MAX_BYTES
        && content_type.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && essence(content_type).split_once('/').is_some_and(|(a, b)| token(a) && token(b))
}

/// Whether two content types are the same, parameters and case aside.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    essence(one).eq_ignore_ascii_case(essence(other))
}

/// Whether it is the type of a form: what `curl -d` sends unasked.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    same(content_type, "application/x-www-form-urlencoded")
        || same(content_type, "multipart/form-data")
}

fn essence(content_type: &str) -> &str {
    content_type.split_once(';').map_or(content_type, |(essence, _)| essence).trim()
}
