//! Which parts of a cluster must not be joined.

use std::collections::BTreeSet;

/// Parts that must not be joined, by the root of each: both ways round.
pub(super) struct Opposed(Vec<BTreeSet<u32>>);

impl Opposed {
    /// Pairs of so many parts.
    pub(super) fn new(parts: usize, pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut opposed = vec![BTreeSet::new(); parts];
        for (left, right) in pairs {
            opposed[left as usize].insert(right);
            opposed[right as usize].insert(left);
        }
        Self(opposed)
    }

    /// Whether two parts must not be joined.
    pub(super) fn has(&self, left: u32, right: u32) -> bool {
        self.0[left as usize].contains(&right)
    }

    /// Has one part be in another, which is opposed to all that either was.
    pub(super) fn join(&mut self, part: u32, into: u32) {
        let others = std::mem::take(&mut self.0[part as usize]);
        for other in others {
            self.0[other as usize].remove(&part);
            if other != into {
                self.0[other as usize].insert(into);
                self.0[into as usize].insert(other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_its_opponents_along() {
        let mut opposed = Opposed::new(5, [(0, 1), (2, 3), (3, 4)]);
        assert!(opposed.has(0, 1) && opposed.has(1, 0) && !opposed.has(0, 3));
        opposed.join(2, 0);
        assert!(opposed.has(0, 3) && opposed.has(3, 0) && opposed.has(0, 1));
        opposed.join(1, 0);
        assert!(!opposed.has(0, 1) && !opposed.has(0, 0), "people said that they are one");
        opposed.join(4, 1);
        assert!(opposed.has(1, 3) && opposed.has(3, 1));
    }
}
