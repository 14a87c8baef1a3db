use FieldKind as Kind;
use proptest::prelude::*;

use super::testing::{fields, record};
use super::*;

/// A field of an account: its text and its extra, or several.
type Given<'t> = &'t [(usize, &'t str, &'t str)];

/// The pattern of two accounts; it is the same the other way round.
fn pattern(kinds: &[Kind], a: (Given<'_>, &[u8]), b: (Given<'_>, &[u8])) -> Pattern {
    let fields = fields(kinds);
    let mut records = Records::new(&fields);
    for (values, frequencies) in [a, b] {
        records.push(&record(values), frequencies);
    }
    let comparer = Comparer::new(&fields);
    let pattern = comparer.pattern(&records, 0, &records, 1);
    assert_eq!(pattern, comparer.pattern(&records, 1, &records, 0), "{a:?} {b:?}");
    pattern
}

/// The levels of a field by the texts of two accounts, each with its extra behind a bar.
fn check(kind: Kind, cases: &[(&str, &str, Level)]) {
    for (a, b, expected) in cases {
        let [one, other] = [a, b].map(|text| text.split_once('|').unwrap_or((text, "")));
        let level = pattern(&[kind], (&[(0, one.0, one.1)], &[]), (&[(0, other.0, other.1)], &[])).level(0);
        assert_eq!(level, *expected, "{kind:?} {a} {b}");
        assert!(meaning(kind, level).is_some(), "{kind:?} {level}");
    }
}

#[test]
fn every_level_has_a_meaning() {
    assert_eq!(
        [MISSING, DIFFER, EQUAL].map(|level| meaning(Kind::Unit, level).unwrap()),
        ["missing", "different", "equal"]
    );
    assert_eq!(meaning(Kind::Birthdate, 5), Some("day and month swapped"));
    assert_eq!(
        [(Kind::Unit, 3), (Kind::Generation, 2), (Kind::City, 24)].map(|(kind, level)| meaning(kind, level)),
        [None; 3]
    );
}

#[test]
fn given_names() {
    check(
        Kind::GivenName,
        &[
            ("anna|anna\0AN", "anna|anna\0AN", EQUAL),
            // A nickname, a word of the other, the same first word.
            ("bob|robert\0BB", "robert|robert\0RBRT", 6),
            ("maria|maria\0MR", "anna maria|anna\0AN", 6),
            ("anna", "anna maria", 6),
            ("anna b", "anna maria", 6),
            // One edit, or nearly all letters.
            ("anna", "anan", 5),
            ("anna", "ana", 5),
            ("christopher", "christphoer", 5),
            ("a", "anna", 4),
            ("a", "b", DIFFER),
            // Too short for an edit to say anything; the sound says it.
            ("al|al\0AL", "el|el\0AL", 3),
            ("katrin|katrin\0KTRN", "cathryn|cathryn\0KTRN", 3),
            ("al|al\0", "ix|ix\0", DIFFER),
            ("johannes", "johan", 3),
            ("johannes", "johanneson", 5),
            ("marta", "martine", 2),
            ("abcdef", "bcdexf", 3),
            ("hansen", "jansem", 2),
            ("martha", "marcus", DIFFER),
            ("anna", "peter", DIFFER),
            // A middle name that is the same, or its initial, leaves the level of the first words.
            ("jon m", "john michael", 5),
            ("jon michael", "john m", 5),
            ("j michael", "john m", 4),
            ("j m", "john michael", 4),
            ("jon peter", "john michael", DIFFER),
            ("j peter", "john michael", DIFFER),
            ("andrea", "andreas karl", 3),
            ("anna", "", MISSING),
        ],
    );
}

#[test]
fn usual_names_that_are_near_are_two_names() {
    let level = |kind, one: (&str, u8), other: (&str, u8)| {
        pattern(&[kind], (&[(0, one.0, "")], &[one.1]), (&[(0, other.0, "")], &[other.1])).level(0)
    };
    let given = |one, other| level(Kind::GivenName, ("ute", one), ("uwe", other));
    assert_eq!([given(3, 3), given(5, 3), given(9, 7)], [2; 3]);
    assert_eq!([given(2, 3), given(6, 3), given(9, 0)], [5; 3]);
    assert_eq!(level(Kind::GivenName, ("jon michael", 4), ("john m", 4)), 2);
    assert_eq!(level(Kind::GivenName, ("anna", 6), ("anna maria", 6)), 6);
    let family = |one, other| level(Kind::FamilyName, ("schmitt", one), ("schmidt", other));
    assert_eq!([family(8, 10), family(8, 11)], [2, 4]);
    assert_eq!(level(Kind::City, ("hamm", 8), ("hamme", 8)), 2, "of names of people only");
}

