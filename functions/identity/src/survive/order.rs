//! The orders of accounts that rules go by: latest, oldest, most trusted first. All are total.

use std::cmp::Reverse;

use super::Candidate;
use crate::account::Account;
use crate::reference;

/// The accounts of a customer in the order of time, and what the other orders need.
pub(super) struct Orders<'x, 't> {
    /// By time, then by trust, then by reference, the greatest first.
    pub(super) latest_first: Vec<Candidate<'x>>,
    trust: &'t dyn Fn(&Account<'_>) -> i64,
}

impl<'x, 't> Orders<'x, 't> {
    pub(super) fn new(candidates: &[Candidate<'x>], trust: &'t dyn Fn(&Account<'_>) -> i64) -> Self {
        let mut latest_first = candidates.to_vec();
        latest_first.sort_by(|left, right| {
            let by_time = right.account.updated_at.cmp(&left.account.updated_at);
            by_time
                .then_with(|| trust(right.account).cmp(&trust(left.account)))
                .then_with(|| reference::compare(&right.account.reference, &left.account.reference))
        });
        Self { latest_first, trust }
    }

    /// Numbers of accounts by time, the earliest first and those without a time last; ties as in the latest first.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = usize> {
        // Stable: what ties here stays in the order of trust and reference.
        self.sorted_by_key(|number| {
            let updated_at = self.latest_first[number].account.updated_at;
            (updated_at.is_none(), updated_at)
        })
    }

    /// Numbers of accounts by trust, the highest first; ties as in the latest first.
    pub(super) fn most_trusted_first(&self) -> impl Iterator<Item = usize> {
        self.sorted_by_key(|number| Reverse((self.trust)(self.latest_first[number].account)))
    }

    fn sorted_by_key<K: Ord>(&self, key: impl Fn(usize) -> K) -> std::vec::IntoIter<usize> {
        let mut numbers: Vec<usize> = (0..self.latest_first.len()).collect();
        numbers.sort_by_key(|number| key(*number));
        numbers.into_iter()
    }
}
