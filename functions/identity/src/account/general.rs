//! Reading accounts with the general JSON parser: members in any order, with escapes, and unknown ones ignored.

use std::borrow::Cow;
use std::fmt;

use onefold_normalise::field::{OwnField, TextField};
use onefold_normalise::timestamp::Timestamp;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Account;
use super::more::WRITTEN_BIRTHDATE;

impl<'de: 'a, 'a> Deserialize<'de> for Account<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AccountVisitor)
    }
}

struct AccountVisitor;

impl<'de> Visitor<'de> for AccountVisitor {
    type Value = Account<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an account")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Account<'de>, M::Error> {
        let mut account = Account::default();
        let mut others = Vec::new();
        while let Some(name) = map.next_key_seed(TextSeed)? {
            match name.as_ref() {
                "ref" => account.reference = map.next_value_seed(TextSeed)?,
                "updated_at" => account.updated_at = Some(timestamp(&map.next_value_seed(TextSeed)?)?),
                "received_at" => account.received_at = timestamp(&map.next_value_seed(TextSeed)?)?,
                "deleted" => account.deleted = map.next_value()?,
                "address" => map.next_value_seed(AddressSeed(&mut account))?,
                "location" => account.location = Some(raw(map.next_value()?)),
                "salary" => account.salary = Some(raw(map.next_value()?)),
                "interests" => account.interests = map.next_value_seed(TextsSeed)?,
                "attributes" => account.attributes = map.next_value_seed(AttributesSeed)?,
                "other_values" => others.extend(map.next_value_seed(OthersSeed)?),
                WRITTEN_BIRTHDATE => account.set_written_birthdate(map.next_value_seed(TextSeed)?),
                "provenance" => account.provenance = Some(raw(map.next_value()?)),
                member => match TextField::from_plain_member(member) {
                    Some(field) => account.set_first(field, Some(map.next_value_seed(TextSeed)?)),
                    None if OwnField::is_name(member) => {
                        if let Some(value) = text(map.next_value()?) {
                            account.set_own(name, value);
                        }
                    }
                    None => _ = map.next_value::<IgnoredAny>()?,
                },
            }
        }
        // An account's own value is the first one, wherever it stands.
        for (name, values) in others {
            for value in values {
                account.push_named(Cow::clone(&name), value);
            }
        }
        if account.reference.is_empty() {
            return Err(de::Error::missing_field("ref"));
        }
        Ok(account)
    }
}

fn raw(value: &RawValue) -> Cow<'_, str> {
    Cow::Borrowed(value.get())
}

/// The text of a value, if it is a string.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let is_string = value.get().starts_with('"');
    is_string.then(|| TextSeed.deserialize(&mut serde_json::Deserializer::from_str(value.get())).ok())?
}

fn timestamp<E: de::Error>(text: &str) -> Result<Timestamp, E> {
    Timestamp::parse(text).ok_or_else(|| E::custom("a time is not RFC 3339"))
}

/// Reads a string without copying it, unless it has escapes.
pub struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

struct AddressSeed<'s, 'de>(&'s mut Account<'de>);

impl<'de> DeserializeSeed<'de> for AddressSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AddressSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an address")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key_seed(TextSeed)? {
            match TextField::from_address_member(&name) {
                Some(field) => self.0.set_text(field, Some(map.next_value_seed(TextSeed)?)),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

struct TextsSeed;

impl<'de> DeserializeSeed<'de> for TextsSeed {
    type Value = Vec<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for TextsSeed {
    type Value = Vec<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of strings")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        let mut texts = Vec::new();
        while let Some(text) = sequence.next_element_seed(TextSeed)? {
            texts.push(text);
        }
        Ok(texts)
    }
}

struct OthersSeed;

impl<'de> DeserializeSeed<'de> for OthersSeed {
    type Value = Vec<(Cow<'de, str>, Vec<Cow<'de, str>>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OthersSeed {
    type Value = Vec<(Cow<'de, str>, Vec<Cow<'de, str>>)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of arrays of strings")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut others = Vec::new();
        while let Some(name) = map.next_key_seed(TextSeed)? {
            others.push((name, map.next_value_seed(TextsSeed)?));
        }
        Ok(others)
    }
}

struct AttributesSeed;

impl<'de> DeserializeSeed<'de> for AttributesSeed {
    type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AttributesSeed {
    type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut attributes = Vec::new();
        while let Some(name) = map.next_key_seed(TextSeed)? {
            attributes.push((name, raw(map.next_value()?)));
        }
        Ok(attributes)
    }
}
