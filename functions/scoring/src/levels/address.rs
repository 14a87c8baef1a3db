//! Addresses: 4 the same number in a near street, 3 the same street and a near number, 2 a near street.

use super::nearness::is_near;
use super::value::Value;
use crate::similarity::is_one_edit;
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    let is_same_street = a.text == b.text;
    if !is_same_street && !is_near(a.text, b.text) {
        return DIFFER;
    }
    let (number_a, number_b) = (a.extra, b.extra);
    if number_a.is_empty() || number_b.is_empty() {
        return 2;
    }
    if number_a == number_b {
        return 4;
    }
    if is_same_street && is_one_edit(number_a, number_b) { 3 } else { 2 }
}