#[test]
fn family_names() {
    check(
        Kind::FamilyName,
        &[
            ("meyer", "meyer", EQUAL),
            ("meyer", "meyre", 4),
            ("meyer", "meier", 4),
            ("schneider", "schneideren", 4),
            ("garcia", "lopez garcia", 3),
            ("smith|SM0", "smyttheson|SM0", 3),
            ("li|L", "lo|L", 3),
            ("hansen", "jansem", 2),
            ("martha", "marcus", DIFFER),
            ("meyer", "okafor", DIFFER),
            ("", "meyer", MISSING),
        ],
    );
}

#[test]
fn names_in_each_others_place() {
    let kinds = [Kind::GivenName, Kind::FamilyName];
    let levels = |a: [&str; 2], b: [&str; 2]| {
        let (a, b) = ([(0, a[0], ""), (1, a[1], "")], [(0, b[0], ""), (1, b[1], "")]);
        let pattern = pattern(&kinds, (&a, &[]), (&b, &[]));
        [pattern.level(0), pattern.level(1)]
    };
    assert_eq!(levels(["anna", "meyer"], ["meyer", "anna"]), [MISSING, SWAPPED]);
    assert_eq!(levels(["anna", "meyer"], ["meyre", "anna"]), [MISSING, SWAPPED]);
    assert_eq!(levels(["anna", "meyer"], ["meyer", "jonas"]), [DIFFER, DIFFER]);
    // One of both must be nearly equal.
    assert_eq!(levels(["marta", "dixon"], ["dicksonx", "martine"]), [DIFFER, DIFFER]);
    // What is like its own name is not swapped.
    assert_eq!(levels(["martin", "martina"], ["martina", "martin"]), [5, 4]);
    assert_eq!(levels(["anna", "meyer"], ["meyer", ""]), [DIFFER, MISSING]);
}

#[test]
fn generations() {
    check(Kind::Generation, &[("jr", "jr", EQUAL), ("jr", "sr", DIFFER), ("ii", "iii", DIFFER), ("", "sr", MISSING)]);
}

#[test]
fn birthdates() {
    check(
        Kind::Birthdate,
        &[
            ("19800512", "19800512", EQUAL),
            ("19800512", "19801205", 5),
            ("19800512", "19800521", 4),
            ("19800512", "19900512", 4),
            ("19800512", "1980512", 4),
            ("19800512", "19800731", 2),
            ("19800512", "19800534", 3),
            ("19800512", "19801112", 3),
            ("19800512", "19802712", 3),
            ("19800512", "19730512", 3),
            ("19800512", "19910513", DIFFER),
            ("19800512", "19700513", 2),
            ("19800512", "1980", 2),
            ("19800512", "198005", 3),
            ("1980", "1981", 4),
            ("1980", "1974", 2),
            ("19800512", "", MISSING),
        ],
    );
}

#[test]
fn emails() {
    check(
        Kind::Email,
        &[
            ("anna.meyer@a.example", "anna.meyer@a.example", EQUAL),
            ("anna.meyer@a.example", "anna.meyer@b.test", 4),
            ("anna.meyer@a.example", "anna.meyre@a.example", 3),
            ("anna.meyer@a.example", "ana.meyre@a.example", 3),
            ("anna.meyer@a.example", "ana.meyeer@b.example", DIFFER),
            // Another number is another person, but for a typing error in a long one.
            ("anna71@a.example", "anna72@a.example", DIFFER),
            ("anna1971@a.example", "anna1972@a.example", DIFFER),
            ("anna19712@a.example", "anna19713@a.example", 3),
            ("anna1971@a.example", "meyer1971@b.test", 2),
            ("anna971@a.example", "meyer971@b.test", DIFFER),
            ("1971@a.example", "19711@a.example", DIFFER),
            ("anna", "anna@a.example", 4),
            ("anna@a.example", "", MISSING),
        ],
    );
}

