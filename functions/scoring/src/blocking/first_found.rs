//! How many pairs each pass found that none of the passes before it did.

use std::collections::BTreeMap;

use crate::Pattern;

/// Pairs by their pattern and by the least rank of the passes that found them. They add up in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstFound(BTreeMap<(Pattern, u8), u64>);

impl FirstFound {
    /// Counts pairs.
    pub fn add(&mut self, pattern: Pattern, rank: u8, pairs: u64) {
        *self.0.entry((pattern, rank)).or_default() += pairs;
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> u64 {
        self.0.values().sum()
    }

    /// The pairs by rank of those patterns that are links.
    pub fn links(&self, mut is_link: impl FnMut(Pattern) -> bool) -> BTreeMap<u8, u64> {
        let mut links = BTreeMap::new();
        for ((pattern, rank), pairs) in &self.0 {
            if is_link(*pattern) {
                *links.entry(*rank).or_default() += pairs;
            }
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DIFFER, EQUAL};

    #[test]
    fn links_are_counted_by_rank() {
        let [one, other] = [EQUAL, DIFFER].map(|level| Pattern::default().with(0, level));
        let mut found = FirstFound::default();
        for (pattern, rank, pairs) in [(one, 3, 5), (other, 3, 9), (one, 0, 1), (one, 3, 2), (other, 7, 4)] {
            found.add(pattern, rank, pairs);
        }
        assert_eq!(found.pairs(), 21);
        assert_eq!(found.links(|pattern| pattern == one), BTreeMap::from([(0, 1), (3, 7)]));
    }
}
