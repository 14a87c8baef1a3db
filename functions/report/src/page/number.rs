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

/// A number and a noun in the singular: `1 row`, `1,234 rows`, `2 entries`.
pub fn plural(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(number), noun(number, what))
}

/// A noun for a number of things: `row` for 1, `rows` otherwise.
fn noun(number: u64, what: &str) -> String {
    match what.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if number == 1 => what.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    }
}

/// A number for an axis, with at most three digits that tell: 950, 1.2k, 19.4k, 1.9M.
pub fn short(number: f64) -> String {
    const UNITS: [&str; 5] = ["", "k", "M", "G", "T"];
    let mut value = number;
    let mut unit = 0;
    while value.abs() >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    three_digits(value) + UNITS[unit]
}

/// A number, rounded to three digits, without noughts that tell nothing.
fn three_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let decimals = (2.0 - value.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
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
    } else if share >= 0.895 {
        format!("{:.1} %", share * 100.0)
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A share for an axis, in whole percent.
pub fn whole_percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
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

/// The unit in which durations of up to this many milliseconds are short numbers: its milliseconds and its name.
pub fn unit_of_time(milliseconds: u64) -> (f64, &'static str) {
    match milliseconds {
        0..1_000 => (1.0, "ms"),
        1_000..120_000 => (1_000.0, "s"),
        120_000..7_200_000 => (60_000.0, "min"),
        _ => (3_600_000.0, "h"),
    }
}

/// An amount that need not be whole, with one decimal if it is small: 1.6, 2,465.
pub fn amount(amount: f64) -> String {
    if amount < 99.95 { format!("{amount:.1}") } else { count(amount.round() as u64) }
}

/// A size in the largest unit that keeps it above one: 12.3 MiB.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    // What would be shown as 1024.0 is one of the next unit.
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

/// A score or a threshold in bits, which has a sign only below zero: 12.3, −4.0.
pub fn score(amount: f64) -> String {
    bits(amount).replace('+', "")
}

/// A score for an axis: 20, −5, 2.5.
pub fn short_score(amount: f64) -> String {
    three_digits(amount).replace('-', "−")
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
        let told = [0, 12, 999, 1_000, 12_345, 1_234_567].map(count);
        assert_eq!(told, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn an_axis_has_short_numbers() {
        let told = [0.0, 7.0, 950.0, 999.6, 1_200.0, 19_400.0, 1_900_000.0].map(short);
        assert_eq!(told, ["0", "7", "950", "1k", "1.2k", "19.4k", "1.9M"]);
    }

    #[test]
    fn neighbours_on_an_axis_differ() {
        assert_eq!([1_480_000.0, 1_500_000.0].map(short), ["1.48M", "1.5M"]);
        assert_eq!([0.035, 0.04, 100.0].map(short), ["0.035", "0.04", "100"]);
        assert_eq!([-5.0, 0.0, 2.5].map(short_score), ["−5", "0", "2.5"]);
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
        let told = [800, 20_000, 180_000, 9_000_000].map(|most| unit_of_time(most).1);
        assert_eq!(told, ["ms", "s", "min", "h"]);
    }

    #[test]
    fn sizes_and_amounts_are_rounded() {
        assert_eq!([7, 2_048, 300 << 20].map(bytes), ["7 B", "2.0 KiB", "300.0 MiB"]);
        assert_eq!([1.64, 99.96, 2_465.2].map(amount), ["1.6", "100", "2,465"]);
    }

    #[test]
    fn signs_are_shown() {
        assert_eq!([12.34, -4.0, -0.01, 0.0].map(bits), ["+12.3", "−4.0", "0.0", "0.0"]);
        assert_eq!([12.34, -4.0].map(score), ["12.3", "−4.0"]);
        assert_eq!([1_200, -3, 0].map(difference), ["+1,200", "−3", "0"]);
    }

    #[test]
    fn small_amounts_of_money_keep_two_digits() {
        assert_eq!(
            [0.0, 0.000_012, 0.012_3, 0.5, 1_234.567].map(dollars),
            ["$0", "$0.000012", "$0.012", "$0.50", "$1,234.57"]
        );
    }

    #[test]
    fn sizes_have_units() {
        let shown: Vec<String> = [0, 1023, 1024, 1536, 1_048_575, 5 << 30, u64::MAX].map(bytes).into();
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "5.0 GiB", "16384.0 PiB"]);
    }

    #[test]
    fn nouns_follow_their_number() {
        let shown = [(1, "customer"), (0, "customer"), (1234, "row"), (2, "entry"), (1, "entry"), (2, "key")];
        let expected = ["1 customer", "0 customers", "1,234 rows", "2 entries", "1 entry", "2 keys"];
        assert_eq!(shown.map(|(number, what)| plural(number, what)), expected);
        assert_eq!(plural(1_usize, "file"), "1 file");
    }
}
