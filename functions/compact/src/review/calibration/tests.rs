use onefold_scoring::counts::Histogram;
use onefold_scoring::weights::{BIT, FieldWeights, Weights};
use onefold_scoring::{EQUAL, LEVELS, Pattern};

use super::*;

/// A draw of so many pairs with each of these scores in bits, with a threshold of 0.
fn draw(scored: &[(Score, u64)]) -> Draw {
    let mut strangers = [0; LEVELS];
    let mut histogram = Histogram::default();
    for (class, (bits, pairs)) in (0..).zip(scored) {
        strangers[usize::from(EQUAL + class)] = bits * BIT;
        histogram.add(Pattern::default().with(0, EQUAL + class), 1, *pairs);
    }
    let fields = vec![FieldWeights { strangers, relatives: [0; LEVELS] }];
    Draw::new(&Weights { strangers_prior: 0, relatives_prior: 100 * BIT, fields }, &histogram, 0, 0.0)
}

fn labels(bits: Score, answers: &[(u64, bool)], is_sampled: bool) -> Vec<LabelledPair> {
    let of = |(times, is_same): &(u64, bool)| {
        vec![LabelledPair { bits: bits * BIT, is_same: *is_same, is_sampled }; *times as usize]
    };
    answers.iter().flat_map(of).collect()
}

fn corrections(always: usize, never: usize) -> Pairs {
    let pairs = |count: usize, source: &str| {
        (0..count).map(|number| [format!("{source}:{number}"), "z:1".to_owned()]).collect()
    };
    Pairs { always: pairs(always, "a"), never: pairs(never, "b"), ..Pairs::default() }
}

#[test]
fn without_answers_there_is_nothing_to_say() {
    assert_eq!(of(&draw(&[(5, 100)]), &[], &Pairs::default()), None);
    let skipped = Pairs { skipped: [["a:1".to_owned(), "a:2".to_owned()]].into(), ..Pairs::default() };
    assert_eq!(
        of(&draw(&[(5, 100)]), &[], &skipped).unwrap().answers,
        AnswerCounts { skipped: 1, ..AnswerCounts::default() }
    );
}

#[test]
fn answers_are_counted_by_the_scores_of_their_pairs() {
    let draw = draw(&[(5, 1_000), (0, 50), (-1, 80), (-30, 7)]);
    let labelled = [
        labels(5, &[(40, true)], true),
        labels(0, &[(3, true), (2, false)], true),
        labels(0, &[(9, false)], false),
        labels(-30, &[(1, false)], false),
    ];
    let found = of(&draw, &labelled.concat(), &corrections(44, 14)).unwrap();
    assert_eq!(found.answers, AnswerCounts { same: 44, different: 14, skipped: 0, not_compared: 3 });
    let bin = |from: Option<f64>| *found.bins.iter().find(|bin| bin.from == from).unwrap();
    assert_eq!((bin(None).pairs, bin(None).answered, bin(None).sampled), (7, [1, 0], [0, 0]));
    let at_zero = bin(Some(0.0));
    assert_eq!((at_zero.pairs, at_zero.expected, at_zero.sampled, at_zero.answered), (50, 0.5, [5, 3], [14, 3]));
    assert_eq!(
        at_zero.observed.map(|observed| (observed.share, observed.answers)),
        Some((0.6, 5)),
        "of the sample alone"
    );
    assert_eq!(bin(Some(5.0)).sampled, [40, 40]);
    assert_eq!(bin(Some(-1.0)).observed, None);
}

#[test]
fn precision_and_recall_weigh_answers_by_their_strata() {
    let draw = draw(&[(5, 1_000), (0, 50), (-1, 90)]);
    let labelled = [
        labels(5, &[(20, true)], true),
        labels(0, &[(3, true), (2, false)], true),
        labels(-1, &[(2, true), (8, false)], true),
        labels(0, &[(30, false)], false),
    ];
    let found = of(&draw, &labelled.concat(), &corrections(25, 40)).unwrap();
    let precision = found.precision.measured.unwrap();
    assert_eq!((precision.share, precision.answers), (rounded((1_000.0 + 30.0) / 1_050.0), 25));
    assert!(precision.interval[0] < precision.share && precision.share < precision.interval[1]);
    let recall = found.recall.measured.unwrap();
    assert_eq!((recall.share, recall.answers), (rounded(1_030.0 / (1_030.0 + 18.0)), 35));
    let expected = (1_000.0 * 32.0 / 33.0 + 25.0) / 1_050.0;
    assert!((found.precision.expected.unwrap() - expected).abs() < 1e-6);
    assert!((found.recall.expected.unwrap() - expected * 1_050.0 / (expected * 1_050.0 + 30.0)).abs() < 1e-6);
}

#[test]
fn answers_that_were_asked_for_in_doubt_measure_nothing() {
    let found = of(&draw(&[(5, 1_000)]), &labels(5, &[(30, false)], false), &corrections(0, 30)).unwrap();
    assert_eq!((found.precision.measured, found.recall.measured), (None, None));
    assert_eq!(notes(&found), Vec::<String>::new());
}

#[test]
fn a_note_says_where_answers_and_scores_disagree() {
    let draw = draw(&[(8, 1_000)]);
    let said = |same, different| {
        let labelled = labels(8, &[(same, true), (different, false)], true);
        notes(&of(&draw, &labelled, &corrections(same as usize, different as usize)).unwrap())
    };
    assert_eq!(said(60, 0), Vec::<String>::new(), "it may be so by chance");
    let found = said(40, 20);
    let expected = "the model expects a precision of 0.9961, and 60 answers about the sample measure 0.6667 (";
    assert!(
        found.len() == 1 && found[0].starts_with(expected) && found[0].contains("raise the threshold"),
        "{found:?}"
    );
}
