//! The variable `ALLOWED_ORIGINS`.

/// `ALLOWED_ORIGINS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Empty: pages of the same origin only.
    Same,
    /// `*`: every page.
    Any,
    /// Pages of these origins, as browsers write them.
    List(Vec<String>),
}

impl AllowedOrigins {
    /// Takes the empty text, `*`, or origins separated by commas; `None` for
    /// anything else. An origin is a scheme and a host, with a port where it
    /// is not the scheme's own: what a browser sends in `Origin`. Upper case is
    /// taken for lower case; any other spelling that a browser would not use,
    /// such as `https://a.example:443`, is refused, for it could never match.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "" => Some(Self::Same),
            "*" => Some(Self::Any),
            list => list
                .split(',')
                .map(|origin| parse_origin(origin.trim()))
                .collect::<Option<_>>()
                .map(Self::List),
        }
    }
}

/// An origin that a browser may send, or `None`: one that it would write in
/// another way could never match, and its pages would be refused in silence.
/// Only upper case, which cannot be mistaken, is changed to what browsers write.
fn parse_origin(text: &str) -> Option<String> {
    let origin = text.to_ascii_lowercase();
    let (scheme, rest) = origin.split_once(':')?;
    let (host, port) = split_port(rest.strip_prefix("//")?.as_bytes())?;
    let fits =
        is_scheme(scheme) && is_host(host) && port.is_none_or(|port| is_written(scheme, port));
    fits.then_some(origin)
}

/// The host's name or bracketed address, and what follows its colon. (The
/// helpers below take bytes: searching text by text is 5 KiB of the upload.)
fn split_port(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    // The colons of an address stand inside of its brackets.
    let end = authority.iter().rposition(|byte| *byte == b']').map_or(0, |bracket| bracket + 1);
    let (host, rest) = authority.split_at_checked(end)?;
    match rest.iter().position(|byte| *byte == b':') {
        None => Some((authority, None)),
        Some(at) => Some((authority.get(..host.len() + at)?, rest.get(at + 1..))),
    }
}

/// RFC 3986, section 3.1.
fn is_scheme(scheme: &str) -> bool {
    scheme.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// A name, or an address as the URL standard writes it
/// (<https://url.spec.whatwg.org/#host-serializing>).
fn is_host(host: &[u8]) -> bool {
    if let Some(address) = host.strip_prefix(b"[") {
        return address.strip_suffix(b"]").is_some_and(is_shortest_ipv6);
    }
    let labels = || host.strip_suffix(b".").unwrap_or(host).split(|byte| *byte == b'.');
    // Whatever ends in a number is an IPv4 address for a browser.
    if labels().next_back().is_some_and(|last| last.iter().all(u8::is_ascii_digit)) {
        return is_ipv4(host);
    }
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    labels().all(|label| !label.is_empty() && label.iter().all(known))
}

fn is_ipv4(host: &[u8]) -> bool {
    let parts = || host.split(|byte| *byte == b'.');
    parts().count() == 4 && parts().all(|part| is_plain_number(part, 0, 255))
}

/// Groups of hexadecimal digits without leading zeros, the first longest run
/// of two or more zero groups written as `::`.
fn is_shortest_ipv6(address: &[u8]) -> bool {
    let gap = address.windows(2).position(|pair| pair == b"::");
    let (before, after) = match gap {
        None => (address, &[][..]),
        Some(at) => {
            (address.get(..at).unwrap_or_default(), address.get(at + 2..).unwrap_or_default())
        }
    };
    let (Some(before), Some(after)) = (Groups::read(before), Groups::read(after)) else {
        return false;
    };
    let written = before.count + after.count;
    match gap {
        None => written == 8 && before.zeros < 2,
        // The groups beside the gap are no zeros, or it would take them in.
        Some(_) => {
            written <= 6
                && !before.ends_in_zero
                && !after.begins_with_zero
                && before.zeros < 8 - written
                && after.zeros <= 8 - written
        }
    }
}

/// The groups on one side of an IPv6 address's `::`.
#[derive(Default)]
struct Groups {
    count: usize,
    /// How many zeros follow each other at most.
    zeros: usize,
    begins_with_zero: bool,
    ends_in_zero: bool,
}

impl Groups {
    fn read(side: &[u8]) -> Option<Self> {
        let mut groups = Self::default();
        let mut run = 0;
        for group in side.split(|byte| *byte == b':').filter(|_| !side.is_empty()) {
            let zero = group == b"0";
            let fits = (1..=4).contains(&group.len())
                && group.iter().all(u8::is_ascii_hexdigit)
                && (zero || !group.starts_with(b"0"));
            if !fits {
                return None;
            }
            run = if zero { run + 1 } else { 0 };
            groups.begins_with_zero |= groups.count == 0 && zero;
            groups.ends_in_zero = zero;
            groups.zeros = groups.zeros.max(run);
            groups.count += 1;
        }
        Some(groups)
    }
}

/// A port as browsers write it, who leave the scheme's own out.
fn is_written(scheme: &str, port: &[u8]) -> bool {
    is_plain_number(port, 1, 65_535)
        && !matches!((scheme, port), ("https", b"443") | ("http", b"80"))
}

/// Decimal digits without leading zeros.
fn is_plain_number(digits: &[u8], min: u32, max: u32) -> bool {
    let value = |value: u32, digit: &u8| value * 10 + u32::from(digit - b'0');
    (1..=5).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && (digits == b"0" || !digits.starts_with(b"0"))
        && (min..=max).contains(&digits.iter().fold(0, value))
}
