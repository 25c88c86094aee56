//! The variables of channels: `docs/channels.md` says what happens at each bound.

use super::ConfigError;
use super::number::decimal;

/// All variables of channels but the secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelConfig {
    /// See [`MAX_APPEND_BYTES`].
    pub max_append_bytes: u64,
    /// See [`MAX_CHANNEL_BYTES`].
    pub max_channel_bytes: u64,
    /// See [`MAX_CHANNEL_AGE_S`]; 0 for no bound.
    pub max_channel_age_s: u64,
    /// See [`MAX_READERS`].
    pub max_readers: u64,
    /// See [`MAX_CHUNK_BYTES`].
    pub max_chunk_bytes: u64,
    /// See [`LONG_POLL_MS`].
    pub long_poll_ms: u64,
    /// `PUBLIC_CHANNELS`: which channels anybody may read.
    pub public: Patterns,
}

/// A number that `[vars]` in `wrangler.toml` may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in `[vars]`.
    pub name: &'static str,
    /// Used where `wrangler.toml` does not name it.
    pub default: u64,
    /// The smallest value allowed.
    pub min: u64,
    /// The largest value allowed.
    pub max: u64,
}

const fn variable(name: &'static str, default: u64, min: u64, max: u64) -> Variable {
    assert!(min <= default && default <= max, "the default is out of range");
    Variable { name, default, min, max }
}

/// Bytes of one request's body at most. A row of the object's database holds
/// 2 MB (<https://developers.cloudflare.com/durable-objects/platform/limits/>);
/// the protocol's clients send batches of 1 MiB.
pub const MAX_APPEND_BYTES: Variable = variable("MAX_APPEND_BYTES", 1_114_112, 1, 1_900_000);

/// Bytes of messages that a channel retains; the oldest go first. An object
/// holds 10 GB.
pub const MAX_CHANNEL_BYTES: Variable = variable("MAX_CHANNEL_BYTES", 64 << 20, 64 << 10, 8 << 30);

/// Seconds that a channel retains a message; 0 for as long as there is room.
/// The largest value is ten years.
pub const MAX_CHANNEL_AGE_S: Variable = variable("MAX_CHANNEL_AGE_S", 0, 0, 315_360_000);

/// Readers that follow one channel at once. An object holds 32,768 sockets.
pub const MAX_READERS: Variable = variable("MAX_READERS", 10_000, 1, 30_000);

/// Bytes of messages in one answer to a read; one message that is longer is
/// an answer by itself.
pub const MAX_CHUNK_BYTES: Variable = variable("MAX_CHUNK_BYTES", 1 << 20, 1 << 10, 8 << 20);

/// Milliseconds that a long-poll waits for a message.
pub const LONG_POLL_MS: Variable = variable("LONG_POLL_MS", 20_000, 100, 60_000);

impl ChannelConfig {
    /// Reads each variable through `lookup`; one that is not set has its
    /// default.
    ///
    /// # Errors
    /// The first variable that does not parse or is out of range.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let number = |variable: Variable| parse(variable, lookup(variable.name));
        let public = lookup("PUBLIC_CHANNELS").unwrap_or_default();
        Ok(Self {
            max_append_bytes: number(MAX_APPEND_BYTES)?,
            max_channel_bytes: number(MAX_CHANNEL_BYTES)?,
            max_channel_age_s: number(MAX_CHANNEL_AGE_S)?,
            max_readers: number(MAX_READERS)?,
            max_chunk_bytes: number(MAX_CHUNK_BYTES)?,
            long_poll_ms: number(LONG_POLL_MS)?,
            public: Patterns::parse(&public).ok_or_else(|| ConfigError {
                variable: "PUBLIC_CHANNELS",
                value: public,
                allowed: "names and prefixes such as demo/* separated by commas".to_owned(),
            })?,
        })
    }
}

fn parse(variable: Variable, value: Option<String>) -> Result<u64, ConfigError> {
    let Variable { name, default, min, max } = variable;
    let Some(value) = value else { return Ok(default) };
    decimal(&value).filter(|number| (min..=max).contains(number)).ok_or_else(|| ConfigError {
        variable: name,
        value,
        allowed: format!("a whole number from {min} to {max}"),
    })
}

/// What some channels have in common: a name, or the beginning of names with `*`
/// at its end. It is compared byte by byte with the name that names the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'a>(&'a str);

impl<'a> Pattern<'a> {
    /// `None` for the empty text, and for a `*` elsewhere than at the end.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let star = text.find('*');
        let fits = !text.is_empty() && star.is_none_or(|at| at + 1 == text.len());
        fits.then_some(Self(text))
    }

    /// Whether a channel of this name is one of them.
    #[must_use]
    pub fn matches(self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => self.0 == name,
        }
    }
}

/// Several patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Takes the empty text, or patterns separated by commas; `None` where one
    /// is no [`Pattern`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::default());
        }
        let pattern = |text: &str| Pattern::parse(text).map(|_| text.to_owned());
        text.split(',').map(|text| pattern(text.trim())).collect::<Option<_>>().map(Self)
    }

    /// Whether one of them matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|text| Pattern(text).matches(name))
    }
}
