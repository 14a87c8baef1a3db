//! Blocked values: placeholders that people and programs fill in, and addresses of roles. They identify nobody.
//!
//! A blocked value makes no match key and does not survive into a customer. There is a built-in list, and the
//! user's own; the user's allow list beats both.

use onefold_config::{BlockedValues, Config};
use onefold_normalise::field::{TextField, TextFieldSet};
use onefold_normalise::lowercase;

use crate::account::Account;

/// The blocked values of a configuration.
#[derive(Clone, Debug)]
pub struct Blocklist {
    values: BlockedValues,
    /// Fields for which anything can be blocked at all.
    fields: Vec<TextField>,
    /// The same.
    set: TextFieldSet,
}

/// Local parts of addresses of roles (RFC 2142 and its like) and of nobody; sorted.
const LOCAL_PARTS: [&str; 43] = [
    "abuse",
    "admin",
    "administrator",
    "anonymous",
    "asdf",
    "contact",
    "do-not-reply",
    "donotreply",
    "dummy",
    "fake",
    "ftp",
    "hostmaster",
    "info",
    "mailer-daemon",
    "marketing",
    "n.a",
    "na",
    "news",
    "no",
    "no-email",
    "no-reply",
    "no.reply",
    "nobody",
    "noc",
    "noemail",
    "nomail",
    "noname",
    "none",
    "noreply",
    "null",
    "office",
    "postmaster",
    "root",
    "sales",
    "security",
    "support",
    "test",
    "testing",
    "unknown",
    "usenet",
    "uucp",
    "webmaster",
    "www",
];
/// Hosts that are reserved for examples (RFC 2606), or that people write who have no address; sorted.
const HOSTS: [&str; 11] = [
    "domain.com",
    "example.com",
    "example.edu",
    "example.net",
    "example.org",
    "localhost",
    "na.com",
    "noemail.com",
    "nomail.com",
    "none.com",
    "test.com",
];
/// Top-level domains that are reserved (RFC 6761).
const TOP_LEVELS: [&str; 4] = ["example", "invalid", "localhost", "test"];
const NAMES: [&str; 9] =
    ["customer", "firstname", "guest", "lastname", "nachname", "test", "tester", "testing", "vorname"];
const DATES: [&str; 4] = ["0001-01-01", "1800-01-01", "1900-01-01", "9999-12-31"];

impl Blocklist {
    /// The built-in list, if it is on, and the lists of the user.
    pub fn new(config: &Config) -> Self {
        let values = &config.guard.blocked_values;
        let has_own = |field: &TextField| !values.blocked[field.index()].is_empty();
        let has_any = |field: &TextField| has_own(field) || (values.builtin && has_builtin(*field));
        let fields: Vec<TextField> = config.text_fields.iter().copied().filter(has_any).collect();
        Self { values: values.clone(), set: fields.iter().copied().collect(), fields }
    }

    /// Whether a value is blocked. Upper and lower case are the same.
    pub fn blocks(&self, field: TextField, value: &str) -> bool {
        if !self.set.contains(field) {
            return false;
        }
        let lower = lowercase(value);
        let is_in = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, &lower));
        let is_blocked =
            is_in(&self.values.blocked[field.index()]) || (self.values.builtin && is_builtin(field, &lower));
        is_blocked && !is_in(&self.values.allowed[field.index()])
    }

    /// The fields of an account that have blocked values.
    pub fn fields(&self, account: &Account<'_>) -> TextFieldSet {
        let is_blocked = |field: &TextField| account.text(*field).is_some_and(|value| self.blocks(*field, value));
        self.fields.iter().copied().filter(is_blocked).collect()
    }

    /// The lists as text, for a digest: the text changes when a list does.
    pub fn describe(&self) -> String {
        let patterns = |field: &TextField| {
            let [blocked, allowed] = [&self.values.blocked, &self.values.allowed].map(|lists| &lists[field.index()]);
            format!("{} {blocked:?} {allowed:?}", field.name())
        };
        let of_fields: Vec<String> = self.fields.iter().map(patterns).collect();
        format!("{} {}", self.values.builtin, of_fields.join(" "))
    }
}

fn has_builtin(field: TextField) -> bool {
    use TextField::{Birthdate, Email, FamilyName, GivenName, PhoneNumber};
    matches!(field, Email | PhoneNumber | GivenName | FamilyName | Birthdate)
}

fn is_builtin(field: TextField, lower: &str) -> bool {
    match field {
        TextField::Email => is_dummy_email(lower),
        TextField::PhoneNumber => is_dummy_number(lower),
        TextField::GivenName | TextField::FamilyName => NAMES.contains(&lower),
        TextField::Birthdate => DATES.contains(&lower),
        _ => false,
    }
}

