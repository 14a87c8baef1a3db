//! JSON Pointers (RFC 6901), taken apart and put together.
//!
//! In a pointer that may find several values, the token `*` is a wildcard: every item of an array, every member of an
//! object. A member that is really named `*` is written `~*`, which RFC 6901 leaves free.
//!
//! Which pointers a setting accepts is checked by `parse/pointer_setting.rs`.

use std::borrow::Cow;

/// The reference tokens of a pointer, unescaped, the outermost first. The empty pointer, which is the whole document,
/// has none.
pub fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescaped)
}

/// What a token of a pointer with wildcards selects; the terms are those of JSONPath (RFC 9535).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The member of this name, or the item of this place.
    Name(String),
    /// All members or items.
    Wildcard,
}

/// The selectors of a pointer, the outermost first.
pub fn selectors(pointer: &str) -> impl Iterator<Item = Selector> {
    pointer.split('/').skip(1).map(|token| match token {
        "*" => Selector::Wildcard,
        name => Selector::Name(unescaped(name).into_owned()),
    })
}

/// Whether a pointer has a wildcard.
pub fn has_wildcard(pointer: &str) -> bool {
    selectors(pointer).any(|selector| selector == Selector::Wildcard)
}

fn unescaped(token: &str) -> Cow<'_, str> {
    if !token.contains('~') {
        return Cow::Borrowed(token);
    }
    if token == "~*" {
        return Cow::Borrowed("*");
    }
    // In this order, as ~01 is ~1 and not a slash.
    Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
}

/// The place of an array's element that a token names, from 0. `01` and `-` name none.
pub fn index(token: &str) -> Option<usize> {
    let is_canonical = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| is_canonical)
}

/// The name of an object's member as a token of a pointer.
pub fn escaped(name: &str) -> String {
    if name == "*" {
        return "~*".to_owned();
    }
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The value at a pointer, found by its tokens.
    fn at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
        tokens(pointer).try_fold(value, |value, token| match value {
            Value::Object(members) => members.get(token.as_ref()),
            Value::Array(elements) => elements.get(index(&token)?),
            _ => None,
        })
    }

    #[test]
    fn finds_what_the_rfc_says() {
        // RFC 6901, 5.
        let text = r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
        let document: Value = serde_json::from_str(text).unwrap();
        let cases = [
            ("/", 0),
            ("/a~1b", 1),
            ("/c%d", 2),
            ("/e^f", 3),
            ("/g|h", 4),
            ("/i\\j", 5),
            ("/k\"l", 6),
            ("/ ", 7),
            ("/m~0n", 8),
        ];
        for (pointer, expected) in cases {
            assert_eq!(at(&document, pointer), Some(&Value::from(expected)), "{pointer}");
        }
        assert_eq!(at(&document, ""), Some(&document));
        assert_eq!(at(&document, "/foo/0"), Some(&Value::from("bar")));
        assert_eq!(at(&document, "/foo/2"), None);
        assert_eq!(tokens("/a~01").collect::<Vec<_>>(), ["a~1"]);
    }

    #[test]
    fn a_star_alone_is_a_wildcard() {
        let name = |name: &str| Selector::Name(name.to_owned());
        let found: Vec<Selector> = selectors("/a/*/~*/**/~0*/b~1").collect();
        assert_eq!(found, [name("a"), Selector::Wildcard, name("*"), name("**"), name("~*"), name("b/")]);
        assert!(has_wildcard("/a/*") && !has_wildcard("/a*/~*/*b"));
    }

    #[test]
    fn an_index_is_written_in_one_way() {
        assert_eq!((index("0"), index("10")), (Some(0), Some(10)));
        for token in ["", "-", "-1", "01", "00", "+1", "1.0", "a", " 1", "99999999999999999999999"] {
            assert_eq!(index(token), None, "{token:?}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(pointer in "(/[a01~/+-]{0,3}){0,3}") {
            let document = serde_json::json!({
                "a": [{"0": 1, "a": {"~": 2, "/": 3, "": 4}}, [5, 6], 7], "0": {"01": 8, "~1": 9, "-": 10}, "1": [11], "": {"": 12},
            });
            prop_assert_eq!(at(&document, &pointer), document.pointer(&pointer));
        }

        #[test]
        fn a_name_that_is_escaped_is_found(names in prop::collection::vec("[a~/01*]{0,4}", 0..4)) {
            let pointer: String = names.iter().map(|name| format!("/{}", escaped(name))).collect();
            prop_assert!(!has_wildcard(&pointer));
            prop_assert_eq!(tokens(&pointer).collect::<Vec<_>>(), names);
        }
    }
}
