//! Customers: the record that the accounts of one person are folded into, and its JSON.

use std::borrow::Cow;

use onefold_normalise::field::{BASIC_FIELDS, TextField};
use onefold_normalise::timestamp::Timestamp;

use crate::account::{BASIC_NAMES, BASIC_PLAIN, push_attribute, push_timestamp};
use crate::json;

/// A value of a customer and where it came from.
#[derive(Clone, Copy, Debug)]
pub struct SurvivingValue<'x> {
    /// Text, or JSON text for location, salary and attributes.
    pub value: &'x str,
    /// The account's reference, or `reference:<table>`.
    pub from: &'x str,
}

/// Two members and the match rule by which they hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLink<'x> {
    /// The rule's name.
    pub rule: &'x str,
    /// References of both.
    pub members: [&'x str; 2],
}

/// One person's record.
#[derive(Clone, Debug, Default)]
pub struct Customer<'x> {
    /// References, sorted.
    pub members: Vec<&'x str>,
    /// The basic fields, by number.
    pub texts: [Option<SurvivingValue<'x>>; BASIC_FIELDS],
    /// The other text fields of the configuration's records, in their order.
    pub more: Vec<(TextField, Option<SurvivingValue<'x>>)>,
    /// JSON text.
    pub location: Option<SurvivingValue<'x>>,
    /// A JSON number.
    pub salary: Option<SurvivingValue<'x>>,
    /// Sorted.
    pub interests: Vec<&'x str>,
    /// `reference:<table>`, if all interests of several accounts are that table's.
    pub interests_from: Option<&'x str>,
    /// All that the members have, sorted.
    pub emails: Vec<&'x str>,
    /// All that the members have, sorted.
    pub phone_numbers: Vec<&'x str>,
    /// The identifiers that the configuration declares, by name, and all values that the members have, sorted.
    pub identifiers: Vec<(TextField, Vec<&'x str>)>,
    /// Sorted by name.
    pub attributes: Vec<(&'x str, SurvivingValue<'x>)>,
    /// The latest of the members.
    pub updated_at: Option<Timestamp>,
    /// A smallest set of bonds that holds the members together.
    pub held_by: Vec<MemberLink<'x>>,
    /// Which values of a customer of one account came from tables, as [`crate::provenance`] writes it.
    pub from_tables: Option<Cow<'x, str>>,
}

impl<'x> Customer<'x> {
    /// Sets a text field. Those that are not basic are set once each, in the order of the record.
    pub(crate) fn set_text(&mut self, field: TextField, surviving: Option<SurvivingValue<'x>>) {
        match self.texts.get_mut(field.index()) {
            Some(text) => *text = surviving,
            None => self.more.push((field, surviving)),
        }
    }
    /// Appends the customer as one line of JSON.
    ///
    /// Fields without a value are null. `provenance` says for each value which member or table it came from; a
    /// customer of one member names only tables there.
    pub fn write(&self, customer_id: &str, out: &mut Vec<u8>) {
        out.push(b'{');
        json::push_member(out, "customer_id", customer_id);
        json::push_name(out, "members");
        json::push_strings(out, self.members.iter().copied());
        let (plain, address) = self.texts.split_at(BASIC_PLAIN);
        for (name, surviving) in BASIC_NAMES.iter().zip(plain) {
            push_text(out, name, *surviving);
        }
        for (field, surviving) in &self.more {
            push_text(out, field.json_name(), *surviving);
        }
        out.extend_from_slice(b",\"address\":");
        if address.iter().any(Option::is_some) {
            let start = out.len();
            for (name, surviving) in BASIC_NAMES[BASIC_PLAIN..].iter().zip(address) {
                push_text(out, name, *surviving);
            }
            // The first member's comma gives way to the brace.
            out[start] = b'{';
            out.push(b'}');
        } else {
            out.extend_from_slice(b"null");
        }
        for (name, value) in [(",\"location\":", self.location), (",\"salary\":", self.salary)] {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(value.map_or("null", |surviving| surviving.value).as_bytes());
        }
        for (name, values) in [
            (",\"interests\":", &self.interests),
            (",\"emails\":", &self.emails),
            (",\"phone_numbers\":", &self.phone_numbers),
        ] {
            out.extend_from_slice(name.as_bytes());
            json::push_strings(out, values.iter().copied());
        }
        self.write_identifiers(out);
        out.extend_from_slice(b",\"attributes\":{");
        for (name, surviving) in &self.attributes {
            push_attribute(out, name, surviving.value);
        }
        out.push(b'}');
        match self.updated_at {
            Some(updated_at) => push_timestamp(out, "updated_at", updated_at),
            None => {
                json::push_name(out, "updated_at");
                out.extend_from_slice(b"null");
            }
        }
        self.write_held_by(out);
        self.write_provenance(out);
        out.extend_from_slice(b"}\n");
    }

    fn write_identifiers(&self, out: &mut Vec<u8>) {
        if self.identifiers.is_empty() {
            return;
        }
        out.extend_from_slice(b",\"identifiers\":{");
        for (field, values) in &self.identifiers {
            json::push_name(out, field.name());
            json::push_strings(out, values.iter().copied());
        }
        out.push(b'}');
    }

    fn write_held_by(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"held_by\":[");
        for (number, bond) in self.held_by.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            json::push_strings(out, [bond.rule, bond.members[0], bond.members[1]]);
        }
        out.push(b']');
    }

    fn write_provenance(&self, out: &mut Vec<u8>) {
        json::push_name(out, "provenance");
        if let Some(from_tables) = &self.from_tables {
            out.extend_from_slice(from_tables.as_bytes());
            return;
        }
        out.push(b'{');
        if self.members.len() > 1 {
            for (name, surviving) in self.surviving_values() {
                json::push_member(out, name, surviving.from);
            }
            if let Some(from) = self.interests_from {
                json::push_member(out, "interests", from);
            }
            for (name, surviving) in &self.attributes {
                let mut from = Vec::new();
                json::push_string(&mut from, surviving.from);
                push_attribute(out, &["attributes.", name].concat(), &String::from_utf8_lossy(&from));
            }
        }
        out.push(b'}');
    }

    /// The text fields in the order of the record, with their values.
    fn text_values(&self) -> impl Iterator<Item = (TextField, Option<SurvivingValue<'_>>)> {
        let basic = |field: TextField| (field, self.texts[field.index()]);
        let plain = TextField::BASIC_PLAIN.into_iter().map(basic);
        plain.chain(self.more.iter().copied()).chain(TextField::ADDRESS.into_iter().map(basic))
    }

    /// The value of a text field.
    fn text(&self, field: TextField) -> Option<&'x str> {
        let surviving = match self.texts.get(field.index()) {
            Some(text) => *text,
            None => self.more.iter().find(|(known, _)| *known == field)?.1,
        };
        surviving.map(|surviving| surviving.value)
    }

    /// The text fields of two records, in the order of the record. What only the one before has, comes last.
    fn text_fields_with(&self, before: &Customer<'_>) -> Vec<TextField> {
        let mut fields: Vec<TextField> = self.text_values().map(|(field, _)| field).collect();
        let gone = before.more.iter().map(|(field, _)| *field).filter(|field| !fields.contains(field));
        let gone: Vec<TextField> = gone.collect();
        fields.extend(gone);
        fields
    }

    /// The single values with the names of their fields.
    fn surviving_values(&self) -> impl Iterator<Item = (&'static str, SurvivingValue<'_>)> {
        let texts = self.text_values().map(|(field, surviving)| (field.name(), surviving));
        let others = [("location", self.location), ("salary", self.salary)];
        texts.chain(others).filter_map(|(name, surviving)| Some((name, surviving?)))
    }

    /// The identifiers that it has any values of.
    fn identifiers(&self) -> impl Iterator<Item = &(TextField, Vec<&'x str>)> {
        self.identifiers.iter().filter(|(_, values)| !values.is_empty())
    }

    /// The names of the members of its JSON in which two states of a customer differ.
    pub fn changed_fields(&self, before: &Customer<'_>) -> Vec<&'static str> {
        let value = |surviving: Option<SurvivingValue<'_>>| surviving.map(|surviving| surviving.value.to_owned());
        let mut changed: Vec<&'static str> = self
            .text_fields_with(before)
            .into_iter()
            .filter(|field| self.text(*field) != before.text(*field))
            .map(TextField::name)
            .collect();
        let attributes = |customer: &Customer<'_>| -> Vec<(String, String)> {
            customer
                .attributes
                .iter()
                .map(|(name, surviving)| ((*name).to_owned(), surviving.value.to_owned()))
                .collect()
        };
        let others = [
            ("location", value(self.location) != value(before.location)),
            ("salary", value(self.salary) != value(before.salary)),
            ("interests", self.interests != before.interests),
            ("emails", self.emails != before.emails),
            ("phone_numbers", self.phone_numbers != before.phone_numbers),
            ("identifiers", !self.identifiers().eq(before.identifiers())),
            ("attributes", attributes(self) != attributes(before)),
            ("updated_at", self.updated_at != before.updated_at),
            ("members", self.members != before.members),
            ("held_by", self.held_by != before.held_by),
            ("provenance", written(|out| self.write_provenance(out)) != written(|out| before.write_provenance(out))),
        ];
        changed.extend(others.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name));
        changed
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

/// Appends `,"name":"text"` or `,"name":null`.
/// Appends a member by its name as it stands in JSON behind another member.
fn push_text(out: &mut Vec<u8>, json_name: &str, surviving: Option<SurvivingValue<'_>>) {
    out.extend_from_slice(json_name.as_bytes());
    match surviving {
        Some(surviving) => json::push_string(out, surviving.value),
        None => out.extend_from_slice(b"null"),
    }
}
