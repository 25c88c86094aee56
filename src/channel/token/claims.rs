//! What a token says.

use super::members::{elements, members, text};
use crate::channel::access::Need;
use crate::channel::name::ChannelName;
use crate::config::channels::Patterns;

/// Milliseconds that a token is good for at most, counted from now: whoever
/// holds one that leaked holds it so long.
pub const MAX_LIFE_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Milliseconds by which the clock of whoever signs may be ahead of ours. It
/// moves no end: a token is over when it says so.
pub const LEEWAY_MS: u64 = 60_000;

/// The claims of a token that is good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// When it ends, in Unix milliseconds.
    pub until: u64,
    publish: Patterns,
    subscribe: Patterns,
}

impl Claims {
    /// Reads claims at `now` (Unix milliseconds).
    ///
    /// `exp` must be there, and neither past nor more than [`MAX_LIFE_MS`] ahead.
    /// `nbf` must not be ahead. `publish` and `subscribe` are arrays of patterns.
    /// A token with an `aud` is meant for somebody else: RFC 7519, section 4.1.3,
    /// has whoever finds itself not named refuse it. All other claims are ignored.
    pub fn parse(json: &str, now: u64) -> Option<Self> {
        let (mut until, mut from) = (None, 0);
        let (mut publish, mut subscribe) = (Patterns::default(), Patterns::default());
        for (name, value) in members(json)? {
            match &*name {
                "exp" => until = Some(time(&value)?),
                "nbf" => from = time(&value)?,
                "publish" => publish = patterns(&value)?,
                "subscribe" => subscribe = patterns(&value)?,
                "aud" => return None,
                _ => {}
            }
        }
        let until =
            until.filter(|until| (now + 1..=now + MAX_LIFE_MS + LEEWAY_MS).contains(until))?;
        (from <= now + LEEWAY_MS).then_some(Self { until, publish, subscribe })
    }

    /// Whether they grant that.
    #[must_use]
    pub fn allow(&self, name: &ChannelName, need: Need) -> bool {
        let patterns = match need {
            Need::Read => &self.subscribe,
            Need::Write => &self.publish,
        };
        patterns.matches(name.as_str())
    }
}

/// A NumericDate (RFC 7519, section 2) in milliseconds: whole seconds or a
/// decimal fraction. One that is negative, has an exponent or is a million years
/// away is no time that a back end would mean.
fn time(json: &str) -> Option<u64> {
    let (mut time, mut decimals) = (0, None);
    for byte in json.bytes() {
        match (byte, &mut decimals) {
            (b'.', None) => decimals = Some(0),
            (b'0'..=b'9', Some(3)) => continue,
            (b'0'..=b'9', decimals) => {
                time = time * 10 + u64::from(byte - b'0');
                decimals.iter_mut().for_each(|count| *count += 1);
            }
            _ => return None,
        }
        if time >= 1_000_000_000_000_000 {
            return None;
        }
    }
    (decimals.unwrap_or(0)..3).for_each(|_| time *= 10);
    Some(time)
}

fn patterns(json: &str) -> Option<Patterns> {
    if !json.starts_with('[') {
        return None;
    }
    let mut patterns = Vec::new();
    for pattern in elements(json) {
        patterns.push(text(pattern)?);
    }
    Patterns::of(patterns)
}

#[cfg(test)]
mod tests {
    use super::{Claims, LEEWAY_MS, MAX_LIFE_MS, time};

    const NOW: u64 = 1_795_564_800_000;

    #[test]
    fn a_time_is_a_plain_number() {
        assert_eq!(time("1300819380"), Some(1_300_819_380_000));
        assert_eq!(time("1300819380.5"), Some(1_300_819_380_500));
        assert_eq!(time("1300819380.0019"), Some(1_300_819_380_001));
        assert_eq!(time("0"), Some(0));
        assert_eq!(time("999999999999.9999"), Some(999_999_999_999_999));
        for not in
            ["-1", "1e9", "1e300", "1.5e3", "1000000000000000", "\"1\"", "null", "true", "[1]"]
        {
            assert_eq!(time(not), None, "{not}");
        }
    }

    #[test]
    fn a_token_is_good_until_the_very_moment_it_names() {
        let until = |json: &str| Claims::parse(json, NOW).map(|claims| claims.until);
        let exp = |ms: u64| format!("{{\"exp\":{}.{:03}}}", ms / 1_000, ms % 1_000);
        assert_eq!(until(&exp(NOW)), None);
        assert_eq!(until(&exp(NOW + 1)), Some(NOW + 1));
        assert_eq!(until(&exp(NOW + MAX_LIFE_MS + LEEWAY_MS)), Some(NOW + MAX_LIFE_MS + LEEWAY_MS));
        assert_eq!(until(&exp(NOW + MAX_LIFE_MS + LEEWAY_MS + 1)), None);
        assert_eq!(until("{}"), None);
        let nbf = |ms: u64| {
            format!("{{\"exp\":{},\"nbf\":{}.{:03}}}", NOW / 1_000 + 9, ms / 1_000, ms % 1_000)
        };
        assert!(until(&nbf(NOW + LEEWAY_MS)).is_some());
        assert_eq!(until(&nbf(NOW + LEEWAY_MS + 1)), None);
    }

    #[test]
    fn a_claim_of_another_form_refuses_the_token() {
        let good = |claims: &str| {
            Claims::parse(&format!("{{\"exp\":{},{claims}}}", NOW / 1_000 + 9), NOW).is_some()
        };
        for claims in [
            r#""publish":["orders/42"]"#,
            r#""subscribe":["orders/*","*"]"#,
            r#""subscribe":[]"#,
            r#""subscribe":[ "a" , "b" ]"#,
            r#""iat":"whenever""#,
            r#""sub":"me","name":{"exp":1}"#,
        ] {
            assert!(good(claims), "{claims}");
        }
        for claims in [
            r#""publish":"orders/42""#,
            r#""publish":null"#,
            r#""publish":{"0":"orders/42"}"#,
            r#""subscribe":[1]"#,
            r#""subscribe":["a",["b"]]"#,
            r#""subscribe":[""]"#,
            r#""subscribe":["a*b"]"#,
            r#""subscribe":["*a"]"#,
            r#""subscribe":["a**"]"#,
            r#""aud":"somebody""#,
            r#""aud":[]"#,
            r#""exp":1"#,
        ] {
            assert!(!good(claims), "{claims}");
        }
    }
}
