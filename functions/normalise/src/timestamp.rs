//! Points in time: milliseconds since 1970-01-01T00:00:00Z, read from the formats that sources use.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

/// A point in time, in milliseconds since the epoch: from -9999-01-02T01:59:59Z to 9999-12-31T23:59:59.999Z.
///
/// The range is checked where a time is made, so every time can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The earliest time of [`jiff::Timestamp`].
const EARLIEST: i64 = -377_705_023_201_000;
/// The last millisecond of the year 9999. "No end" is written as the last day of that year in many databases; it lies
/// behind the last time of [`jiff::Timestamp`].
const LATEST: i64 = 253_402_300_799_999;

/// How a source writes a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2023-06-07T18:16:00Z`, with any offset (RFC 3339).
    Rfc3339,
    /// `2023-06-07`: midnight in UTC.
    Date,
    /// Seconds since the epoch.
    UnixSeconds,
    /// Milliseconds since the epoch.
    UnixMilliseconds,
    /// A strptime format; without an offset in it, UTC.
    Strptime(String),
}

impl TimeFormat {
    /// The format that the configuration names: one of the words, or text with a `%`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "rfc3339" => Some(Self::Rfc3339),
            "date" => Some(Self::Date),
            "unix_s" => Some(Self::UnixSeconds),
            "unix_ms" => Some(Self::UnixMilliseconds),
            // A format is known to be usable if it can write a time.
            _ if name.contains('%') => jiff::fmt::strtime::format(name, DateTime::constant(2000, 1, 2, 3, 4, 5, 0))
                .is_ok()
                .then(|| Self::Strptime(name.to_owned()))
                .or_else(|| (name.contains("%z") || name.contains("%Z")).then(|| Self::Strptime(name.to_owned()))),
            _ => None,
        }
    }

    /// Reads a time; `None` if the text is not in this format.
    pub fn parse(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        match self {
            Self::Rfc3339 => Timestamp::parse(text),
            Self::Date => Timestamp::parse_date(text)
                .or_else(|| text.parse::<Date>().ok().and_then(|date| Timestamp::from_civil(date.into(), Offset::UTC))),
            Self::UnixSeconds => text.parse::<i64>().ok()?.checked_mul(1000).and_then(Timestamp::from_milliseconds),
            Self::UnixMilliseconds => text.parse::<i64>().ok().and_then(Timestamp::from_milliseconds),
            Self::Strptime(format) => {
                let broken_down = jiff::fmt::strtime::parse(format, text).ok()?;
                if let Ok(timestamp) = broken_down.to_timestamp() {
                    return Timestamp::from_milliseconds(timestamp.as_millisecond());
                }
                let civil = broken_down
                    .to_datetime()
                    .or_else(|_| broken_down.to_date().map(|date| date.to_datetime(jiff::civil::Time::midnight())));
                Timestamp::from_civil(civil.ok()?, broken_down.offset().unwrap_or(Offset::UTC))
            }
        }
    }

    /// Writes a time in UTC; `None` if the format cannot hold one. What is finer than the format is cut off, so
    /// that what is read back is never later.
    pub fn write(&self, time: Timestamp) -> Option<String> {
        match self {
            Self::Rfc3339 => Some(time.to_string()),
            Self::Date => time.to_string().split_once('T').map(|(date, _)| date.to_owned()),
            Self::UnixSeconds => Some(time.0.div_euclid(1000).to_string()),
            Self::UnixMilliseconds => Some(time.0.to_string()),
            Self::Strptime(format) => {
                let zoned = jiff::Timestamp::from_millisecond(time.0).ok()?.to_zoned(TimeZone::UTC);
                jiff::fmt::strtime::format(format, &zoned).ok()
            }
        }
    }
}

