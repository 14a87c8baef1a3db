//! Accounts: one system's record of a customer, mapped, normalised and enriched.
//!
//! An account is written once, by Translate, as a line of JSON. Those bytes then travel unchanged through
//! Partition into the member files, so a reader can rely on the account's text as its identity.

mod plain;

pub(crate) use plain::RepeatedValues;

use std::borrow::Cow;
use std::fmt;

use memchr::memchr2;
use onefold_graph::AccountVersion;
use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::timestamp::Timestamp;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json;

/// One system's record of a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account<'a> {
    /// `<source>:<id>`
    pub reference: Cow<'a, str>,
    /// When the source last changed the record, if it says so.
    pub updated_at: Option<Timestamp>,
    /// When the object that the record was read from came into the landing zone.
    pub received_at: Timestamp,
    /// Whether the source says that the account is deleted. Such an account, a *tombstone*, has no values.
    pub deleted: bool,
    texts: [Option<Cow<'a, str>>; TEXT_FIELDS],
    /// `{"latitude":…,"longitude":…}` as JSON text.
    pub location: Option<Cow<'a, str>>,
    /// A JSON number.
    pub salary: Option<Cow<'a, str>>,
    /// Sorted, without repetition.
    pub interests: Vec<Cow<'a, str>>,
    /// The other values of the source: name and JSON text, sorted by name.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Which values came from reference tables, as [`crate::provenance`] writes it.
    pub provenance: Option<Cow<'a, str>>,
}

/// The text of an account behind its reference and times, if they come first, as [`Account::write`] writes them.
fn values(text: &[u8]) -> &[u8] {
    let mut rest = text;
    for name in [&b"{\"ref\":"[..], b",\"updated_at\":", b",\"received_at\":"] {
        rest = rest.strip_prefix(name).and_then(behind_string).unwrap_or(rest);
    }
    rest
}

/// The rest of a text behind the JSON string that it starts with.
fn behind_string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        rest = &rest[memchr2(b'"', b'\\', rest)?..];
        if let Some(behind) = rest.strip_prefix(b"\"") {
            return Some(behind);
        }
        // A backslash escapes one byte at least, and the digits of `\u` hold no quote.
        rest = rest.get(2..)?;
    }
}

impl<'a> Account<'a> {
    /// An account without values.
    pub fn new(reference: impl Into<Cow<'a, str>>, updated_at: Option<Timestamp>, received_at: Timestamp) -> Self {
        Self { reference: reference.into(), updated_at, received_at, ..Self::default() }
    }

    /// The account's version; `text` is the account's text. The digest is the XXH3 (64 bits) of the text behind the times.
    pub fn version(&self, text: &[u8]) -> AccountVersion {
        AccountVersion {
            updated_at: self.updated_at.map_or(i64::MIN, Timestamp::milliseconds),
            received_at: self.received_at.milliseconds(),
            digest: if self.deleted { AccountVersion::DELETED } else { xxhash_rust::xxh3::xxh3_64(values(text)) },
        }
    }

    /// The value of a text field.
    pub fn text(&self, field: TextField) -> Option<&str> {
        self.texts[field.index()].as_deref()
    }

    /// Sets or clears a text field.
    pub fn set_text(&mut self, field: TextField, value: Option<Cow<'a, str>>) {
        self.texts[field.index()] = value;
    }

    /// Appends the account as one JSON object, without a line end. Fields without a value are left out.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        json::push_member(out, "ref", &self.reference);
        if let Some(updated_at) = self.updated_at {
            push_timestamp(out, "updated_at", updated_at);
        }
        push_timestamp(out, "received_at", self.received_at);
        if self.deleted {
            json::push_name(out, "deleted");
            out.extend_from_slice(b"true");
        }
        for field in TextField::PLAIN {
            if let Some(text) = self.text(field) {
                out.extend_from_slice(field.json_name().as_bytes());
                json::push_string(out, text);
            }
        }
        write_address(out, |field| self.text(field));
        if let Some(location) = &self.location {
            json::push_name(out, "location");
            out.extend_from_slice(location.as_bytes());
        }
        if let Some(salary) = &self.salary {
            json::push_name(out, "salary");
            out.extend_from_slice(salary.as_bytes());
        }
        if !self.interests.is_empty() {
            json::push_name(out, "interests");
            json::push_strings(out, self.interests.iter().map(AsRef::as_ref));
        }
        if !self.attributes.is_empty() {
            json::push_name(out, "attributes");
            out.push(b'{');
            for (name, value) in &self.attributes {
                push_attribute(out, name, value);
            }
            out.push(b'}');
        }
        if let Some(provenance) = &self.provenance {
            json::push_name(out, "provenance");
            out.extend_from_slice(provenance.as_bytes());
        }
        out.push(b'}');
    }

    /// Reads an account back from its text.
    ///
    /// # Errors
    /// The text is no account.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        let mut account = Self::default();
        account.read(text, &mut RepeatedValues::default())?;
        Ok(account)
    }

    /// As [`Account::parse`], into an account that is [`default`](Self::default): an account is large, and Merge reads
    /// each in its place. `repeated` is kept from one account to the next.
    ///
    /// # Errors
    /// The text is no account.
    pub(crate) fn read(&mut self, text: &'a str, repeated: &mut RepeatedValues<'a>) -> Result<(), serde_json::Error> {
        // Nearly all text is as `write` left it, and has no escapes.
        if plain::read(text, self, repeated).is_none() {
            *self = serde_json::from_str(text)?;
        }
        Ok(())
    }
}

