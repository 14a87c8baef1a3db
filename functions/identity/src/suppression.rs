//! The suppression list: who was erased, as keyed hashes and nothing else.
//!
//! An entry is the hash of an account's reference, of an e-mail address or of a phone number. An account that has any
//! of them is *suppressed*: a row of it is refused without a trace of its values, and the next version drops it. Spelling
//! does not matter: addresses and numbers are hashed in one normal form, however accounts are normalised and whatever
//! stands around them.

use std::borrow::Cow;

use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher, NodeKind};
use onefold_normalise::contacts::{emails, phone_numbers};
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
        self.lists(&account.reference)
            || account.values(TextField::Email).any(|text| self.has_email(text))
            || account.values(TextField::PhoneNumber).any(|text| self.has_phone_number(text, surroundings))
    }

    /// Whether any e-mail address in a text is on it, however it is written there.
    pub fn has_email(&self, text: &str) -> bool {
        // Also what stands for a name: `"anna@x.de" <news@y.de>`.
        let named = text.contains('<').then(|| text.replace(['<', '>', '"'], " "));
        let is_listed = |text: &str| email_entries(&self.hasher, text).into_iter().any(|entry| self.has(entry));
        !self.is_empty() && (is_listed(text) || named.is_some_and(|text| is_listed(&text)))
    }

    /// Whether any phone number in a text is on it, however it is written there. A number covers all its extensions.
    pub fn has_phone_number(&self, text: &str, surroundings: Surroundings<'_>) -> bool {
        let listed = |normal: &str| self.has(entry(&self.hasher, "phone_number", normal));
        let is_listed = |part: Cow<'_, str>| {
            let readings =
                [Step::E164, Step::Digits].into_iter().filter_map(|step| step.apply(part.clone(), surroundings));
            readings.flat_map(|normal| spellings(&normal)).any(|normal| listed(&normal))
        };
        !self.is_empty() && phone_numbers(Cow::Borrowed(text)).into_iter().any(is_listed)
    }

    fn has(&self, entry: Node) -> bool {
        self.listed.binary_search(&entry).is_ok()
    }
}

/// The entry of an account's reference.
pub fn reference_entry(hasher: &NodeHasher, reference: &str) -> Node {
    hasher.reference(reference)
}

/// The entries of the e-mail addresses in a text. Tags do not count, whoever the provider is: to refuse a row of the same
/// mailbox is right, and to keep one is not.
pub fn email_entries(hasher: &NodeHasher, text: &str) -> Vec<Node> {
    let none = Surroundings::default();
    let normal = |address| {
        let untagged = Step::Untag.apply(address, none)?;
        // An address that no mail server takes can be a value all the same.
        [Step::Email, Step::Casefold]
            .into_iter()
            .find_map(|step| step.apply(untagged.clone(), none).filter(|it| is_email(it)))
    };
    let addresses = emails(Cow::Borrowed(text)).into_iter().filter_map(normal);
    addresses.map(|normal| entry(hasher, "email", &normal)).collect()
}

/// The entries of the phone numbers in a text; none for a national number if no country is known.
///
/// Numbers that are in no numbering plan are compared by their digits.
pub fn phone_entries(hasher: &NodeHasher, text: &str, surroundings: Surroundings<'_>) -> Vec<Node> {
    let normal = |number: Cow<'_, str>| {
        let mut steps = [Step::E164, Step::Digits].into_iter();
        steps.find_map(|step| step.apply(number.clone(), surroundings)).map(Cow::into_owned)
    };
    let numbers = phone_numbers(Cow::Borrowed(text)).into_iter().filter_map(normal);
    numbers.map(|normal| entry(hasher, "phone_number", &normal)).collect()
}

