//! Days of the Gregorian calendar, and their text.

/// The number of two digits; `None` if they are no digits. Panics if the text ends before them.
pub(super) fn pair(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
}

/// Year, month and day of exactly `YYYY-MM-DD`; `None` if the calendar has no such day.
pub(super) fn civil(text: &[u8; 10]) -> Option<(i64, i64, i64)> {
    let (year, month, day) = (pair(text, 0)? * 100 + pair(text, 2)?, pair(text, 5)?, pair(text, 8)?);
    let is_day = [text[4], text[7]] == *b"--" && (1..=12).contains(&month) && day >= 1;
    (is_day && day <= days_in_month(year, month)).then_some((year, month, day))
}

/// Days of a month of the Gregorian calendar.
fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day since 1970-01-01, for years from -10000 (Hinnant, as above).
pub(super) fn civil_from_days(days: i64) -> (i32, u32, u32) {
    // Counted from March of the year -10000, which is 25 times 400 years before the year 0, so that nothing is
    // negative: that divides faster.
    const DAYS_BEFORE: i64 = 719_468 + 25 * 146_097;
    let days = (days + DAYS_BEFORE) as u32;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    ((year_of_era + era * 400 + u32::from(month <= 2)) as i32 - 10_000, month, day)
}