/// Appends `"name":"<RFC 3339>"`.
pub(crate) fn push_timestamp(out: &mut Vec<u8>, name: &str, timestamp: Timestamp) {
    json::push_name(out, name);
    out.push(b'"');
    timestamp.write(out);
    out.push(b'"');
}

/// Appends one attribute: a name that may need escapes, and JSON text.
pub(crate) fn push_attribute(out: &mut Vec<u8>, name: &str, value: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    json::push_string(out, name);
    out.push(b':');
    out.extend_from_slice(value.as_bytes());
}

/// Appends `"address":{…}` with the members that have a value; nothing if none has.
pub(crate) fn write_address<'t>(out: &mut Vec<u8>, text: impl Fn(TextField) -> Option<&'t str>) {
    if TextField::ADDRESS.into_iter().all(|field| text(field).is_none()) {
        return;
    }
    json::push_name(out, "address");
    let start = out.len();
    for field in TextField::ADDRESS {
        if let Some(value) = text(field) {
            out.extend_from_slice(field.json_name().as_bytes());
            json::push_string(out, value);
        }
    }
    // The first member's comma gives way to the brace.
    out[start] = b'{';
    out.push(b'}');
}

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
                "provenance" => account.provenance = Some(raw(map.next_value()?)),
                member => match TextField::from_plain_member(member) {
                    Some(field) => account.set_text(field, Some(map.next_value_seed(TextSeed)?)),
                    None => _ = map.next_value::<IgnoredAny>()?,
                },
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_account() -> impl Strategy<Value = Account<'static>> {
        let texts = proptest::array::uniform11(proptest::option::of("[a-zA-Zäß\"\\\\ 0-9@.+]{0,12}"));
        let interests = proptest::collection::btree_set("[a-z\"]{1,5}", 0..3);
        let numbers = (-9_000i32..9_000, 0u32..99);
        (
            ("[a-z]{1,3}:[a-z0-9\"]{1,5}", proptest::option::of(0i64..2_000_000_000_000)),
            texts,
            interests,
            numbers,
            any::<bool>(),
        )
            .prop_map(|((reference, updated_at), texts, interests, (integer, fraction), more)| {
                let updated_at = updated_at.and_then(Timestamp::from_milliseconds);
                let received_at = Timestamp::from_milliseconds(i64::from(fraction % 2)).unwrap();
                let mut account = Account::new(reference, updated_at, received_at);
                for (field, text) in TextField::ALL.into_iter().zip(texts) {
                    account.set_text(field, text.map(Cow::Owned));
                }
                account.interests = interests.into_iter().map(Cow::Owned).collect();
                if more {
                    account.location =
                        Some(Cow::Owned(format!("{{\"latitude\":{integer}.{fraction},\"longitude\":0}}")));
                    account.salary = Some(Cow::Owned(integer.to_string()));
                    account.attributes = vec![("a\"b".into(), "{\"x\":[1,null]}".into()), ("c".into(), "\"é\"".into())];
                    let provenance =
                        if integer % 2 == 0 { r#"{"salary":"reference:pay"}"# } else { r#"{"salary":"reference:p"}"# };
                    account.provenance = Some(provenance.into());
                }
                account
            })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(account in any_account()) {
            let mut out = Vec::new();
            account.write(&mut out);
            let text = String::from_utf8(out).unwrap();
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(Account::parse(&text).unwrap(), account);
        }

        #[test]
        fn what_is_repeated_from_one_account_changes_no_other(accounts in proptest::collection::vec(any_account(), 1..4)) {
            let texts: Vec<String> = accounts.iter().map(|account| {
                let mut out = Vec::new();
                account.write(&mut out);
                String::from_utf8(out).unwrap()
            }).collect();
            let mut repeated = RepeatedValues::default();
            for (text, account) in texts.iter().zip(&accounts) {
                let mut found = Account::default();
                found.read(text, &mut repeated).unwrap();
                prop_assert_eq!(&found, account);
            }
        }

        #[test]
        fn the_short_way_agrees_with_the_general_parser(
            account in any_account(), cut in any::<prop::sample::Index>(), with in ".?", at_length in 0usize..4
        ) {
            let mut out = Vec::new();
            account.write(&mut out);
            let whole = String::from_utf8(out).unwrap();
            let general = |text: &str| serde_json::from_str::<Account<'_>>(text).ok().map(|account| format!("{account:?}"));
            let short = |text: &str| Account::parse(text).ok().map(|account| format!("{account:?}"));
            prop_assert_eq!(plain::read(&whole, &mut Account::default(), &mut RepeatedValues::default()).is_some(), !whole.contains('\\'));
            prop_assert_eq!(short(&whole), general(&whole));
            // Another text at any place: cut off, shortened or changed.
            let places: Vec<usize> = whole.char_indices().map(|(place, _)| place).chain([whole.len()]).collect();
            let start = cut.index(places.len());
            let end = places[(start + at_length).min(places.len() - 1)];
            let start = places[start];
            for text in [whole[..start].to_owned(), [&whole[..start], &with, &whole[end..]].concat()] {
                prop_assert_eq!(short(&text), general(&text), "{}", text);
            }
        }
    }

    /// The encoding of version 1, kept in member files for years: it may gain fields, not change them.
    #[test]
    fn encoding_is_frozen() {
        let text = r#"{"ref":"crm:8","updated_at":"2023-06-07T18:16:00Z","received_at":"2026-01-02T03:04:05Z","given_name":"Anna","email":"anna@gmx.de","address":{"locality":"Köln","country":"DE"},"location":{"latitude":47.4,"longitude":11.0},"salary":50000,"interests":["art"],"attributes":{"device":"ios"},"provenance":{"gender":"reference:names"}}"#;
        let mut out = Vec::new();
        Account::parse(text).unwrap().write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }

    #[test]
    fn a_tombstone_is_later_than_any_other_version_of_its_time() {
        let text = r#"{"ref":"crm:8","updated_at":"2023-06-07T18:16:00Z","received_at":"2026-01-02T03:04:05Z","deleted":true}"#;
        let tombstone = Account::parse(text).unwrap();
        assert!(tombstone.deleted);
        let mut out = Vec::new();
        tombstone.write(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
        let version = tombstone.version(text.as_bytes());
        let living = text.replace(",\"deleted\":true", "");
        let of_living = |text: &str| Account::parse(text).unwrap().version(text.as_bytes());
        assert!(version > of_living(&living));
        assert!(version < of_living(&living.replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z")));
        let without_time = r#"{"ref":"a:1","received_at":"0001-01-01T00:00:00Z"}"#;
        assert!(of_living(without_time) > AccountVersion::LEAST);
    }

    #[test]
    fn of_two_versions_that_came_together_the_later_one_is_the_same_whenever_they_come() {
        let version = |reference: &str, times: &str, values: &str| {
            let text = format!("{{\"ref\":{reference}{times}{values}}}");
            Account::parse(&text).unwrap().version(text.as_bytes())
        };
        let times = |received_at: &str| {
            [String::new(), r#","updated_at":"2023-06-07T18:16:00.5Z""#.to_owned()]
                .map(|updated_at| format!(r#"{updated_at},"received_at":"{received_at}""#))
        };
        let of = |email: &str| format!(r#","email":"{email}","attributes":{{"received_at":"{email}"}}"#);
        for reference in [r#""crm:8""#, r#""crm:\"received_at\":\"8\\""#, r#""crm:\u0007\\\"""#] {
            for (early, late) in times("2026-01-02T03:04:05Z").iter().zip(&times("2026-11-12T13:14:15.167Z")) {
                let digests = |values: &str| [early, late].map(|times| version(reference, times, values).digest);
                let (one, other) = (digests(&of("a@x.de")), digests(&of("b@x.de")));
                assert_eq!((one[0], other[0]), (one[1], other[1]), "{reference} {late}");
                assert_ne!(one[0], other[0], "{reference} {late}");
            }
        }
    }

    #[test]
    fn unknown_members_are_ignored_and_a_reference_is_required() {
        assert!(Account::parse(r#"{"ref":"a:1","received_at":"2026-01-02T03:04:05Z","later":{"x":1}}"#).is_ok());
        assert!(Account::parse(r#"{"received_at":"2026-01-02T03:04:05Z"}"#).is_err());
    }
}
