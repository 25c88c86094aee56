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

/// Whether an `If-None-Match` header names a file that is there: RFC 9110,
/// section 13.1.2. Tags are compared weakly, for a proxy that compresses makes
/// a strong one weak.
#[must_use]
pub fn is_known(if_none_match: Option<&str>, etag: Option<&str>) -> bool {
    let (Some(known), Some(etag)) = (if_none_match, etag) else { return false };
    // A comma inside a tag splits only what could not have matched: ours have none.
    known.split(',').map(str::trim).any(|tag| {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || opaque == etag
    })
}