/// A number as it may be on the list: also without its extension, and as earlier programs wrote those of Mexico and
/// Argentina, with the digit that was dialled before mobile numbers.
fn spellings(normal: &str) -> Vec<String> {
    let number = normal.split(';').next().unwrap_or(normal);
    let with = |code: &str, mark: &str| number.strip_prefix(code).map(|national| [code, mark, national].concat());
    [Some(normal.to_owned()), Some(number.to_owned()), with("+54", "9"), with("+52", "1")]
        .into_iter()
        .flatten()
        .collect()
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
                email_entries(&hasher(), "Anna.Weber@GoogleMail.com")[0],
                phone_entries(&hasher(), "+49 143 8055090", Surroundings::default())[0],
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

    fn list_of(email: &str, phone_number: &str) -> Suppression {
        let emails = email_entries(&hasher(), email);
        Suppression::new(
            hasher(),
            emails.into_iter().chain(phone_entries(&hasher(), phone_number, Surroundings::default())),
        )
    }

    #[test]
    fn addresses_are_found_however_they_are_written() {
        let list = list_of("Anna <ANNA.weber@x.de>", "");
        for text in [
            " Anna.Weber@X.DE ",
            "anna.weber@x.de; anna@y.de",
            "anna@y.de, anna.weber@x.de",
            "Anna Weber <anna.weber@x.de>",
            "\"anna.weber@x.de\" <news@y.de>",
            "anna.weber+news@x.de",
            "mailto:anna.weber@x.de?subject=Hi",
            "'anna.weber@x.de'",
            "anna.weber\u{200b}@x.de.",
            "anna.weber @x.de (old)",
        ] {
            assert!(list.has_email(text), "{text:?}");
        }
        for other in ["anna@x.de", "anna.weber@y.de", "anna.weber at x.de", ""] {
            assert!(!list.has_email(other), "{other:?}");
        }
        assert!(list_of("anna.@x.de", "").has_email("Anna.@x.de"));
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let list = list_of("", "tel:+49-151-30000001; +52 55 1234 5678 / +54 9 11 2345 6788; +1 212 555 0123 x45");
        let in_germany = Surroundings { country: None, region: Some("DE") };
        for text in [
            "0151 30000001",
            "0151/30000001 (privat)",
            "030 1234567 / 0151 30000001",
            "4915130000001.0",
            "'+4915130000001",
            "+49 151 30000001 x3",
            "+52 1 55 1234 5678",
            "+54 11 2345 6788",
            "+12125550123;ext=45",
        ] {
            assert!(list.has_phone_number(text, in_germany), "{text:?}");
        }
        for other in ["0151 30000006", "4.9151E+12", "+1 212 555 0123", "+1 212 555 0123 x46", ""] {
            assert!(!list.has_phone_number(other, in_germany), "{other:?}");
        }
    }

    /// An earlier program hashed these numbers with all their digits.
    #[test]
    fn entries_of_an_earlier_program_still_count() {
        let entries =
            ["+5491123456788", "+5215512345678", "+12125550123"].map(|normal| entry(&hasher(), "phone_number", normal));
        let list = Suppression::new(hasher(), entries);
        for text in ["+54 9 11 2345 6788", "+52 1 55 1234 5678", "+1 212 555 0123 x45"] {
            assert!(list.has_phone_number(text, Surroundings::default()), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_or_number_has_no_entry() {
        assert!(email_entries(&hasher(), "anna").is_empty());
        assert!(phone_entries(&hasher(), "0143 8055090", Surroundings::default()).is_empty());
        assert!(phone_entries(&hasher(), "n/a", Surroundings::default()).is_empty());
    }

    #[test]
    fn the_digest_is_of_the_entries_and_not_of_their_order() {
        let (one, two) = (reference_entry(&hasher(), "a:1"), reference_entry(&hasher(), "a:2"));
        let digest = |entries: &[Node]| Suppression::new(hasher(), entries.iter().copied()).digest();
        assert_eq!(digest(&[one, two]), digest(&[two, one, two]));
        assert_ne!(digest(&[one]), digest(&[two]));
    }
}
