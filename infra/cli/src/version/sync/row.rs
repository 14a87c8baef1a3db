//! Rows of the tables from the lines of a version, as text for `COPY`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

/// The columns of the table of customers, with their types.
pub const CUSTOMER_COLUMNS: [(&str, &str); 16] = [
    ("customer_id", "uuid PRIMARY KEY"),
    ("given_name", "text"),
    ("family_name", "text"),
    ("gender", "text"),
    ("email", "text"),
    ("phone_number", "text"),
    ("birthdate", "text"),
    ("organization", "text"),
    ("street_address", "text"),
    ("locality", "text"),
    ("region", "text"),
    ("postal_code", "text"),
    ("country", "text"),
    ("updated_at", "timestamptz"),
    ("accounts", "integer NOT NULL"),
    ("record", "jsonb NOT NULL"),
];

/// What U+0000 looks like in JSON.
const NUL: &str = "\\u0000";

/// A line of a version that is about a customer. A line that is no change is the record of a new customer.
pub enum Line<'l> {
    /// The customer is there, with this record as JSON.
    Is(&'l str),
    /// The id ended.
    Ended(Cow<'l, str>),
    /// It says nothing that records do not say.
    Other,
}

#[derive(Deserialize)]
struct ChangeLine<'l> {
    change: Option<&'l str>,
    #[serde(borrow, default)]
    customer_id: Option<Cow<'l, str>>,
    #[serde(borrow, default)]
    customer: Option<&'l serde_json::value::RawValue>,
}

impl<'l> Line<'l> {
    /// Reads a line of a customer file or of a file of changes.
    ///
    /// # Errors
    /// The line is not JSON, or no change that this program knows.
    pub fn read(line: &'l str) -> Result<Self, serde_json::Error> {
        let ChangeLine { change, customer_id, customer } = serde_json::from_str(line)?;
        let missing = || serde::de::Error::custom("a member is missing");
        match change {
            None => Ok(Self::Is(line)),
            Some("created" | "updated" | "split") => Ok(Self::Is(customer.ok_or_else(missing)?.get())),
            Some("merged" | "retired" | "deleted") => Ok(Self::Ended(customer_id.ok_or_else(missing)?)),
            // The records of both customers are there as well.
            Some("moved") => Ok(Self::Other),
            Some(_) => Err(serde::de::Error::custom("a change of this kind is not known")),
        }
    }
}

/// The part of a record that has columns.
#[derive(Deserialize)]
struct Record {
    customer_id: String,
    members: Vec<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    gender: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    birthdate: Option<String>,
    organization: Option<String>,
    address: Option<Address>,
    updated_at: Option<String>,
}

#[derive(Default, Deserialize)]
struct Address {
    street_address: Option<String>,
    locality: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// Appends the row of a customer. Returns whether U+0000 was replaced in it.
///
/// # Errors
/// The record is not JSON, or no customer's.
pub fn push_customer(record: &str, out: &mut Vec<u8>) -> Result<bool, serde_json::Error> {
    let (record, is_replaced) = without_nul(record)?;
    let columns: Record = serde_json::from_str(&record)?;
    let address = columns.address.unwrap_or_default();
    let texts = [
        Some(columns.customer_id),
        columns.given_name,
        columns.family_name,
        columns.gender,
        columns.email,
        columns.phone_number,
        columns.birthdate,
        columns.organization,
        address.street_address,
        address.locality,
        address.region,
        address.postal_code,
        address.country,
        // PostgreSQL has no year 0.
        columns.updated_at.filter(|time| !time.starts_with("0000")),
        Some(columns.members.len().to_string()),
        Some(record.trim_end().to_owned()),
    ];
    push_row(texts.iter().map(Option::as_deref), out);
    Ok(is_replaced)
}

/// Appends a row for each account of a customer.
///
/// # Errors
/// The record is not JSON, or no customer's.
pub fn push_accounts(record: &str, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let (record, _) = without_nul(record)?;
    let Record { customer_id, members, .. } = serde_json::from_str(&record)?;
    members.iter().for_each(|account| push_row([account.as_str(), &customer_id].map(Some), out));
    Ok(())
}

/// Appends a row in the text format of `COPY`.
pub fn push_row<'t>(columns: impl IntoIterator<Item = Option<&'t str>>, out: &mut Vec<u8>) {
    for (number, column) in columns.into_iter().enumerate() {
        if number > 0 {
            out.push(b'\t');
        }
        match column {
            Some(text) => push_text(text, out),
            None => out.extend_from_slice(b"\\N"),
        }
    }
    out.push(b'\n');
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.push(other),
        }
    }
}

