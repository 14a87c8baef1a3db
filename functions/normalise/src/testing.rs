//! What the tests of steps have in common.

use std::borrow::Cow;

/// Asserts what a step makes of texts, whether they are borrowed or not.
pub(crate) fn check_step(step: impl Fn(Cow<'_, str>) -> Cow<'_, str>, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(step(Cow::Borrowed(text)), *expected, "{text:?}");
        assert_eq!(step(Cow::Owned((*text).to_owned())), *expected, "{text:?}");
    }
}

/// Asserts the phonetic codes of names.
pub(crate) fn check_code(code: impl Fn(&str) -> Option<String>, cases: &[(&str, &str)]) {
    for (name, expected) in cases {
        assert_eq!(code(name).unwrap_or_default(), *expected, "{name}");
    }
}
