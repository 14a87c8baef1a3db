//! What became of each customer, from what is known of its accounts.

use super::buckets::{Buckets, Record};
use super::read::{CustomerId, array, write_id};
use crate::documents::{ChangedCustomer, DiffCounts, OtherCustomer, WhatBecame};
use crate::error::Error;

/// How many customers are named that accounts came from or went to.
const OTHERS_MAX: usize = 10;

/// What is said about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The customer.
    pub customer: CustomerId,
    /// What it is about.
    pub kind: FactKind,
    /// The other customer, or the hash of the record, or 0.
    pub other: u128,
    /// How many accounts; 0 of a record.
    pub accounts: u64,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Accounts that it has in both versions.
    Stayed,
    /// Accounts that came from another customer.
    CameFrom,
    /// Accounts that went to another customer.
    WentTo,
    /// Accounts of the later version only.
    Added,
    /// Accounts of the earlier version only.
    Gone,
    /// Its record in the earlier version.
    RecordBefore,
    /// Its record in the later version.
    RecordAfter,
}

impl FactKind {
    const ALL: [Self; 7] =
        [Self::Stayed, Self::CameFrom, Self::WentTo, Self::Added, Self::Gone, Self::RecordBefore, Self::RecordAfter];
}

impl Record for Fact {
    const BYTES: usize = 41;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.customer.to_le_bytes());
        out.extend_from_slice(&self.other.to_le_bytes());
        out.extend_from_slice(&self.accounts.to_le_bytes());
        out.push(self.kind as u8);
    }

    fn read(bytes: &[u8]) -> Self {
        let [kind] = array(bytes, 40);
        Self {
            customer: u128::from_le_bytes(array(bytes, 0)),
            other: u128::from_le_bytes(array(bytes, 16)),
            accounts: u64::from_le_bytes(array(bytes, 32)),
            kind: FactKind::ALL[usize::from(kind) % FactKind::ALL.len()],
        }
    }
}

/// How many accounts differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountCounts {
    /// Those of both versions that are in different customers.
    pub moved: u64,
    /// Those of the later version only.
    pub added: u64,
    /// Those of the earlier version only.
    pub gone: u64,
}

/// What differs between two versions.
pub struct Summary {
    /// Accounts.
    pub accounts: AccountCounts,
    /// Customers, by what became of them. The other counts are 0.
    pub customers: DiffCounts,
    /// How many of the customers that changed most are kept.
    most: usize,
    /// They, and some that changed less.
    changed: Vec<ChangedCustomer>,
}

impl Summary {
    /// A summary of nothing yet.
    pub fn new(most: usize) -> Self {
        Self { accounts: AccountCounts::default(), customers: DiffCounts::default(), most, changed: Vec::new() }
    }

    /// Adds up facts about accounts and about records. All are divided by customers in the same way.
    pub fn sum(&mut self, of_accounts: Buckets, [before, after]: [Buckets; 2]) -> Result<(), Error> {
        let of_records = before.into_records::<Fact>().zip(after.into_records::<Fact>());
        for (facts, (before, after)) in of_accounts.into_records::<Fact>().zip(of_records) {
            let mut facts = facts?;
            facts.extend(before?);
            facts.extend(after?);
            facts.sort_unstable();
            for of_customer in facts.chunk_by(|one, other| one.customer == other.customer) {
                self.add(of_customer);
            }
        }
        Ok(())
    }

    fn add(&mut self, facts: &[Fact]) {
        let accounts = |kinds: &[FactKind]| -> u64 {
            facts.iter().filter(|fact| kinds.contains(&fact.kind)).map(|fact| fact.accounts).sum()
        };
        let before = accounts(&[FactKind::Stayed, FactKind::WentTo, FactKind::Gone]);
        let after = accounts(&[FactKind::Stayed, FactKind::CameFrom, FactKind::Added]);
        let stayed = accounts(&[FactKind::Stayed]);
        let from = others(facts, FactKind::CameFrom);
        let to = others(facts, FactKind::WentTo);
        let counts = &mut self.customers;
        let became = match (before, after) {
            (0, _) if from.is_empty() => return counts.created += 1,
            (0, _) => {
                counts.split += 1;
                WhatBecame::Split
            }
            (_, 0) => match to.len() {
                0 => return counts.deleted += 1,
                // The customer that it was merged into is named, and names it.
                1 => return counts.merged += 1,
                _ => {
                    counts.retired += 1;
                    WhatBecame::Retired
                }
            },
            (_, _) if before == stayed && after == stayed => {
                counts.changed += u64::from(has_other_record(facts));
                return;
            }
            (_, _) => {
                counts.changed += 1;
                WhatBecame::Changed
            }
        };
        if from.is_empty() && to.is_empty() {
            return;
        }
        let (added, gone) = (accounts(&[FactKind::Added]), accounts(&[FactKind::Gone]));
        let customer_id = facts.first().map_or_else(String::new, |fact| write_id(fact.customer));
        self.changed.push(ChangedCustomer { customer_id, became, before, after, from, to, added, gone });
        // Now and then, so that few are held and few are sorted.
        if self.changed.len() > 2 * self.most + 1000 {
            self.keep_most();
        }
    }

    fn keep_most(&mut self) {
        self.changed.sort_by(|one, other| rank(one).cmp(&rank(other)));
        self.changed.truncate(self.most);
    }

    /// The customers that changed most, those first.
    pub fn most_changed(mut self) -> Vec<ChangedCustomer> {
        self.keep_most();
        for customer in &mut self.changed {
            customer.from.truncate(OTHERS_MAX);
            customer.to.truncate(OTHERS_MAX);
        }
        self.changed
    }
}

/// Sorts by the accounts that came and went, the most first, then by the id.
fn rank(customer: &ChangedCustomer) -> (std::cmp::Reverse<u64>, &str) {
    let moved = customer.from.iter().chain(&customer.to).map(|other| other.accounts).sum();
    (std::cmp::Reverse(moved), &customer.customer_id)
}

/// The other customers of facts of a kind, those with the most accounts first. An account of a customer can be in any
/// bucket, so several facts may be about the same two customers.
fn others(facts: &[Fact], kind: FactKind) -> Vec<OtherCustomer> {
    let of_kind: Vec<&Fact> = facts.iter().filter(|fact| fact.kind == kind).collect();
    let other = |of_other: &[&Fact]| OtherCustomer {
        customer_id: of_other.first().map_or_else(String::new, |fact| write_id(fact.other)),
        accounts: of_other.iter().map(|fact| fact.accounts).sum(),
    };
    let mut others: Vec<OtherCustomer> = of_kind.chunk_by(|one, next| one.other == next.other).map(other).collect();
    others.sort_by(|one, next| next.accounts.cmp(&one.accounts).then_with(|| one.customer_id.cmp(&next.customer_id)));
    others
}

/// Whether the records of both versions differ.
fn has_other_record(facts: &[Fact]) -> bool {
    let hash = |kind: FactKind| facts.iter().find(|fact| fact.kind == kind).map(|fact| fact.other);
    hash(FactKind::RecordBefore) != hash(FactKind::RecordAfter)
}
