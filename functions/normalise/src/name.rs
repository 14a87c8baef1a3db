//! Letter case.

use std::borrow::Cow;

/// Lower case.
pub(super) fn lowercase(value: Cow<'_, str>) -> Cow<'_, str> {
    // Here and below without an early exit, so that many bytes are compared at once.
    if value.bytes().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_uppercase()) {
        return value;
    }
    Cow::Owned(value.to_lowercase())
}

/// Upper case.
pub(super) fn uppercase(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.bytes().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_lowercase()) {
        return value;
    }
    Cow::Owned(value.to_uppercase())
}

/// First letter upper case, the others lower case.
pub(super) fn capitalise(value: Cow<'_, str>) -> Cow<'_, str> {
    let is_capitalised = value.as_bytes().split_first().is_none_or(|(first, others)| {
        let is_lower = others.iter().fold(true, |all, byte| all & byte.is_ascii() & !byte.is_ascii_uppercase());
        first.is_ascii() && !first.is_ascii_lowercase() && is_lower
    });
    if is_capitalised {
        return value;
    }
    let mut letters = value.chars();
    let mut capitalised = String::with_capacity(value.len());
    if let Some(first) = letters.next() {
        capitalised.extend(first.to_uppercase());
    }
    capitalised.push_str(&letters.as_str().to_lowercase());
    Cow::Owned(capitalised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitalises() {
        let cases =
            [("anna", "Anna"), ("ANNA", "Anna"), ("Anna", "Anna"), ("JÜRGEN", "Jürgen"), ("émile", "Émile"), ("", "")];
        for (text, expected) in cases {
            assert_eq!(capitalise(Cow::Borrowed(text)), expected);
        }
    }

    #[test]
    fn changes_case() {
        assert_eq!(lowercase(Cow::Borrowed("MÜLLER@X.DE")), "müller@x.de");
        assert_eq!(uppercase(Cow::Borrowed("ch")), "CH");
        assert!(matches!(lowercase(Cow::Borrowed("plain")), Cow::Borrowed(_)));
    }
}
