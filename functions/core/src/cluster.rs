//! Exact clusters: which accounts of a partition share an unblocked match key, directly or through others.

use hashbrown::HashTable;

use crate::node::Node;
use crate::union_find::UnionFind;

/// Groups of accounts, by number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    members: Vec<u32>,
    ends: Vec<usize>,
}

impl Clusters {
    /// Clusters accounts `0..accounts` by their keys, given as (account, key).
    ///
    /// Clusters come in the order of their first accounts, and accounts within a cluster in their own order.
    pub fn new(accounts: u32, keys: impl Iterator<Item = (u32, Node)>) -> Self {
        let mut holders: HashTable<(Node, u32)> = HashTable::with_capacity(accounts as usize);
        let mut sets = UnionFind::new(accounts);
        for (account, key) in keys {
            match holders.find(key.spread(), |(known, _)| *known == key) {
                Some((_, holder)) => _ = sets.union(*holder, account),
                None => _ = holders.insert_unique(key.spread(), (key, account), |(known, _)| known.spread()),
            }
        }
        // The root of a set is its smallest account, so it comes first.
        let mut sizes = vec![0usize; accounts as usize];
        for account in 0..accounts {
            sizes[sets.find(account) as usize] += 1;
        }
        let mut ends = Vec::new();
        let mut next = vec![0usize; accounts as usize];
        let mut start = 0;
        for (root, size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            next[root] = start;
            start += size;
            ends.push(start);
        }
        let mut members = vec![0u32; accounts as usize];
        for account in 0..accounts {
            let place = &mut next[sets.find(account) as usize];
            members[*place] = account;
            *place += 1;
        }
        Self { members, ends }
    }

    /// The clusters, each as the numbers of its accounts.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.members[start..*end])
    }

    /// How many clusters there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_joined_by_shared_keys() {
        let keys = [(0, 1), (1, 2), (2, 3), (3, 2), (3, 1), (4, 9)];
        let keys = keys.into_iter().map(|(account, key)| (account, Node::from_bits(key)));
        let clusters = Clusters::new(6, keys);
        let found: Vec<&[u32]> = clusters.iter().collect();
        assert_eq!(found, [&[0, 1, 3][..], &[2], &[4], &[5]]);
    }

    #[test]
    fn no_accounts_no_clusters() {
        assert!(Clusters::new(0, std::iter::empty()).is_empty());
    }
}
