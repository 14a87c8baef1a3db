//! The suppression list: who was erased, as keyed hashes and nothing else.
//!
//! An entry is the hash of an account's reference, of an e-mail address or of a phone number. An account that has any
//! of them is *suppressed*: a row of it is refused without a trace of its values, and the next version drops it. Spelling
//! does not matter: addresses and numbers are hashed in one normal form, however accounts are normalised.

use std::borrow::Cow;

use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher, NodeKind};
use onefold_normalise::field::TextField;
use onefold_normalise::{Step, Surroundings, is_email};

use crate::account::Account;
use crate::reference;

/// The suppression list.
#[derive(Clone, Debug)]
pub struct Suppression {
    hasher: NodeHasher,
    /// Sorted, each once.
    listed: Vec<Node>,
}

impl Suppression {
    /// A list of these entries.
    pub fn new(hasher: NodeHasher, entries: impl IntoIterator<Item = Node>) -> Self {
        let mut listed: Vec<Node> = entries.into_iter().collect();
        listed.sort_unstable();
        listed.dedup();
        Self { hasher, listed }
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The entries, sorted.
    pub fn entries(&self) -> &[Node] {
        &self.listed
    }

    /// A digest of the entries, to notice a change of the list; empty if there are none.
    pub fn digest(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let bytes: Vec<u8> = self.listed.iter().flat_map(|entry| entry.bits().to_le_bytes()).collect();
        self.hasher.node(NodeKind::MatchKey, &bytes).to_string()
    }

    /// Whether an account's reference is on it.
    pub fn lists(&self, reference: &str) -> bool {
        !self.is_empty() && self.has(reference_entry(&self.hasher, reference))
    }

    /// Whether anything of an account is on it. The region of the account's source comes from the configuration.
    pub fn covers(&self, account: &Account<'_>, config: &Config) -> bool {
        if self.is_empty() {
            return false;
        }
        let (source, _) = reference::split(&account.reference);
        let region = config.source(source).and_then(|source| source.region.as_deref());
        let surroundings = Surroundings { country: account.text(TextField::Country), region };
        let email = || account.text(TextField::Email).and_then(|email| email_entry(&self.hasher, email));
        let phone =
            || account.text(TextField::PhoneNumber).and_then(|phone| phone_entry(&self.hasher, phone, surroundings));
        self.lists(&account.reference)
            || email().is_some_and(|entry| self.has(entry))
            || phone().is_some_and(|entry| self.has(entry))
    }

    fn has(&self, entry: Node) -> bool {
        self.listed.binary_search(&entry).is_ok()
    }
}

/// The entry of an account's reference.
pub fn reference_entry(hasher: &NodeHasher, reference: &str) -> Node {
    hasher.reference(reference)
}

/// The entry of an e-mail address; `None` if the text is none. Tags do not count, whoever the provider is: to refuse a row
/// of the same mailbox is right, and to keep one is not.
pub fn email_entry(hasher: &NodeHasher, email: &str) -> Option<Node> {
    let none = Surroundings::default();
    let normal = Step::Email.apply(Step::Untag.apply(Cow::Borrowed(email), none)?, none)?;
    is_email(&normal).then(|| entry(hasher, "email", &normal))
}

/// The entry of a phone number; `None` if the text is none, or a national number and no country is known.
///
/// Numbers that are in no numbering plan are compared by their digits.
pub fn phone_entry(hasher: &NodeHasher, phone: &str, surroundings: Surroundings<'_>) -> Option<Node> {
    let normal = [Step::E164, Step::Digits].into_iter().find_map(|step| step.apply(Cow::Borrowed(phone), surroundings));
    normal.map(|normal| entry(hasher, "phone_number", &normal))
}

/// No field's name is the start of another's.
fn entry(hasher: &NodeHasher, field: &str, normal: &str) -> Node {
    hasher.node(NodeKind::MatchKey, ["suppressed\0", field, "\0", normal].concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use onefold_normalise::timestamp::Timestamp;

    use super::*;

    fn hasher() -> NodeHasher {
        NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
    }

    fn config() -> Config {
        let source = |name: &str, region: &str| {
            format!("[[source]]\nname = \"{name}\"\nformat = \"jsonl\"\n{region}[source.fields]\nid = \"/id\"\n")
        };
        Config::parse(
            &[source("crm", "region = \"DE\"\n"), source("shop", ""), "[[match]]\nkey = \"email\"\n".to_owned()]
                .concat(),
        )
        .unwrap()
    }

    fn account(reference: &str, email: Option<&str>, phone: Option<&str>) -> Account<'static> {
        let mut account = Account::new(reference.to_owned(), None, Timestamp::from_milliseconds(0).unwrap());
        account.set_text(TextField::Email, email.map(|email| Cow::Owned(email.to_owned())));
        account.set_text(TextField::PhoneNumber, phone.map(|phone| Cow::Owned(phone.to_owned())));
        account
    }

    #[test]
    fn nobody_is_on_an_empty_list() {
        let list = Suppression::new(hasher(), []);
        assert!(list.is_empty() && list.digest().is_empty());
        assert!(!list.covers(&account("crm:1", Some("a@b.de"), Some("+49 143 8055090")), &config()));
    }

    #[test]
    fn an_account_is_covered_by_any_of_the_three() {
        let list = Suppression::new(
            hasher(),
            [
                reference_entry(&hasher(), "crm:1"),
                email_entry(&hasher(), "Anna.Weber@GoogleMail.com").unwrap(),
                phone_entry(&hasher(), "+49 143 8055090", Surroundings::default()).unwrap(),
            ],
        );
        for (reference, email, phone, expected) in [
            ("crm:1", None, None, true),
            ("shop:1", None, None, false),
            ("shop:1", Some("annaweber+news@gmail.com"), None, true),
            ("shop:1", Some("anna@weber.de"), Some("+491438055091"), false),
            ("shop:1", Some("anna@weber.de"), Some("1"), false),
            ("shop:1", Some("anna@weber.de"), Some("0049 143/805 5090"), true),
            ("crm:2", None, Some("0143 8055090"), true),
            // No country says whose number it is.
            ("shop:1", None, Some("0143 8055090"), false),
        ] {
            assert_eq!(
                list.covers(&account(reference, email, phone), &config()),
                expected,
                "{reference} {email:?} {phone:?}"
            );
        }
    }

    #[test]
    fn what_is_no_address_or_number_has_no_entry() {
        assert!(email_entry(&hasher(), "anna").is_none());
        assert!(phone_entry(&hasher(), "0143 8055090", Surroundings::default()).is_none());
        assert!(phone_entry(&hasher(), "n/a", Surroundings::default()).is_none());
    }

    #[test]
    fn the_digest_is_of_the_entries_and_not_of_their_order() {
        let (one, two) = (reference_entry(&hasher(), "a:1"), reference_entry(&hasher(), "a:2"));
        let digest = |entries: &[Node]| Suppression::new(hasher(), entries.iter().copied()).digest();
        assert_eq!(digest(&[one, two]), digest(&[two, one, two]));
        assert_ne!(digest(&[one]), digest(&[two]));
    }
}
