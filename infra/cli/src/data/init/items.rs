//! Finds the rows in one JSON object: its longest array of objects.

use std::fmt;

use onefold_config::pointer::escaped;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

/// The first value of a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstValue {
    /// Whether the text holds the whole value.
    pub is_whole: bool,
    /// Whether it is on one line.
    pub is_on_one_line: bool,
    /// Whether anything follows it.
    pub is_followed: bool,
    /// The pointer and length of its longest array of objects; the first of equal ones.
    pub longest: Option<(String, usize)>,
}

/// Parses the first value of a text, which may be cut off. `None` if it is not a JSON object.
pub fn first_value(text: &str) -> Option<FirstValue> {
    let mut found = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Members { path: String::new(), found: &mut found }.deserialize(&mut deserializer);
    let is_whole = match read {
        Ok(()) => true,
        Err(error) if error.classify() == Category::Eof => false,
        Err(_) => return None,
    };
    let end = if is_whole { end_of_first(text) } else { text.len() };
    let (first, behind) = text.split_at(end);
    // `max_by_key` returns the last of equal ones, so the order is reversed.
    let longest = found.into_iter().filter(|(_, objects)| *objects > 0).rev().max_by_key(|(_, objects)| *objects);
    Some(FirstValue {
        is_whole,
        is_on_one_line: !first.trim().contains('\n'),
        is_followed: !behind.trim().is_empty(),
        longest,
    })
}

/// The end of the first value of a text.
fn end_of_first(text: &str) -> usize {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next();
    values.byte_offset()
}

/// The members of an object, and of the objects in it.
struct Members<'f> {
    path: String,
    /// The pointer of each array, with the number of objects at its start.
    found: &'f mut Vec<(String, usize)>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let path = format!("{}/{}", self.path, escaped(&name));
            map.next_value_seed(Member { path, found: &mut *self.found })?;
        }
        Ok(())
    }
}

/// Any value of a member.
struct Member<'f> {
    path: String,
    found: &'f mut Vec<(String, usize)>,
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        Members { path: self.path, found: self.found }.visit_map(map)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<(), S::Error> {
        let place = self.found.len();
        self.found.push((self.path, 0));
        while let Some(is_object) = sequence.next_element::<IsObject>()? {
            self.found[place].1 += usize::from(is_object.0);
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Whether a value is an object. Its content is skipped.
struct IsObject(bool);

impl<'de> serde::Deserialize<'de> for IsObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.get().starts_with('{')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(text: &str) -> Option<(String, usize)> {
        first_value(text).unwrap().longest
    }

    #[test]
    fn the_longest_array_of_objects_is_found() {
        let at = |pointer: &str, objects| Some((pointer.to_owned(), objects));
        assert_eq!(longest(r#"{"users":[{"id":1,"tags":[{},{},{}]},{"id":2}],"count":2}"#), at("/users", 2));
        assert_eq!(longest(r#"{"meta":{"a/b":[{}],"c~d":[1,2,3]},"rows":[]}"#), at("/meta/a~1b", 1));
        assert_eq!(longest(r#"{"a":[{}],"b":[{},{}],"c":[{},{}]}"#), at("/b", 2), "the first of equal ones");
        assert_eq!(longest(r#"{"a":[1,"x",null],"b":{"c":true}}"#), None);
    }

    #[test]
    fn a_text_that_is_cut_off_tells_as_much_as_it_has() {
        let whole = "{\n \"n\": 1.5, \"users\": [{\"id\": 1}, {\"id\": 2}, {\"id\": 3}]\n}";
        let found = first_value(whole).unwrap();
        assert!(found.is_whole && !found.is_on_one_line && !found.is_followed);
        for end in 1..whole.len() {
            let cut = first_value(&whole[..end]).unwrap();
            let objects = whole[..end].matches('}').count().min(3);
            assert_eq!((cut.is_whole, cut.longest.map_or(0, |(_, objects)| objects)), (false, objects), "{end}");
        }
    }

    #[test]
    fn what_follows_is_told() {
        let found = first_value("{\"id\":1}\n{\"id\":2}\n").unwrap();
        assert!(found.is_whole && found.is_on_one_line && found.is_followed && found.longest.is_none());
        assert!(!first_value("{\"id\":1}\n").unwrap().is_followed);
        for text in ["", "[1]", "x", "{]", "7"] {
            assert!(first_value(text).is_none_or(|found| !found.is_whole), "{text}");
        }
        assert_eq!(first_value("{]"), None);
    }
}
