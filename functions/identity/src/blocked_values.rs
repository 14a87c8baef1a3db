//! Blocked values: placeholders that people and programs fill in, and addresses of roles. They identify nobody.
//!
//! A blocked value makes no match key and does not survive into a customer. There are the built-in lists, and the
//! user's own; the user's allow list beats both. Placeholders do not survive either, whatever the lists. Translate drops
//! them, but members that earlier programs wrote have them.
//!
//! Words in place of a name are names of people as well. Such a word is nobody's unless the other name is somebody's.

mod lists;

use lists::{DATES, EXAMPLES, HOSTS, LOCAL_PARTS, NAMES, REPEATED, TOP_LEVELS};
use onefold_config::{BlockedValues, Config};
use onefold_normalise::field::{TextField, TextFieldSet};
use onefold_normalise::placeholder::{is_ambiguous_name, is_filling, is_placeholder_of, is_plain_value};
use onefold_normalise::{calling_codes, lowercase};

use crate::account::Account;
use crate::blocked_set::BlockedSet;

/// The blocked values of a configuration.
#[derive(Clone, Debug)]
pub struct Blocklist {
    values: BlockedValues,
    /// All text fields.
    all: Vec<TextField>,
    /// Fields for which anything can be blocked at all.
    fields: TextFieldSet,
}

impl Blocklist {
    /// The built-in list, if it is on, and the lists of the user.
    pub fn new(config: &Config) -> Self {
        let values = &config.guard.blocked_values;
        let has_own = |field: &TextField| !values.blocked[field.index()].is_empty();
        let has_any = |field: &TextField| has_own(field) || (values.builtin && has_builtin(*field));
        let fields = config.text_fields.iter().copied().filter(has_any).collect();
        Self { values: values.clone(), all: config.text_fields.clone(), fields }
    }

    /// Whether a value is blocked. Upper and lower case are the same.
    pub fn blocks(&self, field: TextField, value: &str) -> bool {
        if !self.fields.contains(field) {
            return false;
        }
        let lower = lowercase(value);
        let is_blocked = is_any_of(&self.values.blocked[field.index()], &lower)
            || (self.values.builtin && is_builtin(field, &lower));
        is_blocked && !is_any_of(&self.values.allowed[field.index()], &lower)
    }

    /// Whether the user says that a value is somebody's.
    pub fn allows(&self, field: TextField, value: &str) -> bool {
        self.may_allow(field) && is_any_of(&self.values.allowed[field.index()], &lowercase(value))
    }

    /// Whether the user says of any value of a field that it is somebody's.
    #[inline]
    pub(crate) fn may_allow(&self, field: TextField) -> bool {
        !self.values.allowed[field.index()].is_empty()
    }

    /// Whether a text stands for a missing value, and the user does not say that it is one.
    #[inline]
    pub fn is_missing(&self, field: TextField, value: &str) -> bool {
        let is_placeholder = is_placeholder_of(field, value) || (self.values.builtin && is_filling(field, value));
        is_placeholder && !self.allows(field, value)
    }

    /// The fields of an account, among these, whose first values are nobody's: blocked, or placeholders. One name is judged
    /// beside the other: `fields` have both or none.
    pub fn of_first(&self, account: &Account<'_>, fields: &[TextField]) -> BlockedSet {
        let is_found = |field: &TextField| account.text(*field).is_some_and(|value| self.is_nobodys(*field, value));
        let mut found: TextFieldSet = fields.iter().copied().filter(is_found).collect();
        if found.contains(TextField::GivenName) != found.contains(TextField::FamilyName) {
            self.judge_names(account, &mut found);
        }
        BlockedSet::of_first(found)
    }

    #[inline]
    fn is_nobodys(&self, field: TextField, value: &str) -> bool {
        // Most values are of fields without a list.
        let is_somebodys = is_plain_value(field, value) && !self.fields.contains(field);
        !is_somebodys && (self.blocks(field, value) || self.is_missing(field, value))
    }

    /// The values of an account that are nobody's.
    pub fn of(&self, account: &Account<'_>) -> BlockedSet {
        if self.fields.is_empty() && account.has_plain_values() {
            return BlockedSet::NONE;
        }
        let mut blocked = self.of_first(account, &self.all);
        if account.has_other_values() {
            for (place, (name, value)) in account.other_values().enumerate() {
                let mut fields = self.all.iter();
                if fields.find(|field| field.name() == name).is_some_and(|field| self.is_nobodys(*field, value)) {
                    blocked.insert_other(place);
                }
            }
        }
        blocked
    }

