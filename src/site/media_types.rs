//! The media types of files.

/// Media types by extension, as Static Assets have them.
const TYPES: [(&str, &str); 25] = [
    (".html", "text/html; charset=utf-8"),
    (".htm", "text/html; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".mjs", "text/javascript; charset=utf-8"),
    (".txt", "text/plain; charset=utf-8"),
    (".md", "text/markdown; charset=utf-8"),
    (".csv", "text/csv; charset=utf-8"),
    (".xml", "application/xml"),
    (".json", "application/json"),
    (".map", "application/json"),
    (".webmanifest", "application/manifest+json"),
    (".pdf", "application/pdf"),
    (".wasm", "application/wasm"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".jpg", "image/jpeg"),
    (".jpeg", "image/jpeg"),
    (".gif", "image/gif"),
    (".webp", "image/webp"),
    (".avif", "image/avif"),
    (".ico", "image/vnd.microsoft.icon"),
    (".woff2", "font/woff2"),
    (".mp4", "video/mp4"),
    (".mp3", "audio/mpeg"),
];

/// The media type of a file; `None` if its name does not tell.
#[must_use]
pub fn content_type(name: &str) -> Option<&'static str> {
    let extension = extension(name);
    TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, kind)| *kind)
}

/// `.css` of `docs/style.css`; empty where there is none.
pub(super) fn extension(name: &str) -> &str {
    let (_, last) = name.rsplit_once('/').unwrap_or(("", name));
    last.rfind('.').filter(|at| *at > 0).and_then(|at| last.get(at..)).unwrap_or_default()
}
