//! Customers: the record that the accounts of one person are folded into, and its JSON.

use std::borrow::Cow;

use onefold_normalise::field::{TEXT_FIELDS, TextField};
use onefold_normalise::timestamp::Timestamp;

use crate::account::{push_attribute, push_timestamp};
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
    /// By the field's number.
    pub texts: [Option<SurvivingValue<'x>>; TEXT_FIELDS],
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
    /// Sorted by name.
    pub attributes: Vec<(&'x str, SurvivingValue<'x>)>,
    /// The latest of the members.
    pub updated_at: Option<Timestamp>,
    /// A smallest set of bonds that holds the members together.
    pub held_by: Vec<MemberLink<'x>>,
    /// Which values of a customer of one account came from tables, as [`crate::provenance`] writes it.
    pub from_tables: Option<Cow<'x, str>>,
}

impl Customer<'_> {
    /// Appends the customer as one line of JSON.
    ///
    /// Fields without a value are null. `provenance` says for each value which member or table it came from; a
    /// customer of one member names only tables there.
    pub fn write(&self, customer_id: &str, out: &mut Vec<u8>) {
        out.push(b'{');
        json::push_member(out, "customer_id", customer_id);
        json::push_name(out, "members");
        json::push_strings(out, self.members.iter().copied());
        for field in TextField::PLAIN {
            push_text(out, field, self.texts[field.index()]);
        }
        out.extend_from_slice(b",\"address\":");
        if TextField::ADDRESS.into_iter().any(|field| self.texts[field.index()].is_some()) {
            let start = out.len();
            for field in TextField::ADDRESS {
                push_text(out, field, self.texts[field.index()]);
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

    /// The single values with the names of their fields.
    fn surviving_values(&self) -> impl Iterator<Item = (&'static str, SurvivingValue<'_>)> {
        let texts = TextField::ALL.into_iter().map(|field| (field.name(), self.texts[field.index()]));
        let others = [("location", self.location), ("salary", self.salary)];
        texts.chain(others).filter_map(|(name, surviving)| Some((name, surviving?)))
    }

    /// The names of the members of its JSON in which two states of a customer differ.
    pub fn changed_fields(&self, before: &Customer<'_>) -> Vec<&'static str> {
        let value = |surviving: Option<SurvivingValue<'_>>| surviving.map(|surviving| surviving.value.to_owned());
        let mut changed: Vec<&'static str> = TextField::ALL
            .into_iter()
            .filter(|field| value(self.texts[field.index()]) != value(before.texts[field.index()]))
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
fn push_text(out: &mut Vec<u8>, field: TextField, surviving: Option<SurvivingValue<'_>>) {
    out.extend_from_slice(field.json_name().as_bytes());
    match surviving {
        Some(surviving) => json::push_string(out, surviving.value),
        None => out.extend_from_slice(b"null"),
    }
}
