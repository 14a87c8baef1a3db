//! Taking a page apart. Rows are passed on with their original text.

use std::collections::BTreeMap;

use onefold_config::pointer;
use serde_json::value::RawValue;

/// Reads a page. Its text is borrowed, and known to be JSON.
pub(super) fn page(body: &[u8]) -> Option<&RawValue> {
    serde_json::from_slice(body).ok()
}

/// The value at a JSON Pointer (RFC 6901).
pub(super) fn at<'j>(json: &'j RawValue, pointer: &str) -> Option<&'j RawValue> {
    pointer::tokens(pointer).try_fold(json, |json, token| match json.get().as_bytes().first()? {
        b'{' => {
            let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(json.get()).ok()?;
            members.remove(token.as_ref())
        }
        b'[' => elements(json)?.get(pointer::index(&token)?).copied(),
        _ => None,
    })
}

/// The elements of an array.
pub(super) fn elements(json: &RawValue) -> Option<Vec<&RawValue>> {
    json.get().starts_with('[').then(|| serde_json::from_str(json.get()).ok())?
}

/// The elements of an array; none of null, which some APIs give in place of an empty one.
pub(super) fn elements_or_null(json: &RawValue) -> Option<Vec<&RawValue>> {
    if json.get() == "null" { Some(Vec::new()) } else { elements(json) }
}

/// The text of a string, or a number as it is written.
pub(super) fn text(json: &RawValue) -> Option<String> {
    match json.get().as_bytes().first()? {
        b'"' => serde_json::from_str(json.get()).ok(),
        b'-' | b'0'..=b'9' => Some(json.get().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_pointer_points_at() {
        // RFC 6901, 5, and what else there may be.
        let body = r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"\u00e9":[[ 1 , {"x":null} ]],"deep":{"er":"\n"}}"#;
        let page = page(body.as_bytes()).unwrap();
        let cases = [
            ("", Some(body)),
            ("/foo", Some(r#"["bar","baz"]"#)),
            ("/foo/0", Some("\"bar\"")),
            ("/foo/01", None),
            ("/foo/2", None),
            ("/foo/-", None),
            ("/", Some("0")),
            ("/a~1b", Some("1")),
            ("/m~0n", Some("8")),
            ("/é/0/1/x", Some("null")),
            ("/deep/er", Some(r#""\n""#)),
            ("/deep/er/x", None),
            ("/none", None),
        ];
        for (pointer, expected) in cases {
            assert_eq!(at(page, pointer).map(RawValue::get), expected, "{pointer}");
        }
    }

    #[test]
    fn elements_are_the_text_that_came() {
        let array = page(b" [ {\"id\" : 1.0e2,\n \"a\":\"\\u0041\"} ,\t2,[]] ").unwrap();
        let found: Vec<&str> = elements(array).unwrap().into_iter().map(RawValue::get).collect();
        assert_eq!(found, ["{\"id\" : 1.0e2,\n \"a\":\"\\u0041\"}", "2", "[]"]);
        assert!(elements(page(b"{}").unwrap()).is_none());
        assert!(elements(page(b"null").unwrap()).is_none());
        assert!(elements_or_null(page(b"null").unwrap()).unwrap().is_empty());
        assert!(elements_or_null(page(b"{}").unwrap()).is_none());
        assert!(
            page(b"<html>").is_none() && page(b"[1,").is_none() && page(b"").is_none() && page(b"\"\xff\"").is_none()
        );
    }

    #[test]
    fn only_strings_and_numbers_are_text() {
        let text = |json: &str| text(page(json.as_bytes()).unwrap());
        assert_eq!(text(r#""a\u0041""#).as_deref(), Some("aA"));
        assert_eq!(text("-12.50").as_deref(), Some("-12.50"));
        for other in ["null", "true", "{}", "[]"] {
            assert_eq!(text(other), None);
        }
    }
}
