//! Whole numbers as text: in variables, in queries and in ids.

use std::str::FromStr;

/// A number of decimal digits and nothing else. (`parse` alone would also take
/// "+5".)
#[must_use]
pub fn decimal<T: FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Decimal digits only, within the range.
#[must_use]
pub fn whole_number(text: &str, min: u64, max: u64) -> Option<u64> {
    decimal(text).filter(|number| (min..=max).contains(number))
}

/// The range in the words that messages use.
#[must_use]
pub fn allowed_range(min: u64, max: u64) -> String {
    format!("a whole number from {min} to {max}")
}
