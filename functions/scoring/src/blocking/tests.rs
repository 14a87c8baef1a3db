//! Keys of records.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::record::{self, Value};
use crate::{FieldKind, ScoredField, ScoredFields};

/// A field of each kind, and a second identifier.
pub(super) fn fields() -> ScoredFields {
    use FieldKind as Kind;
    let named = |(kind, name)| ScoredField { kind, name };
    let fields = [
        (Kind::GivenName, "given_name"),
        (Kind::FamilyName, "family_name"),
        (Kind::Generation, "generation"),
        (Kind::Birthdate, "birthdate"),
        (Kind::Email, "email"),
        (Kind::Phone, "phone_number"),
        (Kind::Address, "address"),
        (Kind::Unit, "address.unit"),
        (Kind::PostalCode, "address.postal_code"),
        (Kind::City, "address.locality"),
        (Kind::Identifier, "loyalty"),
        (Kind::Identifier, "passport"),
        (Kind::Text, "note"),
    ];
    ScoredFields::new(fields.map(named).to_vec())
}

/// The record of values by the names of their fields: `text` or `text|extra`.
fn record(fields: &ScoredFields, texts: &[(&str, &str)]) -> Vec<u8> {
    let place = |name: &str| fields.iter().position(|field| field.name == name).unwrap();
    let mut values: Vec<_> = texts.iter().map(|(name, text)| (place(name), *text)).collect();
    values.sort_by_key(|(place, _)| *place);
    let mut record = Vec::new();
    for (place, text) in values {
        let (text, extra) = text.split_once('|').unwrap_or((text, ""));
        let extra = extra.replace('/', "\0");
        record::push(&mut record, place, Value { text: text.as_bytes(), extra: extra.as_bytes() });
    }
    record
}

/// The keys of a record, each with the name of its pass.
fn keys(passes: &Passes, record: &[u8]) -> Vec<(String, u64)> {
    let mut keys = Vec::new();
    passes.keys(record, &mut |pass, hash| keys.push((passes.name(usize::from(pass)), hash)));
    keys
}

/// The passes that find a pair.
fn common(left: &[(&str, &str)], right: &[(&str, &str)]) -> BTreeSet<String> {
    let (fields, passes) = (fields(), Passes::of(&fields()));
    let right: BTreeSet<_> = keys(&passes, &record(&fields, right)).into_iter().collect();
    let left = keys(&passes, &record(&fields, left)).into_iter();
    left.filter(|key| right.contains(key)).map(|(pass, _)| pass).collect()
}

fn check(left: &[(&str, &str)], right: &[(&str, &str)], expected: &[&str]) {
    let expected: BTreeSet<_> = expected.iter().map(|pass| (*pass).to_owned()).collect();
    assert_eq!(common(left, right), expected);
}

#[test]
fn passes_follow_from_the_fields() {
    let all = Passes::of(&fields());
    assert_eq!(all.len(), 10 + 2 + 2 + 16 + 21);
    let names: BTreeSet<_> = (0..all.len()).map(|pass| all.name(pass)).collect();
    assert_eq!(names.len(), all.len(), "names tell passes apart");
    assert!(names.contains("family_name (sound) + birthdate (year) + given_name (initial)"));

    let email = ScoredField { kind: FieldKind::Email, name: "email" };
    let few = Passes::of(&ScoredFields::new(vec![email]));
    assert_eq!(few.len(), 3);
    assert_eq!(few.name(1), "email (before the @)");
    assert!(Passes::of(&ScoredFields::default()).is_empty());
    assert_eq!(few.name(3), "");
}

#[test]
fn many_fields_of_ones_own_make_no_more_passes_than_there_is_room_for() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let own = names.map(|name| ScoredField { kind: FieldKind::Text, name });
    let all = Passes::of(&ScoredFields::new(fields().iter().chain(own).collect()));
    assert_eq!(all.len(), 128);
    let names: BTreeSet<_> = (0..all.len()).map(|pass| all.name(pass)).collect();
    assert!(
        names.contains("address.postal_code + birthdate (year)")
            || names.contains("birthdate (year) + address.postal_code")
    );
    assert!(names.contains("given_name (without nicknames) + family_name"));
}

