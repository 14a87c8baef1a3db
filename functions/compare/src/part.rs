//! A part of a tile: its pairs, each once, by their comparison patterns.

use hashbrown::HashTable;
use onefold_lake::data::pairs::FoundPair;
use onefold_lake::data::vectors::{ComparedPair, FirstFoundPairs, PatternPairs};
use onefold_scoring::Pattern;

/// So many pairs' records are read before they are compared.
const TOUCHED: usize = 32;

/// Compares the records of pairs.
pub(crate) trait Compare {
    /// Reads the records of a pair that is compared soon.
    fn touch(&self, pair: ComparedPair);

    /// The pattern of a pair.
    fn pattern(&self, pair: ComparedPair) -> Pattern;
}

/// The compared pairs of a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ComparedPart {
    /// The patterns in ascending order, with their numbers of pairs.
    pub(crate) patterns: Vec<PatternPairs>,
    /// By pattern and rank, in ascending order, how many of its pairs a pass of that rank found first.
    pub(crate) first_found: Vec<FirstFoundPairs>,
    /// The pairs by pattern, in the order of the patterns; those of a pattern in the order of their accounts.
    pub(crate) pairs: Vec<ComparedPair>,
}

impl ComparedPart {
    /// Compares pairs, each once. `found` are the numbers of [`FoundPair`]s, whose order does not matter.
    pub(crate) fn new(mut found: Vec<u64>, compare: &impl Compare) -> Self {
        keep_once(&mut found);
        let mut kinds = Kinds::default();
        let mut numbers = Vec::with_capacity(found.len());
        for some in found.chunks(TOUCHED) {
            let pairs = || some.iter().map(|bits| FoundPair::from_bits(*bits));
            pairs().for_each(|pair| compare.touch([pair.first, pair.second]));
            numbers.extend(pairs().map(|pair| kinds.count(compare.pattern([pair.first, pair.second]), pair)));
        }
        let Sorted { patterns, first_found, pattern_of } = kinds.sorted();
        let mut next = starts(&patterns);
        let mut placed = vec![[0; 2]; found.len()];
        for (bits, number) in found.iter().zip(numbers) {
            let pair = FoundPair::from_bits(*bits);
            let place = &mut next[pattern_of[number as usize] as usize];
            placed[*place] = [pair.first, pair.second];
            *place += 1;
        }
        Self { patterns, first_found, pairs: placed }
    }
}

/// Sorts pairs, and keeps each once.
fn keep_once(found: &mut Vec<u64>) {
    found.sort_unstable();
    found.dedup_by(|again, kept| FoundPair::join(kept, *again));
}

/// The kinds of pairs: those of a pattern that passes of a rank found first. They are numbered as they come.
#[derive(Default)]
struct Kinds {
    numbers: HashTable<u32>,
    /// The pattern and the rank of each, and how many pairs were found in one, in two and in more blocks.
    kinds: Vec<(Pattern, u8, [u64; 3])>,
}

/// What the kinds of pairs add up to.
struct Sorted {
    /// In ascending order.
    patterns: Vec<PatternPairs>,
    first_found: Vec<FirstFoundPairs>,
    /// By the number of a kind: the place of its pattern.
    pattern_of: Vec<u32>,
}

impl Kinds {
    /// Counts a pair that was found in at least one block. Returns the number of its kind.
    fn count(&mut self, pattern: Pattern, found: FoundPair) -> u32 {
        let Self { numbers, kinds } = self;
        let is_same = |number: &u32| {
            let (of, rank, _) = kinds[*number as usize];
            (of, rank) == (pattern, found.rank)
        };
        let hashed = hash(pattern, found.rank);
        let number = numbers.find(hashed, is_same).copied().unwrap_or_else(|| {
            let number = kinds.len() as u32;
            kinds.push((pattern, found.rank, [0; 3]));
            numbers.insert_unique(hashed, number, |number| {
                let (pattern, rank, _) = kinds[*number as usize];
                hash(pattern, rank)
            });
            number
        });
        kinds[number as usize].2[found.blocks.clamp(1, 3) as usize - 1] += 1;
        number
    }

