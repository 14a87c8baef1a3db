//! Which accounts are deleted.

use super::Record;

/// Which accounts stand, and which are deleted.
#[derive(Default)]
pub(super) struct Standing<'a> {
    /// The record of each account that is not deleted.
    pub(super) living: Vec<u32>,
    /// The customers that each of these was held by.
    pub(super) held: Vec<Vec<&'a str>>,
    /// The records of the accounts that their source marks as deleted.
    pub(super) tombstones: Vec<u32>,
    /// How many accounts are deleted: tombstones, what a snapshot no longer has, and the erased.
    pub(super) deleted: u64,
}

impl<'a> Standing<'a> {
    /// Divides the accounts by their latest versions.
    pub(super) fn of(records: &[Record<'a>], latest: Vec<u32>, held: Vec<Vec<&'a str>>) -> Self {
        let is_deleted = |number: &u32| {
            let record = &records[*number as usize];
            record.is_gone || record.account.deleted
        };
        if !latest.iter().any(is_deleted) {
            return Self { living: latest, held, ..Self::default() };
        }
        let mut standing = Self::default();
        for (number, held) in latest.into_iter().zip(held) {
            if !is_deleted(&number) {
                standing.living.push(number);
                standing.held.push(held);
                continue;
            }
            standing.deleted += 1;
            // What a snapshot no longer has may come back with any time, and of the erased nothing may be kept.
            if !records[number as usize].is_gone {
                standing.tombstones.push(number);
            }
        }
        standing
    }
}
