//! Refusals, as `application/problem+json` (RFC 9457).

use serde::Serialize;

use crate::config::limits::ECHOED_VALUE_BYTES;

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// An answer that says what was wrong and what is allowed. It says nothing of how
/// the Worker is made or set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The status in words.
    pub title: &'static str,
    /// What was wrong with this request.
    pub detail: String,
    /// Which query parameter was bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<&'static str>,
    /// Which header was bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<&'static str>,
    /// Its value, cut at 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Box<str>>,
}

impl Problem {
    fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, title, detail, parameter: None, header: None, value: None, allowed: None }
    }

    fn with_value(mut self, value: &str, allowed: &str) -> Self {
        let cut = value.floor_char_boundary(ECHOED_VALUE_BYTES);
        self.value = value.get(..cut).map(str::to_owned);
        self.allowed = Some(allowed.into());
        self
    }

    /// 400: a parameter's value is none of those allowed.
    #[must_use]
    pub fn bad_parameter(parameter: &'static str, value: &str, allowed: String) -> Self {
        let detail = ["The query parameter ", parameter, " must be ", &allowed, "."].concat();
        let problem = Self::new(400, "Bad Request", detail).with_value(value, &allowed);
        Self { parameter: Some(parameter), ..problem }
    }

    /// 400: a header's value is none of those allowed.
    #[must_use]
    pub fn bad_header(header: &'static str, value: &str, allowed: &str) -> Self {
        let detail = ["The header ", header, " must be ", allowed, "."].concat();
        let problem = Self::new(400, "Bad Request", detail).with_value(value, allowed);
        Self { header: Some(header), ..problem }
    }

    /// 400: the path's rest can be no channel's name.
    #[must_use]
    pub fn bad_name(value: &str, allowed: &str) -> Self {
        let detail = ["A channel's name is ", allowed, "."].concat();
        Self::new(400, "Bad Request", detail).with_value(value, allowed)
    }

    /// Any status of those that channels use beside the ones below.
    #[must_use]
    pub fn of(status: u16, detail: impl Into<String>) -> Self {
        let title = match status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            409 => "Conflict",
            410 => "Gone",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            501 => "Not Implemented",
            503 => "Service Unavailable",
            507 => "Insufficient Storage",
            _ => "Internal Server Error",
        };
        Self::new(status, title, detail)
    }

    /// 501.
    #[must_use]
    pub fn not_implemented(detail: &str) -> Self {
        Self::of(501, detail)
    }

    /// Its document.
    #[inline(never)]
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// 405; the `Allow` header goes with it.
    #[must_use]
    pub fn method_not_allowed(allow: &str) -> Self {
        Self::new(405, "Method Not Allowed", format!("Allowed here: {allow}."))
    }

    /// 406.
    #[must_use]
    pub fn not_acceptable() -> Self {
        let detail = "This resource is text/event-stream, which the Accept header excludes.";
        Self::new(406, "Not Acceptable", detail)
    }

    /// 500: a variable is wrong; which one stands in the log.
    #[must_use]
    pub fn misconfigured() -> Self {
        Self::new(500, "Internal Server Error", "The server is not configured correctly.")
    }

    /// 500: the runtime failed us; how stands in the log.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(500, "Internal Server Error", "The server could not answer this request.")
    }

    /// 503; the `Retry-After` header goes with it.
    #[must_use]
    pub fn overloaded() -> Self {
        let detail = "As many streams are open as this server allows. Try again later.";
        Self::new(503, "Service Unavailable", detail)
    }
}
