//! Days that no calendar has. Their digits still say whose they are: one of them is wrong, mostly.

use super::is_no_date;
use crate::spreadsheet::without_fraction;
use crate::timestamp::TimeFormat;

/// Year, month and day as a text has them, as `YYYY-MM-DD`, though there is no such day: `1949-13-07`. `None` if it cannot be
/// told which digits are which, or if they stand for no date.
pub fn written_date(text: &str, format: Option<&TimeFormat>) -> Option<String> {
    let text = without_fraction(text.trim());
    if is_no_date(text) {
        return None;
    }
    let [year, month, day] = match format {
        Some(TimeFormat::Strptime(format)) => parts_of(format, text)?,
        Some(TimeFormat::UnixSeconds | TimeFormat::UnixMilliseconds) => return None,
        Some(TimeFormat::Date | TimeFormat::Rfc3339) | None => parts(text.split(['T', ' ']).next()?)?,
    };
    let is_made_up = |digits: &str| digits.bytes().all(|digit| Some(&digit) == digits.as_bytes().first());
    let all = format!("{year}{month:0>2}{day:0>2}");
    (!is_made_up(&all)).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// The parts of year, month, day with `-`, `/`, `.` or nothing between them, or of day, month, year with `.`.
fn parts(text: &str) -> Option<[&str; 3]> {
    if text.len() == 8 && is_digits(text) {
        return Some([&text[..4], &text[4..6], &text[6..]]);
    }
    let separator = text.chars().find(|letter| !letter.is_ascii_digit())?;
    let found: Vec<&str> = text.split(separator).collect();
    match found.as_slice() {
        [year, month, day] if ['-', '/', '.'].contains(&separator) => checked([year, month, day]),
        _ => None,
    }
    .or_else(|| match found.as_slice() {
        [day, month, year] if separator == '.' => checked([year, month, day]),
        _ => None,
    })
}

/// The parts of a text in a strptime format of digits: `%Y`, `%m` and `%d`, and marks between them.
fn parts_of<'t>(format: &str, text: &'t str) -> Option<[&'t str; 3]> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            rest = rest.strip_prefix(letter)?;
            continue;
        }
        let (part, most) = match letters.next()? {
            'Y' => (&mut year, 4),
            'm' => (&mut month, 2),
            'd' => (&mut day, 2),
            _ => break,
        };
        let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (found, behind) = rest.split_at(digits);
        *part = Some(found);
        rest = behind;
    }
    checked([year?, month?, day?])
}

fn checked(parts: [&str; 3]) -> Option<[&str; 3]> {
    let [year, month, day] = parts;
    let has_digits =
        |text: &str, lengths: std::ops::RangeInclusive<usize>| lengths.contains(&text.len()) && is_digits(text);
    (has_digits(year, 4..=4) && has_digits(month, 1..=2) && has_digits(day, 1..=2)).then_some(parts)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, format: Option<&str>) -> Option<String> {
        let format = format.map(|name| TimeFormat::from_name(name).unwrap());
        written_date(text, format.as_ref())
    }

    #[test]
    fn digits_of_impossible_days_are_kept() {
        for (text, format, expected) in [
            ("1949-13-07", None, Some("1949-13-07")),
            ("19491307", None, Some("1949-13-07")),
            ("31.2.1949", None, Some("1949-02-31")),
            ("1949/2/31", None, Some("1949-02-31")),
            ("1949-02-31T00:00:00Z", Some("date"), Some("1949-02-31")),
            ("19491307", Some("%Y%m%d"), Some("1949-13-07")),
            ("31/02/1949", Some("%d/%m/%Y"), Some("1949-02-31")),
            ("2/31/1949 12:00", Some("%m/%d/%Y %H:%M"), Some("1949-02-31")),
            ("19491307.0", Some("%Y%m%d"), Some("1949-13-07")),
            ("1067-05-13", Some("date"), Some("1067-05-13")),
            // Which digits are which is not known.
            ("02/31/1949", None, None),
            ("31.02.49", None, None),
            ("310249", Some("%d%m%y"), None),
            ("-700000000", Some("unix_s"), None),
            ("31 Feb 1949", Some("%d %b %Y"), None),
            ("spring", None, None),
            ("1949-٠٢-31", None, None),
            // What stands for none.
            ("0000-00-00", Some("date"), None),
            ("9999-99-99", Some("date"), None),
            ("n/a", Some("%Y%m%d"), None),
            ("", None, None),
        ] {
            assert_eq!(written(text, format).as_deref(), expected, "{text:?} as {format:?}");
        }
    }
}
