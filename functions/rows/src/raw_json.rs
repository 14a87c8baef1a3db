//! JSON that accounts keep as it came, without what many readers refuse.
//!
//! RFC 8259 allows escapes of U+0000 and of half a surrogate pair, which is no character. jq, Arrow, DuckDB and
//! PostgreSQL refuse a whole file for one of them.

use onefold_normalise::{is_stray_control, without_control};

/// JSON text that was changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mended {
    /// The text.
    pub text: String,
    /// Whether control characters were taken out.
    pub has_controls: bool,
    /// Whether U+FFFD stands where half a surrogate pair was.
    pub has_surrogates: bool,
}

/// Takes control characters out of the strings and names of a valid JSON value, and puts U+FFFD in place of each half
/// of a surrogate pair that stands alone; `None` if there is nothing to do.
pub(crate) fn mended(json: &str) -> Option<Mended> {
    let mut out = Mended { text: String::with_capacity(json.len()), has_controls: false, has_surrogates: false };
    let mut rest = json;
    while let Some(letter) = rest.chars().next() {
        // Backslashes stand in strings only.
        let (letter, length) = match letter {
            '\\' => escaped(rest),
            letter => (Ok(letter), letter.len_utf8()),
        };
        let (text, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push(letter, text);
        rest = behind;
    }
    (out.has_controls || out.has_surrogates).then_some(out)
}

impl Mended {
    /// Appends a letter that is written as `text`.
    fn push(&mut self, letter: Result<char, HalfPair>, text: &str) {
        match letter {
            Err(HalfPair) => {
                self.has_surrogates = true;
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
            Ok(letter) if is_stray_control(letter) => {
                self.has_controls = true;
                self.text.extend(without_control(letter));
            }
            Ok(_) => self.text.push_str(text),
        }
    }
}

/// Half a surrogate pair.
struct HalfPair;

/// What the escape at the start of a text stands for, and its length.
fn escaped(text: &str) -> (Result<char, HalfPair>, usize) {
    let letter = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(text),
        // All others are kept as they are.
        _ => '\\',
    };
    (Ok(letter), 2)
}

/// As [`escaped`], for `\u` and four digits, or two of these for one character.
fn unicode(text: &str) -> (Result<char, HalfPair>, usize) {
    const LENGTH: usize = r"\u0000".len();
    let unit = |at: usize| {
        let digits = text.get(at..at + LENGTH)?.strip_prefix(r"\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let units = [unit(0), unit(LENGTH)].into_iter().map_while(|unit| unit);
    match char::decode_utf16(units).next() {
        Some(Ok(letter)) => (Ok(letter), LENGTH * letter.len_utf16()),
        Some(Err(_)) | None => (Err(HalfPair), LENGTH),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_readers_refuse_is_taken_out() {
        let cases = [
            (r#""cut \ud83d""#, "\"cut \u{fffd}\"", false, true),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\"", false, true),
            (r#""\ude00\ud83d""#, "\"\u{fffd}\u{fffd}\"", false, true),
            (r#"{"\ud800":{"a\u0000":["\uDFFFx"]}}"#, "{\"\u{fffd}\":{\"a\":[\"\u{fffd}x\"]}}", true, true),
            (r#""a\u0000b\u001F\b""#, r#""ab""#, true, false),
            (r#""a\u000bb\fc\u0085d""#, r#""a b c d""#, true, false),
            ("\"a\u{7f}b\u{9f}\"", "\"ab\"", true, false),
        ];
        for (json, expected, has_controls, has_surrogates) in cases {
            let expected = Mended { text: expected.to_owned(), has_controls, has_surrogates };
            assert_eq!(mended(json), Some(expected), "{json}");
        }
        let fine =
            [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\\\\u0000\"\/\n\t\r""#, r#""\u000a\u0009é""#, "17.50", "[ 1 ]"];
        for json in fine {
            assert_eq!(mended(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_is_mended_is_json_that_means_the_rest(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    r"\ud83d", r"\ude00", r"\uD83D\uDE00", r"\u0000", r"\u001f", r"\u0041", r"\\", r#"\""#, r"\n", r"\f", "é",
                    "u0000", "\u{7f}", "\u{85}", "😀", "x",
                ]),
                0..12,
            ),
        ) {
            let json = format!("{{\"{0}\":[\"{0}\",1.50]}}", pieces.concat());
            let text = mended(&json).map_or(json.clone(), |mended| mended.text);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let (name, list) = value.as_object().unwrap().iter().next().unwrap();
            prop_assert_eq!(list[0].as_str(), Some(name.as_str()));
            prop_assert!(!name.chars().any(is_stray_control));
            prop_assert!(text.ends_with(",1.50]}"), "{}", text);
            prop_assert_eq!(mended(&text), None, "what is mended stays");
            // The general reader takes what was right from the start, and reads the same.
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&json) {
                let (before, _) = value.as_object().unwrap().iter().next().unwrap();
                let expected: String = before.chars().filter_map(without_control).collect();
                prop_assert_eq!(name, &expected);
            }
        }
    }
}
