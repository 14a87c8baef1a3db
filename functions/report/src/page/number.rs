//! Numbers as people write them.

/// A count with its thousands set apart: 1,234,567.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and a noun: `1 row`, `2,000 rows`.
pub fn plural(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A count for an axis, at most four characters: 950, 1.2k, 19k, 1.9M.
pub fn short(number: f64) -> String {
    const UNITS: [&str; 5] = ["", "k", "M", "G", "T"];
    let mut value = number;
    let mut unit = 0;
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let is_whole = (value - value.round()).abs() < 0.05;
    if is_whole || value.abs() >= 9.95 { format!("{value:.0}{}", UNITS[unit]) } else { format!("{value:.1}{}", UNITS[unit]) }
}

/// A part of a whole in percent. What is not 0 or all is never shown as 0 % or 100 %.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    share(part as f64 / whole as f64)
}

/// A share between 0 and 1 in percent, as [`percent`].
pub fn share(share: f64) -> String {
    if share <= 0.0 {
        "0 %".to_owned()
    } else if share < 0.0005 {
        "< 0.1 %".to_owned()
    } else if share < 0.0995 {
        format!("{:.1} %", share * 100.0)
    } else if share >= 1.0 {
        "100 %".to_owned()
    } else if share >= 0.9995 {
        "> 99.9 %".to_owned()
    } else if share >= 0.985 {
        format!("{:.1} %", share * 100.0)
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A duration in its two largest units: 840 ms, 12.3 s, 4 min 5 s, 2 h 10 min.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds.div_ceil(1000);
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1000.0),
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A duration for an axis, in one unit: 0, 800 ms, 20 s, 3 min, 1.5 h.
pub fn moment(milliseconds: u64) -> String {
    let (unit, name) = match milliseconds {
        0 => return "0".to_owned(),
        1..1_000 => (1.0, "ms"),
        1_000..120_000 => (1_000.0, "s"),
        120_000..7_200_000 => (60_000.0, "min"),
        _ => (3_600_000.0, "h"),
    };
    let text = format!("{:.1}", milliseconds as f64 / unit);
    format!("{} {name}", text.strip_suffix(".0").unwrap_or(&text))
}

/// A size in the largest unit that keeps it above one: 12.3 MiB.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// An amount of bits, with its sign: +12.3, −4.0, 0.0.
pub fn bits(amount: f64) -> String {
    let text = format!("{:.1}", amount.abs());
    match amount {
        _ if text == "0.0" => text,
        _ if amount > 0.0 => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

/// An amount with its sign and thousands: +1,200, −3, 0.
pub fn difference(amount: i64) -> String {
    let text = count(amount.unsigned_abs());
    match amount {
        0 => text,
        1.. => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

/// Dollars, to the cent; smaller amounts to two digits.
pub fn dollars(amount: f64) -> String {
    if amount <= 0.0 {
        return "$0".to_owned();
    }
    if amount >= 0.1 {
        let cents = (amount * 100.0).round() as u64;
        return format!("${}.{:02}", count(cents / 100), cents % 100);
    }
    let digits = (1.0 - amount.log10().floor()).clamp(2.0, 9.0) as usize;
    format!("${amount:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_set_apart() {
        let told = [0, 999, 1_000, 1_234_567].map(count);
        assert_eq!(told, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((plural(1, "row"), plural(2_000, "row")), ("1 row".to_owned(), "2,000 rows".to_owned()));
    }

    #[test]
    fn an_axis_has_short_numbers() {
        let told = [0.0, 7.0, 950.0, 999.6, 1_200.0, 19_400.0, 1_900_000.0].map(short);
        assert_eq!(told, ["0", "7", "950", "1k", "1.2k", "19k", "1.9M"]);
    }

    #[test]
    fn a_share_is_none_or_all_only_if_it_is() {
        let told = [(0, 9), (1, 100_000), (1, 40), (1, 3), (99_999, 100_000), (3, 3), (0, 0)];
        let told = told.map(|(part, whole)| percent(part, whole));
        assert_eq!(told, ["0 %", "< 0.1 %", "2.5 %", "33 %", "> 99.9 %", "100 %", "–"]);
    }

    #[test]
    fn durations_have_the_units_of_their_size() {
        let told = [0, 840, 12_345, 59_999, 245_000, 7_800_000].map(duration);
        assert_eq!(told, ["0 ms", "840 ms", "12.3 s", "60.0 s", "4 min 5 s", "2 h 10 min"]);
    }

    #[test]
    fn an_axis_of_time_has_one_unit() {
        assert_eq!([0, 800, 20_000, 180_000, 5_400_000, 9_000_000].map(moment), ["0", "800 ms", "20 s", "3 min", "90 min", "2.5 h"]);
        assert_eq!([7, 2_048, 300 << 20].map(bytes), ["7 B", "2.0 KiB", "300.0 MiB"]);
    }

    #[test]
    fn signs_are_shown() {
        assert_eq!([12.34, -4.0, -0.01, 0.0].map(bits), ["+12.3", "−4.0", "0.0", "0.0"]);
        assert_eq!([1_200, -3, 0].map(difference), ["+1,200", "−3", "0"]);
    }

    #[test]
    fn small_amounts_of_money_keep_two_digits() {
        assert_eq!([0.0, 0.000_012, 0.012_3, 0.5, 1_234.567].map(dollars), ["$0", "$0.000012", "$0.012", "$0.50", "$1,234.57"]);
    }
}
