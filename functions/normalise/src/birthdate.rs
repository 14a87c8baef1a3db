//! Birth dates: the days that people are born on, and those that programs write where they know none.

mod written;

use std::borrow::Cow;

use jiff::civil::Date;

use super::placeholder::{NoValue, is_placeholder, is_plain_date};
use super::timestamp::{TimeFormat, Timestamp, date};

pub use written::written_date;

/// What programs write for no date: zeros, the first or last day that they know, and the day from which they count.
/// Sorted.
const PLACEHOLDERS: [&str; 18] = [
    "0001-01-01",
    "0001-01-03",
    "1000-01-01",
    "1111-01-01",
    "1111-11-11",
    "1753-01-01",
    "1800-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1900-12-30",
    "1900-12-31",
    "1901-01-01",
    "1901-12-13",
    "1904-01-01",
    "2222-02-22",
    "2999-12-31",
    "9999-12-31",
];

/// From here on, a year is no mistake but an end that never comes: 2999-12-31, 9999-12-31.
const ENDLESS_YEAR: i16 = 2200;

/// The first year of births, if the configuration has none.
pub const FIRST_YEAR: i16 = 1880;

/// The days that people are born on.
#[derive(Clone, Copy, Debug)]
pub struct BirthDates {
    first_year: i16,
    /// Without it, any later day counts.
    last: Option<Date>,
}

impl BirthDates {
    /// From the start of a year to any day.
    pub const fn from_year(first_year: i16) -> Self {
        Self { first_year, last: None }
    }

    /// The same up to the day after a time in UTC: somewhere that day has begun.
    #[must_use]
    pub fn up_to(self, time: Timestamp) -> Self {
        let day = TimeFormat::UnixMilliseconds.day(&time.milliseconds().to_string());
        Self { last: day.and_then(|day| day.tomorrow().ok()), ..self }
    }

    /// The birth date of a text as `YYYY-MM-DD`: the day that is written, whatever time and offset stand behind it. A year
    /// of two digits is of the century in which the day has been.
    ///
    /// # Errors
    /// The text is no birth date.
    #[inline]
    pub fn read<'a>(&self, value: Cow<'a, str>, format: Option<&TimeFormat>) -> Result<Cow<'a, str>, NoValue> {
        let is_plain = matches!(format, None | Some(TimeFormat::Date)) && is_plain_date(&value);
        if is_plain && date(&value).is_some_and(|date| self.has(date)) {
            Ok(value)
        } else {
            self.read_any(value, format)
        }
    }

    fn read_any<'a>(&self, value: Cow<'a, str>, format: Option<&TimeFormat>) -> Result<Cow<'a, str>, NoValue> {
        let day = match format.unwrap_or(&TimeFormat::Date).day(&value) {
            Some(date) => self.in_past_century(date, format),
            None if is_no_date(&value) => return Err(NoValue::Placeholder),
            None => return Err(NoValue::Unusable),
        };
        if day.year() >= ENDLESS_YEAR {
            return Err(NoValue::Placeholder);
        }
        let text = if date(&value).is_some() { value } else { Cow::Owned(day.to_string()) };
        if is_placeholder_date(&text) {
            return Err(NoValue::Placeholder);
        }
        if self.has(day) { Ok(text) } else { Err(NoValue::Unusable) }
    }

    fn has(&self, date: Date) -> bool {
        date.year() >= self.first_year && self.last.is_none_or(|last| date <= last)
    }

    fn in_past_century(&self, date: Date, format: Option<&TimeFormat>) -> Date {
        let is_future = self.last.is_some_and(|last| date > last);
        if !is_future || !format.is_some_and(TimeFormat::has_two_digit_year) {
            return date;
        }
        // 29 February of a year that is no leap year is no day.
        Date::new(date.year() - 100, date.month(), date.day()).unwrap_or(date)
    }
}

/// Whether a date, `YYYY-MM-DD`, is one that programs write where they know none.
#[inline]
pub fn is_placeholder_date(date: &str) -> bool {
    PLACEHOLDERS.binary_search(&date).is_ok()
}

/// Whether a text that is in another format says that there is no date.
fn is_no_date(text: &str) -> bool {
    let text = text.trim();
    is_placeholder(text) || is_zeros(text) || text.get(..10).is_some_and(is_placeholder_date)
}

/// Whether a text stands for a missing time: a placeholder, zeros, or the day that .NET counts from.
pub fn is_no_time(text: &str) -> bool {
    let text = text.trim();
    is_placeholder(text) || is_zeros(text) || text.starts_with("0001-01-01")
}

