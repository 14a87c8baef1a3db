//! E-mail addresses: 4 the same local part, 3 at most two edits, 2 the same four or more digits.
//!
//! Namesakes have addresses that are near, and numbers tell them apart. So a typing error leaves the digits of the local
//! part as they are, or changes one of at least five.

use super::value::Value;
use crate::similarity::{is_one_edit, is_within_two_edits};
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    if local_part(a.text.bytes()) == local_part(b.text.bytes()) {
        return 4;
    }
    let digits = a.extra.len().min(b.extra.len());
    let is_same_number = a.extra == b.extra;
    let may_be_typo = is_same_number || digits >= 5 && is_one_edit(a.extra, b.extra);
    if may_be_typo && is_within_two_edits(a.text, b.text) {
        return 3;
    }
    if is_same_number && digits >= 4 { 2 } else { DIFFER }
}

/// What stands before the `@`.
pub(super) fn local_part(email: &[u8]) -> &[u8] {
    let end = email.iter().position(|byte| *byte == b'@').unwrap_or(email.len());
    &email[..end]
}
