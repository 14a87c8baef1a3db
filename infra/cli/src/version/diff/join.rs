//! Joins the accounts of two versions, and says of each customer where its accounts came from and went to.

use std::cmp::Ordering;

use super::buckets::Buckets;
use super::facts::{AccountCounts, Fact, FactKind};
use super::read::{CustomerId, PlacedAccount, bucket};
use crate::error::Error;

/// Joins accounts by their references, and adds facts to the buckets of their customers.
pub fn join(before: Buckets, after: Buckets, facts: &mut Buckets) -> Result<AccountCounts, Error> {
    let mut counts = AccountCounts::default();
    let sides = before.into_records::<PlacedAccount>().zip(after.into_records::<PlacedAccount>());
    for (before, after) in sides {
        let mut ways = ways(before?, after?);
        ways.sort_unstable();
        for same in ways.chunk_by(|one, other| one == other) {
            let Some(way) = same.first() else { continue };
            add(*way, same.len() as u64, facts, &mut counts)?;
        }
    }
    Ok(counts)
}

/// The customers of an account, before and after.
type Way = (Option<CustomerId>, Option<CustomerId>);

fn ways(mut before: Vec<PlacedAccount>, mut after: Vec<PlacedAccount>) -> Vec<Way> {
    before.sort_unstable();
    after.sort_unstable();
    let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
    let mut ways = Vec::with_capacity(before.len().max(after.len()));
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(was), Some(is)) => was.place.cmp(&is.place),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return ways,
        };
        let was = if order.is_le() { left.next() } else { None };
        let is = if order.is_ge() { right.next() } else { None };
        ways.push((was.map(|was| was.customer), is.map(|is| is.customer)));
    }
}

/// Adds what `accounts` accounts say about their customers.
fn add(way: Way, accounts: u64, facts: &mut Buckets, counts: &mut AccountCounts) -> Result<(), Error> {
    let mut push = |customer: CustomerId, kind: FactKind, other: CustomerId| {
        facts.push(bucket(customer), &Fact { customer, kind, other, accounts })
    };
    match way {
        (Some(was), Some(is)) if was == is => push(was, FactKind::Stayed, 0),
        (Some(was), Some(is)) => {
            counts.moved += accounts;
            push(was, FactKind::WentTo, is)?;
            push(is, FactKind::CameFrom, was)
        }
        (Some(was), None) => {
            counts.gone += accounts;
            push(was, FactKind::Gone, 0)
        }
        (None, Some(is)) => {
            counts.added += accounts;
            push(is, FactKind::Added, 0)
        }
        (None, None) => Ok(()),
    }
}
