//! The rules of `public/_headers`. Static Assets apply them by themselves.

/// The file: comments, path patterns, and headers under each pattern:
/// <https://developers.cloudflare.com/workers/static-assets/headers/>
///
/// Patterns may end in `*`. Static Assets know more (placeholders, other hosts,
/// headers that are taken away or named twice); a test fails if the file uses
/// what is not known here.
pub const RULES: &str = include_str!("../../public/_headers");

/// The headers for a path as sent.
pub fn for_path<'a>(rules: &'a str, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut applies = false;
    let lines = rules.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        if line.starts_with('/') {
            applies = match line.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == line,
            };
            return None;
        }
        let (name, value) = line.split_once(':')?;
        applies.then(|| (name, value.trim()))
    })
}
