//! Which file a path means.

use crate::http::route::decode_path;

/// Files that tell the bucket what to do, and are no part of the site.
const NOT_SERVED: [&str; 3] = ["_headers", "_redirects", ".assetsignore"];

/// What a path means. Files are named as in the bucket: `docs/index.html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file.
    File(String),
    /// Another path, which is the one address of what was asked for.
    Redirect(String),
    /// No file: the nearest `404.html`, in its folder or above.
    Missing(Option<String>),
}

impl Target {
    /// The file to send.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File(name) => Some(name),
            Self::Missing(page) => page.as_deref(),
            Self::Redirect(_) => None,
        }
    }
}

/// Finds what a URL's path means, and keeps its query (`?` and all) where it
/// redirects. Only a name that `exists` knows is ever given back, so no path
/// leads out of the bucket.
#[must_use]
pub fn find(path: &str, query: &str, exists: &dyn Fn(&str) -> bool) -> Target {
    let decoded = single_slashes(&decode_path(path));
    let target = find_decoded(&decoded, exists);
    let address = match &target {
        Target::Redirect(address) => address,
        Target::Missing(None) => return target,
        _ => &decoded,
    };
    let mut address = encode(address);
    if address == path && target.file().is_some() {
        return target;
    }
    address.push_str(query);
    Target::Redirect(address)
}

fn find_decoded(path: &str, exists: &dyn Fn(&str) -> bool) -> Target {
    let name = name_of(path);
    let stem = path.strip_suffix(".html");
    if stem.is_none() && !NOT_SERVED.contains(&name) && exists(name) {
        return Target::File(name.to_owned());
    }
    let (above, last) = path.rsplit_once('/').unwrap_or_default();
    let (first, second) = match (last, stem.unwrap_or(path)) {
        ("" | "index" | "index.html", _) => (&*[above, "/"].concat(), above),
        (_, page) => (page, &*[page, "/"].concat()),
    };
    if let Some(target) = page(first, path, exists).or_else(|| page(second, path, exists)) {
        return target;
    }
    if stem.is_some() && exists(name) {
        return Target::File(name.to_owned());
    }
    Target::Missing(nearest_404(path, exists))
}

/// The page at an address: `index.html` at `/`, `about.html` at `/about`. It is
/// served there, and other paths lead there.
fn page(address: &str, path: &str, exists: &dyn Fn(&str) -> bool) -> Option<Target> {
    let rest = if address.ends_with('/') { "index.html" } else { ".html" };
    let page = [name_of(address), rest].concat();
    if !exists(&page) {
        None
    } else if address == path {
        Some(Target::File(page))
    } else {
        (!exists(name_of(address))).then(|| Target::Redirect(address.to_owned()))
    }
}

fn nearest_404(path: &str, exists: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        let page = [above, "/404.html"].concat();
        if exists(name_of(&page)) {
            return Some(name_of(&page).to_owned());
        }
        folder = above;
    }
    None
}

fn name_of(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// `/a/b` for `/a//b`.
fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for part in path.split_inclusive('/') {
        if part != "/" || single.is_empty() {
            single.push_str(part);
        }
    }
    single
}

/// Encodes each part of a path as `encodeURIComponent` does. (The crate that
/// decodes would bring a table of every byte.)
fn encode(path: &str) -> String {
    let digit = |digit: u8| char::from(if digit < 10 { b'0' + digit } else { b'A' - 10 + digit });
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}
