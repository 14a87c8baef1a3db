//! Records of accounts.

use super::*;
use crate::record::{VALUES_MAX, values};

const FIELDS: &str = r#"
    [field.loyalty]
    identifier = true
    [field.note]
    [[source]]
    name = "crm"
    format = "jsonl"
    [source.fields]
    id = "/id"
    given_name = "/g"
    middle_name = "/m"
    family_name = "/f"
    honorific_suffix = "/s"
    email = "/e"
    phone_number = "/p"
    birthdate = "/b"
    address.street_address = "/a"
    address.postal_code = "/z"
    address.locality = "/c"
    loyalty = "/l"
    note = "/n"
"#;

/// Values by the names of their fields.
struct Account(Vec<(TextField, String)>);

impl Account {
    fn of(config: &Config, values: &[(&str, &str)]) -> Self {
        let field = |name| config.text_field(name).unwrap();
        Self(values.iter().map(|(name, value)| (field(name), (*value).to_owned())).collect())
    }
}

impl AccountTexts for Account {
    fn each_value(&self, field: TextField, take: &mut dyn FnMut(&str)) {
        self.0.iter().filter(|(known, _)| *known == field).for_each(|(_, value)| take(value));
    }
}

fn config(rest: &str) -> Config {
    Config::parse(&format!("{FIELDS}{rest}")).unwrap()
}

/// The values of an account's record by field: `text` or `text|extra`.
fn described(config: &Config, account: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let describer = Describer::new(config);
    let names: Vec<_> = describer.fields().iter().map(|field| field.name).collect();
    let mut record = Vec::new();
    describer.record(&Account::of(config, account), &mut record);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace('\0', "/");
    let read = values(&record).map(|(field, value)| {
        let extra = if value.extra.is_empty() { String::new() } else { format!("|{}", text(value.extra)) };
        (names[field], text(value.text) + &extra)
    });
    read.collect()
}

fn check(account: &[(&str, &str)], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    assert_eq!(described(&config(""), account), expected);
}

#[test]
fn values_are_compared_without_what_tells_nobody_apart() {
    let account = [
        ("family_name", "O’Hara-Müller"),
        ("given_name", "Bob"),
        ("middle_name", "J."),
        ("email", "Bob.Ohara@Example.com"),
        ("phone_number", "+12125550143;ext=12"),
        ("birthdate", "1980-06-02"),
        ("address.street_address", "Flat 3, 12 High Street"),
        ("address.postal_code", "SW1A 1AA"),
        ("address.locality", "Saint-Étienne"),
        ("loyalty", "AB-12 34"),
        ("note", "Knows Zoë, well"),
    ];
    let expected = [
        ("given_name", "bob j|robert/RBRT"),
        ("family_name", "ohara muller|OHRMLR"),
        ("birthdate", "19800602"),
        ("email", "bob.ohara@example.com"),
        ("phone_number", "12125550143;ext=12"),
        ("address", "high st|12"),
        ("address.unit", "3"),
        ("address.postal_code", "sw1a1aa"),
        ("address.locality", "saint etienne"),
        ("loyalty", "ab1234"),
        ("note", "knows zoe well"),
    ];
    check(&account, &expected);
}

#[test]
fn a_generation_is_taken_out_of_names() {
    let junior = [("family_name", "holt|HLT"), ("generation", "jr")];
    check(&[("family_name", "Holt Jr.")], &junior);
    check(&[("family_name", "Holt"), ("honorific_suffix", "Jr., MD")], &junior);
    check(&[("family_name", "Holt JUNIOR")], &junior);
    let given = [("given_name", "tom|thomas/0MS"), ("family_name", "holt|HLT"), ("generation", "iii")];
    check(&[("given_name", "Tom III"), ("family_name", "Holt")], &given);
    check(&[("family_name", "Holt"), ("honorific_suffix", "MD")], &[("family_name", "holt|HLT")]);
}

#[test]
fn several_values_are_kept_once_each() {
    let emails: Vec<String> = (0..20).map(|number| format!("anna{}@example.com", number / 2)).collect();
    let account: Vec<(&str, &str)> = emails.iter().map(|email| ("email", email.as_str())).collect();
    let found = described(&config(""), &account);
    assert_eq!(found.len(), VALUES_MAX);
    assert_eq!(found[0].1, emails[0]);
    assert_eq!(found[1].1, emails[2]);
}

#[test]
fn a_unit_says_which_addresses_it_is_in() {
    let lines = ["5 Low Road", "12 High Street, Flat 3", "7 Mill Lane, Flat 3", "12 High Street, Flat 4"];
    check(
        &lines.map(|line| ("address.street_address", line)),
        &[
            ("address", "low rd|5"),
            ("address", "high st|12"),
            ("address", "mill ln|7"),
            ("address.unit", "3|12"),
            ("address.unit", "4|1"),
        ],
    );
}

#[test]
fn fields_that_are_left_out_are_in_no_record() {
    let account =
        [("given_name", "Ann"), ("middle_name", "Lee"), ("family_name", "Holt Jr"), ("email", "a@example.com")];
    let names = |rest: &str| described(&config(rest), &account).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(names(""), ["ann lee|ann/AN", "holt|HLT", "jr", "a@example.com"]);
    let without = "[score]\nwithout = [\"middle_name\", \"honorific_suffix\", \"email\"]";
    assert_eq!(names(without), ["ann|ann/AN", "holt|HLT"]);
}

#[test]
fn a_value_without_letters_is_none() {
    check(&[("given_name", "-"), ("phone_number", "none"), ("note", "…"), ("address.street_address", "?")], &[]);
}

#[test]
fn names_of_other_scripts_are_their_transliterations() {
    for (name, latin) in [
        ("Юлия", "Yulia"),
        ("Дмитрий", "Dmitry"),
        ("Щербаков", "Shcherbakov"),
        ("Ђорђе", "Djordje"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("Ευάγγελος", "Evangelos"),
        ("ショウタ", "Shota"),
        ("ゆうき", "Yūki"),
        ("小明", "Xiaoming"),
        ("張", "Zhang"),
        ("김", "Kim"),
    ] {
        let record = |name| described(&config(""), &[("given_name", name), ("family_name", name)]);
        assert_eq!(record(name), record(latin), "{name}");
    }
}
