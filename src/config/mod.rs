//! What can be set, and what cannot: the variables of `wrangler.toml`, and the
//! numbers that bind a stream.

mod check;
mod declare;
pub mod limits;
pub mod mistyped;
pub mod number;
mod origins;
mod patterns;
pub mod rules;
pub mod variables;

pub use check::{ConfigError, Given, read};
pub use origins::AllowedOrigins;
pub use patterns::{Pattern, Patterns};
pub use variables::Config;

impl Config {
    /// The variables by a lookup of texts alone, without a look for mistyped
    /// names. [`Config::check`] is what the Worker does.
    ///
    /// # Errors
    /// As [`Config::check`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<ConfigError>> {
        Self::check(&[], &|name| lookup(name).map(Given::Text))
    }
}
