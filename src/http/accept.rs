//! What the `Accept` header says of event streams: RFC 9110, section 12.5.1.

/// How a client asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// For `text/event-stream` by name, as every `EventSource` does.
    ByName,
    /// For anything, or for text.
    ByRange,
    /// For other things only.
    No,
}

/// Reads the header. The most specific range that fits decides; a weight of 0
/// excludes it.
#[must_use]
pub fn event_stream(accept: Option<&str>) -> Accepts {
    match accept {
        // As an `EventSource` asks, and as curl does: these need no reading.
        Some("text/event-stream") => Accepts::ByName,
        None | Some("*/*") => Accepts::ByRange,
        Some(accept) => by_weight(accept),
    }
}

#[cold]
fn by_weight(accept: &str) -> Accepts {
    if accept.trim().is_empty() {
        return Accepts::ByRange;
    }
    let weight_of = |range: &str| {
        accept.split(',').find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(range);
            named.then(|| parts.all(|parameter| !is_zero_weight(parameter)))
        })
    };
    if let Some(wanted) = weight_of("text/event-stream") {
        return if wanted { Accepts::ByName } else { Accepts::No };
    }
    match weight_of("text/*").or_else(|| weight_of("*/*")) {
        Some(true) => Accepts::ByRange,
        _ => Accepts::No,
    }
}

/// `q=0`, `q=0.0`, `q=0.00` or `q=0.000`.
fn is_zero_weight(parameter: &str) -> bool {
    parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .is_some_and(|(_, weight)| weight.trim().bytes().all(|byte| matches!(byte, b'0' | b'.')))
}
