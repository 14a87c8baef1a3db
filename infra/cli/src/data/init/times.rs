//! Guesses the format of times from many values.

use onefold_config::TimeFormat;

/// The formats that are tried, the most common first. The first of equal ones is taken.
const FORMATS: [&str; 39] = [
    "rfc3339",
    "date",
    "unix_ms",
    "unix_s",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y%m%d%H%M%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
];

/// The format of a column of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeGuess {
    /// The format's name in the configuration.
    pub format: &'static str,
    /// The number of values that fit.
    pub fits: usize,
    /// The format with day and month the other way round, if as many values fit it.
    pub rival: Option<&'static str>,
}

/// The format that most values fit; `None` if none fits any.
pub fn guess(values: &[String]) -> Option<TimeGuess> {
    let fitting = FORMATS.into_iter().filter_map(|name| {
        let format = TimeFormat::from_name(name)?;
        let fits = values.iter().filter(|value| fits(name, &format, value)).count();
        (fits > 0).then_some((name, fits))
    });
    // `max_by_key` returns the last of equal ones, so the order is reversed.
    let all: Vec<(&str, usize)> = fitting.collect();
    let (format, fits) = all.iter().rev().max_by_key(|(_, fits)| *fits).copied()?;
    let turned = turned(format);
    let rival = all.iter().find(|(name, others)| Some(*name) == turned.as_deref() && *others == fits);
    Some(TimeGuess { format, fits, rival: rival.map(|(name, _)| *name) })
}

/// Whether a value is a time of the format in plausible years. Any number is some Unix time.
fn fits(name: &str, format: &TimeFormat, value: &str) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    if name.starts_with("unix") && !is_number {
        return false;
    }
    // The format `date` also reads a date with a time, but another format says more about it.
    if name == "date" && value.len() != "YYYY-MM-DD".len() {
        return false;
    }
    let first_year = if name.starts_with("unix") { "1990" } else { "1800" };
    let time = format.parse(value).map(|time| time.to_string());
    time.is_some_and(|time| time.as_str() >= first_year && time.as_str() < "2100")
}

/// The format with day and month in the other order.
fn turned(format: &str) -> Option<String> {
    let has_both = format.contains("%d") && format.contains("%m") && !format.starts_with("%Y");
    has_both.then(|| format.replace("%d", "\0").replace("%m", "%d").replace('\0', "%m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<TimeGuess> {
        guess(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    }

    fn format(values: &[&str]) -> &'static str {
        of(values).unwrap().format
    }

    #[test]
    fn formats_are_told_apart() {
        assert_eq!(format(&["2023-06-07T18:16:00Z", "2023-06-07T20:16:00+02:00"]), "rfc3339");
        assert_eq!(format(&["2023-06-07"]), "date");
        assert_eq!(format(&["1686161760", "1676249253"]), "unix_s");
        assert_eq!(format(&["1686161760000", "1676249253000"]), "unix_ms");
        assert_eq!(format(&["2023-06-07 18:16:00"]), "%Y-%m-%d %H:%M:%S");
        assert_eq!(format(&["07.06.2023"]), "%d.%m.%Y");
        assert_eq!(format(&["7.6.2023", "17.12.2023"]), "%d.%m.%Y");
        assert_eq!(format(&["20230607", "19991231"]), "%Y%m%d");
        assert_eq!(format(&["5/31/2024 10:05 AM"]), "%m/%d/%Y %I:%M %p");
        assert_eq!(format(&["20230607181600"]), "%Y%m%d%H%M%S");
        assert_eq!(format(&["Wed, 07 Jun 2023 18:16:00 +0000"]), "%a, %d %b %Y %H:%M:%S %z");
        assert_eq!(of(&["soon", "12", "0049 89 123"]), None);
    }

    #[test]
    fn one_day_above_twelve_decides_the_order() {
        let guessed = of(&["03/04/2020", "05/06/2021", "25/12/2021"]).unwrap();
        assert_eq!((guessed.format, guessed.fits, guessed.rival), ("%d/%m/%Y", 3, None));
        let guessed = of(&["03/04/2020", "05/06/2021", "12/25/2021"]).unwrap();
        assert_eq!((guessed.format, guessed.fits, guessed.rival), ("%m/%d/%Y", 3, None));
    }

    #[test]
    fn an_order_that_nothing_decides_is_told() {
        let guessed = of(&["03/04/2020", "05/06/2021"]).unwrap();
        assert_eq!((guessed.format, guessed.rival), ("%d/%m/%Y", Some("%m/%d/%Y")));
        let guessed = of(&["03.04.2020", "05.06.2021"]).unwrap();
        assert_eq!((guessed.format, guessed.rival), ("%d.%m.%Y", None), "with points only one order is in use");
    }
}
