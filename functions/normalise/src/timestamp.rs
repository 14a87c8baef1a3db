//! Points in time: milliseconds since 1970-01-01T00:00:00Z, read from the formats that sources use.

mod calendar;
mod format;

use std::fmt;

use calendar::{civil, civil_from_days, days_from_civil, pair};
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

pub use format::TimeFormat;

/// A point in time, in milliseconds since the epoch: from -9999-01-02T01:59:59Z to 9999-12-31T23:59:59.999Z.
///
/// The range is checked where a time is made, so every time can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// -9999-01-02T01:59:59Z: the earliest time of [`jiff::Timestamp`].
const EARLIEST: i64 = -377_705_023_201_000;
/// 9999-12-31T23:59:59.999Z. Many databases write "no end" as the last day of the year 9999, and part of that day is
/// later than any [`jiff::Timestamp`].
const LATEST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// A time by its milliseconds, if it is within the range.
    #[inline]
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
    /// The form that [`Timestamp`] itself writes, in UTC, is by far the most frequent (two in each account that Merge
    /// reads) and is read without the general parser.
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_utc(text.as_bytes())
            .or_else(|| Self::from_milliseconds(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()))
            .or_else(|| Self::parse_last_day(text))
    }

    /// Reads RFC 3339 in the hours of the year 9999 that are later than any [`jiff::Timestamp`].
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

/// Reads exactly `YYYY-MM-DD`; anything else is `None`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let (year, month, day) = civil(text.as_bytes().try_into().ok()?)?;
    Date::new(year as i16, month as i8, day as i8).ok()
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
mod tests;