impl Timestamp {
    /// A time by its milliseconds, if it is within the range.
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        (EARLIEST..=LATEST).contains(&milliseconds).then_some(Self(milliseconds))
    }

    /// Milliseconds since the epoch.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    fn from_civil(civil: DateTime, offset: Offset) -> Option<Self> {
        let days = days_from_civil(civil.year().into(), civil.month().into(), civil.day().into());
        let [hour, minute, second] = [civil.hour(), civil.minute(), civil.second()].map(i64::from);
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - i64::from(offset.seconds());
        Self::from_milliseconds(seconds * 1000 + i64::from(civil.subsec_nanosecond()) / 1_000_000)
    }

    /// Reads RFC 3339.
    ///
    /// The form that [`Timestamp`] itself writes, in UTC, is by far the most frequent (twice per account and merge)
    /// and is read without the general parser.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_utc(text.as_bytes())
            .or_else(|| Self::from_milliseconds(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()))
            .or_else(|| Self::parse_last_day(text))
    }

    /// Reads RFC 3339 in the hours behind the last time of [`jiff::Timestamp`].
    fn parse_last_day(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let civil = pieces.date().to_datetime(pieces.time()?);
        let time = Self::from_civil(civil, pieces.to_numeric_offset()?)?;
        (time.0 > jiff::Timestamp::MAX.as_millisecond()).then_some(time)
    }

    /// Reads exactly `YYYY-MM-DD`; anything else is `None`.
    fn parse_date(text: &str) -> Option<Self> {
        let (year, month, day) = civil(text.as_bytes().try_into().ok()?)?;
        Self::from_milliseconds(days_from_civil(year, month, day) * 86_400_000)
    }

    /// Reads exactly `YYYY-MM-DDThh:mm:ssZ`, with up to three digits behind the seconds; anything else is `None`.
    fn parse_utc(text: &[u8]) -> Option<Self> {
        let (text, fraction) = text.split_first_chunk::<19>()?;
        let fraction = milliseconds(fraction.strip_suffix(b"Z")?)?;
        if [text[10], text[13], text[16]] != *b"T::" {
            return None;
        }
        let (date, time) = text.split_at(11);
        let (year, month, day) = civil(date.first_chunk()?)?;
        let (hour, minute, second) = (pair(time, 0)?, pair(time, 3)?, pair(time, 6)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Self::from_milliseconds(seconds * 1000 + fraction)
    }
}

/// The milliseconds of nothing, or of a point and one to three digits.
fn milliseconds(fraction: &[u8]) -> Option<i64> {
    let Some((point, digits)) = fraction.split_first() else { return Some(0) };
    if *point != b'.' || digits.is_empty() || digits.len() > 3 {
        return None;
    }
    let digit = |place: usize| match digits.get(place) {
        None => Some(0),
        Some(digit) => digit.is_ascii_digit().then(|| i64::from(digit - b'0')),
    };
    Some(digit(0)? * 100 + digit(1)? * 10 + digit(2)?)
}

/// The number that two digits make.
fn pair(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
}

/// Year, month and day of exactly `YYYY-MM-DD`, if there is this day.
fn civil(text: &[u8; 10]) -> Option<(i64, i64, i64)> {
    let (year, month, day) = (pair(text, 0)? * 100 + pair(text, 2)?, pair(text, 5)?, pair(text, 8)?);
    let is_day = [text[4], text[7]] == *b"--" && (1..=12).contains(&month) && day >= 1;
    (is_day && day <= days_in_month(year, month)).then_some((year, month, day))
}