/// The record with U+FFFD in the place of U+0000, which no text of PostgreSQL can hold, and whether there was any.
fn without_nul(record: &str) -> Result<(Cow<'_, str>, bool), serde_json::Error> {
    if !record.contains(NUL) {
        return Ok((Cow::Borrowed(record), false));
    }
    let mut value: Value = serde_json::from_str(record)?;
    let is_replaced = replace_nul(&mut value);
    Ok((Cow::Owned(value.to_string()), is_replaced))
}

fn replace_nul(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let is_replaced = text.contains('\0');
            *text = text.replace('\0', "\u{fffd}");
            is_replaced
        }
        // Every item, so no short circuit.
        Value::Array(items) => items.iter_mut().map(replace_nul).fold(false, |any, is_replaced| any | is_replaced),
        Value::Object(members) => {
            let old = std::mem::take(members);
            let mut any = false;
            for (name, mut value) in old {
                any |= name.contains('\0') | replace_nul(&mut value);
                members.insert(name.replace('\0', "\u{fffd}"), value);
            }
            any
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(record: &str) -> (String, bool) {
        let mut out = Vec::new();
        let is_replaced = push_customer(record, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), is_replaced)
    }

    #[test]
    fn a_customer_is_a_row() {
        let record =
            r#"{"customer_id":"c","members":["crm:1","crm:2"],"given_name":"A\\na","family_name":"X\tY","gender":null,
            "email":"a@x.de","phone_number":null,"birthdate":"1972-12-31","address":{"locality":"Bonn","country":"DE"},
            "updated_at":"2016-09-15T15:22:55Z","attributes":{}}"#
                .replace("\n            ", "");
        let (text, is_replaced) = row(&record);
        let columns: Vec<&str> = text.trim_end().split('\t').collect();
        assert_eq!(columns.len(), CUSTOMER_COLUMNS.len(), "{text}");
        assert_eq!(columns[..5], ["c", "A\\\\na", "X\\tY", "\\N", "a@x.de"]);
        assert_eq!(columns[7..15], ["\\N", "\\N", "Bonn", "\\N", "\\N", "DE", "2016-09-15T15:22:55Z", "2"]);
        assert_eq!(columns[15], record.replace('\\', "\\\\"));
        assert!(!is_replaced);
    }

    #[test]
    fn what_postgresql_cannot_hold_is_replaced_and_told() {
        let (text, is_replaced) =
            row(r#"{"customer_id":"c","members":["a:\u0000"],"given_name":"x\u0000","n\u0000":1}"#);
        assert!(is_replaced && !text.contains("u0000") && text.contains("x\u{fffd}"), "{text}");
        let (text, is_replaced) = row(r#"{"customer_id":"c","members":[],"given_name":"\\u0000"}"#);
        assert!(!is_replaced && text.contains("\t\\\\u0000\t"), "{text}");
        let mut accounts = Vec::new();
        push_accounts(r#"{"customer_id":"c","members":["a:\u0000","b:1"]}"#, &mut accounts).unwrap();
        assert_eq!(String::from_utf8(accounts).unwrap(), "a:\u{fffd}\tc\nb:1\tc\n");
    }

    #[test]
    fn lines_of_every_kind_are_told_apart() {
        let is =
            |line: &str, expected: &str| matches!(Line::read(line).unwrap(), Line::Is(record) if record == expected);
        let record = r#"{"customer_id":"c","members":[]}"#;
        assert!(is(record, record));
        for change in ["created", "updated", "split"] {
            assert!(
                is(&format!(r#"{{"change":"{change}","customer_id":"c","customer":{record}}}"#), record),
                "{change}"
            );
        }
        for change in ["merged", "retired", "deleted"] {
            let line = format!(r#"{{"change":"{change}","customer_id":"c","into":"d"}}"#);
            assert!(matches!(Line::read(&line).unwrap(), Line::Ended(id) if id == "c"), "{change}");
        }
        assert!(matches!(Line::read(r#"{"change":"moved","account":"a","from":"c","to":"d"}"#).unwrap(), Line::Other));
        for damaged in
            [r#"{"change":"renamed","customer_id":"c"}"#, r#"{"change":"created"}"#, "{", r#"{"change":"merged"}"#]
        {
            assert!(Line::read(damaged).is_err(), "{damaged}");
        }
    }
}