#[test]
fn a_pass_finds_what_it_is_for() {
    check(&[("email", "anna@x.de")], &[("email", "anna@y.de")], &["email (before the @)"]);
    check(&[("email", "abc@x.de")], &[("email", "abc@y.de")], &[]);
    check(&[("email", "ab12345@x.de")], &[("email", "a12.345@y.de")], &["email (digits before the @)"]);
    check(&[("phone_number", "4930123456")], &[("phone_number", "30123456")], &["phone_number (last eight digits)"]);
    check(
        &[("phone_number", "1212555014312")],
        &[("phone_number", "12125550143")],
        &["phone_number (first eleven digits)"],
    );
    check(&[("loyalty", "ab1234")], &[("loyalty", "ab1243")], &["loyalty (in any order)"]);
    check(&[("loyalty", "ab1234")], &[("passport", "ab1234")], &[]);
    check(&[("birthdate", "19800602")], &[("birthdate", "19810206")], &[]);
    check(
        &[("given_name", "anna|anna/AN"), ("family_name", "kim|KM")],
        &[("given_name", "kim|kim/KM"), ("family_name", "anna|AN")],
        &["given_name (first word) + family_name", "given_name (sound) + family_name (sound)"],
    );
    check(
        &[("given_name", "bob|robert/RBRT"), ("birthdate", "19800602")],
        &[("given_name", "robert|robert/RBRT"), ("birthdate", "19800206")],
        &["given_name (sound) + birthdate (month and day)"],
    );
    check(&[("address", "high st|12")], &[("address", "high st|13")], &[]);
    check(
        &[("address", "high st|12"), ("family_name", "kim|KM")],
        &[("address", "high st|13"), ("family_name", "kim|KM")],
        &["family_name + address (street)"],
    );
}

#[test]
fn several_values_make_several_keys() {
    let left = [("email", "a@x.de"), ("email", "b@x.de"), ("phone_number", "111"), ("phone_number", "222")];
    let right = [("email", "b@x.de"), ("phone_number", "222")];
    check(&left, &right, &["email", "phone_number"]);
    let (fields, passes) = (fields(), Passes::of(&fields()));
    let names = [("family_name", "kim|KM"), ("family_name", "lee|L"), ("note", "x"), ("note", "y")];
    let record = record(&fields, &[&left[..], &names[..]].concat());
    let count = |wanted: &str| keys(&passes, &record).iter().filter(|(pass, _)| pass == wanted).count();
    assert_eq!([count("email"), count("family_name + note"), count("email (before the @)")], [2, 4, 0]);
}

#[test]
fn names_that_are_given_and_family_name_make_one_key() {
    let (fields, passes) = (fields(), Passes::of(&fields()));
    let names = ["given_name", "family_name"].map(|field| [(field, "kim|kim/KM"), (field, "lee|lee/L")]).concat();
    let keys = keys(&passes, &record(&fields, &names));
    let swapped = keys.iter().filter(|(pass, _)| pass == "given_name (first word) + family_name");
    assert_eq!(swapped.count(), 3, "kim kim, kim lee, lee lee");
}

#[test]
fn contacts_are_passes_of_one_contact() {
    let all = Passes::of(&fields());
    let of_contact = |pass: &usize| all.is_of_contact(*pass as u16);
    let contacts: Vec<_> = (0..all.len()).filter(of_contact).map(|pass| all.name(pass)).collect();
    assert_eq!(contacts.len(), 4 + 3 + 3 + 1, "{contacts:?}");
    assert!(
        ["email", "loyalty", "phone_number", "address"].iter().all(|name| contacts.iter().any(|pass| pass == name))
    );
    assert!(!all.is_of_contact(all.len() as u16));
}

#[test]
fn dropped_passes_make_no_keys_and_the_others_keep_their_numbers() {
    let (fields, passes) = (fields(), Passes::of(&fields()));
    let record = record(&fields, &[("email", "anna@x.de"), ("phone_number", "4930123456")]);
    let numbers = |passes: &Passes| {
        let mut numbers = BTreeSet::new();
        passes.keys(&record, &mut |pass, _| assert!(numbers.insert(pass)));
        numbers
    };
    let (all, few) = (numbers(&passes), numbers(&passes.clone().without(&["email".to_owned(), "other".to_owned()])));
    let dropped: Vec<_> = all.difference(&few).map(|pass| passes.name(usize::from(*pass))).collect();
    assert_eq!(dropped, ["email"]);
    assert!(few.is_subset(&all));
}

