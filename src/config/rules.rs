//! The kinds of variables: what the text of one may be, and what it means.

use std::fmt;

use super::number::{allowed_range, whole_number};

/// What a variable may be.
///
/// One kind is one type. [`variables`](super::variables) makes a constant of it
/// for each variable.
pub trait Rule {
    /// What the text becomes.
    type Value;

    /// Whether the value is a secret: no message and no log repeats it.
    const SECRET: bool = false;

    /// The value of the text, or where the variable is not set (`None`) the
    /// default; `None` for a text that is not allowed.
    fn read(&self, text: Option<&str>) -> Option<Self::Value>;

    /// What is allowed, in the words of a message: "a whole number from 1 to
    /// 10".
    fn allowed(&self) -> String;

    /// The default as `wrangler.toml` would write it; `None` where there is none.
    fn default(&self) -> Option<String>;

    /// The part of a text for which it is not allowed, where that is not the
    /// whole.
    fn wrong_part<'a>(&self, _text: &'a str) -> Option<&'a str> {
        None
    }

    /// The smallest and the largest number allowed, where it is a number.
    fn range(&self) -> Option<(u64, u64)> {
        None
    }
}

/// A whole number in decimal digits; `T` is `u32` or `u64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<T> {
    /// The value where the variable is not set.
    pub default: T,
    /// The smallest value allowed.
    pub min: T,
    /// The largest value allowed.
    pub max: T,
}

macro_rules! numbers {
    ($($int:ty)*) => {$(
        impl Number<$int> {
            /// Whether the default is in the range.
            #[must_use]
            pub const fn is_sound(&self) -> bool {
                self.min <= self.default && self.default <= self.max
            }
        }
    )*};
}
numbers!(u32 u64);

impl<T: Copy + Into<u64> + TryFrom<u64>> Rule for Number<T> {
    type Value = T;

    fn read(&self, text: Option<&str>) -> Option<T> {
        let Some(text) = text else { return Some(self.default) };
        whole_number(text, self.min.into(), self.max.into()).and_then(|n| T::try_from(n).ok())
    }

    fn allowed(&self) -> String {
        allowed_range(self.min.into(), self.max.into())
    }

    fn default(&self) -> Option<String> {
        Some(self.default.into().to_string())
    }

    fn range(&self) -> Option<(u64, u64)> {
        Some((self.min.into(), self.max.into()))
    }
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The value where the variable is not set.
    pub default: bool,
}

impl Switch {
    /// Either value may be the default.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        true
    }
}

impl Rule for Switch {
    type Value = bool;

    fn read(&self, text: Option<&str>) -> Option<bool> {
        match text {
            None => Some(self.default),
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => None,
        }
    }

    fn allowed(&self) -> String {
        "true or false".to_owned()
    }

    fn default(&self) -> Option<String> {
        Some(self.default.to_string())
    }
}

/// A text with a grammar of its own, such as a list.
#[derive(Clone, Copy, Debug)]
pub struct Text<T> {
    /// The text where the variable is not set. A test sees to it that it parses.
    pub default: &'static str,
    /// Reads the text. The error is the text that is not allowed, or the part of
    /// it that is wrong.
    pub parse: fn(&str) -> Result<T, &str>,
    /// What is allowed, in the words of a message.
    pub allowed: &'static str,
}

impl<T> Text<T> {
    /// A user who is refused must be told what is allowed.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        !self.allowed.is_empty()
    }
}

impl<T> Rule for Text<T> {
    type Value = T;

    fn read(&self, text: Option<&str>) -> Option<T> {
        (self.parse)(text.unwrap_or(self.default)).ok()
    }

    fn wrong_part<'a>(&self, text: &'a str) -> Option<&'a str> {
        (self.parse)(text).err().filter(|part| *part != text)
    }

    fn allowed(&self) -> String {
        self.allowed.to_owned()
    }

    fn default(&self) -> Option<String> {
        Some(self.default.to_owned())
    }
}

/// A secret (`wrangler secret put`): a long text, or not set at all. It never
/// stands in a message, in the log or in `{:?}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Fewer characters are refused, for they could be guessed.
    pub min_chars: usize,
}

impl Secret {
    /// Whether an empty text is refused.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.min_chars > 0
    }
}

impl Rule for Secret {
    type Value = Option<SecretText>;

    const SECRET: bool = true;

    fn read(&self, text: Option<&str>) -> Option<Option<SecretText>> {
        match text {
            None => Some(None),
            Some(text) if text.chars().count() >= self.min_chars => {
                Some(Some(SecretText(text.to_owned())))
            }
            Some(_) => None,
        }
    }

    fn allowed(&self) -> String {
        format!("a text of at least {} characters", self.min_chars)
    }

    fn default(&self) -> Option<String> {
        None
    }
}

/// The text of a secret. `{:?}` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// The secret itself: for signing and comparing, not for showing.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a secret)")
    }
}
