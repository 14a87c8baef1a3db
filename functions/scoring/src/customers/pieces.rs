//! Components of links, cut into pieces where they are too large.

use onefold_graph::union_find::UnionFind;

use super::DIRECT_BITS;
use crate::weights::Score;

/// The most accounts of a piece. All pairs of a piece are compared, and this many are 44,850 pairs: a tenth of a second.
/// Nobody has so many accounts; a component of more is a chain of weak links.
pub const ACCOUNTS_MAX: usize = 300;
/// By how much the threshold is raised to cut a piece.
const RAISE: Score = DIRECT_BITS;

/// Two accounts whose score is at or above the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoredLink {
    /// Their numbers.
    pub accounts: [u32; 2],
    /// Their score.
    pub bits: Score,
}

/// The least account of each account's piece, by account. `groups` has likewise the least account of the group that each
/// is in beforehand; a group is not cut.
///
/// Pieces are the components of groups and links. In a component of more than [`ACCOUNTS_MAX`] accounts only the links above
/// a threshold count that is raised until there is none, or until a piece is one group.
pub fn pieces(groups: &[u32], links: &[ScoredLink], threshold: Score) -> Vec<u32> {
    let mut raised = threshold;
    let mut links: Vec<ScoredLink> = links.iter().copied().filter(|link| link.bits >= threshold).collect();
    loop {
        let pieces = components(groups, &links);
        let is_too_large = too_large(groups, &pieces);
        let in_too_large = |link: &ScoredLink| is_too_large[pieces[link.accounts[0] as usize] as usize];
        if !links.iter().any(in_too_large) {
            return pieces;
        }
        raised += RAISE;
        links.retain(|link| link.bits >= raised || !in_too_large(link));
    }
}

fn components(groups: &[u32], links: &[ScoredLink]) -> Vec<u32> {
    let mut sets = UnionFind::new(groups.len() as u32);
    for (account, group) in (0..).zip(groups) {
        sets.union(account, *group);
    }
    for ScoredLink { accounts: [left, right], .. } in links {
        sets.union(*left, *right);
    }
    (0..groups.len() as u32).map(|account| sets.find(account)).collect()
}

/// By the least account of a piece: whether it has too many accounts, and more than one group.
fn too_large(groups: &[u32], pieces: &[u32]) -> Vec<bool> {
    let mut accounts = vec![0; pieces.len()];
    let mut has_groups = vec![false; pieces.len()];
    for (group, piece) in groups.iter().zip(pieces) {
        accounts[*piece as usize] += 1;
        has_groups[*piece as usize] |= group != piece;
    }
    accounts.into_iter().zip(has_groups).map(|(accounts, has_groups)| has_groups && accounts > ACCOUNTS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::BIT;

    fn link(left: u32, right: u32, bits: Score) -> ScoredLink {
        ScoredLink { accounts: [left, right], bits: bits * BIT }
    }

    #[test]
    fn pieces_are_components_of_groups_and_links() {
        let links = [link(0, 1, 3), link(3, 4, 0), link(5, 4, -1)];
        assert_eq!(pieces(&[0, 1, 1, 3, 4, 5], &links, 0), [0, 0, 0, 3, 3, 5]);
    }

    #[test]
    fn large_components_come_apart_at_weak_links() {
        let most = ACCOUNTS_MAX as u32;
        let alone: Vec<u32> = (0..2 * most + 3).collect();
        let chain = |from: u32, to: u32| (from..to - 1).map(|left| link(left, left + 1, 9));
        let mut links: Vec<ScoredLink> = chain(0, most).chain(chain(most, 2 * most)).collect();
        links.extend([link(0, most, 3), link(2 * most, 2 * most + 1, 1), link(2 * most + 1, 2 * most + 2, 1)]);
        let cut = pieces(&alone, &links, 0);
        assert!(cut[..most as usize].iter().all(|piece| *piece == 0));
        assert!(cut[most as usize..2 * most as usize].iter().all(|piece| *piece == most));
        assert!(cut[2 * most as usize..].iter().all(|piece| *piece == 2 * most), "no piece of its own needs more");
    }

    #[test]
    fn a_group_is_not_cut() {
        let most = ACCOUNTS_MAX as u32;
        let groups: Vec<u32> = (0..most + 2).map(|account| if account > most { account } else { 0 }).collect();
        let cut = pieces(&groups, &[link(0, most + 1, 50)], 0);
        assert_eq!((cut[most as usize], cut[most as usize + 1]), (0, most + 1));
    }
}
