//! Accounts: one system's record of a customer, mapped, normalised and enriched.
//!
//! An account is written once, by Translate, as a line of JSON. Those bytes then travel unchanged through
//! Partition into the member files, so a reader can rely on the account's text as its identity.

mod general;
mod more;
mod plain;

pub use general::TextSeed;
pub(crate) use plain::RepeatedValues;

use std::borrow::Cow;

use memchr::memchr2;
use more::MoreTexts;
use onefold_graph::AccountVersion;
use onefold_normalise::field::{BASIC_FIELDS, OwnField, TextField};
use onefold_normalise::placeholder::is_plain_value;
use onefold_normalise::timestamp::Timestamp;

use crate::json;

/// How many of the basic fields stand in front of the address. The others are its members.
pub(crate) const BASIC_PLAIN: usize = TextField::BASIC_PLAIN.len();

/// The [`json_name`](TextField::json_name) of each basic field: all accounts and customers are written by these.
pub(crate) const BASIC_NAMES: [&str; BASIC_FIELDS] = {
    let mut names = [""; BASIC_FIELDS];
    let mut number = 0;
    while number < BASIC_FIELDS {
        names[number] = TextField::BASIC[number].json_name();
        number += 1;
    }
    names
};

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
    /// The first values of the basic fields.
    texts: [Option<Cow<'a, str>>; BASIC_FIELDS],
    more: Option<Box<MoreTexts<'a>>>,
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
    #[inline]
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

    /// The value of a text field: of several the first, which is the account's own.
    #[inline]
    pub fn text(&self, field: TextField) -> Option<&str> {
        match self.texts.get(field.index()) {
            Some(text) => text.as_deref(),
            None => self.more.as_ref()?.first(field),
        }
    }

    /// The values of the basic fields, by number.
    #[inline]
    pub(crate) fn basic_texts(&self) -> impl Iterator<Item = Option<&str>> {
        self.texts.iter().map(Option::as_deref)
    }

    /// Whether it has basic fields only, and all their texts are [plainly values](is_plain_value). Most accounts are so.
    pub(crate) fn has_plain_values(&self) -> bool {
        use TextField::{Birthdate, Country, Email, FamilyName, Gender, GivenName};
        use TextField::{Locality, PhoneNumber, PostalCode, Region, StreetAddress};
        // Each by its name, so that the compiler knows the test of each.
        let [given, family, gender, email, phone, birthdate, street, locality, region, postal_code, country] =
            &self.texts;
        let is_plain = |field: TextField, text: &Option<Cow<'_, str>>| {
            text.as_deref().is_none_or(|text| is_plain_value(field, text))
        };
        self.more.is_none()
            && is_plain(GivenName, given)
            && is_plain(FamilyName, family)
            && is_plain(Gender, gender)
            && is_plain(Email, email)
            && is_plain(PhoneNumber, phone)
            && is_plain(Birthdate, birthdate)
            && is_plain(StreetAddress, street)
            && is_plain(Locality, locality)
            && is_plain(Region, region)
            && is_plain(PostalCode, postal_code)
            && is_plain(Country, country)
    }

    /// All values of a text field, each once, the account's own first.
    #[inline]
    pub fn values(&self, field: TextField) -> impl Iterator<Item = &str> + Clone {
        let others: &[Cow<'a, str>] = self.more.as_ref().map_or(&[], |more| more.others(field.name()));
        self.text(field).into_iter().chain(others.iter().map(AsRef::as_ref))
    }

    /// Whether a field has several values.
    #[inline]
    pub fn has_other_values(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.has_others())
    }

    /// The values behind the first ones of their fields, with the names of these.
    pub fn other_values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.more.iter().flat_map(|more| more.all_others())
    }

    /// The birth date as it was written, `YYYY-MM-DD`, where no calendar has such a day. It is for comparing only.
    pub fn written_birthdate(&self) -> Option<&str> {
        self.more.as_ref()?.written_birthdate.as_deref()
    }

    /// Sets the birth date as it was written.
    pub fn set_written_birthdate(&mut self, date: Cow<'a, str>) {
        self.change_more(|more| more.written_birthdate = Some(date));
    }

    /// Sets or clears a text field, with all its values.
    #[inline(always)]
    pub fn set_text(&mut self, field: TextField, value: Option<Cow<'a, str>>) {
        if self.more.is_some() {
            self.change_more(|more| more.clear_others(field.name()));
        }
        self.set_first(field, value);
    }

    // Most accounts have basic fields only, whose place is known at once.
    #[inline(always)]
    fn set_first(&mut self, field: TextField, value: Option<Cow<'a, str>>) {
        match self.texts.get_mut(field.index()) {
            Some(text) => *text = value,
            None => self.set_first_of_more(field, value),
        }
    }

    #[inline(never)]
    fn set_first_of_more(&mut self, field: TextField, value: Option<Cow<'a, str>>) {
        if value.is_some() || self.more.is_some() {
            self.change_more(|more| more.set_first(field, value));
        }
    }

    /// Sets a text field that has no value.
    ///
    /// # Errors
    /// It has one; the value comes back.
    #[inline]
    pub fn set_missing(&mut self, field: TextField, value: Cow<'a, str>) -> Result<(), Cow<'a, str>> {
        if let Some(text @ None) = self.texts.get_mut(field.index()) {
            *text = Some(value);
            return Ok(());
        }
        if self.text(field).is_some() {
            return Err(value);
        }
        self.set_first_of_more(field, Some(value));
        Ok(())
    }

    /// Adds a value of a text field behind those that it has, unless it has it.
    pub fn push_value(&mut self, field: TextField, value: Cow<'a, str>) {
        if self.text(field).is_none() {
            self.set_first(field, Some(value));
        } else if self.values(field).all(|known| known != value) {
            self.change_more(|more| more.push_other(Cow::Borrowed(field.name()), value));
        }
    }

    /// Sets the first value of the own field of a name that an account's text gives.
    fn set_own(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        self.change_more(|more| more.set_own(name, Some(value)));
    }

    fn change_more(&mut self, change: impl FnOnce(&mut MoreTexts<'a>)) {
        let more = self.more.get_or_insert_default();
        change(more);
        if more.is_empty() {
            self.more = None;
        }
    }

    /// Adds a value of the text field of a name that an account's text gives.
    fn push_named(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        match TextField::from_name(&name) {
            Some(field) => self.push_value(field, value),
            None if OwnField::is_name(&name) => self.change_more(|more| more.push_own(name, value)),
            None => {}
        }
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
        for (name, text) in BASIC_NAMES[..BASIC_PLAIN].iter().zip(&self.texts) {
            if let Some(text) = text {
                out.extend_from_slice(name.as_bytes());
                json::push_string(out, text);
            }
        }
        if let Some(more) = &self.more {
            more.write_firsts(out);
        }
        self.write_address(out);
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
        if let Some(more) = &self.more {
            more.write_others(out);
        }
        if let Some(provenance) = &self.provenance {
            json::push_name(out, "provenance");
            out.extend_from_slice(provenance.as_bytes());
        }
        out.push(b'}');
    }

    /// Appends `"address":{…}` with the members that have a value; nothing if none has.
    fn write_address(&self, out: &mut Vec<u8>) {
        let members = || BASIC_NAMES[BASIC_PLAIN..].iter().zip(&self.texts[BASIC_PLAIN..]);
        if members().all(|(_, text)| text.is_none()) {
            return;
        }
        json::push_name(out, "address");
        let start = out.len();
        for (name, text) in members() {
            if let Some(text) = text {
                out.extend_from_slice(name.as_bytes());
                json::push_string(out, text);
            }
        }
        // The first member's comma gives way to the brace.
        out[start] = b'{';
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

#[cfg(test)]
mod tests;