/// Addresses of roles and of nobody, and short text that is the same on both sides of the `@`: `a@a.com`.
fn is_dummy_email(lower: &str) -> bool {
    const REPEATED_MAX: usize = 4;
    let Some((local, host)) = lower.split_once('@') else { return false };
    let (label, _) = host.split_once('.').unwrap_or((host, ""));
    let top_level = host.rsplit('.').next().unwrap_or_default();
    (local.len() <= REPEATED_MAX && local == label)
        || LOCAL_PARTS.binary_search(&local).is_ok()
        || HOSTS.binary_search(&host).is_ok()
        || TOP_LEVELS.contains(&top_level)
}

/// Seven times the same digit at the end, or digits counted up or down.
fn is_dummy_number(text: &str) -> bool {
    const REPEATED: usize = 7;
    let bytes = text.as_bytes();
    let same = bytes.iter().rev().take_while(|byte| Some(*byte) == bytes.last()).count();
    same >= REPEATED || ["123456789", "1234567890", "987654321", "9876543210"].iter().any(|end| text.ends_with(end))
}

/// Whether a text is what a pattern says, `*` being any text. Both in lower case.
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        // The earliest place leaves the most to the pieces behind it.
        let Some(position) = text.find(piece) else { return false };
        text = &text[position + piece.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use onefold_normalise::field::OwnField;
    use proptest::prelude::*;

    use super::*;

    fn blocklist(guard: &str) -> Blocklist {
        let source = "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\n";
        let text = format!("{source}[[match]]\nkey = \"email\"\n[field.card]\n[guard]\n{guard}");
        Blocklist::new(&Config::parse(&text).unwrap())
    }

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, expected) in [
            ("noreply@*", "noreply@shop.de", true),
            ("noreply@*", "xnoreply@shop.de", false),
            ("*@example.com", "anna@example.com", true),
            ("*@example.com", "anna@example.com.de", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("x", "x", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        /// Against every way of cutting the text.
        #[test]
        fn stars_stand_for_any_text(pattern in "[ab*]{0,5}", text in "[ab]{0,6}") {
            fn naive(pattern: &[u8], text: &[u8]) -> bool {
                match pattern.split_first() {
                    None => text.is_empty(),
                    Some((b'*', rest)) => (0..=text.len()).any(|from| naive(rest, &text[from..])),
                    Some((letter, rest)) => text.split_first().is_some_and(|(first, text)| first == letter && naive(rest, text)),
                }
            }
            prop_assert_eq!(fits(&pattern, &text), naive(pattern.as_bytes(), text.as_bytes()));
        }
    }

    #[test]
    fn the_lists_that_are_searched_are_sorted() {
        assert!(LOCAL_PARTS.is_sorted() && HOSTS.is_sorted());
    }

    #[test]
    fn placeholders_and_roles_are_blocked() {
        let list = blocklist("");
        for email in ["noreply@shop.de", "Info@Weber.de", "a@a.com", "test@test.com", "x@example.org", "y@shop.example"]
        {
            assert!(list.blocks(TextField::Email, email), "{email}");
        }
        for email in ["anna@gmx.de", "testa@gmx.de", "weber@weber.de", "information@x.de"] {
            assert!(!list.blocks(TextField::Email, email), "{email}");
        }
        for number in ["+4900000000", "+11111111111", "+11234567890", "+49123456789"] {
            assert!(list.blocks(TextField::PhoneNumber, number), "{number}");
        }
        for number in ["+491438055090", "+16502530000", "+18005551111"] {
            assert!(!list.blocks(TextField::PhoneNumber, number), "{number}");
        }
        assert!(list.blocks(TextField::Birthdate, "1900-01-01") && !list.blocks(TextField::Birthdate, "1970-01-01"));
        assert!(!list.blocks(TextField::Locality, "test"));
    }

    #[test]
    fn the_users_lists_count_and_the_allow_list_beats_all() {
        let list = blocklist(
            "blocked_values.email = \"*@partner.de\"\nblocked_values.card = \"0*\"\n\
             allowed_values.email = [\"info@weber.de\", \"anna@partner.de\"]\n",
        );
        let card = TextField::Own(OwnField::new("card", 0));
        assert!(list.blocks(card, "000") && !list.blocks(card, "700"));
        assert!(list.blocks(TextField::Email, "Desk@Partner.de"));
        assert!(!list.blocks(TextField::Email, "anna@partner.de") && !list.blocks(TextField::Email, "info@weber.de"));
        let none = blocklist("builtin_blocked_values = false\n");
        assert!(!none.blocks(TextField::Email, "noreply@shop.de"));
    }
}
