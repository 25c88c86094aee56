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
    /// Takes the empty text, `*`, or origins separated by commas. An origin is a
    /// scheme and a host, with a port where it is not the scheme's own: what a
    /// browser sends in `Origin`. Upper case is taken for lower case. Any other
    /// spelling that no browser uses, such as `https://a.example:443`, is
    /// refused: it could never match, and nobody would learn why.
    ///
    /// # Errors
    /// The first part between commas that is no such origin.
    pub fn parse(text: &str) -> Result<Self, &str> {
        match text.trim() {
            "" => Ok(Self::Same),
            "*" => Ok(Self::Any),
            list => list
                .split(',')
                .map(|origin| parse_origin(origin.trim()).ok_or(origin.trim()))
                .collect::<Result<_, _>>()
                .map(Self::List),
        }
    }
}

/// The origin as a browser sends it; `None` for what no browser would send.
fn parse_origin(text: &str) -> Option<String> {
    let origin = text.to_ascii_lowercase();
    let (scheme, rest) = origin.split_once(':')?;
    let (host, port) = split_port(rest.strip_prefix("//")?.as_bytes())?;
    let fits =
        is_scheme(scheme) && is_host(host) && port.is_none_or(|port| is_written(scheme, port));
    fits.then_some(origin)
}

/// Splits what follows `//` into the host and the port behind its colon.
///
/// This and the functions below take bytes, because the code that searches text
/// for text would make the upload 5 KiB larger.
fn split_port(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    // An IPv6 address has colons of its own, inside of its brackets.
    let end = authority.iter().rposition(|byte| *byte == b']').map_or(0, |bracket| bracket + 1);
    let (host, rest) = authority.split_at_checked(end)?;
    match rest.iter().position(|byte| *byte == b':') {
        None => Some((authority, None)),
        Some(at) => Some((authority.get(..host.len() + at)?, rest.get(at + 1..))),
    }
}

/// A letter, then letters, digits, `+`, `-` and `.` (RFC 3986, section 3.1).
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

/// Whether an IPv6 address is written as browsers write it: groups of
/// hexadecimal digits without leading zeros, and `::` for the longest run of two
/// or more groups that are zero, or for the first of several that are as long.
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
        // A zero beside the `::` would be part of it, and no other run of zeros is
        // longer than what it stands for.
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
    /// The longest run of groups that are zero.
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

/// Whether a browser would write this port: it leaves out the one that the scheme
/// has by itself.
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
