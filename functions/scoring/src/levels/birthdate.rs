//! Birth dates: 5 day and month swapped, 4 one edit, 3 two of year, month and day, 2 the year or two edits.

use super::value::Value;
use crate::similarity::{is_within_one_edit, is_within_two_edits};
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    let (date_a, date_b) = (Date::of(a.text.bytes()), Date::of(b.text.bytes()));
    let year = is_same(date_a.year, date_b.year);
    let (month, day) = (is_same(date_a.month, date_b.month), is_same(date_a.day, date_b.day));
    if year && is_same(date_a.month, date_b.day) && is_same(date_a.day, date_b.month) {
        return 5;
    }
    if is_within_one_edit(a.text, b.text) {
        return 4;
    }
    if year && (month || day) || month && day {
        return 3;
    }
    if year || is_within_two_edits(a.text, b.text) { 2 } else { DIFFER }
}

/// The parts of `YYYYMMDD`, as far as they are there.
struct Date<'r> {
    year: Option<&'r [u8]>,
    month: Option<&'r [u8]>,
    day: Option<&'r [u8]>,
}

impl<'r> Date<'r> {
    fn of(text: &'r [u8]) -> Self {
        Self { year: text.get(..4), month: text.get(4..6), day: text.get(6..8) }
    }
}

fn is_same(a: Option<&[u8]>, b: Option<&[u8]>) -> bool {
    a.is_some() && a == b
}
