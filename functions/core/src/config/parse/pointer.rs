//! JSON Pointers (RFC 6901) in the configuration.

use crate::config::toml_reader::{Notes, Section};

/// Whether a pointer may be empty: the whole document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// A JSON Pointer that must be there.
pub(super) fn pointer(section: &Section<'_>, name: &str, whole: Whole, notes: &mut Notes<'_>) -> Option<String> {
    let (text, span) = section.required_text(name, notes)?;
    let is_whole = text.is_empty() && whole == Whole::Allowed;
    if !is_whole && !text.starts_with('/') {
        notes.fault(span, no_pointer(text, whole));
        return None;
    }
    Some(text.to_owned())
}

/// What to say of a text that does not start with a slash. Mostly it is the bare name of a member or column.
pub(super) fn no_pointer(text: &str, whole: Whole) -> String {
    let or_empty = if whole == Whole::Allowed { ", or be empty where the page is the array" } else { "" };
    let meant = format!("/{text}");
    format!("{text:?} is no JSON Pointer (RFC 6901): it must start with /{or_empty}; did you mean {meant:?}?")
}