/// Whether a text is a day as `YYYY-MM-DD`. There are other ways to write one.
pub fn is_date(text: &str) -> bool {
    text.as_bytes().try_into().is_ok_and(|text| civil(text).is_some())
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
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a day since 1970-01-01, for years from -10000 (Hinnant, as above).
fn civil_from_days(days: i64) -> (i32, u32, u32) {
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

impl Timestamp {
    /// Appends RFC 3339 in UTC, with milliseconds only where there are some. A year before 0 has a sign and six digits
    /// (ISO 8601).
    pub fn write(self, out: &mut Vec<u8>) {
        let seconds = self.0.div_euclid(1000);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        if year < 0 {
            out.extend_from_slice(b"-00");
        }
        let year = year.unsigned_abs();
        let second_of_day = seconds.rem_euclid(86_400) as u32;
        let mut text = *b"0000-00-00T00:00:00";
        let mut put = |at: usize, number: u32| {
            text[at] = b'0' + (number / 10) as u8;
            text[at + 1] = b'0' + (number % 10) as u8;
        };
        put(0, year / 100);
        put(2, year % 100);
        put(5, month);
        put(8, day);
        put(11, second_of_day / 3600);
        put(14, second_of_day / 60 % 60);
        put(17, second_of_day % 60);
        out.extend_from_slice(&text);
        let fraction = self.0.rem_euclid(1000);
        if fraction != 0 {
            let digits = [fraction / 100, fraction / 10 % 10, fraction % 10].map(|digit| b'0' + digit as u8);
            let length = 3 - digits.iter().rev().take_while(|digit| **digit == b'0').count();
            out.push(b'.');
            out.extend_from_slice(&digits[..length]);
        }
        out.push(b'Z');
    }
}

/// As [`Timestamp::write`].
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity("-009999-12-31T23:59:59.999Z".len());
        self.write(&mut text);
        // Digits and marks are UTF-8.
        formatter.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_formats_of_the_configuration() {
        let seven_pm = Some("2023-06-07T18:16:00Z");
        let cases = [
            ("rfc3339", "2023-06-07T18:16:00Z", seven_pm),
            ("rfc3339", "2023-06-07T20:16:00+02:00", seven_pm),
            ("rfc3339", "2023-06-07T18:16:00.250Z", Some("2023-06-07T18:16:00.25Z")),
            ("rfc3339", "2023-02-29T00:00:00Z", None),
            ("rfc3339", "2023-06-07", None),
            ("date", "2023-06-07", Some("2023-06-07T00:00:00Z")),
            ("date", "07.06.2023", None),
            ("unix_s", "1686161760", seven_pm),
            ("unix_ms", "1686161760000", seven_pm),
            ("unix_ms", "soon", None),
            ("unix_s", "9223372036854775807", None),
            ("%d.%m.%Y %H:%M", "07.06.2023 18:16", seven_pm),
            ("%d.%m.%Y", "07.06.2023", Some("2023-06-07T00:00:00Z")),
            ("%Y-%m-%d %H:%M:%S %z", "2023-06-07 20:16:00 +0200", seven_pm),
        ];
        for (format, text, expected) in cases {
            let found = TimeFormat::from_name(format).unwrap().parse(text).map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{format} {text}");
        }
        assert_eq!(TimeFormat::from_name("iso"), None);
    }

    #[test]
    fn what_is_written_in_a_format_is_read_back_and_never_later() {
        let time = Timestamp::parse("2023-06-07T18:16:05.250Z").unwrap();
        let cases = [
            ("rfc3339", "2023-06-07T18:16:05.25Z"),
            ("date", "2023-06-07"),
            ("unix_s", "1686161765"),
            ("unix_ms", "1686161765250"),
            ("%d.%m.%Y %H:%M", "07.06.2023 18:16"),
            ("%Y-%m-%d %H:%M:%S %z", "2023-06-07 18:16:05 +0000"),
        ];
        for (name, expected) in cases {
            let format = TimeFormat::from_name(name).unwrap();
            let text = format.write(time).unwrap();
            assert_eq!(text, expected);
            assert!(format.parse(&text).unwrap() <= time, "{name}");
        }
    }

    /// What programs write where there is no time, or one without end.
    #[test]
    fn times_at_the_ends_of_time_are_read_and_written_or_refused() {
        let cases = [
            ("rfc3339", "9999-12-31T00:00:00Z", Some("9999-12-31T00:00:00Z")),
            ("rfc3339", "9999-12-31T23:59:59.999Z", Some("9999-12-31T23:59:59.999Z")),
            ("rfc3339", "9999-12-31T23:59:59.999999Z", Some("9999-12-31T23:59:59.999Z")),
            ("rfc3339", "9999-12-31T23:59:60Z", Some("9999-12-31T23:59:59Z")),
            ("rfc3339", "9999-12-31T23:59:59+00:00", Some("9999-12-31T23:59:59Z")),
            ("rfc3339", "9999-12-31T23:59:59+14:00", Some("9999-12-31T09:59:59Z")),
            ("rfc3339", "9999-12-31T23:59:59-00:01", None),
            ("rfc3339", "9999-12-31T00:00:00-24:00", None),
            ("rfc3339", "9999-12-30T22:00:01Z", Some("9999-12-30T22:00:01Z")),
            ("rfc3339", "9999-12-30T22:00:01+00:00", Some("9999-12-30T22:00:01Z")),
            ("rfc3339", "10000-01-01T00:00:00Z", None),
            ("rfc3339", "+010000-01-01T00:00:00Z", None),
            ("rfc3339", "0000-00-00T00:00:00Z", None),
            ("rfc3339", "0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("rfc3339", "0000-01-01T00:00:00+01:00", Some("-000001-12-31T23:00:00Z")),
            ("rfc3339", "0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z")),
            ("rfc3339", "-009999-01-01T00:00:00Z", None),
            ("rfc3339", "-009999-01-02T01:59:59Z", Some("-009999-01-02T01:59:59Z")),
            ("rfc3339", "2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z")),
            ("rfc3339", "2016-12-31T24:00:00Z", None),
            ("rfc3339", "NaN", None),
            ("date", "9999-12-31", Some("9999-12-31T00:00:00Z")),
            ("date", "0000-00-00", None),
            ("date", "0001-01-01", Some("0001-01-01T00:00:00Z")),
            ("date", "-009999-01-01", None),
            ("date", "10000-01-01", None),
            ("unix_s", "253402300799", Some("9999-12-31T23:59:59Z")),
            ("unix_s", "253402300800", None),
            ("unix_s", "-377705023201", Some("-009999-01-02T01:59:59Z")),
            ("unix_s", "-377705023202", None),
            ("unix_s", "9223372036854775", None),
            ("unix_s", "-9223372036854775808", None),
            ("unix_ms", "9223372036854775807", None),
            ("unix_ms", "-9223372036854775808", None),
            ("unix_ms", "-1", Some("1969-12-31T23:59:59.999Z")),
            ("unix_s", "NaN", None),
            ("unix_s", "inf", None),
            ("unix_ms", "1e400", None),
            ("%Y-%m-%d", "9999-12-31", Some("9999-12-31T00:00:00Z")),
            ("%Y-%m-%d", "0000-00-00", None),
            ("%Y-%m-%d %H:%M:%S", "9999-12-31 23:59:59", Some("9999-12-31T23:59:59Z")),
            ("%Y-%m-%d %H:%M:%S", "0000-00-00 00:00:00", None),
            ("%Y-%m-%d %H:%M:%S %z", "9999-12-31 23:59:59 +0200", Some("9999-12-31T21:59:59Z")),
            ("%Y-%m-%d %H:%M:%S %z", "9999-12-31 23:59:59 -0200", None),
        ];
        for (name, text, expected) in cases {
            let format = TimeFormat::from_name(name).unwrap();
            let found = format.parse(text);
            assert_eq!(found.map(|time| time.to_string()).as_deref(), expected, "{name} {text}");
            let Some(time) = found else { continue };
            assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{name} {text}");
            for name in ["rfc3339", "date", "unix_s", "unix_ms", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S %z"] {
                // Whether or not the format has room for it.
                let format = TimeFormat::from_name(name).unwrap();
                if let Some(read) = format.write(time).and_then(|text| format.parse(&text)) {
                    assert!(read <= time, "{name} {text}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_or_writing_a_time_panic(
            text in prop_oneof![
                any::<String>(),
                "[+-]?[0-9]{1,20}",
                "[+-]?(0000|0001|9999|10000|[0-9]{4,6})-[0-9]{2}-[0-9]{2}[T ]?[0-9:.]{0,12}(Z|[+-][0-9:]{2,9})?",
            ],
            milliseconds: i64,
        ) {
            let texts = Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string());
            for text in texts.iter().chain([&text]) {
                for name in ["rfc3339", "date", "unix_s", "unix_ms", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S %z", "%d.%m.%y %I %p"] {
                    let format = TimeFormat::from_name(name).unwrap();
                    if let Some(time) = format.parse(text) {
                        prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{} {}", name, text);
                        let _ = format.write(time);
                    }
                }
            }
        }

        #[test]
        fn the_short_way_agrees_with_the_general_parser(
            text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]([.][0-9]{0,4})?Z"
        ) {
            let general = text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond());
            prop_assume!(!text.starts_with("9999-12-3"));
            prop_assert_eq!(Timestamp::parse(&text).map(Timestamp::milliseconds), general);
        }

        #[test]
        fn the_short_way_of_dates_agrees_with_the_general_parser(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9-]") {
            let general = text.parse::<Date>().ok();
            prop_assert_eq!(is_date(&text), general.is_some_and(|date| date.to_string() == text));
            let midnight = general.and_then(|date| Timestamp::from_civil(date.into(), Offset::UTC));
            prop_assert_eq!(TimeFormat::Date.parse(&text), midnight);
        }

        #[test]
        fn what_is_written_is_what_the_general_formatter_writes(
            seconds in EARLIEST / 1000..=jiff::Timestamp::MAX.as_second(), fraction in prop_oneof![Just(0i64), 0i64..1000]
        ) {
            let time = Timestamp::from_milliseconds(seconds * 1000 + fraction).unwrap();
            let mut out = Vec::new();
            time.write(&mut out);
            let general = jiff::Timestamp::from_millisecond(time.milliseconds()).unwrap();
            prop_assert_eq!(String::from_utf8(out).unwrap(), general.to_string());
        }

        #[test]
        fn what_is_written_is_read(milliseconds in EARLIEST..=LATEST) {
            let time = Timestamp::from_milliseconds(milliseconds).unwrap();
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
        }
    }
}
