//! Unix time as text.

/// Unix time in milliseconds, as RFC 3339 in UTC with milliseconds.
pub struct Iso([u8; 24]);

impl Iso {
    /// RFC 3339 ends with the year 9999; after it the year's last four digits
    /// are shown.
    #[must_use]
    pub fn new(time: u64) -> Self {
        const DAY_MS: u64 = 86_400_000;
        let (days, ms) = (time / DAY_MS, time % DAY_MS);

        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
        // civil_from_days: years that begin in March end in the leap day.
        let days = days + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);

        let (seconds, ms) = (ms / 1_000, ms % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);

        // Every event pays for this: format strings take several times as long.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let parts = [(year, 4), (month, 2), (day, 2), (hour, 2), (minute, 2), (second, 2), (ms, 3)];
        let mut rest = &mut text[..];
        for (mut number, digits) in parts {
            let Some((part, after)) = rest.split_at_mut_checked(digits) else { break };
            for digit in part.iter_mut().rev() {
                *digit += (number % 10) as u8;
                number /= 10;
            }
            rest = after.get_mut(1..).unwrap_or_default();
        }
        Self(text)
    }

    /// As in `2026-11-22T05:35:10.000Z`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}
