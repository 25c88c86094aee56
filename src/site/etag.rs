//! Tags by which a client asks whether a file has changed.

use super::media_types::extension;

/// The content's hash out of the key that wrangler uploads a file under:
/// `docs/style.0a1b2c3d4e.css` for `docs/style.css`.
#[must_use]
pub fn hash_in_key<'a>(name: &str, key: &'a str) -> Option<&'a str> {
    let extension = extension(name);
    key.strip_prefix(name.strip_suffix(extension)?)?
        .strip_prefix('.')?
        .strip_suffix(extension)
        .filter(|hash| !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether an `If-None-Match` header names the tag of the file that is there (RFC
/// 9110, section 13.1.2). A weak tag, `W/"..."`, counts as the strong one: proxies
/// that compress an answer make its tag weak.
#[must_use]
pub fn is_known(if_none_match: Option<&str>, etag: Option<&str>) -> bool {
    let (Some(known), Some(etag)) = (if_none_match, etag) else { return false };
    // A tag may have a comma inside, and be split here; the tags that the Worker
    // sends have none.
    known.split(',').map(str::trim).any(|tag| {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || opaque == etag
    })
}