#[test]
fn phones() {
    check(
        Kind::Phone,
        &[
            ("+4930123456", "+4930123456", EQUAL),
            ("+4930123456", "+493012345678", 3),
            ("+4930123456", "0030123456", 3),
            ("+4930123456", "+4930123465", 2),
            ("+4930123456", "+4930123457", 2),
            ("+4930123456", "+4930123567", DIFFER),
            ("123456", "9123456", 2),
            ("123456", "99123456", DIFFER),
            ("+4930123456;ext=12", "+4930123456;ext=12", EQUAL),
            ("+4930123456;ext=12", "+4930123456", 3),
            ("+4930123456;ext=12", "0030123456", 3),
            ("+4930123456;ext=12", "+4930123456;ext=13", 2),
            ("+4930123456;ext=12", "+4930123456;ext=123", 2),
            ("+4930123456;ext=12", "+4930123457;ext=12", 2),
            ("+4930123456;ext=12", "+4930123457;ext=13", DIFFER),
            ("+4930123456;ext=12", "+4989654321;ext=12", DIFFER),
            ("+4930123456", "", MISSING),
        ],
    );
}

#[test]
fn addresses() {
    check(
        Kind::Address,
        &[
            ("high st|12", "high st|12", EQUAL),
            ("high st", "high st", EQUAL),
            ("high st|12", "hihg st|12", 4),
            ("high st|12", "high st|12a", 3),
            ("high st|12", "high st|21", 3),
            ("high st|12", "high st|345", 2),
            ("high st|12", "hihg st|13", 2),
            ("high st|12", "high st", 2),
            ("high st|12", "hihg st", 2),
            ("high st|12", "low rd|12", DIFFER),
            ("bellevue|12", "villa bellevue|12", 4),
            ("high st|12", "", MISSING),
        ],
    );
}

#[test]
fn postal_codes() {
    check(
        Kind::PostalCode,
        &[
            ("10115", "10115", EQUAL),
            ("10115", "10151", 3),
            ("10115", "1015", 3),
            ("10115", "10197", 2),
            ("10", "12345", DIFFER),
            ("10115", "20215", DIFFER),
            ("", "20215", MISSING),
        ],
    );
}

#[test]
fn texts() {
    for kind in [Kind::City, Kind::Unit, Kind::Text] {
        let cases = [
            ("berlin", "berlin", EQUAL),
            ("berlin", "berlni", 2),
            ("braunschweig", "braunschwieg am", 2),
            ("spandau", "berlin spandau", 2),
            ("berlin", "bremen", DIFFER),
            ("", "bremen", MISSING),
        ];
        check(kind, &cases);
    }
}

#[test]
fn identifiers() {
    check(
        Kind::Identifier,
        &[("ab12", "ab12", EQUAL), ("ab12", "ab21", 2), ("ab1234567", "ab1234598", DIFFER), ("ab12", "", MISSING)],
    );
}

#[test]
fn the_nearest_of_several_values_counts_and_the_rarest_of_equal_ones() {
    let level = |a: Given<'_>, b: Given<'_>, frequencies: [&[u8]; 2]| {
        pattern(&[Kind::City], (a, frequencies[0]), (b, frequencies[1])).level(0)
    };
    let (ulm, bonn) = ((0, "ulm", ""), (0, "bonn", ""));
    assert_eq!(level(&[ulm, bonn], &[(0, "trier", ""), (0, "bonm", "")], [&[], &[]]), 2);
    assert_eq!(level(&[ulm, bonn], &[bonn, (0, "trier", "")], [&[5, 7], &[7, 0]]), EQUAL + 7);
    assert_eq!(level(&[ulm, bonn], &[bonn, ulm], [&[5, 7], &[7, 5]]), EQUAL + 5);
    assert_eq!(level(&[ulm], &[(0, "trier", ""), (0, "bonn", ""), ulm], [&[15], &[0, 0, 15]]), EQUAL + 15);
    assert_eq!(level(&[ulm], &[(0, "trier", ""), (0, "bonn", "")], [&[], &[]]), DIFFER);
}

