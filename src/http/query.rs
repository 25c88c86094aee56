//! What a client may say in the query of `/events`.

use std::borrow::Cow;

use crate::clock::Format;
use crate::config::Config;
use crate::config::rules::Rule as _;
use crate::config::variables::TICK_INTERVAL_MS;
use crate::http::problem::Problem;

/// The query, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// Milliseconds between ticks.
    pub interval_ms: u32,
    /// How a tick is written.
    pub format: Format,
    /// For clients that cannot set the `Last-Event-ID` header.
    pub last_event_id: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// Of each known name the first value counts. Other names are ignored, because
    /// polyfills add some of their own to get past caches.
    ///
    /// # Errors
    /// 400 for a bad `interval` or `format`.
    pub fn parse(query: &'a str, config: &Config) -> Result<Self, Problem> {
        let (mut interval, mut format, mut last_event_id) = (None, None, None);
        let mut take = |name: &str, value: Cow<'a, str>| {
            let known = match name {
                "interval" => &mut interval,
                "format" => &mut format,
                "last_event_id" => &mut last_event_id,
                _ => return,
            };
            known.get_or_insert(value);
        };
        if query.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
            form_urlencoded::parse(query.as_bytes()).for_each(|(name, value)| take(&name, value));
        } else {
            // Nothing is to be decoded, so that the decoder, which is slow to start, is not run.
            for pair in query.split('&') {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                take(name, value.into());
            }
        }
        Ok(Self {
            interval_ms: interval
                .map_or(Ok(config.tick_interval_ms), |text| parse_interval(&text))?,
            format: format.map_or(Ok(Format::default()), |text| parse_format(&text))?,
            last_event_id,
        })
    }
}

fn parse_interval(text: &str) -> Result<u32, Problem> {
    // A client may ask for any interval that the variable may have.
    TICK_INTERVAL_MS.read(Some(text)).ok_or_else(|| bad_interval(text))
}

#[cold]
fn bad_interval(text: &str) -> Problem {
    Problem::bad_parameter("interval", text, TICK_INTERVAL_MS.allowed())
}

fn parse_format(text: &str) -> Result<Format, Problem> {
    Format::from_name(text).ok_or_else(|| bad_format(text))
}

#[cold]
fn bad_format(text: &str) -> Problem {
    let names = Format::ALL.map(|(name, _)| name);
    let (last, others) = names.split_last().unwrap_or((&"", &[]));
    Problem::bad_parameter("format", text, [&*others.join(", "), " or ", *last].concat())
}
