use super::*;
use crate::weights::FieldWeights;
use crate::{EQUAL, FREQUENCIES, LEVELS, Pattern};

/// A draw of pairs with these scores, in 1024ths of a bit.
fn draw(scored: &[(Score, u64)], threshold: Score) -> Draw {
    assert!(scored.len() <= FREQUENCIES);
    let mut strangers = [0; LEVELS];
    let mut histogram = Histogram::default();
    for (class, (bits, pairs)) in (0..).zip(scored) {
        strangers[usize::from(EQUAL + class)] = *bits;
        histogram.add(Pattern::default().with(0, EQUAL + class), 1, *pairs);
    }
    let fields = vec![FieldWeights { strangers, relatives: [0; LEVELS] }];
    Draw::new(&Weights { strangers_prior: 0, relatives_prior: 100 * BIT, fields }, &histogram, threshold, 2.5)
}

fn hashes(number: u128) -> [Node; 2] {
    [number, number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)].map(Node::from_bits)
}

#[test]
fn strata_are_whole_bits_and_the_threshold() {
    let found = draw(&[(-30 * BIT, 1_000_000), (-700, 3), (1_700, 40), (1_800, 2), (25 * BIT, 900)], 1_750);
    let bounds: Vec<Score> = found.strata.iter().map(|stratum| stratum.from).collect();
    assert_eq!(bounds[..4], [-BIT, 0, BIT, 1_750]);
    assert_eq!(bounds[4..], (2..=20).map(|bit| bit * BIT).collect::<Vec<_>>());
    let pairs: Vec<u64> = found.strata.iter().map(|stratum| stratum.pairs).collect();
    assert_eq!(pairs[..4], [3, 0, 40, 2]);
    assert_eq!((found.strata.last().unwrap().below, found.strata.last().unwrap().pairs), (None, 900));
    assert!(found.strata.windows(2).all(|pair| pair[0].below == Some(pair[1].from)));
    assert_eq!(found.below.pairs + pairs.iter().sum::<u64>(), 1_000_945, "each pair is in one of them, or below");
    assert_eq!(found.missed, 2.5);
}

#[test]
fn strata_begin_where_pairs_of_one_person_are_expected() {
    let first = |scored: &[(Score, u64)], threshold| draw(scored, threshold).strata[0].from / BIT;
    assert_eq!(first(&[(30 * BIT, 1_000)], 3 * BIT), 0);
    assert_eq!(first(&[(30 * BIT, 1_000)], -4 * BIT), -5, "some are below the threshold");
    assert_eq!(first(&[(30 * BIT, 1_000), (-6 * BIT + 1, 1_000)], 3 * BIT), -6);
    assert_eq!(first(&[(30 * BIT, 1_000), (-14 * BIT, 1 << 40)], 3 * BIT), LOWEST);
    assert_eq!(first(&[], 0), -1);
}

#[test]
fn a_stratum_gives_more_pairs_than_the_sample_takes() {
    let found = draw(&[(5 * BIT, 1_000_000), (BIT, 150)], 3 * BIT);
    let drawn =
        |bits| (0..1_000_000).filter(|number| found.lot(bits).samples(pair_hash(hashes(*number)))).count() as u64;
    assert!((SAMPLED_MAX..2 * SAMPLED_MAX).contains(&drawn(5 * BIT)), "{}", drawn(5 * BIT));
    assert_eq!(drawn(BIT), 1_000_000, "a small stratum is drawn whole");
    assert_eq!(found.lot(-20 * BIT), Lot::default());
    assert!(!found.lot(-20 * BIT).draws());
}

#[test]
fn pairs_nearest_to_the_threshold_are_doubtful() {
    let scored = [(BIT, 9), (-1, 1_500), (-BIT, 1_500), (-2 * BIT, 10_000), (-3 * BIT, 1)];
    let found = draw(&scored, 0);
    let doubts = |bits, hash| found.lot(bits).doubts(hash);
    assert!(!doubts(BIT, 0), "it is linked");
    assert!(doubts(-1, u64::MAX) && doubts(-BIT, u64::MAX));
    let of_ten_thousand = (0..10_000).filter(|number| doubts(-2 * BIT, pair_hash(hashes(*number)))).count();
    assert!((900..1_100).contains(&of_ten_thousand), "{of_ten_thousand}");
    assert!(!doubts(-3 * BIT, 0), "there is no room left");
    let few = draw(&[(-8 * BIT, 3), (-8 * BIT - 1, 3)], 0);
    assert!(few.lot(-8 * BIT).doubts(u64::MAX) && !few.lot(-8 * BIT - 1).doubts(0), "it is too far from the threshold");
}

#[test]
fn a_pair_has_one_hash() {
    let [left, right] = hashes(7);
    assert_eq!(pair_hash([left, right]), pair_hash([right, left]));
    assert_ne!(pair_hash([left, right]), pair_hash(hashes(8)));
}

#[test]
fn a_draw_is_read_back_from_json() {
    let found = draw(&[(5 * BIT, 1_000_001), (-1, 5_000), (-3_333, 7)], 3 * BIT);
    let read: Draw = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(read, found);
}
