//! Which variable a mistyped name means.

/// From this length on two slips are forgiven, and the beginning of a name is
/// enough: shorter names are near to each other by chance.
const LONG: usize = 8;

/// The known name that `name` is likely to mean; `None` if it is known itself or
/// is like none of them.
#[must_use]
pub fn meant(name: &str, known: &[&'static str]) -> Option<&'static str> {
    if known.contains(&name) {
        return None;
    }
    let as_usual = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_uppercase() };
    let name: Vec<u8> = name.bytes().map(as_usual).collect();
    let is_long = name.len() >= LONG;
    let slips = if is_long { 2 } else { 1 };
    known
        .iter()
        .filter_map(|known| {
            let distance = distance(&name, known.as_bytes());
            let is_begun = is_long && known.as_bytes().starts_with(&name);
            (distance <= slips || is_begun).then_some((distance, *known))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many bytes must be put in, left out or changed to make one text of the
/// other (Levenshtein's distance).
fn distance(from: &[u8], to: &[u8]) -> usize {
    // The distances of what has been read of `from` to each beginning of `to`.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (read, byte) in (1..).zip(from) {
        let mut left = read;
        let mut next = vec![left];
        for (pair, other) in row.windows(2).zip(to) {
            let &[diagonal, above] = pair else { break };
            left = (diagonal + usize::from(byte != other)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
