//! What Erase is asked and what it answers.

use std::collections::BTreeSet;
use std::fmt;

use onefold_graph::node::{Node, NodeHasher};
use onefold_identity::reference;
use onefold_identity::suppression::{email_entry, phone_entry, reference_entry};
use onefold_lake::RunId;
use onefold_normalise::Surroundings;
use onefold_shell::StageError;
use serde::{Deserialize, Serialize};

/// Whom to erase: the persons of these accounts, and whoever has these addresses and numbers.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// References of accounts, `<source>:<id>`.
    #[serde(default)]
    pub references: Vec<String>,
    /// E-mail addresses.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Phone numbers, with their calling code: `+49 …`.
    #[serde(default)]
    pub phone_numbers: Vec<String>,
    /// Only count whom that would be.
    #[serde(default)]
    pub dry_run: bool,
    /// Where an answer said to go on, with all else as it was.
    #[serde(default)]
    pub cursor: Option<Cursor>,
}

/// How far an invocation came, and whom it found up to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The run whose version is looked at.
    pub version: RunId,
    /// How many places of it were looked through.
    pub places: usize,
    /// Customers that were found.
    pub customers: u64,
    /// Their accounts, and tombstones.
    pub accounts: u64,
    /// Those among the accounts that were asked for.
    pub listed: u64,
    /// The numbers of the values that somebody has.
    pub known: BTreeSet<usize>,
}

impl Cursor {
    /// At the start of a version.
    pub(crate) const fn start(version: RunId) -> Self {
        Self { version, places: 0, customers: 0, accounts: 0, listed: 0, known: BTreeSet::new() }
    }

    /// The answer at this point, about these entries.
    pub(crate) fn answer(self, asked: &[Node], listed: bool, is_over: bool) -> Answer {
        let of_nobody = Answer::of_nobody(asked, listed);
        Answer {
            version: Some(self.version.clone()),
            customers: self.customers,
            accounts: self.accounts,
            unknown: asked.len().saturating_sub(self.known.len()) as u64,
            entries: of_nobody.entries + self.accounts - self.listed,
            next: (!is_over).then_some(self),
            ..of_nobody
        }
    }
}

/// Shows no value, as all of them are personal.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("dry_run", &self.dry_run).finish_non_exhaustive()
    }
}

impl Request {
    /// The references, if nothing else is asked for: only they are in the index of a version.
    pub(crate) fn only_references(&self) -> Option<&[String]> {
        (self.emails.is_empty() && self.phone_numbers.is_empty()).then_some(&self.references)
    }

    /// The entries of all values, in their order.
    ///
    /// # Errors
    /// Every value that has none, by its place: values are not shown.
    pub(crate) fn entries(&self, hasher: &NodeHasher) -> Result<Vec<Node>, StageError> {
        let mut faults = Vec::new();
        let mut entries = Vec::new();
        let mut take = |field: &str, number: usize, entry: Option<Node>, advice: &str| match entry {
            Some(entry) => entries.push(entry),
            None => faults.push(format!("{field}[{number}] {advice}")),
        };
        for (number, text) in self.references.iter().enumerate() {
            let (source, id) = reference::split(text);
            let entry = (!source.is_empty() && !id.is_empty()).then(|| reference_entry(hasher, text));
            take("references", number, entry, "is no reference of an account; write it like crm:8");
        }
        for (number, email) in self.emails.iter().enumerate() {
            take("emails", number, email_entry(hasher, email), "is no e-mail address");
        }
        for (number, phone) in self.phone_numbers.iter().enumerate() {
            let entry = phone_entry(hasher, phone, Surroundings::default());
            take(
                "phone_numbers",
                number,
                entry,
                "is no phone number with a calling code; write it like +49 30 1234567",
            );
        }
        if !faults.is_empty() {
            return Err(StageError::invalid_input(faults.join("; ")));
        }
        if entries.is_empty() {
            return Err(StageError::invalid_input("nobody is named: give references, emails or phone_numbers"));
        }
        Ok(entries)
    }
}

/// Who is on the list by this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The run whose version was looked at; none if nothing has been published.
    pub version: Option<RunId>,
    /// How many of its customers go.
    pub customers: u64,
    /// How many of its accounts go; tombstones, too.
    pub accounts: u64,
    /// How many values are of nobody in it. They are listed all the same: who has them may yet come.
    pub unknown: u64,
    /// How many entries the list has for these persons: one for each value, and one for each account.
    pub entries: u64,
    /// Whether they were put on the list.
    pub listed: bool,
    /// Where to go on, if the time did not suffice: the same request, with this as its `cursor`. The numbers count up to
    /// here, and go on counting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

impl Answer {
    /// Nothing has been published.
    pub(crate) fn of_nobody(asked: &[Node], listed: bool) -> Self {
        let entries: BTreeSet<&Node> = asked.iter().collect();
        Self {
            version: None,
            customers: 0,
            accounts: 0,
            unknown: asked.len() as u64,
            entries: entries.len() as u64,
            listed,
            next: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> NodeHasher {
        NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
    }

    fn read(json: &str) -> Request {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_value_has_its_entry() {
        let request =
            read(r#"{"references":["crm:8"],"emails":["a@weber.de","b@weber.de"],"phone_numbers":["+49 30 1234567"]}"#);
        assert_eq!(request.entries(&hasher()).unwrap().len(), 4);
    }

    #[test]
    fn faults_are_told_at_once_and_without_the_values() {
        let request = read(r#"{"references":["crm:8","anna"],"emails":["weber"],"phone_numbers":["030 1234567"]}"#);
        let message = request.entries(&hasher()).unwrap_err().message;
        for expected in ["references[1]", "emails[0]", "phone_numbers[0]"] {
            assert!(message.contains(expected), "{message}");
        }
        for value in ["anna", "weber", "1234567;", "030"] {
            assert!(!message.contains(value), "{message}");
        }
        assert!(read("{}").entries(&hasher()).unwrap_err().message.contains("nobody is named"));
        assert!(serde_json::from_str::<Request>(r#"{"email":"a@b.de"}"#).is_err());
    }

    #[test]
    fn nothing_personal_is_shown_of_a_request() {
        assert_eq!(format!("{:?}", read(r#"{"emails":["a@weber.de"]}"#)), "Request { dry_run: false, .. }");
    }
}
