//! Phone numbers: 3 one is the other with something before or behind it, 2 one edit.
//!
//! A number without an extension is that with one. Two extensions of a number are two desks of one house: as far apart as
//! an edit.

use super::value::Value;
use crate::similarity::is_one_edit;
use crate::{DIFFER, Level};

/// What stands between a number and its extension.
const EXTENSION: &[u8] = b";ext=";
/// So many last digits are a whole number without its codes.
const SUBSCRIBER_DIGITS: usize = 8;

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    let ((number_a, extension_a), (number_b, extension_b)) = (parts(a.text.bytes()), parts(b.text.bytes()));
    let level = if is_whole_with_more(number_a, number_b) {
        3
    } else if is_one_edit(number_a, number_b) {
        2
    } else {
        DIFFER
    };
    let are_two_desks = !extension_a.is_empty() && !extension_b.is_empty() && extension_a != extension_b;
    if are_two_desks { DIFFER.max(level - 1) } else { level }
}

/// The number, and the extension behind it.
fn parts(phone: &[u8]) -> (&[u8], &[u8]) {
    let end = phone.iter().position(|byte| *byte == EXTENSION[0]).unwrap_or(phone.len());
    (&phone[..end], phone.get(end + EXTENSION.len()..).unwrap_or_default())
}

/// Whether one begins with the other, or both end in the same whole number.
fn is_whole_with_more(a: &[u8], b: &[u8]) -> bool {
    let end = |phone: &[u8]| phone.last_chunk::<SUBSCRIBER_DIGITS>().copied();
    a.starts_with(b) || b.starts_with(a) || end(a).is_some_and(|digits| end(b) == Some(digits))
}