    /// Where one name is nobody's and the other is not: both are of a form's example, or the word is a name.
    #[cold]
    fn judge_names(&self, account: &Account<'_>, found: &mut TextFieldSet) {
        use TextField::{FamilyName, GivenName};
        let (Some(given), Some(family)) = (account.text(GivenName), account.text(FamilyName)) else { return };
        if self.values.builtin && is_example(given, family) {
            found.insert(GivenName);
            return;
        }
        let (field, value) = if found.contains(GivenName) { (GivenName, given) } else { (FamilyName, family) };
        let is_own = || is_any_of(&self.values.blocked[field.index()], &lowercase(value));
        let is_word = is_ambiguous_name(value) || (self.values.builtin && is_builtin(field, &lowercase(value)));
        if is_word && !is_own() {
            found.remove(field);
        }
    }

    /// The lists as text, for a digest: the text changes when a list does.
    pub fn describe(&self) -> String {
        let patterns = |field: TextField| {
            let [blocked, allowed] = [&self.values.blocked, &self.values.allowed].map(|lists| &lists[field.index()]);
            format!("{} {blocked:?} {allowed:?}", field.name())
        };
        let of_fields: Vec<String> = self.fields.of(&self.all).map(patterns).collect();
        format!("{} {}", self.values.builtin, of_fields.join(" "))
    }
}

fn is_any_of(patterns: &[String], lower: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, lower))
}

/// Whether a given and a family name are those of a form's example, Max Mustermann or John Doe.
fn is_example(given: &str, family: &str) -> bool {
    match &*lowercase(family) {
        "mustermann" | "musterfrau" => EXAMPLES.contains(&&*lowercase(given)),
        "doe" => matches!(&*lowercase(given), "john" | "jane"),
        _ => false,
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
        TextField::GivenName | TextField::FamilyName => NAMES.binary_search(&lower).is_ok(),
        TextField::Birthdate => DATES.contains(&lower),
        _ => false,
    }
}

/// Addresses of roles and of nobody, and texts that are nobody's on both sides of the `@`: `a@a.com`.
fn is_dummy_email(lower: &str) -> bool {
    let Some((local, host)) = lower.split_once('@') else { return false };
    let (label, _) = host.split_once('.').unwrap_or((host, ""));
    let top_level = host.rsplit('.').next().unwrap_or_default();
    (local == label && (local.len() <= 2 || REPEATED.contains(&local)))
        || is_unanswered(local)
        || LOCAL_PARTS.binary_search(&local).is_ok()
        || HOSTS.binary_search(&host).is_ok()
        || TOP_LEVELS.contains(&top_level)
}

/// Whether a local part says that nobody reads what is sent there: `noreply`, `no-reply-orders`, `do_not_reply`.
fn is_unanswered(local: &str) -> bool {
    if !local.starts_with(['n', 'd']) {
        return false;
    }
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    ["noreply", "donotreply", "dontreply"].iter().any(|start| letters.starts_with(start))
}

/// Seven times the same digit at the end, or nothing but digits counted up or down behind the calling code.
fn is_dummy_number(text: &str) -> bool {
    const REPEATED: usize = 7;
    // The extension says nothing about the number.
    let number = text.split(';').next().unwrap_or(text);
    let bytes = number.as_bytes();
    let same = bytes.iter().rev().take_while(|byte| Some(*byte) == bytes.last()).count();
    let counted =
        ["123456789", "1234567890", "987654321", "9876543210"].iter().find_map(|end| number.strip_suffix(end));
    same >= REPEATED || counted.is_some_and(is_prefix)
}

