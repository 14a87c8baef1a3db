//! Values of attributes: JSON text of any kind.

use std::borrow::Cow;

use onefold_normalise::placeholder::is_placeholder_of_attribute;

/// What a JSON text is as an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeText {
    /// A value.
    Value,
    /// Nothing: null, a blank text, an empty list or object.
    Empty,
    /// A text that stands for a missing value.
    Placeholder,
}

/// What a JSON text is as an attribute.
pub fn kind(json: &str) -> AttributeText {
    match json.as_bytes() {
        b"null" => AttributeText::Empty,
        [b'[' | b'{', inner @ .., _] if inner.trim_ascii().is_empty() => AttributeText::Empty,
        [b'"', ..] => kind_of_text(&text(json)),
        _ => AttributeText::Value,
    }
}

/// Whether a JSON text is a value of an attribute.
#[inline]
pub fn is_value(json: &str) -> bool {
    kind(json) == AttributeText::Value
}

fn kind_of_text(text: &str) -> AttributeText {
    if text.trim().is_empty() {
        AttributeText::Empty
    } else if is_placeholder_of_attribute(text) {
        AttributeText::Placeholder
    } else {
        AttributeText::Value
    }
}

/// The text of a JSON string.
fn text(json: &str) -> Cow<'_, str> {
    match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Cow::Borrowed(text),
        _ => serde_json::from_str(json).map_or(Cow::Borrowed(json), Cow::Owned),
    }
}

/// Whether a JSON text is zero.
pub(crate) fn is_zero(json: &str) -> bool {
    matches!(json, "0" | "\"0\"")
}

/// Takes zeros out if any other value is a word: `0` is a value among numbers, and says that there is none among words.
pub(crate) fn without_zero_among_words(values: &mut [Option<&str>]) {
    if values.iter().flatten().any(|value| is_word(value)) {
        values.iter_mut().filter(|value| value.is_some_and(is_zero)).for_each(|value| *value = None);
    }
}

/// Whether a JSON text is a text that is no number.
fn is_word(json: &str) -> bool {
    json.starts_with('"') && text(json).trim().parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_no_value() {
        for (json, expected) in [
            (r#""gold""#, AttributeText::Value),
            ("0", AttributeText::Value),
            ("false", AttributeText::Value),
            (r#""no""#, AttributeText::Value),
            (r#"{"a":null}"#, AttributeText::Value),
            ("[[]]", AttributeText::Value),
            ("null", AttributeText::Empty),
            ("[]", AttributeText::Empty),
            ("[ ]", AttributeText::Empty),
            ("{}", AttributeText::Empty),
            (r#""""#, AttributeText::Empty),
            (r#""  ""#, AttributeText::Empty),
            (r#""\t""#, AttributeText::Empty),
            (r#""\u00a0""#, AttributeText::Empty),
            (r#""n/a""#, AttributeText::Placeholder),
            (r#""\\N""#, AttributeText::Placeholder),
            (r#""NaN""#, AttributeText::Placeholder),
        ] {
            assert_eq!(kind(json), expected, "{json}");
        }
    }

    #[test]
    fn zero_is_a_value_among_numbers_and_none_among_words() {
        for (values, expected) in [
            ([Some("0"), Some("7"), None], [Some("0"), Some("7"), None]),
            ([Some("\"0\""), Some("\"12.5\""), None], [Some("\"0\""), Some("\"12.5\""), None]),
            ([Some("\"0\""), Some("\"gold\""), Some("7")], [None, Some("\"gold\""), Some("7")]),
        ] {
            let mut found = values;
            without_zero_among_words(&mut found);
            assert_eq!(found, expected);
        }
    }
}
