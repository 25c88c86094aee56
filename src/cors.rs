//! Which other sites' pages may read the stream.

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

/// What an answer says to the page that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cors<'a> {
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: Option<&'a str>,
    /// Whether to send `Vary: Origin`, for another page gets another answer.
    pub vary: bool,
}

impl AllowedOrigins {
    /// Takes the empty text, `*`, or origins separated by commas; `None` for
    /// anything else. An origin is a scheme and a host, with a port where it
    /// is not the scheme's own: what a browser sends in `Origin`.
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

    /// The answer to a request with this `Origin` header.
    #[must_use]
    pub fn answer<'a>(&self, origin: Option<&'a str>) -> Cors<'a> {
        match self {
            Self::Same => Cors { allow_origin: None, vary: false },
            Self::Any => Cors { allow_origin: Some("*"), vary: false },
            Self::List(list) => Cors {
                allow_origin: origin.filter(|origin| list.iter().any(|one| one == origin)),
                vary: true,
            },
        }
    }
}

fn parse_origin(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let host = rest.strip_prefix("//")?;
    let fits = !scheme.is_empty()
        && !host.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))
        && port(host).is_none_or(|port| is_written(scheme, port));
    // Browsers write both in lower case.
    fits.then(|| text.to_ascii_lowercase())
}

/// What follows the host's name or bracketed address; `None` if nothing does.
fn port(host: &str) -> Option<&str> {
    match host.strip_prefix('[') {
        None => host.split_once(':').map(|(_, port)| port),
        Some(ipv6) => ipv6.split_once(']').map_or(Some(""), |(_, rest)| rest.strip_prefix(':')),
    }
}

/// Browsers leave the scheme's own port out.
fn is_written(scheme: &str, port: &str) -> bool {
    !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !matches!((scheme, port), ("https", "443") | ("http", "80"))
}
