//! Reading accounts as [`Account::write`] writes them, members in its order, without escapes.

use std::borrow::Cow;

use super::Account;
use crate::field::TextField;
use crate::plain_json::PlainJson;
use crate::timestamp::Timestamp;

/// The account of a text; `None` if the text is not of this form, whether it is an account or not.
pub(super) fn parse(text: &str) -> Option<Account<'_>> {
    let mut json = PlainJson::new(text)?;
    if !json.take("{\"ref\":") {
        return None;
    }
    let reference = json.string().filter(|reference| !reference.is_empty())?;
    let updated_at = match json.take(",\"updated_at\":") {
        true => Some(Timestamp::parse(json.string()?)?),
        false => None,
    };
    if !json.take(",\"received_at\":") {
        return None;
    }
    let mut account = Account::new(reference, updated_at, Timestamp::parse(json.string()?)?);
    for field in TextField::PLAIN {
        if json.take(field.json_name()) {
            account.set_text(field, Some(Cow::Borrowed(json.string()?)));
        }
    }
    if json.take(",\"address\":{") {
        address(&mut json, &mut account)?;
    }
    if json.take(",\"location\":") {
        account.location = Some(Cow::Borrowed(json.value()?));
    }
    if json.take(",\"salary\":") {
        account.salary = Some(Cow::Borrowed(json.value()?));
    }
    if json.take(",\"interests\":[") {
        account.interests = interests(&mut json)?;
    }
    if json.take(",\"attributes\":{") {
        account.attributes = attributes(&mut json)?;
    }
    if json.take(",\"provenance\":") {
        account.provenance = Some(Cow::Borrowed(json.value()?));
    }
    (json.take("}") && json.is_over()).then_some(account)
}

/// The members of the address and its end.
fn address<'a>(json: &mut PlainJson<'a>, account: &mut Account<'a>) -> Option<()> {
    let mut is_first = true;
    for field in TextField::ADDRESS {
        let name = field.json_name();
        // No comma stands before the first member.
        if json.take(if is_first { &name[1..] } else { name }) {
            account.set_text(field, Some(Cow::Borrowed(json.string()?)));
            is_first = false;
        }
    }
    json.take("}").then_some(())
}

/// The items of an array of strings that is not empty, and its end.
fn interests<'a>(json: &mut PlainJson<'a>) -> Option<Vec<Cow<'a, str>>> {
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