    fn sorted(self) -> Sorted {
        let Self { kinds, .. } = self;
        let mut order: Vec<u32> = (0..kinds.len() as u32).collect();
        order.sort_unstable_by_key(|number| {
            let (pattern, rank, _) = kinds[*number as usize];
            (pattern, rank)
        });
        let mut sorted = Sorted { patterns: Vec::new(), first_found: Vec::new(), pattern_of: vec![0; kinds.len()] };
        for number in order {
            let (pattern, rank, pairs) = kinds[number as usize];
            match sorted.patterns.last_mut().filter(|(last, _)| *last == pattern) {
                Some((_, sum)) => sum.iter_mut().zip(pairs).for_each(|(sum, pairs)| *sum += pairs),
                None => sorted.patterns.push((pattern, pairs)),
            }
            sorted.first_found.push((pattern, rank, pairs.iter().sum()));
            sorted.pattern_of[number as usize] = sorted.patterns.len() as u32 - 1;
        }
        sorted
    }
}

/// Where the pairs of each pattern begin among all pairs.
fn starts(patterns: &[PatternPairs]) -> Vec<usize> {
    let start = |next: &mut usize, (_, pairs): &PatternPairs| {
        let start = *next;
        *next += pairs.iter().sum::<u64>() as usize;
        Some(start)
    };
    patterns.iter().scan(0, start).collect()
}

fn hash(pattern: Pattern, rank: u8) -> u64 {
    mixed(pattern.bits() as u64 ^ (pattern.bits() >> 64) as u64 ^ u64::from(rank) << 56)
}

/// Mixes all bits: both halves of the product with the golden ratio (Knuth, *TAOCP* 3, 6.4).
fn mixed(folded: u64) -> u64 {
    let product = u128::from(folded) * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use onefold_scoring::{DIFFER, EQUAL};

    use super::*;

    fn found(pairs: &[(u32, u32, u32)]) -> Vec<u64> {
        let bits = |&(first, second, blocks): &_| FoundPair { first, second, rank: 7, blocks }.bits();
        pairs.iter().map(bits).collect()
    }

    /// Compares by a function.
    struct By<F>(F);

    impl<F: Fn(ComparedPair) -> Pattern> Compare for By<F> {
        fn touch(&self, _: ComparedPair) {}

        fn pattern(&self, pair: ComparedPair) -> Pattern {
            (self.0)(pair)
        }
    }

    /// The pattern of a pair tells whether its places are both even.
    fn pattern([first, second]: ComparedPair) -> Pattern {
        Pattern::default().with(1, if first % 2 == 0 && second % 2 == 0 { EQUAL } else { DIFFER })
    }

    #[test]
    fn pairs_are_compared_once_and_come_by_their_patterns() {
        let pairs = [(4, 6, 1), (0, 1, 1), (0, 2, 2), (0, 1, 1), (0, 2, 2), (4, 6, 1), (4, 6, 1), (3, 4, 1), (4, 6, 1)];
        let part = ComparedPart::new(found(&pairs), &By(pattern));
        assert_eq!(part.patterns, [(pattern([0, 1]), [1, 1, 0]), (pattern([0, 2]), [0, 0, 2])]);
        assert_eq!(part.pairs, [[0, 1], [3, 4], [0, 2], [4, 6]]);
        assert_eq!(part.first_found, [(pattern([0, 1]), 7, 2), (pattern([0, 2]), 7, 2)]);
        let mut turned = pairs;
        turned.reverse();
        assert_eq!(ComparedPart::new(found(&turned), &By(pattern)), part, "their order does not matter");
    }

    #[test]
    fn the_least_rank_of_a_pair_counts() {
        let pairs = [(0, 1, 9), (0, 2, 3), (0, 1, 4), (0, 1, 4), (1, 3, 4), (2, 4, 250)];
        let found = pairs.map(|(first, second, rank)| FoundPair { first, second, rank, blocks: 1 }.bits());
        let part = ComparedPart::new(found.to_vec(), &By(pattern));
        let [differ, equal] = [pattern([0, 1]), pattern([0, 2])];
        assert_eq!(part.first_found, [(differ, 4, 2), (equal, 3, 1), (equal, 250, 1)]);
    }

    #[test]
    fn there_may_be_no_pair() {
        let part = ComparedPart::new(Vec::new(), &By(pattern));
        assert_eq!((part.patterns, part.pairs), (Vec::new(), Vec::new()));
    }

    #[test]
    fn many_patterns_are_told_apart() {
        let pattern = |[first, second]: ComparedPair| Pattern::from_bits(u128::from(first) << 90 | u128::from(second));
        let pairs: Vec<_> = (0..60).flat_map(|first| (0..60).map(move |second| (first, second, 1))).collect();
        let part = ComparedPart::new(found(&pairs), &By(pattern));
        assert!(part.patterns.is_sorted() && part.patterns.len() == 3600);
        assert!(part.patterns.iter().zip(&part.pairs).all(|(known, pair)| known.0 == pattern(*pair)));
    }
}
