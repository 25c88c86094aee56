//! What an answer says of the other sites whose pages may read it.

use crate::config::AllowedOrigins;

/// What an answer says to the page that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cors<'a> {
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: Option<&'a str>,
    /// Whether to send `Vary: Origin`, for another page gets another answer.
    pub vary: bool,
    /// Whether the page may send its cookies, and read the answer to them:
    /// pages of origins that are named one by one, never "everybody".
    pub credentials: bool,
}

impl<'a> Cors<'a> {
    /// The answer to a request with this `Origin` header.
    #[must_use]
    pub fn answer(allowed: &AllowedOrigins, origin: Option<&'a str>) -> Self {
        match allowed {
            AllowedOrigins::Same => Self { allow_origin: None, vary: false, credentials: false },
            AllowedOrigins::Any => {
                Self { allow_origin: Some("*"), vary: false, credentials: false }
            }
            AllowedOrigins::List(list) => {
                let allow_origin = origin.filter(|origin| list.iter().any(|one| one == origin));
                Self { allow_origin, vary: true, credentials: allow_origin.is_some() }
            }
        }
    }
}
