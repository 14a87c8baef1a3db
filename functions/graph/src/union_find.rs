//! Disjoint sets over dense numbers, with path halving and linking by smallest number.
//!
//! Path halving keeps finds nearly constant (Tarjan and van Leeuwen, "Worst-case analysis of set union
//! algorithms", 1984). Linking by number instead of by rank makes the smallest member the root. Callers use the
//! root as a stable name. With nodes in random order the expected bounds are the same (Goel et al. 2014).

/// A partition of `0..len` into sets.
#[derive(Clone, Debug, Default)]
pub struct UnionFind {
    parents: Vec<u32>,
}

impl UnionFind {
    /// `len` sets of one member each.
    pub fn new(len: u32) -> Self {
        Self { parents: (0..len).collect() }
    }

    /// The number of members in all sets.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether the partition has no members.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// The smallest member of the set of `member`.
    #[inline]
    pub fn find(&mut self, member: u32) -> u32 {
        let mut current = member as usize;
        loop {
            let parent = self.parents[current] as usize;
            if parent == current {
                return current as u32;
            }
            let grandparent = self.parents[parent];
            self.parents[current] = grandparent;
            current = grandparent as usize;
        }
    }

    /// Joins the sets of two members. Returns whether the sets were different before.
    #[inline]
    pub fn union(&mut self, left: u32, right: u32) -> bool {
        let left_root = self.find(left);
        let right_root = self.find(right);
        if left_root == right_root {
            return false;
        }
        let (smaller, larger) = if left_root < right_root { (left_root, right_root) } else { (right_root, left_root) };
        self.parents[larger as usize] = smaller;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_reachability(edges in proptest::collection::vec((0u32..30, 0u32..30), 0..60)) {
            let mut sets = UnionFind::new(30);
            let mut labels: Vec<u32> = (0..30).collect();
            for (left, right) in edges {
                let (left_label, right_label) = (labels[left as usize], labels[right as usize]);
                prop_assert_eq!(sets.union(left, right), left_label != right_label);
                let smaller = left_label.min(right_label);
                for label in &mut labels {
                    if *label == left_label || *label == right_label {
                        *label = smaller;
                    }
                }
            }
            for member in 0..30 {
                prop_assert_eq!(sets.find(member), labels[member as usize]);
            }
        }
    }
}
