//! Points in time as texts: RFC 3339.

/// The largest time that a clock in JavaScript can show, in Unix milliseconds.
pub const LATEST: u64 = 8_640_000_000_000_000;

/// Reads `2026-11-25T04:05:06.789Z` or `2026-11-25T06:05:06+02:00` as Unix
/// milliseconds; what is finer is dropped. A time before 1970 is 0: both are
/// over. `None` for what is not RFC 3339's `date-time`.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let number = |at: usize, len: usize| digits(bytes, at, len);
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let fits = separated
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        // A leap second.
        && second <= 60;
    if !fits {
        return None;
    }

    let mut at = 19;
    let mut ms = 0;
    if is(at, b".") {
        let count = bytes.get(at + 1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        for place in [100, 10, 1].into_iter().zip(0..count.max(1)) {
            ms += place.0 * number(at + 1 + place.1, 1)?;
        }
        at += 1 + count;
    }
    let offset = if is(at, b"Zz") {
        at += 1;
        0
    } else {
        let sign = if is(at, b"+") {
            1
        } else if is(at, b"-") {
            -1
        } else {
            return None;
        };
        let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
        if !is(at + 3, b":") || hours > 23 || minutes > 59 {
            return None;
        }
        at += 6;
        sign * (hours * 60 + minutes) * 60
    };
    if at != bytes.len() {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(u64::try_from((seconds - offset) * 1_000 + ms).unwrap_or(0))
}

#[inline(never)]
fn digits(bytes: &[u8], at: usize, len: usize) -> Option<i64> {
    let digits = bytes.get(at..at + len)?;
    let value = |value: i64, digit: &u8| value * 10 + i64::from(digit - b'0');
    digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, value))
}

/// Howard Hinnant's `days_from_civil`
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in
/// March, so that the leap day is their last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
