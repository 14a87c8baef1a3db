//! Lists of texts: split, trimmed, in order, each item once.

use std::borrow::Cow;

/// As [`split_text`], of a text that is borrowed.
pub(super) fn split_items<'a>(text: &'a str, separator: Option<&str>) -> Vec<Cow<'a, str>> {
    let item = |text: &'a str| Some(text.trim()).filter(|item| !item.is_empty()).map(Cow::Borrowed);
    let Some(separator) = separator else {
        return item(text).into_iter().collect();
    };
    match separator.as_bytes() {
        // A single letter is found without what the search for a longer text prepares.
        [letter] if letter.is_ascii() => text.split(char::from(*letter)).filter_map(item).collect(),
        _ => text.split(separator).filter_map(item).collect(),
    }
}

/// The items of a text, without blanks around them; one item if nothing separates them.
pub(super) fn split_text<'a>(text: Cow<'a, str>, separator: Option<&str>) -> Vec<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => split_items(text, separator),
        Cow::Owned(text) => {
            split_items(&text, separator).into_iter().map(|item| Cow::Owned(item.into_owned())).collect()
        }
    }
}

/// The items in the order of their bytes, each once.
pub(super) fn sorted(mut items: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    items.sort_unstable();
    items.dedup();
    items
}
