use proptest::prelude::*;

use super::*;

/// The text fields of the accounts: all standard ones, and two of one's own.
fn fields() -> Vec<TextField> {
    let own = [OwnField::new("card", 0), OwnField::new("ssn", 1)].map(TextField::Own);
    TextField::ALL.into_iter().chain(own).collect()
}

fn any_account() -> impl Strategy<Value = Account<'static>> {
    prop_oneof![3 => basic_account(), 2 => account_with_more()]
}

/// Some fields with several values.
fn account_with_more() -> impl Strategy<Value = Account<'static>> {
    let values = proptest::collection::vec((prop::sample::select(fields()), "[a-c\"]{0,2}"), 0..9);
    (basic_account(), values).prop_map(|(mut account, values)| {
        for (field, value) in values {
            account.push_value(field, value.into());
        }
        account
    })
}

fn basic_account() -> impl Strategy<Value = Account<'static>> {
    let texts = proptest::array::uniform11(proptest::option::of("[a-zA-Zäß\"\\\\ 0-9@.+]{0,12}"));
    let interests = proptest::collection::btree_set("[a-z\"]{1,5}", 0..3);
    let numbers = (-9_000i32..9_000, 0u32..99);
    (
        ("[a-z]{1,3}:[a-z0-9\"]{1,5}", proptest::option::of(0i64..2_000_000_000_000)),
        texts,
        interests,
        numbers,
        any::<bool>(),
    )
        .prop_map(|((reference, updated_at), texts, interests, (integer, fraction), more)| {
            let updated_at = updated_at.and_then(Timestamp::from_milliseconds);
            let received_at = Timestamp::from_milliseconds(i64::from(fraction % 2)).unwrap();
            let mut account = Account::new(reference, updated_at, received_at);
            for (field, text) in TextField::BASIC.into_iter().zip(texts) {
                account.set_text(field, text.map(Cow::Owned));
            }
            account.interests = interests.into_iter().map(Cow::Owned).collect();
            if more {
                account.location = Some(Cow::Owned(format!("{{\"latitude\":{integer}.{fraction},\"longitude\":0}}")));
                account.salary = Some(Cow::Owned(integer.to_string()));
                account.attributes = vec![("a\"b".into(), "{\"x\":[1,null]}".into()), ("c".into(), "\"é\"".into())];
                let provenance =
                    if integer % 2 == 0 { r#"{"salary":"reference:pay"}"# } else { r#"{"salary":"reference:p"}"# };
                account.provenance = Some(provenance.into());
            }
            account
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(account in any_account()) {
        let mut out = Vec::new();
        account.write(&mut out);
        let text = String::from_utf8(out).unwrap();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(Account::parse(&text).unwrap(), account);
    }

    #[test]
    fn what_is_repeated_from_one_account_changes_no_other(accounts in proptest::collection::vec(any_account(), 1..4)) {
        let texts: Vec<String> = accounts.iter().map(|account| {
            let mut out = Vec::new();
            account.write(&mut out);
            String::from_utf8(out).unwrap()
        }).collect();
        let mut repeated = RepeatedValues::default();
        for (text, account) in texts.iter().zip(&accounts) {
            let mut found = Account::default();
            found.read(text, &mut repeated).unwrap();
            prop_assert_eq!(&found, account);
        }
    }

    #[test]
    fn the_short_way_agrees_with_the_general_parser(
        account in any_account(), cut in any::<prop::sample::Index>(), with in ".?", at_length in 0usize..4
    ) {
        let mut out = Vec::new();
        account.write(&mut out);
        let whole = String::from_utf8(out).unwrap();
        let general = |text: &str| serde_json::from_str::<Account<'_>>(text).ok().map(|account| format!("{account:?}"));
        let short = |text: &str| Account::parse(text).ok().map(|account| format!("{account:?}"));
        prop_assert_eq!(plain::read(&whole, &mut Account::default(), &mut RepeatedValues::default()).is_some(), !whole.contains('\\'));
        prop_assert_eq!(short(&whole), general(&whole));
        // Another text at any place: cut off, shortened or changed.
        let places: Vec<usize> = whole.char_indices().map(|(place, _)| place).chain([whole.len()]).collect();
        let start = cut.index(places.len());
        let end = places[(start + at_length).min(places.len() - 1)];
        let start = places[start];
        for text in [whole[..start].to_owned(), [&whole[..start], &with, &whole[end..]].concat()] {
            prop_assert_eq!(short(&text), general(&text), "{}", text);
        }
    }
}

#[test]
fn a_field_has_its_values_each_once_and_the_first_is_its_own() {
    let [ssn, card] = ["ssn", "card"].map(|name| TextField::Own(OwnField::new(name, 0)));
    let mut account = Account::new("crm:8", None, Timestamp::from_milliseconds(0).unwrap());
    for (field, value) in [
        (TextField::Email, "b@x"),
        (ssn, "2"),
        (TextField::Email, "a@x"),
        (TextField::Organization, "Acme"),
        (TextField::Email, "b@x"),
        (ssn, "1"),
        (card, "7"),
        (TextField::Locality, "Ulm"),
        (TextField::Locality, "Bonn"),
    ] {
        account.push_value(field, value.into());
    }
    assert_eq!((account.text(TextField::Email), account.text(ssn)), (Some("b@x"), Some("2")));
    assert_eq!(account.values(TextField::Email).collect::<Vec<_>>(), ["b@x", "a@x"]);
    assert_eq!(account.values(TextField::Gender).count(), 0);
    let mut out = Vec::new();
    account.write(&mut out);
    let written = r#"{"ref":"crm:8","received_at":"1970-01-01T00:00:00Z","email":"b@x","organization":"Acme","card":"7","ssn":"2","address":{"locality":"Ulm"},"other_values":{"email":["a@x"],"address.locality":["Bonn"],"ssn":["1"]}}"#;
    assert_eq!(String::from_utf8(out).unwrap(), written);
    // Another configuration may have given the field another number.
    let found = Account::parse(written).unwrap();
    assert_eq!(found.values(TextField::Own(OwnField::new("ssn", 5))).collect::<Vec<_>>(), ["2", "1"]);
    account.set_text(ssn, None);
    account.set_text(TextField::Email, Some("c@x".into()));
    assert_eq!((account.values(ssn).count(), account.values(TextField::Email).count()), (0, 1));
}

#[test]
fn an_account_is_small_though_it_may_have_more() {
    assert!(size_of::<Account<'_>>() <= 448, "{}", size_of::<Account<'_>>());
    let mut account = Account::default();
    account.push_value(TextField::MiddleName, "Eva".into());
    account.set_text(TextField::MiddleName, None);
    assert_eq!(account, Account::default());
}

#[test]
fn a_text_that_no_field_is_known_of_is_kept_if_it_may_be_one() {
    let start = r#"{"ref":"a:1","received_at":"2026-01-02T03:04:05Z""#;
    let ssn = TextField::Own(OwnField::new("ssn", 0));
    for (more, expected) in [
        (r#","ssn":"1"}"#, Some("1")),
        (r#","email":"a@x","address":{"country":"DE"},"ssn":"1"}"#, Some("1")),
        (r#","ssn":1}"#, None),
        (r#","ssn":{"a":"1"}}"#, None),
        (r#","other_values":{"ssn":["1","2"],"full_name":["x"]}}"#, Some("1")),
    ] {
        let text = [start, more].concat();
        assert_eq!(Account::parse(&text).unwrap().text(ssn), expected, "{text}");
    }
    for name in ["full_name", "Ssn", "customer_id", "country"] {
        let text = format!("{start},\"{name}\":\"1\"}}");
        assert_eq!(Account::parse(&text).unwrap(), Account::parse(&[start, "}"].concat()).unwrap(), "{name}");
    }
}

/// The encoding of version 1, kept in member files for years: it may gain fields, not change them.
#[test]
fn encoding_is_frozen() {
    let text = r#"{"ref":"crm:8","updated_at":"2023-06-07T18:16:00Z","received_at":"2026-01-02T03:04:05Z","given_name":"Anna","email":"anna@gmx.de","address":{"locality":"Köln","country":"DE"},"location":{"latitude":47.4,"longitude":11.0},"salary":50000,"interests":["art"],"attributes":{"device":"ios"},"provenance":{"gender":"reference:names"}}"#;
    let mut out = Vec::new();
    Account::parse(text).unwrap().write(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), text);
}

#[test]
fn a_tombstone_is_later_than_any_other_version_of_its_time() {
    let text =
        r#"{"ref":"crm:8","updated_at":"2023-06-07T18:16:00Z","received_at":"2026-01-02T03:04:05Z","deleted":true}"#;
    let tombstone = Account::parse(text).unwrap();
    assert!(tombstone.deleted);
    let mut out = Vec::new();
    tombstone.write(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), text);
    let version = tombstone.version(text.as_bytes());
    let living = text.replace(",\"deleted\":true", "");
    let of_living = |text: &str| Account::parse(text).unwrap().version(text.as_bytes());
    assert!(version > of_living(&living));
    assert!(version < of_living(&living.replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z")));
    let without_time = r#"{"ref":"a:1","received_at":"0001-01-01T00:00:00Z"}"#;
    assert!(of_living(without_time) > AccountVersion::LEAST);
}

#[test]
fn of_two_versions_that_came_together_the_later_one_is_the_same_whenever_they_come() {
    let version = |reference: &str, times: &str, values: &str| {
        let text = format!("{{\"ref\":{reference}{times}{values}}}");
        Account::parse(&text).unwrap().version(text.as_bytes())
    };
    let times = |received_at: &str| {
        [String::new(), r#","updated_at":"2023-06-07T18:16:00.5Z""#.to_owned()]
            .map(|updated_at| format!(r#"{updated_at},"received_at":"{received_at}""#))
    };
    let of = |email: &str| format!(r#","email":"{email}","attributes":{{"received_at":"{email}"}}"#);
    for reference in [r#""crm:8""#, r#""crm:\"received_at\":\"8\\""#, r#""crm:\u0007\\\"""#] {
        for (early, late) in times("2026-01-02T03:04:05Z").iter().zip(&times("2026-11-12T13:14:15.167Z")) {
            let digests = |values: &str| [early, late].map(|times| version(reference, times, values).digest);
            let (one, other) = (digests(&of("a@x.de")), digests(&of("b@x.de")));
            assert_eq!((one[0], other[0]), (one[1], other[1]), "{reference} {late}");
            assert_ne!(one[0], other[0], "{reference} {late}");
        }
    }
}

#[test]
fn unknown_members_are_ignored_and_a_reference_is_required() {
    assert!(Account::parse(r#"{"ref":"a:1","received_at":"2026-01-02T03:04:05Z","later":{"x":1}}"#).is_ok());
    assert!(Account::parse(r#"{"received_at":"2026-01-02T03:04:05Z"}"#).is_err());
}
