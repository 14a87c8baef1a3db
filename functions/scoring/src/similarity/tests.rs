use proptest::prelude::*;

use super::*;
use crate::record;

fn text(text: &str) -> Text<'_> {
    Text::new(text.as_bytes())
}

/// Texts of few letters, so that many of them are near.
fn near_texts() -> impl Strategy<Value = (String, String)> {
    let any = prop_oneof!["[abc ]{0,12}", "[a-z0-9@. ]{0,63}", "[ab]{0,63}"];
    (any, 0..4_usize, prop::collection::vec((0..63_usize, "[abcx]{0,2}"), 3)).prop_flat_map(|(text, edits, changes)| {
        let mut other = text.clone();
        for (place, change) in changes.into_iter().take(edits) {
            let place = place.min(other.len());
            other.replace_range(place..(place + 1).min(other.len()), &change);
        }
        other.truncate(record::TEXT_BYTES_MAX);
        (Just(text), prop_oneof![3 => Just(other), 1 => Just(String::new()), 1 => "[abc ]{0,12}"])
    })
}

/// Jaro's and Winkler's similarity in plain words: the matches, then those that are out of order.
fn naive_jaro_winkler(a: &[u8], b: &[u8]) -> f64 {
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut pairs = Vec::new();
    for (i, byte) in a.iter().enumerate() {
        let is_free = |j: &usize| pairs.iter().all(|(_, taken)| taken != j);
        let partner = (0..b.len()).filter(is_free).find(|j| i.abs_diff(*j) <= reach && b[*j] == *byte);
        pairs.extend(partner.map(|j| (i, j)));
    }
    if pairs.is_empty() {
        return 0.0;
    }
    let mut in_b: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
    in_b.sort_unstable();
    let transpositions = pairs.iter().zip(in_b).filter(|((i, _), j)| a[*i] != b[*j]).count() as f64;
    let matches = pairs.len() as f64;
    let jaro = (matches / a.len() as f64 + matches / b.len() as f64 + (matches - transpositions / 2.0) / matches) / 3.0;
    let prefix = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count() as f64;
    jaro + prefix * 0.1 * (1.0 - jaro)
}

#[test]
fn similarities_of_known_names() {
    let value = |a, b| JaroWinkler::of(text(a), text(b)).value();
    // From Winkler's paper.
    let cases = [("shackleford", "shackelford", 0.982), ("nichleson", "nichulson", 0.956), ("jones", "johnson", 0.832)];
    for (a, b, expected) in cases {
        assert!((value(a, b) - expected).abs() < 5e-4, "{a} {b} {}", value(a, b));
    }
    assert_eq!([value("", ""), value("a", ""), value("a", "b")].map(f64::to_bits), [0; 3]);
    assert_eq!(value("a", "a").to_bits(), 1_f64.to_bits());
}

#[test]
fn a_threshold_that_is_met_exactly_is_met() {
    // (1 + 7/10 + 1)/3 = .9, and a beginning of four takes away four tenths of what is missing. And so on.
    for (a, b, hundredths) in [("abcdefg", "abcdefghij", 94), ("abcd", "abcdefghij", 88), ("ab", "xabxx", 80)] {
        let similarity = JaroWinkler::of(text(a), text(b));
        assert!(similarity.is_at_least(hundredths) && !similarity.is_at_least(hundredths + 1), "{a} {b}");
        assert!(JaroWinkler::at_least(hundredths, text(a), text(b)).is_some(), "{a} {b}");
    }
}

#[test]
fn words_stand_between_spaces() {
    let cases = [
        ("anna", "anna maria", true),
        ("maria", "anna maria", true),
        ("maria", "anna maria eva", true),
        ("anna maria", "eva anna maria", true),
        ("ann", "anna maria", false),
        ("nna", "anna maria", false),
        ("an", "an maria", false),
        ("anna", "anna", false),
        ("", "anna", false),
    ];
    for (a, b, expected) in cases {
        assert_eq!(contains_word(text(a), text(b)), expected, "{a} {b}");
        assert_eq!(contains_word(text(b), text(a)), expected, "{b} {a}");
    }
    assert_eq!(words(b" anna  maria ").collect::<Vec<_>>(), [b"anna".as_slice(), b"maria"]);
}

#[test]
fn a_text_that_is_too_long_is_cut() {
    assert_eq!(Text::new(&[b'a'; 100]).bytes().len(), record::TEXT_BYTES_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn jaro_winkler_is_that_of_others((a, b) in near_texts()) {
        let similarity = JaroWinkler::of(text(&a), text(&b));
        let value = similarity.value();
        prop_assert!((value - naive_jaro_winkler(a.as_bytes(), b.as_bytes())).abs() < 1e-12);
        // strsim cuts half a transposition off, gives the bonus above .7 only, and takes two empty texts for equal.
        let transpositions = jaro_winkler::transpositions_of(a.as_bytes(), b.as_bytes());
        if transpositions.is_multiple_of(2) && strsim::jaro(&a, &b) > 0.7 && !a.is_empty() {
            prop_assert!((value - strsim::jaro_winkler(&a, &b)).abs() < 1e-12);
        }
        prop_assert_eq!(value.to_bits(), JaroWinkler::of(text(&b), text(&a)).value().to_bits());
        for hundredths in [80, 88, 92, 94] {
            let found = JaroWinkler::at_least(hundredths, text(&a), text(&b));
            prop_assert_eq!(found.is_some(), similarity.is_at_least(hundredths));
            let limit = f64::from(hundredths) / 100.0;
            prop_assert!((value - limit).abs() < 1e-12 || found.is_some() == (value > limit));
        }
    }

    #[test]
    fn edits_are_those_of_others((a, b) in near_texts()) {
        let distance = strsim::osa_distance(&a, &b);
        prop_assert_eq!(edits::distance_of(a.as_bytes(), b.as_bytes()), distance);
        prop_assert_eq!(is_within_one_edit(text(&a), text(&b)), distance <= 1);
        prop_assert_eq!(is_one_edit(a.as_bytes(), b.as_bytes()), distance <= 1);
        prop_assert_eq!(is_within_two_edits(text(&a), text(&b)), distance <= 2);
    }
}
