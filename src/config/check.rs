//! Reads variables, and collects whatever is wrong with them.

use std::fmt;

use super::mistyped::meant;
use super::rules::Rule;

/// The value of a variable, as the platform has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Text; or a number, `true` or `false`, which `wrangler.toml` may write
    /// without quotes, as text.
    Text(String),
    /// An array or an object, as JSON. No variable may be one.
    Structure(String),
}

/// What is wrong with the variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// A variable has a value that is not allowed.
    NotAllowed {
        /// The variable.
        name: &'static str,
        /// Its value as JSON, which shows what cannot be seen; `None` for a
        /// secret.
        value: Option<String>,
        /// The part of the value that is wrong, as JSON, where the rest is right.
        part: Option<String>,
        /// What is allowed.
        allowed: String,
    },
    /// A name that is not known, and is so near to one that is that its author
    /// meant that.
    Mistyped {
        /// The name that is set.
        name: String,
        /// The name that is known.
        meant: &'static str,
    },
}

/// With the value: for the log, never for a client.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { name, value: Some(value), part, allowed } => {
                write!(f, "{name} is {value}; ")?;
                if let Some(part) = part {
                    write!(f, "{part} in it cannot be used; ")?;
                }
                write!(f, "allowed is {allowed}")
            }
            Self::NotAllowed { name, value: None, allowed, .. } => {
                write!(f, "{name} is a secret and not shown; allowed is {allowed}")
            }
            Self::Mistyped { .. } => f.write_str(&self.without_value()),
        }
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// The same without the value: for whoever asks.
    #[must_use]
    pub fn without_value(&self) -> String {
        match self {
            Self::NotAllowed { name, allowed, .. } => format!("{name}: {allowed} is allowed"),
            Self::Mistyped { name, meant } => {
                format!("{name} is not known; did you mean {meant}?")
            }
        }
    }
}

/// One reading of all variables.
pub(super) struct Check<'a> {
    lookup: &'a dyn Fn(&str) -> Option<Given>,
    pub(super) problems: Vec<ConfigError>,
}

impl<'a> Check<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<Given>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// The variable's value, or `None` and one problem more.
    pub(super) fn read<R: Rule>(&mut self, name: &'static str, rule: &R) -> Option<R::Value> {
        read(name, rule, (self.lookup)(name)).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Finds the names that are set and not known, but look like one that is.
    /// What is no text is a binding, and its name is its owner's business.
    pub(super) fn find_mistyped(&mut self, names: &[String], known: &[&'static str]) {
        for name in names {
            if let Some(meant) = meant(name, known)
                && matches!((self.lookup)(name), Some(Given::Text(_)))
            {
                self.problems.push(ConfigError::Mistyped { name: name.clone(), meant });
            }
        }
    }
}

/// The value of one variable by its rule.
///
/// # Errors
/// [`ConfigError::NotAllowed`].
pub fn read<R: Rule>(
    name: &'static str,
    rule: &R,
    given: Option<Given>,
) -> Result<R::Value, ConfigError> {
    let value = match &given {
        None => rule.read(None),
        Some(Given::Text(text)) => rule.read(Some(text)),
        Some(Given::Structure(_)) => None,
    };
    value.ok_or_else(|| {
        let allowed = rule.allowed();
        let (value, part) = match given {
            Some(Given::Text(text)) if !R::SECRET => {
                (Some(json(&text)), rule.wrong_part(&text).map(json))
            }
            Some(Given::Structure(json)) if !R::SECRET => (Some(json), None),
            _ => (None, None),
        };
        ConfigError::NotAllowed { name, value, part, allowed }
    })
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
