//! The formats that sources write times in.

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};

use super::Timestamp;
use crate::spreadsheet::without_fraction;

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
            // A format is usable if it can write a time; one with an offset needs a time zone for that.
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

    /// The day that a text says, as it is written: a time of day and an offset behind it do not change it. `None` if the
    /// text is not in this format.
    pub fn day(&self, text: &str) -> Option<Date> {
        let text = without_fraction(text.trim());
        match self {
            Self::Rfc3339 => {
                Timestamp::parse(text)?;
                Some(Pieces::parse(text).ok()?.date())
            }
            // A time of day may stand behind it.
            Self::Date => text.split(['T', ' ']).next()?.parse().ok(),
            Self::UnixSeconds | Self::UnixMilliseconds => self.day_in_utc(text),
            Self::Strptime(format) => {
                let broken_down = jiff::fmt::strtime::parse(format, text).ok()?;
                broken_down.to_date().ok().or_else(|| self.day_in_utc(text))
            }
        }
    }

    fn day_in_utc(&self, text: &str) -> Option<Date> {
        let time = jiff::Timestamp::from_millisecond(self.parse(text)?.milliseconds()).ok()?;
        Some(Offset::UTC.to_datetime(time).date())
    }

    /// Whether years are written with two digits.
    pub fn has_two_digit_year(&self) -> bool {
        let Self::Strptime(format) = self else { return false };
        // Behind a percent sign, flags and a width may stand before the letter.
        let letter = |part: &str| {
            part.trim_start_matches(|mark: char| "-_0^#".contains(mark) || mark.is_ascii_digit()).chars().next()
        };
        format.split('%').skip(1).any(|part| matches!(letter(part), Some('y' | 'D')))
    }

    /// Writes a time in UTC; `None` if the format cannot hold one. What is finer than the format is cut off, so
    /// that what is read back is never later.
    pub fn write(&self, time: Timestamp) -> Option<String> {
        match self {
            Self::Rfc3339 => Some(time.to_string()),
            Self::Date => time.to_string().split_once('T').map(|(date, _)| date.to_owned()),
            Self::UnixSeconds => Some(time.milliseconds().div_euclid(1000).to_string()),
            Self::UnixMilliseconds => Some(time.milliseconds().to_string()),
            Self::Strptime(format) => {
                let zoned = jiff::Timestamp::from_millisecond(time.milliseconds()).ok()?.to_zoned(TimeZone::UTC);
                jiff::fmt::strtime::format(format, &zoned).ok()
            }
        }
    }
}
