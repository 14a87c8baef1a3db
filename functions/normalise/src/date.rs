//! Birth dates that are written in one of several ways.

use std::borrow::Cow;

use jiff::civil::Date;

use super::spreadsheet::without_fraction;

/// `YYYY-MM-DD`, from a date that can be read in one way only.
///
/// These are year, month, day with `-`, `/`, `.` or nothing between them, and day, month, year with `.`. A time of day
/// behind the date is dropped. `None` for all others. Which days people are born on, [`super::birthdate`] says.
pub(super) fn date(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let text = value.trim();
    let text = without_fraction(text.split_once(['T', ' ']).map_or(text, |(date, _)| date));
    let date = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        civil(&text[..4], &text[4..6], &text[6..])
    } else {
        let separator = text.chars().find(|letter| !letter.is_ascii_digit())?;
        let mut parts = text.split(separator);
        match (parts.next()?, parts.next()?, parts.next()?, parts.next()) {
            (year, month, day, None) if year.len() == 4 && ['-', '/', '.'].contains(&separator) => {
                civil(year, month, day)
            }
            (day, month, year, None) if year.len() == 4 && separator == '.' => civil(year, month, day),
            _ => None,
        }
    }?;
    let date = date.to_string();
    Some(if date == value { value } else { Cow::Owned(date) })
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    let small = |digits: &str| if digits.len() > 2 { None } else { i8::try_from(number(digits)?).ok() };
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// A number of digits alone: no sign.
fn number(digits: &str) -> Option<i16> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_has_one_meaning() {
        let cases = [
            // ISO 8601: extended and basic format, with a time of day; a leap day.
            ("1931-12-14", Some("1931-12-14")),
            ("19311214", Some("1931-12-14")),
            ("1931-12-14T00:00:00Z", Some("1931-12-14")),
            ("1931-12-14 00:00:00.000", Some("1931-12-14")),
            ("2000-02-29", Some("2000-02-29")),
            ("2001-02-29", None),
            // DIN 5008; the order with dots is the same in all countries that write it.
            ("14.12.1931", Some("1931-12-14")),
            (" 4.2.1931 ", Some("1931-02-04")),
            ("1931/12/14", Some("1931-12-14")),
            ("1931.2.4", Some("1931-02-04")),
            // Ambiguous, or no date.
            ("04/02/1931", None),
            ("04-02-1931", None),
            ("14.12.31", None),
            ("1931-12", None),
            ("1931-12-14-1", None),
            ("1931-012-14", None),
            ("1931-+2-14", None),
            ("1931é12é14", None),
            ("n/a", None),
            ("", None),
            ("19311214.0", Some("1931-12-14")),
            // What software writes for none is a date, and no birth date.
            ("0001-01-01", Some("0001-01-01")),
            ("31.12.9999", Some("9999-12-31")),
            ("1970-01-01", Some("1970-01-01")),
        ];
        for (text, expected) in cases {
            assert_eq!(date(Cow::Borrowed(text)).as_deref(), expected, "{text}");
        }
    }
}
