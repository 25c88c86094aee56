//! What a token says.

use super::members::{Elements, each_member, text};
use crate::channel::access::Need;
use crate::channel::name::ChannelName;
use crate::config::Pattern;

/// Milliseconds that a token is good for at most, counted from now: whoever
/// holds one that leaked holds it so long.
pub const MAX_LIFE_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Milliseconds by which the clock of whoever signs may be ahead of ours. It
/// moves no end: a token is over when it says so.
pub const LEEWAY_MS: u64 = 60_000;

/// What a token that is good now says of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// When it ends, in Unix milliseconds.
    pub until: u64,
    /// Whether it allows it until then.
    pub granted: bool,
}

impl Claims {
    /// Reads claims at `now` (Unix milliseconds), for what is asked of a channel.
    ///
    /// `exp` must be there, and neither past nor more than [`MAX_LIFE_MS`] ahead.
    /// `nbf` must not be ahead. `publish` and `subscribe` are arrays of patterns.
    /// A token with an `aud` is meant for somebody else: RFC 7519, section 4.1.3,
    /// has whoever finds itself not named refuse it. All other claims are ignored.
    #[must_use]
    pub fn parse(json: &[u8], now: u64, name: &ChannelName, need: Need) -> Option<Self> {
        let (mut until, mut from, mut granted) = (0, 0, false);
        let claim = match need {
            Need::Read => "subscribe",
            Need::Write => "publish",
        };
        each_member(json, &mut |member, value| {
            match member {
                "exp" => until = time(value)?,
                "nbf" => from = time(value)?,
                "publish" | "subscribe" => {
                    let matched = any_matches(value, name.as_str())?;
                    granted |= matched && member == claim;
                }
                "aud" => return None,
                _ => {}
            }
            Some(())
        })?;
        let is_now =
            until > now && until <= now + MAX_LIFE_MS + LEEWAY_MS && from <= now + LEEWAY_MS;
        is_now.then_some(Self { until, granted })
    }
}

/// Whether one of the patterns in an array matches; `None` where it is anything
/// else than an array of patterns.
fn any_matches(json: &str, name: &str) -> Option<bool> {
    let mut matched = false;
    for pattern in Elements::of(json.starts_with('[').then_some(json)?) {
        matched |= Pattern::parse(&text(pattern)?)?.matches(name);
    }
    Some(matched)
}

/// A NumericDate (RFC 7519, section 2) in milliseconds: whole seconds or a
/// decimal fraction. One that is negative, has an exponent or is a million years
/// away is no time that a back end would mean.
#[inline(never)]
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

#[cfg(test)]
mod tests {
    use super::{ChannelName, Claims, LEEWAY_MS, MAX_LIFE_MS, Need, time};

    const NOW: u64 = 1_795_564_800_000;

    fn parse(json: &str) -> Option<Claims> {
        let name = ChannelName::parse("orders/42").ok()?;
        Claims::parse(json.as_bytes(), NOW, &name, Need::Read)
    }

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
        let until = |json: &str| parse(json).map(|claims| claims.until);
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
        let good =
            |claims: &str| parse(&format!("{{\"exp\":{},{claims}}}", NOW / 1_000 + 9)).is_some();
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