#[test]
fn great_blocks_are_refined_by_other_features() {
    let (fields, passes) = (fields(), Passes::of(&fields()));
    let pass = |name: &str| (0..passes.len()).find(|pass| passes.name(*pass) == name).unwrap() as u16;
    let account =
        [("given_name", "ann|ann/AN"), ("family_name", "kim|KM"), ("birthdate", "19800602"), ("address", "high st|1")];
    let record = record(&fields, &account);
    let mut all = PassSet::default();
    (0..passes.len()).for_each(|pass| all.insert(pass as u16));
    let refined = |great: PassSet, pass: u16, hash| {
        let mut keys = BTreeSet::new();
        let key = GreatKey { pass, hash };
        passes.refined(&passes.features(&record), great, key, &mut |key| assert!(keys.insert(key)));
        keys
    };
    let names = pass("given_name (without nicknames) + family_name");
    assert_eq!(refined(all, names, 1).len(), 2, "by the date of birth and by the address");
    assert!(refined(all, names, 1).is_disjoint(&refined(all, names, 2)));
    assert!(refined(all, passes.len() as u16, 1).is_empty());
    let mut keys = Vec::new();
    passes.refined(&passes.features(&[]), all, GreatKey { pass: names, hash: 7 }, &mut |key| keys.push(key));
    assert_eq!(keys, [7], "what has nothing to be told apart by stays together");

    let with_birthdate = pass("family_name + birthdate");
    assert_eq!(refined(all, with_birthdate, 1).len(), 2, "by the given name and by the address");
    assert_eq!(refined(PassSet::default(), names, 1).len(), 0, "blocks of others are not great and have all pairs");

    let by_birthdate = |pass: u16| {
        let mut count = 0;
        passes.refined_by_birthdate(&passes.features(&record), GreatKey { pass, hash: 1 }, &mut |_| count += 1);
        count
    };
    assert_eq!(by_birthdate(with_birthdate), 0);
    assert_eq!(by_birthdate(0), 1);
}

/// Values of a few texts, so that records have some in common.
pub(super) fn texts() -> impl Strategy<Value = Vec<(usize, String, String)>> {
    prop::collection::vec((0..13_usize, "[ab12@]{0,9}", "[AB\\x00]{0,4}"), 0..20)
}

pub(super) fn record_of(values: &[(usize, String, String)]) -> Vec<u8> {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_by_key(|(field, ..)| *field);
    let mut record = Vec::new();
    for (field, text, extra) in values {
        record::push(&mut record, *field, Value { text: text.as_bytes(), extra: extra.as_bytes() });
    }
    record
}

proptest! {
    #[test]
    fn a_key_stands_once(values in texts()) {
        let keys = keys(&Passes::of(&fields()), &record_of(&values));
        let different: BTreeSet<_> = keys.iter().collect();
        prop_assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn keys_follow_from_the_set_of_values(values in texts(), seed in any::<usize>()) {
        // Fewer than are cut.
        let mut by_field: BTreeMap<usize, usize> = BTreeMap::new();
        let few: Vec<_> = values.into_iter().filter(|(field, ..)| {
            let count = by_field.entry(*field).or_default();
            *count += 1;
            *count <= 4
        }).collect();
        let mut turned = few.clone();
        turned.rotate_left(seed % few.len().max(1));
        turned.extend(few.first().cloned());
        let passes = Passes::of(&fields());
        let set = |values: &[_]| keys(&passes, &record_of(values)).into_iter().collect::<BTreeSet<_>>();
        prop_assert_eq!(set(&few), set(&turned));
    }

    #[test]
    fn bytes_that_are_no_record_make_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let passes = Passes::of(&fields());
        passes.keys(&bytes, &mut |_, _| {});
        passes.refined(&passes.features(&bytes), PassSet::default(), GreatKey { pass: 3, hash: 7 }, &mut |_| {});
    }
}
