//! Postal codes: 3 one edit, 2 the same first three characters.

use super::value::Value;
use crate::similarity::is_within_one_edit;
use crate::{DIFFER, Level};

pub(super) fn level(a: Value<'_>, b: Value<'_>) -> Level {
    if is_within_one_edit(a.text, b.text) {
        return 3;
    }
    let area = a.text.bytes().first_chunk::<3>();
    if area.is_some() && area == b.text.bytes().first_chunk() { 2 } else { DIFFER }
}
