use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::weights::{BIT, FieldWeights, Weights};
use crate::{DIFFER, EQUAL, FieldKind, LEVELS, MISSING, ScoredField, ScoredFields};

fn fields() -> ScoredFields {
    let field = |(kind, name)| ScoredField { kind, name };
    ScoredFields::new([(FieldKind::GivenName, "given_name"), (FieldKind::Email, "email")].map(field).into())
}

/// Weights in bits of the levels [`DIFFER`], 2 and [`EQUAL`].
fn field(strangers: [Score; 3], relatives: [Score; 3]) -> FieldWeights {
    let by_level = |[differ, near, equal]: [Score; 3]| {
        let mut weights = [0; LEVELS];
        weights[usize::from(DIFFER)] = differ * BIT;
        weights[2] = near * BIT;
        weights[usize::from(EQUAL)] = equal * BIT;
        weights
    };
    FieldWeights { strangers: by_level(strangers), relatives: by_level(relatives) }
}

fn weights() -> Weights {
    Weights {
        strangers_prior: -4 * BIT,
        relatives_prior: BIT,
        fields: vec![field([-9, 2, 5], [-11, 1, 4]), field([-1, 3, 9], [0, 0, 2])],
    }
}

fn pattern(levels: [u8; 2]) -> Pattern {
    Pattern::default().with(0, levels[0]).with(1, levels[1])
}

/// The merges of accounts whose pairs are these, by the greater account.
fn grown(pairs: &[&[[u8; 2]]], groups: &[u32]) -> Vec<[u32; 2]> {
    let weights = weights();
    let linkage = Linkage::new(&fields(), &weights, 0);
    let compare = |left: u32, right: u32| pattern(pairs[right as usize - 1][left as usize]);
    grow(&linkage, groups, compare, |_| true).merges.iter().map(|merge| merge.groups).collect()
}

const SAME: [u8; 2] = [EQUAL, EQUAL];
const OTHER: [u8; 2] = [DIFFER, EQUAL];
const WEAK: [u8; 2] = [2, 2];
const UNKNOWN: [u8; 2] = [MISSING, EQUAL];

#[test]
fn who_fits_two_persons_joins_one_of_them() {
    // 0 and 1 are one person's, 3 and 4 another's, and 2 knows only the address that all share.
    let pairs: [&[[u8; 2]]; 4] =
        [&[SAME], &[UNKNOWN, UNKNOWN], &[OTHER, OTHER, UNKNOWN], &[OTHER, OTHER, UNKNOWN, SAME]];
    assert_eq!(grown(&pairs, &[0, 1, 2, 3, 4]), [[0, 1], [3, 4], [0, 2]]);
}

#[test]
fn two_accounts_need_no_better_pair_and_three_do() {
    let weak: &[[u8; 2]] = &[WEAK];
    assert_eq!(grown(&[weak], &[0, 1]), [[0, 1]]);
    assert_eq!(grown(&[weak, &[[MISSING; 2]; 2]], &[0, 1, 2]), [[0; 2]; 0]);
}

#[test]
fn groups_are_grown_on() {
    let pairs: [&[[u8; 2]]; 3] = [&[OTHER], &[SAME, OTHER], &[OTHER, SAME, OTHER]];
    assert_eq!(grown(&pairs, &[0, 1, 2, 3]), [[0, 2], [1, 3]]);
    assert_eq!(grown(&pairs, &[0, 0, 2, 3]), [[0, 2]; 0], "a mean of what differs and what does not");
    assert_eq!(grown(&pairs, &[0, 1, 0, 1]), [[0; 2]; 0]);
}

#[test]
fn merges_say_what_they_are_made_of() {
    let weights = weights();
    let linkage = Linkage::new(&fields(), &weights, 0);
    let merges = grow(&linkage, &[0, 0, 2], |_, right| pattern([EQUAL, EQUAL - u8::from(right == 1)]), |_| true).merges;
    let alone = PairScore { strangers: 10 * BIT, relatives: 7 * BIT };
    let joined = PairScore { strangers: 10 * BIT - 512, relatives: 7 * BIT };
    let direct = Direct { accounts: [0, 2], bits: alone.bits() };
    assert_eq!(merges, [Merge { groups: [0, 2], sizes: [2, 1], score: joined.bits(), direct }]);
}

#[test]
fn logarithms_are_rounded() {
    for number in 1..=22_500u64 {
        let expected = (512.0 * (number as f64).log2()).round() as Score;
        assert_eq!(half_log2(number), expected, "{number}");
    }
}

/// Groups by their least accounts, and their score.
type Scored = ([u32; 2], Score);

