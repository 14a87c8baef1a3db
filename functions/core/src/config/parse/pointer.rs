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
        let or_empty = if whole == Whole::Allowed { ", or be empty where the page is the array" } else { "" };
        notes.fault(span, format!("{text:?} is no JSON Pointer (RFC 6901): it must start with /{or_empty}"));
        return None;
    }
    Some(text.to_owned())
}
