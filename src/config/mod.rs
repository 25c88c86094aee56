//! The variables of `wrangler.toml`, checked and typed.

pub mod channels;
pub mod limits;
pub mod number;
mod origins;

use limits::{NUMBERS, Variable};
use number::{allowed_range, whole_number};
pub use origins::AllowedOrigins;

/// All of `[vars]`. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// See [`limits::TICK_INTERVAL_MS`].
    pub tick_interval_ms: u32,
    /// See [`limits::HEARTBEAT_MS`].
    pub heartbeat_ms: u32,
    /// See [`limits::MAX_STREAM_MS`].
    pub max_stream_ms: u32,
    /// See [`limits::CPU_BUDGET_MS`].
    pub cpu_budget_ms: u32,
    /// See [`limits::RETRY_MS`].
    pub retry_ms: u32,
    /// See [`limits::OVERLOAD_RETRY_MS`].
    pub overload_retry_ms: u32,
    /// See [`limits::MAX_STREAMS`].
    pub max_streams: u32,
    /// See [`limits::MAX_REPLAY_TICKS`].
    pub max_replay_ticks: u32,
    /// `ALLOWED_ORIGINS`: which other sites' pages may read the stream.
    pub allowed_origins: AllowedOrigins,
    /// `EVENTS_ENABLED`: `false` tells every client to stop for good.
    pub events_enabled: bool,
}

/// A variable that cannot be used: for the log, never for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    variable: &'static str,
    value: String,
    allowed: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { variable, value, allowed } = self;
        // As JSON, which shows what cannot be seen.
        let value = serde_json::to_string(value).unwrap_or_default();
        write!(f, "{variable} is {value}; allowed is {allowed}")
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads each variable through `lookup`; one that is not set has its
    /// default.
    ///
    /// # Errors
    /// The first variable that does not parse or is out of range.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut values = [0; NUMBERS.len()];
        for (value, variable) in values.iter_mut().zip(NUMBERS) {
            *value = parse_number(variable, lookup(variable.name))?;
        }
        let [
            tick_interval_ms,
            heartbeat_ms,
            max_stream_ms,
            cpu_budget_ms,
            retry_ms,
            overload_retry_ms,
            max_streams,
            max_replay_ticks,
        ] = values;
        Ok(Self {
            tick_interval_ms,
            heartbeat_ms,
            max_stream_ms,
            cpu_budget_ms,
            retry_ms,
            overload_retry_ms,
            max_streams,
            max_replay_ticks,
            allowed_origins: parse_origins(lookup("ALLOWED_ORIGINS"))?,
            events_enabled: parse_switch("EVENTS_ENABLED", lookup("EVENTS_ENABLED"))?,
        })
    }
}

fn parse_number(variable: Variable, value: Option<String>) -> Result<u32, ConfigError> {
    let Some(value) = value else { return Ok(variable.default) };
    whole_number(&value, variable.min, variable.max).ok_or_else(|| ConfigError {
        variable: variable.name,
        value,
        allowed: allowed_range(variable.min, variable.max),
    })
}

fn parse_switch(variable: &'static str, value: Option<String>) -> Result<bool, ConfigError> {
    match value.as_deref() {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(ConfigError {
            variable,
            value: other.to_owned(),
            allowed: "true or false".to_owned(),
        }),
    }
}

fn parse_origins(value: Option<String>) -> Result<AllowedOrigins, ConfigError> {
    let value = value.unwrap_or_default();
    AllowedOrigins::parse(&value).ok_or_else(|| ConfigError {
        variable: "ALLOWED_ORIGINS",
        value,
        allowed: "*, or origins such as https://example.com separated by commas".to_owned(),
    })
}
