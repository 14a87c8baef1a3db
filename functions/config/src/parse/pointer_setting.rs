//! Settings that are JSON Pointers (RFC 6901).

use std::ops::Range;

use crate::pointer::{has_wildcard, tokens};
use crate::toml_reader::{Notes, Section};

/// Whether a pointer may be empty: the whole document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WholeDocument {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// A JSON Pointer that must be there.
pub(super) fn pointer(
    section: &Section<'_>,
    name: &str,
    whole: WholeDocument,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let (text, span) = section.required_text(name, notes)?;
    check_pointer(text, span, whole, notes).then(|| text.to_owned())
}

/// Whether a text is a JSON Pointer that can find something. Notes a fault if not: most often it is the bare name of a
/// member or column.
pub(super) fn check_pointer(text: &str, span: Range<usize>, whole: WholeDocument, notes: &mut Notes<'_>) -> bool {
    let is_whole = text.is_empty() && whole == WholeDocument::Allowed;
    let is_pointer = is_whole || text.starts_with('/');
    if !is_pointer {
        let or_empty = if whole == WholeDocument::Allowed { ", or be empty where the page is the array" } else { "" };
        let meant = format!("/{text}");
        notes.fault(
            span,
            format!("{text:?} is no JSON Pointer (RFC 6901): it must start with /{or_empty}; did you mean {meant:?}?"),
        );
        return false;
    }
    let Some(token) = tokens(text).find(|token| counts_from_end(token)) else { return true };
    notes.fault(
        span,
        format!("{text:?} finds nothing: a JSON Pointer (RFC 6901) counts from the start, from 0, so {token} is no place in a list"),
    );
    false
}

/// Notes a fault if a pointer has a wildcard. `field` takes one value.
pub(super) fn refuse_wildcard(pointer: &str, span: Range<usize>, field: &str, notes: &mut Notes<'_>) {
    if has_wildcard(pointer) {
        notes.fault(
            span,
            format!(
                "{pointer:?} finds several values, as * stands for every item of a list, and {field} takes one; write \
                 the item's place in place of *, such as 0, or ~* for a member that is named *"
            ),
        );
    }
}

/// Whether a token would be a place that is counted from the end of a list, as other notations have it.
fn counts_from_end(token: &str) -> bool {
    token.strip_prefix('-').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