/// Whether a text is nothing, or what may stand before a national number: `+49`, `0`.
fn is_prefix(text: &str) -> bool {
    let code = text.strip_prefix('+').unwrap_or_default();
    matches!(text, "" | "+" | "0") || calling_codes().any(|(_, known)| known == code)
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
    use std::borrow::Cow;

    use onefold_normalise::field::OwnField;
    use onefold_normalise::timestamp::Timestamp;
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
        assert!(LOCAL_PARTS.is_sorted() && HOSTS.is_sorted() && NAMES.is_sorted());
    }

    #[test]
    fn placeholders_and_roles_are_blocked() {
        let list = blocklist("");
        for email in [
            "noreply@shop.de",
            "no-reply-orders@shop.de",
            "do_not_reply@shop.de",
            "Info@Weber.de",
            "a@a.com",
            "aa@aa.com",
            "x@x.com",
            "test@test.com",
            "x@example.org",
            "y@shop.example",
            "team@firm.de",
            "help@firm.de",
            "billing@firm.de",
            "jobs@firm.de",
            "kontakt@firm.de",
            "buchhaltung@firm.de",
            "contacto@firm.es",
            "facturation@firm.fr",
            "segreteria@firm.it",
            "klantenservice@firm.nl",
            "biuro@firm.pl",
            "unbekannt@unbekannt.de",
            "guest@firm.com",
            "faktura@firm.no",
            "reservierung@firm.de",
            "123@123.com",
            "email@email.com",
        ] {
            assert!(list.blocks(TextField::Email, email), "{email}");
        }
        for email in [
            "anna@gmx.de",
            "testa@gmx.de",
            "weber@weber.de",
            "ivo@ivo.nl",
            "ute@ute.de",
            "noreen@x.de",
            "dora@x.de",
            "123+aa@users.noreply.github.com",
            "teamann@x.de",
        ] {
            assert!(!list.blocks(TextField::Email, email), "{email}");
        }
        for number in ["+4900000000", "+11111111111", "+11234567890", "+49123456789", "+11111111111;ext=5"] {
            assert!(list.blocks(TextField::PhoneNumber, number), "{number}");
        }
        for number in
            ["+491438055090", "+16502530000", "+18005551111", "+4915123456789", "+12123456789", "+541123456789"]
        {
            assert!(!list.blocks(TextField::PhoneNumber, number), "{number}");
        }
        assert!(list.blocks(TextField::Birthdate, "1970-01-01") && !list.blocks(TextField::Birthdate, "1970-01-02"));
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

    fn names(given: &str, family: &str, list: &Blocklist) -> [bool; 2] {
        let mut account = Account::new("a:1", None, Timestamp::default());
        account.set_text(TextField::GivenName, Some(given.into()).filter(|name: &Cow<'_, str>| !name.is_empty()));
        account.set_text(TextField::FamilyName, Some(family.into()).filter(|name: &Cow<'_, str>| !name.is_empty()));
        let blocked = list.of(&account);
        [TextField::GivenName, TextField::FamilyName]
            .map(|field| account.text(field).is_some() && blocked.text(&account, field).is_none())
    }

    #[test]
    fn a_word_is_a_name_beside_a_name() {
        let list = blocklist("");
        for (given, family, expected) in [
            ("Anna", "Weber", [false, false]),
            ("Jennifer", "Null", [false, false]),
            ("Marco", "Test", [false, false]),
            ("Guest", "Edgar", [false, false]),
            ("Kunde", "Rolf", [false, false]),
            ("Peter", "Mustermann", [false, false]),
            ("Na", "Kim", [false, false]),
            ("Null", "null", [true, true]),
            ("Test", "Test", [true, true]),
            ("Null", "Guest", [true, true]),
            ("Null", "", [true, false]),
            ("", "Test", [false, true]),
            ("Anna", "n/a", [false, true]),
            ("0", "Weber", [true, false]),
            ("Max", "Mustermann", [true, true]),
            ("ERIKA", "MUSTERMANN", [true, true]),
            ("John", "Doe", [true, true]),
            ("Anna", "Doe", [false, false]),
            ("[deleted]", "[deleted]", [true, true]),
            ("***", "***", [true, true]),
        ] {
            assert_eq!(names(given, family, &list), expected, "{given} {family}");
        }
        let list = blocklist("blocked_values.family_name = \"till\"\nallowed_values.given_name = \"null\"\n");
        assert_eq!(names("Anna", "Till", &list), [false, true], "the user said so");
        assert_eq!(names("Null", "", &list), [false, false], "the user said so");
    }

    #[test]
    fn placeholders_are_nobodys_in_any_field_and_under_any_lists() {
        let none = blocklist("builtin_blocked_values = false\n");
        let mut account = Account::new("a:1", None, Timestamp::default());
        account.set_text(TextField::Locality, Some("n/a".into()));
        account.set_text(TextField::Birthdate, Some("1900-01-01".into()));
        account.set_text(TextField::Country, Some("NA".into()));
        account.push_value(TextField::Email, "a@x.de".into());
        account.push_value(TextField::Email, "n/a".into());
        let blocked = none.of(&account);
        let values: Vec<(&str, &str)> = blocked.blocked(&account, &TextField::ALL).collect();
        assert_eq!(values, [("birthdate", "1900-01-01"), ("address.locality", "n/a"), ("email", "n/a")]);
    }
}
