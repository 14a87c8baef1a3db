//! Reading JSON as programs mostly write it: without escapes.
//!
//! Without escapes a string is a slice up to the next quote, and nothing has to be decoded or copied. Every method gives
//! `None` or `false` for text that it does not know, valid or not: the caller then uses the general parser, which also
//! says what is wrong. Text that a method accepts is valid JSON, and both parsers read it alike. A property test compares
//! the two.

use serde_json::value::RawValue;

use crate::json::{HIGHS, ONES};

/// A place in a text that has neither backslashes nor control characters.
#[derive(Debug)]
pub struct PlainJson<'a> {
    rest: &'a str,
}

impl<'a> PlainJson<'a> {
    /// The start of a text, if it can be read in this way.
    #[inline]
    pub fn new(text: &'a str) -> Option<Self> {
        // Without an early exit, so that many bytes are compared at once.
        let has_special = text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'\\'));
        (!has_special).then_some(Self { rest: text })
    }

    /// Whether nothing is left.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Whether `expected` stands here.
    #[inline]
    pub fn is_at(&self, expected: &str) -> bool {
        self.rest.starts_with(expected)
    }

    /// Goes on behind `expected` if it stands here.
    #[inline(always)]
    pub fn take(&mut self, expected: &str) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes on behind a mark such as `,` and the blanks around it.
    #[inline(always)]
    pub fn take_mark(&mut self, mark: &str) -> bool {
        self.skip_blanks();
        let is_here = self.take(mark);
        self.skip_blanks();
        is_here
    }

    #[inline(always)]
    fn skip_blanks(&mut self) {
        while let Some(rest) = self.rest.strip_prefix(' ') {
            self.rest = rest;
        }
    }

    /// A string's text.
    #[inline]
    pub fn string(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?;
        let (text, rest) = text.split_at_checked(find_quote(text.as_bytes())?)?;
        self.rest = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A number's text.
    #[inline]
    pub fn number(&mut self) -> Option<&'a str> {
        let (number, rest) = self.rest.split_at_checked(number_length(self.rest.as_bytes())?)?;
        self.rest = rest;
        Some(number)
    }

    /// Goes on behind an object or a list that is neither empty nor holds others. The place is anywhere after `None`.
    #[inline]
    fn flat(&mut self) -> Option<()> {
        let is_object = self.take("{");
        if !is_object && !self.take("[") {
            return None;
        }
        loop {
            if is_object && (self.string().is_none() || !self.take(":")) {
                return None;
            }
            if let b'{' | b'[' = self.peek()? {
                return None;
            }
            self.value()?;
            if !self.take(",") {
                return self.take(if is_object { "}" } else { "]" }).then_some(());
            }
        }
    }

    /// Any value's text.
    #[inline]
    pub fn value(&mut self) -> Option<&'a str> {
        let from = self.rest;
        match self.peek()? {
            b'"' => _ = self.string()?,
            b'-' | b'0'..=b'9' => return self.number(),
            b'{' | b'[' if self.flat().is_none() => {
                let mut values = serde_json::Deserializer::from_str(from).into_iter::<&RawValue>();
                let value = values.next()?.ok()?.get();
                self.rest = from.get(values.byte_offset()..)?;
                return Some(value);
            }
            b'{' | b'[' => {}
            _ => {
                if !["null", "true", "false"].into_iter().any(|word| self.take(word)) {
                    return None;
                }
            }
        }
        from.get(..from.len() - self.rest.len())
    }
}

/// The place of the first quote; eight bytes at a time, by the arithmetic of "Bit Twiddling Hacks" (Anderson), "Determine
/// if a word has a zero byte". Names and values are short: a search made for long texts takes twice the time.
#[inline(always)]
fn find_quote(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word) ^ (ONES * b'"' as u64);
        // The lowest bit is that of the first quote; what stands above it can be wrong.
        let quotes = word.wrapping_sub(ONES) & !word & HIGHS;
        if quotes != 0 {
            return Some(number * 8 + quotes.trailing_zeros() as usize / 8);
        }
    }
    let behind = rest.iter().position(|byte| *byte == b'"')?;
    Some(text.len() - rest.len() + behind)
}

/// The length of the number at the start of some text (RFC 8259, 6).
#[inline]
fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = usize::from(text.first() == Some(&b'-'));
    let whole = digits(length);
    if whole == 0 || (whole > 1 && text[length] == b'0') {
        return None;
    }
    length += whole;
    if text.get(length) == Some(&b'.') {
        let fraction = digits(length + 1);
        if fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if let Some(b'e' | b'E') = text.get(length) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent == 0 {
            return None;
        }
        length += 1 + sign + exponent;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_is_what_the_general_parser_takes_for_one(
            value in prop_oneof![
                "[-+0-9.eE]{1,6}",
                r#""[a-zé{\[]{0,3}"?"#,
                r#"[\[\]{}",:0-9 a]{1,9}"#,
                prop_oneof!["null", "true", "false", "nul", "nulL"],
            ],
        ) {
            // In an array, as a value stands in a text.
            let text = format!("{value},1]");
            let mut json = PlainJson::new(&text).unwrap();
            match json.value() {
                Some(found) => {
                    prop_assert_eq!(json.rest, &text[found.len()..]);
                    let general: &RawValue = serde_json::from_str(found).unwrap();
                    prop_assert_eq!(found, general.get(), "without blanks around it");
                }
                None => {
                    let mut general = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
                    let is_value = general.next().is_some_and(|value| value.is_ok());
                    prop_assert!(!is_value || text.starts_with(' '));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_first_quote_is_found(text in "[a-z!#\"é]{0,40}") {
            prop_assert_eq!(find_quote(text.as_bytes()), text.find('"'));
        }
    }

    #[test]
    fn text_with_escapes_or_control_characters_is_not_plain() {
        for text in [r#""\n""#, "\"a\tb\"", "\"a\nb\"", "\"\u{0}\"", r"\"] {
            assert!(PlainJson::new(text).is_none(), "{text:?}");
        }
        let mut json = PlainJson::new(r#""Köln" : 7"#).unwrap();
        assert_eq!(json.string(), Some("Köln"));
        assert!(json.take_mark(":"));
        assert_eq!(json.number(), Some("7"));
        assert!(json.is_over());
    }
}
