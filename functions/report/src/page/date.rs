//! Times as people write them.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `2026-11-22T17:46:00Z` as `22 November 2026, 17:46 UTC`. What is no such time stays as it is.
pub fn long(time: &str) -> String {
    let told = parts(time).map(|parts| format!("{} {} {}, {} UTC", parts.day, parts.month, parts.year, parts.clock));
    told.unwrap_or_else(|| time.to_owned())
}

/// The same as `22 Nov 17:46`.
pub fn short(time: &str) -> String {
    let told = parts(time).map(|parts| format!("{} {} {}", parts.day, &parts.month[..3], parts.clock));
    told.unwrap_or_else(|| time.to_owned())
}

/// The same as `22 Nov`.
pub fn day(time: &str) -> String {
    let told = parts(time).map(|parts| format!("{} {}", parts.day, &parts.month[..3]));
    told.unwrap_or_else(|| time.to_owned())
}

struct Parts<'t> {
    year: &'t str,
    month: &'static str,
    day: &'t str,
    clock: &'t str,
}

fn parts(time: &str) -> Option<Parts<'_>> {
    let month: usize = time.get(5..7)?.parse().ok()?;
    let is_utc = time.ends_with('Z') && time.get(10..11)? == "T";
    let parts = Parts {
        year: time.get(..4)?,
        month: MONTHS.get(month.checked_sub(1)?)?,
        day: time.get(8..10)?.trim_start_matches('0'),
        clock: time.get(11..16)?,
    };
    is_utc.then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_with_the_name_of_the_month() {
        let time = "2026-11-02T07:46:00.123Z";
        assert_eq!([long(time), short(time), day(time)], ["2 November 2026, 07:46 UTC", "2 Nov 07:46", "2 Nov"]);
    }

    #[test]
    fn what_is_no_time_stays_as_it_is() {
        for text in ["", "yesterday", "2026-13-02T07:46:00Z", "2026-00-02T07:46:00Z", "äöüäöüäöüäöüäöüZ"]
        {
            assert_eq!([long(text), short(text), day(text)], [text; 3]);
        }
    }
}
