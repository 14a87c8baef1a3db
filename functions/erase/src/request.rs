//! The request to Erase and its result.

use std::collections::BTreeSet;

use onefold_graph::node::{Node, NodeHasher};
use onefold_identity::reference;
use onefold_identity::suppression::{email_entries, phone_entries, reference_entry};
use onefold_lake::calls::{EraseCursor, EraseRequest, EraseResult};
use onefold_normalise::Surroundings;
use onefold_shell::StageError;

/// The references, if the request has no other values. The index of a version has references only.
pub(crate) fn only_references(request: &EraseRequest) -> Option<&[String]> {
    (request.emails.is_empty() && request.phone_numbers.is_empty()).then_some(&request.references)
}

/// The entries of all values, in their order: references, e-mail addresses, phone numbers.
///
/// # Errors
/// `InvalidInput` with the place of every invalid value. The values are not shown.
pub(crate) fn entries(request: &EraseRequest, hasher: &NodeHasher) -> Result<Vec<Node>, StageError> {
    let mut faults = Vec::new();
    let mut entries = Vec::new();
    let mut take = |field: &str, number: usize, found: Vec<Node>, advice: &str| match found[..] {
        [] => faults.push(format!("{field}[{number}] {advice}")),
        _ => entries.extend(found),
    };
    for (number, text) in request.references.iter().enumerate() {
        let (source, id) = reference::split(text);
        let entry = (!source.is_empty() && !id.is_empty()).then(|| reference_entry(hasher, text));
        take("references", number, entry.into_iter().collect(), "is no reference of an account; write it like crm:8");
    }
    for (number, email) in request.emails.iter().enumerate() {
        take("emails", number, email_entries(hasher, email), "is no e-mail address");
    }
    for (number, phone) in request.phone_numbers.iter().enumerate() {
        let entry = phone_entries(hasher, phone, Surroundings::default());
        take("phone_numbers", number, entry, "is no phone number with a calling code; write it like +49 30 1234567");
    }
    if !faults.is_empty() {
        return Err(StageError::invalid_input(faults.join("; ")));
    }
    if entries.is_empty() {
        return Err(StageError::invalid_input("nobody is named: give references, emails or phone_numbers"));
    }
    Ok(entries)
}

/// The result at a cursor of the search. `asked` are the entries of the request's values.
pub(crate) fn result_at(cursor: EraseCursor, asked: &[Node], listed: bool, is_over: bool) -> EraseResult {
    let of_nobody = result_of_nobody(asked, listed);
    EraseResult {
        version: Some(cursor.version.clone()),
        customers: cursor.customers,
        accounts: cursor.accounts,
        unknown: asked.len().saturating_sub(cursor.known.len()) as u64,
        entries: of_nobody.entries + cursor.accounts - cursor.listed,
        next: (!is_over).then_some(cursor),
        ..of_nobody
    }
}

/// The result if no version is published. `asked` are the entries of the request's values.
pub(crate) fn result_of_nobody(asked: &[Node], listed: bool) -> EraseResult {
    let entries: BTreeSet<&Node> = asked.iter().collect();
    EraseResult {
        version: None,
        customers: 0,
        accounts: 0,
        unknown: asked.len() as u64,
        entries: entries.len() as u64,
        listed,
        next: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> NodeHasher {
        NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
    }

    fn read(json: &str) -> EraseRequest {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_value_has_its_entry() {
        let request =
            read(r#"{"references":["crm:8"],"emails":["a@weber.de","b@weber.de"],"phone_numbers":["+49 30 1234567"]}"#);
        assert_eq!(entries(&request, &hasher()).unwrap().len(), 4);
        let request = read(
            r#"{"emails":["Anna <a@weber.de>; mailto:b@weber.de"],"phone_numbers":["tel:+49-30-1234567 / +49 151 23456789"]}"#,
        );
        let of_texts = entries(&request, &hasher()).unwrap();
        assert_eq!(of_texts.len(), 4);
        let request =
            read(r#"{"emails":["a@weber.de","b@weber.de"],"phone_numbers":["+49301234567","+4915123456789"]}"#);
        assert_eq!(of_texts, entries(&request, &hasher()).unwrap());
    }

    #[test]
    fn faults_are_told_at_once_and_without_the_values() {
        let request = read(r#"{"references":["crm:8","anna"],"emails":["weber"],"phone_numbers":["030 1234567"]}"#);
        let message = entries(&request, &hasher()).unwrap_err().text();
        for expected in ["references[1]", "emails[0]", "phone_numbers[0]"] {
            assert!(message.contains(expected), "{message}");
        }
        for value in ["anna", "weber", "1234567;", "030"] {
            assert!(!message.contains(value), "{message}");
        }
        assert!(entries(&read("{}"), &hasher()).unwrap_err().text().contains("nobody is named"));
        assert!(serde_json::from_str::<EraseRequest>(r#"{"email":"a@b.de"}"#).is_err());
    }
}
