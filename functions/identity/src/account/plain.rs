//! Reading accounts as [`Account::write`] writes them, members in its order, without escapes.

use std::borrow::Cow;

use onefold_normalise::field::{BASIC_FIELDS, OwnField, TextField};
use onefold_normalise::timestamp::Timestamp;

use super::{Account, BASIC_NAMES, BASIC_PLAIN};
use crate::plain_json::PlainJson;

/// Values that are mostly the same in accounts that are read one after the other: the accounts came together, and the
/// same tables filled them.
#[derive(Debug, Default)]
pub(crate) struct RepeatedValues<'a> {
    received_at: Option<(&'a str, Timestamp)>,
    /// A JSON object.
    provenance: Option<&'a str>,
}

impl<'a> RepeatedValues<'a> {
    /// The time that a text says.
    fn received_at(&mut self, text: &'a str) -> Option<Timestamp> {
        match self.received_at {
            Some((before, time)) if before == text => Some(time),
            _ => {
                let time = Timestamp::parse(text)?;
                self.received_at = Some((text, time));
                Some(time)
            }
        }
    }

    /// The next value. An object that was read before is recognised without reading it again.
    fn provenance(&mut self, json: &mut PlainJson<'a>) -> Option<&'a str> {
        if let Some(before) = self.provenance
            && json.take(before)
        {
            return Some(before);
        }
        let value = json.value()?;
        self.provenance = Some(value).filter(|value| value.starts_with('{'));
        Some(value)
    }
}

/// Reads the account of a text; `None` if the text is not of this form, whether it is an account or not. The account may
/// then be anything.
pub(super) fn read<'a>(text: &'a str, account: &mut Account<'a>, repeated: &mut RepeatedValues<'a>) -> Option<()> {
    let mut json = PlainJson::new(text)?;
    if !json.take("{\"ref\":") {
        return None;
    }
    account.reference = Cow::Borrowed(json.string().filter(|reference| !reference.is_empty())?);
    if json.take(",\"updated_at\":") {
        account.updated_at = Some(Timestamp::parse(json.string()?)?);
    }
    if !json.take(",\"received_at\":") {
        return None;
    }
    account.received_at = repeated.received_at(json.string()?)?;
    for (name, text) in BASIC_NAMES[..BASIC_PLAIN].iter().zip(&mut account.texts) {
        if json.take(name) {
            *text = Some(Cow::Borrowed(json.string()?));
        }
    }
    let mut has_address = json.take(",\"address\":{");
    if !has_address && !is_behind_address(&json) {
        more(&mut json, account)?;
        has_address = json.take(",\"address\":{");
    }
    if has_address {
        address(&mut json, account)?;
    }
    if json.take(",\"location\":") {
        account.location = Some(Cow::Borrowed(json.value()?));
    }
    if json.take(",\"salary\":") {
        account.salary = Some(Cow::Borrowed(json.value()?));
    }
    if json.take(",\"interests\":[") {
        account.interests = strings(&mut json)?;
    }
    if json.take(",\"attributes\":{") {
        account.attributes = attributes(&mut json)?;
    }
    if json.take(",\"other_values\":{") {
        others(&mut json, account)?;
    }
    if json.take(",\"provenance\":") {
        account.provenance = Some(Cow::Borrowed(repeated.provenance(&mut json)?));
    }
    (json.take("}") && json.is_over()).then_some(())
}

/// Whether what follows stands behind an address: most accounts have nothing but basic fields before it.
fn is_behind_address(json: &PlainJson<'_>) -> bool {
    let is_here = |member: &str| json.is_at(member);
    is_here("}")
        || [
            ",\"location\":",
            ",\"salary\":",
            ",\"interests\":",
            ",\"attributes\":",
            ",\"other_values\":",
            ",\"provenance\":",
        ]
        .into_iter()
        .any(is_here)
}

/// The text fields that are not basic.
fn more<'a>(json: &mut PlainJson<'a>, account: &mut Account<'a>) -> Option<()> {
    for field in &TextField::ALL[BASIC_FIELDS..] {
        if json.take(field.json_name()) {
            account.set_first(*field, Some(Cow::Borrowed(json.string()?)));
        }
    }
    while !json.is_at(",\"address\":{") && !is_behind_address(json) {
        let name = json.take(",").then(|| json.string())??;
        if !json.take(":") || !OwnField::is_name(name) {
            return None;
        }
        account.set_own(Cow::Borrowed(name), Cow::Borrowed(json.string()?));
    }
    Some(())
}

/// The members of an object of arrays of strings that is not empty, and its end.
fn others<'a>(json: &mut PlainJson<'a>, account: &mut Account<'a>) -> Option<()> {
    loop {
        let name = json.string()?;
        if !json.take(":[") {
            return None;
        }
        for value in strings(json)? {
            account.push_named(Cow::Borrowed(name), value);
        }
        if !json.take(",") {
            return json.take("}").then_some(());
        }
    }
}

/// The members of the address and its end.
fn address<'a>(json: &mut PlainJson<'a>, account: &mut Account<'a>) -> Option<()> {
    let mut is_first = true;
    for (name, text) in BASIC_NAMES[BASIC_PLAIN..].iter().zip(&mut account.texts[BASIC_PLAIN..]) {
        // No comma stands before the first member.
        if json.take(if is_first { &name[1..] } else { name }) {
            *text = Some(Cow::Borrowed(json.string()?));
            is_first = false;
        }
    }
    json.take("}").then_some(())
}

/// The items of an array of strings that is not empty, and its end.
fn strings<'a>(json: &mut PlainJson<'a>) -> Option<Vec<Cow<'a, str>>> {
    let mut items = Vec::new();
    loop {
        items.push(Cow::Borrowed(json.string()?));
        if !json.take(",") {
            return json.take("]").then_some(items);
        }
    }
}

/// The members of an object that is not empty, and its end.
fn attributes<'a>(json: &mut PlainJson<'a>) -> Option<Vec<(Cow<'a, str>, Cow<'a, str>)>> {
    let mut members = Vec::new();
    loop {
        let name = json.string()?;
        if !json.take(":") {
            return None;
        }
        members.push((Cow::Borrowed(name), Cow::Borrowed(json.value()?)));
        if !json.take(",") {
            return json.take("}").then_some(members);
        }
    }
}