/// Whether a text is a date or a time of zeros: `0000-00-00 00:00:00`.
#[inline]
pub fn is_zeros(text: &str) -> bool {
    if !text.starts_with(['0', ' ']) {
        return false;
    }
    let marks = |byte: u8| matches!(byte, b'-' | b'.' | b'/' | b':' | b' ' | b'T' | b'Z' | b'+');
    text.bytes().any(|byte| byte == b'0') && text.bytes().all(|byte| byte == b'0' || marks(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates() -> BirthDates {
        BirthDates::from_year(FIRST_YEAR).up_to(Timestamp::parse("2026-11-28T12:00:00Z").unwrap())
    }

    fn read(text: &str, format: Option<&str>) -> Result<String, NoValue> {
        let format = format.map(|name| TimeFormat::from_name(name).unwrap());
        dates().read(Cow::Borrowed(text), format.as_ref()).map(Cow::into_owned)
    }

    #[test]
    fn the_list_that_is_searched_is_sorted() {
        assert!(PLACEHOLDERS.is_sorted());
    }

    #[test]
    fn a_day_stays_the_day_that_is_written() {
        for (format, text) in [
            (None, "1980-06-02"),
            (None, " 1980-06-02 "),
            (None, "19800602"),
            (None, "19800602.0"),
            (None, "1980-06-02 00:00:00"),
            (None, "1980-06-02T00:00:00Z"),
            (None, "1980-06-02T00:00:00+02:00"),
            (Some("date"), "1980-06-02T23:00:00-11:00"),
            (Some("rfc3339"), "1980-06-02T00:00:00+02:00"),
            (Some("rfc3339"), "1980-06-02T00:00:00Z"),
            (Some("rfc3339"), "1980-06-02T23:30:00-05:00"),
            (Some("%Y-%m-%d %H:%M:%S %z"), "1980-06-02 00:00:00 +0200"),
            (Some("%d.%m.%Y"), "2.6.1980"),
            (Some("%d.%m.%y"), "02.06.80"),
            (Some("%Y%m%d"), "19800602"),
            (Some("%Y%m%d"), "19800602.0"),
            (Some("unix_s"), "328752000"),
            (Some("unix_ms"), "328752000000"),
        ] {
            assert_eq!(read(text, format), Ok("1980-06-02".to_owned()), "{format:?} {text}");
        }
        assert!(matches!(dates().read(Cow::Borrowed("1980-06-02"), None), Ok(Cow::Borrowed(_))), "it is not copied");
    }

    #[test]
    fn what_is_no_day_of_birth_is_none() {
        for (format, text) in [
            (None, "2068-07-16"),
            (None, "2026-11-30"),
            (None, "1879-12-31"),
            (None, "1980"),
            (None, "1980-06"),
            (None, "29374"),
            (None, "1981-02-29"),
            (None, "16.07.68"),
            (None, "2 June 1980"),
            (None, "328752000"),
            (Some("%d.%m.%Y"), "16.07.68"),
            (Some("%d.%m.%y"), "16.07.1968"),
            (Some("rfc3339"), "1980-06-02"),
        ] {
            assert_eq!(read(text, format), Err(NoValue::Unusable), "{format:?} {text}");
        }
        for (format, text) in [
            (None, "1900-01-01"),
            (None, "9999-12-31"),
            (None, "0001-01-01T00:00:00Z"),
            (None, "0000-00-00"),
            (None, "0000-00-00 00:00:00"),
            (None, "n/a"),
            (Some("%d.%m.%Y"), "01.01.1900"),
            (Some("%d.%m.%Y"), "00.00.0000"),
            (Some("%d.%m.%Y"), "1899-12-30"),
            (Some("rfc3339"), "1900-01-01T00:00:00+01:00"),
            (Some("rfc3339"), "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(text, format), Err(NoValue::Placeholder), "{format:?} {text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_not_in_the_future() {
        for (text, expected) in [
            ("16.07.68", "1968-07-16"),
            ("16.07.98", "1998-07-16"),
            ("16.07.26", "2026-07-16"),
            ("29.11.26", "2026-11-29"),
            ("30.11.26", "1926-11-30"),
            ("01.01.27", "1927-01-01"),
        ] {
            assert_eq!(read(text, Some("%d.%m.%y")), Ok(expected.to_owned()), "{text}");
        }
        let open = BirthDates::from_year(1990);
        let yy = TimeFormat::from_name("%d.%m.%y").unwrap();
        assert_eq!(open.read("16.07.68".into(), Some(&yy)).as_deref(), Ok("2068-07-16"), "no day is the last");
        assert_eq!(open.read("1980-06-02".into(), None), Err(NoValue::Unusable));
    }
}
