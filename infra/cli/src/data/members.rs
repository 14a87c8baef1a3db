//! The members of a JSON object, in the order in which they are written.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The names and values of an object's members. A member of an inner object is named by all names on the way, joined by
/// `separator`. Texts lose their quotes, other values stay as they are written. Empty if the text is not an object.
pub fn members(text: &str, separator: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reader = MemberReader { prefix: "", separator, found: &mut found };
    if reader.deserialize(&mut deserializer).is_err() || deserializer.end().is_err() {
        found.clear();
    }
    found
}

struct MemberReader<'r> {
    prefix: &'r str,
    separator: &'r str,
    found: &'r mut Vec<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for MemberReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MemberReader<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            let name = format!("{}{name}", self.prefix);
            let text = value.get();
            match text.as_bytes().first() {
                Some(b'{') => {
                    let prefix = format!("{name}{}", self.separator);
                    let inner = MemberReader { prefix: &prefix, separator: self.separator, found: &mut *self.found };
                    let mut deserializer = serde_json::Deserializer::from_str(text);
                    inner.deserialize(&mut deserializer).map_err(serde::de::Error::custom)?;
                }
                Some(b'"') => self.found.push((name, serde_json::from_str(text).map_err(serde::de::Error::custom)?)),
                _ => self.found.push((name, text.to_owned())),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stay_in_their_order() {
        let found = members(r#"{"z":1.50,"a":{"y":"\"é\"","b":[1, {"c":2}]},"n":null}"#, "/");
        let expected = [("z", "1.50"), ("a/y", "\"é\""), ("a/b", "[1, {\"c\":2}]"), ("n", "null")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for broken in ["", "[1]", "{\"a\":1", "{\"a\":1} x", "{\"a\":{\"b\"}}"] {
            assert_eq!(members(broken, "/"), [], "{broken}");
        }
    }
}
