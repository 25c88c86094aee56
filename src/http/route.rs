//! The route table. Nothing else knows a path.

use std::borrow::Cow;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The stream.
    Events,
    /// The stream's headers.
    EventsHead,
    /// The question that a browser asks before a request to another origin.
    EventsPreflight,
    /// The stream, by a method that it does not have.
    EventsMethodNotAllowed,
    /// A channel, by whatever method.
    Channel,
    /// Whether this isolate can do its work.
    Health,
    /// A file of the site.
    Site,
    /// The path is there, the method is not.
    MethodNotAllowed,
}

/// The `Allow` header of the stream.
pub const EVENTS_ALLOW: &str = "GET, HEAD, OPTIONS";
/// The `Allow` header of everything else.
pub const ALLOW: &str = "GET, HEAD";

/// Finds the route of a method and a path, decoded by [`decode_path`].
#[must_use]
pub fn route(method: &str, path: &str) -> Route {
    match (path, method) {
        ("/events", "GET") => Route::Events,
        ("/events", "HEAD") => Route::EventsHead,
        ("/events", "OPTIONS") => Route::EventsPreflight,
        ("/events", _) => Route::EventsMethodNotAllowed,
        ("/health", "GET" | "HEAD") => Route::Health,
        _ if channel(path).is_some() => Route::Channel,
        (_, "GET" | "HEAD") => Route::Site,
        _ => Route::MethodNotAllowed,
    }
}

/// The two addresses of a channel, before its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `/channels/`
    Channels,
    /// `/v1/stream/`, where the Durable Streams protocol's clients look.
    Stream,
}

/// Finds the address of a channel and what names it: the rest of the path, as
/// sent.
#[must_use]
pub fn channel(path: &str) -> Option<(Prefix, &str)> {
    let ours = path.strip_prefix("/channels/").map(|name| (Prefix::Channels, name));
    ours.or_else(|| path.strip_prefix("/v1/stream/").map(|name| (Prefix::Stream, name)))
}

/// Splits a request's absolute URL into its path and query, as sent.
#[must_use]
pub fn split_url(url: &str) -> (&str, &str) {
    // After the scheme come two slashes and the host; the third begins the path.
    let slash = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(2);
    let target = slash.and_then(|(at, _)| url.get(at..)).unwrap_or("/");
    let target = target.split_once('#').map_or(target, |(target, _)| target);
    target.split_once('?').unwrap_or((target, ""))
}

/// Decodes a path's percent signs, once.
#[must_use]
pub fn decode_path(path: &str) -> Cow<'_, str> {
    // As a rule there are none, and the decoder need not run.
    if path.bytes().all(|byte| byte != b'%') {
        return Cow::Borrowed(path);
    }
    percent_encoding::percent_decode_str(path).decode_utf8_lossy()
}
