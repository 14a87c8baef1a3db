use onefold_normalise::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
region = "DE"
[source.fields]
id = "/id"
[[source]]
name = "shop"
format = "jsonl"
[source.fields]
id = "/id"
[field.card]
identifier = true
normalise = ["uppercase"]
"#;

const NORMALISED: &str = "[normalise]\nemail = [\"email\"]\nphone_number = [\"e164\"]\n";

fn hasher() -> NodeHasher {
    NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
}

/// A configuration with or without normalisers.
fn config(is_normalised: bool) -> Config {
    let normalise = if is_normalised { NORMALISED } else { "" };
    Config::parse(&format!("{CONFIG}{normalise}[[match]]\nkey = \"email\"\n")).unwrap()
}

fn account(reference: &str, values: &[(&str, &str)], config: &Config) -> Account<'static> {
    let mut account = Account::new(reference.to_owned(), None, Timestamp::default());
    for (field, value) in values {
        account.push_value(config.text_field(field).unwrap(), (*value).to_owned().into());
    }
    account
}

/// Whether the index leads from a text to an account, and whether the account then has what was asked for.
fn is_found(config: &Config, account: &Account<'_>, text: &str, only: Option<&str>) -> [bool; 2] {
    let identifiers = Identifiers::new(config);
    let mut places = Vec::new();
    identifiers.places(account, &hasher(), &mut Vec::new(), &mut places);
    let asked = identifiers.asked(text, only.map(|name| config.text_field(name).unwrap()));
    let is_indexed = |asked: &AskedIdentifier| places.contains(&identifiers.place(asked, &hasher()).unwrap());
    [asked.iter().any(is_indexed), asked.iter().any(|asked| identifiers.has(account, asked))]
}

#[test]
fn each_value_is_found_however_it_is_asked_for() {
    let config = config(true);
    let values = [
        ("email", "anna@weber.de"),
        ("email", "a.w@x.de"),
        ("phone_number", "+49301234567"),
        ("card", "AB-1"),
        ("card", "AB-2"),
    ];
    let account = account("crm:1", &values, &config);
    for text in [
        "anna@weber.de",
        " Anna@Weber.DE ",
        "Anna Weber <anna@weber.de>",
        "mailto:anna@weber.de",
        "a.w@x.de",
        "+49 30 1234567",
        "030 1234567",
        "tel:+49-30-1234567",
        "0049 30/1234567",
        "AB-1",
        "ab-2",
    ] {
        assert_eq!(is_found(&config, &account, text, None), [true; 2], "{text:?}");
    }
    for text in ["anna@weber.com", "aw@x.de", "+49 30 1234568", "+43 30 1234567", "AB-3", "AB", "", "crm:1"] {
        assert_eq!(is_found(&config, &account, text, None), [false; 2], "{text:?}");
    }
}

#[test]
fn a_field_that_is_named_is_searched_alone() {
    let config = config(true);
    let account = account("crm:1", &[("card", "12345"), ("email", "a@x.de")], &config);
    for (text, field, expected) in
        [("12345", "card", true), ("12345", "phone_number", false), ("a@x.de", "card", false)]
    {
        assert_eq!(is_found(&config, &account, text, Some(field)), [expected; 2], "{text} as {field}");
    }
}

#[test]
fn values_that_nobody_normalised_are_found_by_what_they_mean() {
    let config = config(false);
    let values = [("email", "Anna@Weber.de"), ("phone_number", "030 / 123 45 67"), ("phone_number", "call me")];
    let account = account("crm:1", &values, &config);
    for text in ["anna@weber.de", "ANNA@WEBER.DE", "+49 30 1234567", "030 1234567"] {
        assert_eq!(is_found(&config, &account, text, None), [true; 2], "{text:?}");
    }
    assert_eq!(is_found(&config, &account, "call me", Some("phone_number")), [true; 2]);
}

#[test]
fn a_number_without_its_extension_is_all_of_them() {
    let config = config(true);
    let account = account("shop:1", &[("phone_number", "+49301234567;ext=45")], &config);
    assert_eq!(is_found(&config, &account, "+49 30 1234567", None), [true; 2]);
    assert_eq!(is_found(&config, &account, "+49 30 1234567 ext. 45", None), [true; 2]);
    assert_eq!(
        is_found(&config, &account, "+49 30 1234567 ext. 46", None),
        [true, false],
        "the index has no extensions"
    );
}

#[test]
fn nothing_is_shown_of_what_is_asked() {
    let config = config(true);
    let asked = Identifiers::new(&config).asked("anna@weber.de", None);
    let shown = format!("{asked:?}");
    assert!(!asked.is_empty() && !shown.contains("anna"), "{shown}");
}

#[test]
fn another_secret_gives_other_places() {
    let config = config(true);
    let account = account("crm:1", &[("email", "a@x.de")], &config);
    let place = |secret: &str| {
        let mut places = Vec::new();
        let hasher = NodeHasher::from_hex(secret).unwrap();
        Identifiers::new(&config).places(&account, &hasher, &mut Vec::new(), &mut places);
        places
    };
    assert_ne!(place("000102030405060708090a0b0c0d0e0f"), place("000102030405060708090a0b0c0d0e00"));
}

proptest! {
    /// Whatever an account has is found by itself, under any configuration.
    #[test]
    fn a_value_is_found_by_itself(
        email in "[a-zA-Zß.]{1,6}@[a-z]{1,3}\\.de",
        phone in "(\\+49|0)[1-9][0-9]{2,9}( ?x[0-9]{2})?",
        card in "[a-zé0-9][a-zé0-9:@ -]{0,6}[a-z0-9]",
        is_normalised: bool,
    ) {
        let config = config(is_normalised);
        let account = account("crm:1", &[("email", &email), ("phone_number", &phone), ("card", &card)], &config);
        for (field, text) in [("email", &email), ("phone_number", &phone), ("card", &card)] {
            prop_assert_eq!(is_found(&config, &account, text, Some(field)), [true; 2], "{} as {}", text, field);
        }
    }
}