#[test]
fn a_unit_belongs_to_its_address() {
    let kinds = [Kind::Address, Kind::Unit];
    let unit = |a: Given<'_>, b: Given<'_>| pattern(&kinds, (a, &[]), (b, &[])).level(1);
    let (high, low, flat) = ((0, "high st", "12"), (0, "low rd", "7"), (1, "flat 3", ""));
    // With one address each, it is theirs.
    assert_eq!(unit(&[high, flat], &[low, flat]), EQUAL);
    // The second address of one is the other's, and this is its unit.
    assert_eq!(unit(&[low, high, flat, (1, "apt 9", "1")], &[high, flat]), DIFFER);
    assert_eq!(unit(&[low, high, (1, "flat 3", "1"), (1, "apt 9", "0")], &[high, flat]), EQUAL);
    assert_eq!(unit(&[low, high, flat], &[high, flat]), MISSING);
    assert_eq!(unit(&[low, high, (1, "flat 3", "01")], &[high, flat]), EQUAL);
    // Two lines are equally near: the nearest unit counts.
    assert_eq!(unit(&[low, high, flat, (1, "apt 9", "1")], &[high, low, flat, (1, "apt 9", "1")]), DIFFER);
    assert_eq!(unit(&[low, high, flat, (1, "apt 9", "1")], &[high, low, (1, "apt 9", ""), (1, "b", "1")]), EQUAL);
    assert_eq!(unit(&[flat], &[high, low, flat]), EQUAL);
}

#[test]
fn a_pattern_has_every_field_in_its_place() {
    let kinds = [Kind::GivenName, Kind::FamilyName, Kind::Birthdate, Kind::Email, Kind::City];
    let a: Given<'_> = &[(0, "anna", ""), (1, "meyer", ""), (2, "19800512", ""), (4, "ulm", "")];
    let b: Given<'_> = &[(0, "anna", ""), (1, "meier", ""), (2, "19801205", ""), (3, "a@b.c", ""), (4, "ulm", "")];
    let pattern = pattern(&kinds, (a, &[4, 9, 0, 11]), (b, &[4, 2, 0, 0, 11]));
    let levels: Vec<Level> = (0..5).map(|field| pattern.level(field)).collect();
    assert_eq!(levels, [EQUAL + 4, 4, 5, MISSING, EQUAL + 11]);
}

fn any_values() -> impl Strategy<Value = Vec<(usize, String, String)>> {
    let text = "[ab1]{0,3}[ abc12@.;]{0,5}|[+]49301[12]{0,5}(;ext=[12])?|19[01]{2}[01][12][012][12]";
    let value = (0..ALL_KINDS.len(), text, "[ab]?(\x00[AB])?");
    prop::collection::vec(value, 0..16).prop_map(|mut values| {
        values.sort_by_key(|value| value.0);
        values
    })
}

fn borrowed(values: &[(usize, String, String)]) -> Vec<(usize, &str, &str)> {
    values.iter().map(|(field, text, extra)| (*field, text.as_str(), extra.as_str())).collect()
}

const ALL_KINDS: [Kind; 12] = [
    Kind::GivenName,
    Kind::FamilyName,
    Kind::Generation,
    Kind::Birthdate,
    Kind::Email,
    Kind::Phone,
    Kind::Address,
    Kind::Unit,
    Kind::PostalCode,
    Kind::City,
    Kind::Identifier,
    Kind::Text,
];

proptest! {
    #[test]
    fn levels_are_symmetric(a in any_values(), b in any_values()) {
        pattern(&ALL_KINDS, (&borrowed(&a), &[]), (&borrowed(&b), &[]));
    }

    #[test]
    fn of_several_values_the_nearest_pair_counts(a in any_values(), b in any_values(), field in 0..ALL_KINDS.len()) {
        let kind = [ALL_KINDS[field]];
        let [a, b] = [&a, &b].map(|values| {
            let values = borrowed(values).into_iter().filter(|value| value.0 == field);
            values.map(|(_, text, extra)| (0, text, extra)).take(crate::record::VALUES_MAX).collect::<Vec<_>>()
        });
        let pairs = a.iter().flat_map(|one| b.iter().map(|other| pattern(&kind, (&[*one], &[]), (&[*other], &[]))));
        let nearest = pairs.map(|pattern| pattern.level(0)).max().unwrap_or(MISSING);
        prop_assert_eq!(pattern(&kind, (&a, &[]), (&b, &[])).level(0), nearest);
    }

    #[test]
    fn an_account_equals_itself(a in any_values()) {
        let a = borrowed(&a);
        let pattern = pattern(&ALL_KINDS, (&a, &[]), (&a, &[]));
        let known: Vec<usize> = a.iter().filter(|value| !value.1.is_empty()).map(|value| value.0).collect();
        let has_several_lines = known.iter().filter(|field| ALL_KINDS[**field] == Kind::Address).count() > 1;
        for (field, kind) in ALL_KINDS.iter().enumerate() {
            if *kind == Kind::Unit && has_several_lines {
                continue;
            }
            let expected = if known.contains(&field) { EQUAL } else { MISSING };
            prop_assert_eq!(pattern.level(field), expected);
        }
    }
}