/// As [`grow`], with everything worked out anew from all pairs of accounts for each merge: who merged, and who stayed apart.
fn naive(
    weights: &Weights,
    groups: &[u32],
    pattern: impl Fn(u32, u32) -> Pattern,
    may_join: impl Fn(&BTreeSet<u32>, &BTreeSet<u32>) -> bool,
) -> (Vec<Scored>, Vec<Scored>) {
    let mut sets: Vec<BTreeSet<u32>> = groups
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|group| (0..groups.len() as u32).filter(|account| groups[*account as usize] == *group).collect())
        .collect();
    let mut merges = Vec::new();
    loop {
        sets.sort();
        let mut best: Option<(Score, usize, usize)> = None;
        let mut apart = Vec::new();
        for left in 0..sets.len() {
            for right in left + 1..sets.len() {
                let across: Vec<Pattern> = sets[left]
                    .iter()
                    .flat_map(|one| sets[right].iter().map(|other| pattern(*one.min(other), *one.max(other))))
                    .collect();
                let direct = across.iter().map(|pattern| weights.pair(*pattern).bits()).max().unwrap();
                let mut score = PairScore { strangers: weights.strangers_prior, relatives: weights.relatives_prior };
                for (number, field) in weights.fields.iter().enumerate() {
                    let levels: Vec<usize> = across
                        .iter()
                        .map(|pattern| usize::from(pattern.level(number)))
                        .filter(|level| *level > 0)
                        .collect();
                    let known: Vec<(Score, Score)> =
                        levels.iter().map(|level| (field.strangers[*level], field.relatives[*level])).collect();
                    if known.is_empty() {
                        continue;
                    }
                    let mean = |sum: Score| (sum as f64 / known.len() as f64 + 0.5).floor() as Score;
                    let best = known.iter().max().unwrap();
                    let many = number == 1;
                    score.strangers += if many { best.0 } else { mean(known.iter().map(|one| one.0).sum()) };
                    score.relatives += if many { best.1 } else { mean(known.iter().map(|one| one.1).sum()) };
                }
                score.strangers -= (512.0 * (across.len() as f64).log2()).round() as Score;
                let bits = score.bits();
                if direct >= 0 {
                    apart.push(([&sets[left], &sets[right]].map(|set| *set.first().unwrap()), bits));
                }
                let is_enough = if groups.len() == 2 { direct >= 0 } else { bits >= 0 && direct >= 2 * BIT };
                if is_enough && may_join(&sets[left], &sets[right]) && best.is_none_or(|(most, ..)| bits > most) {
                    best = Some((bits, left, right));
                }
            }
        }
        let Some((score, left, right)) = best else { return (merges, apart) };
        let joined = sets.remove(right);
        merges.push(([*sets[left].first().unwrap(), *joined.first().unwrap()], score));
        sets[left].extend(joined);
    }
}

proptest! {
    #[test]
    fn as_worked_out_naively(
        accounts in 2usize..9,
        levels in proptest::collection::vec((0usize..4, 0usize..4), 36),
        strangers in proptest::collection::vec(-9i64..10, 6),
        relatives in proptest::collection::vec(-4i64..5, 6),
        joined in proptest::collection::vec((0u32..9, 0u32..9), 0..3),
        odd in any::<bool>(),
    ) {
        let three = |from: &[i64]| [from[0], from[1], from[2]];
        let mut weights = weights();
        weights.fields = vec![field(three(&strangers), three(&relatives)), field(three(&strangers[3..]), three(&relatives[3..]))];
        weights.fields[0].strangers[2] += 7;
        let mut groups: Vec<u32> = (0..accounts as u32).collect();
        for (one, other) in joined.into_iter().filter(|(one, other)| (*one.max(other) as usize) < accounts) {
            let (into, from) = (groups[one as usize].min(groups[other as usize]), groups[one as usize].max(groups[other as usize]));
            groups.iter_mut().filter(|group| **group == from).for_each(|group| *group = into);
        }
        let known = [MISSING, DIFFER, 2, EQUAL];
        let compare = |left: u32, right: u32| {
            assert!(left < right);
            let (one, other) = levels[(right * (right - 1) / 2 + left) as usize];
            pattern([known[one], known[other]])
        };
        // It may change its mind as groups grow.
        let may_join = |left: &BTreeSet<u32>, right: &BTreeSet<u32>| !odd || (left.len() + right.len() != 3 && !(left.contains(&0) && right.contains(&3)));
        let mut sets: Vec<BTreeSet<u32>> = (0..accounts as u32).map(|least| (0..accounts as u32).filter(|account| groups[*account as usize] == least).collect()).collect();
        let join = |merge: &Merge| {
            let [left, right] = merge.groups;
            assert_eq!(merge.sizes, [left, right].map(|group| sets[group as usize].len() as u64));
            let is_joined = may_join(&sets[left as usize], &sets[right as usize]);
            if is_joined {
                let others = std::mem::take(&mut sets[right as usize]);
                sets[left as usize].extend(others);
            }
            is_joined
        };
        let linkage = Linkage::new(&fields(), &weights, 0);
        let found = grow(&linkage, &groups, compare, join);
        let scored = |merges: &[Merge]| merges.iter().map(|merge| (merge.groups, merge.score)).collect::<Vec<_>>();
        prop_assert_eq!((scored(&found.merges), scored(&found.apart)), naive(&weights, &groups, compare, may_join));
    }
}
