//! Whole numbers as text: in variables, in queries and in ids.

use std::str::FromStr;

/// A number of decimal digits and nothing else: `parse` alone takes "+5".
#[must_use]
pub fn decimal<T: FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Decimal digits only, within the range.
#[must_use]
pub fn whole_number(text: &str, min: u32, max: u32) -> Option<u32> {
    decimal(text).filter(|number| (min..=max).contains(number))
}

/// The range in the words that messages use.
#[must_use]
pub fn allowed_range(min: u32, max: u32) -> String {
    format!("a whole number from {min} to {max}")
}
