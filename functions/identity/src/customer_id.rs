//! Customer ids: which cluster keeps which id of the previous version, and new ids.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use onefold_normalise::timestamp::Timestamp;
use xxhash_rust::xxh3::xxh3_128;

use crate::reference;

/// A new id: a UUIDv8 (RFC 9562) of the run's start time and a hash of the customer's smallest reference.
///
/// Laid out like UUIDv7, so ids sort by the time of the run that made them. The same run gives the same
/// customer the same id, however often it is tried.
pub fn new_id(started_at: Timestamp, smallest_reference: &str) -> String {
    let hash = xxh3_128(smallest_reference.as_bytes());
    let time = (started_at.milliseconds() as u128) & ((1 << 48) - 1);
    let bits = (time << 80) | (hash & ((1 << 80) - 1));
    let version = (bits & !(0xf << 76)) | (0x8 << 76);
    let variant = (version & !(0x3 << 62)) | (0x2 << 62);
    let mut text = *b"00000000-0000-0000-0000-000000000000";
    for (place, byte) in BYTE_PLACES.into_iter().zip(variant.to_be_bytes()) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        text[place] = HEX[usize::from(byte >> 4)];
        text[place + 1] = HEX[usize::from(byte & 15)];
    }
    // Digits are UTF-8.
    String::from_utf8(text.to_vec()).unwrap_or_default()
}

/// Whether a text has the form of a customer's id, in letters of any case.
pub fn is_id(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// Where the digits of each byte stand in the text of a UUID.
const BYTE_PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Which customers of the previous version each cluster's accounts belonged to.
#[derive(Debug, Default)]
pub struct Claims<'a> {
    /// By customer id, then by cluster: how many of its accounts, and the smallest reference among them.
    shares: BTreeMap<&'a str, BTreeMap<u32, ClaimedShare<'a>>>,
}

#[derive(Clone, Copy, Debug)]
struct ClaimedShare<'a> {
    accounts: usize,
    smallest_reference: &'a str,
}

/// The customer ids that the accounts of a cluster had in the previous version, by what happens to them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SettledIds<'a> {
    /// The id that the cluster keeps: the oldest of those that belong to it.
    pub kept: Option<&'a str>,
    /// Ids that end because all their accounts are in this cluster, which keeps another id.
    pub merged: Vec<&'a str>,
    /// Ids that end although no cluster has all their accounts; this cluster has some.
    pub retired: Vec<&'a str>,
    /// Ids that belong to another cluster; this cluster has some of their accounts.
    pub split_from: Vec<&'a str>,
}

impl<'a> Claims<'a> {
    /// Notes that an account of `cluster` was in the customer `customer_id`.
    pub fn note(&mut self, cluster: u32, customer_id: &'a str, account: &'a str) {
        let share = self.shares.entry(customer_id).or_default().entry(cluster);
        let share = share.or_insert(ClaimedShare { accounts: 0, smallest_reference: account });
        share.accounts += 1;
        if reference::compare(account, share.smallest_reference).is_lt() {
            share.smallest_reference = account;
        }
    }

    /// Whether any account of this customer is in a cluster. If none is, the customer is deleted.
    pub fn has(&self, customer_id: &str) -> bool {
        self.shares.contains_key(customer_id)
    }

    /// Settles all claims: a customer's id belongs to the cluster with the largest share of its accounts
    /// (tie: the smallest reference); a cluster keeps the oldest id that belongs to it.
    pub fn settle(&self) -> BTreeMap<u32, SettledIds<'a>> {
        let mut settled_ids: BTreeMap<u32, SettledIds<'a>> = BTreeMap::new();
        let mut ended = Vec::new();
        // Ids sort by age, so the first that a cluster gets is the oldest.
        for (customer_id, shares) in &self.shares {
            let rank = |left: &ClaimedShare<'_>, right: &ClaimedShare<'_>| -> Ordering {
                let by_size = left.accounts.cmp(&right.accounts);
                by_size.then_with(|| reference::compare(right.smallest_reference, left.smallest_reference))
            };
            let Some((owner, _)) = shares.iter().max_by(|left, right| rank(left.1, right.1)) else {
                continue;
            };
            for cluster in shares.keys() {
                let ids = settled_ids.entry(*cluster).or_default();
                if cluster != owner {
                    ids.split_from.push(customer_id);
                } else if ids.kept.is_none() {
                    ids.kept = Some(customer_id);
                } else if shares.len() == 1 {
                    ids.merged.push(customer_id);
                } else {
                    ended.push(customer_id);
                }
            }
        }
        for customer_id in ended {
            for cluster in self.shares[customer_id].keys() {
                settled_ids.entry(*cluster).or_default().retired.push(customer_id);
            }
        }
        settled_ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_uuids_of_version_8_that_sort_by_time() {
        let early = new_id(Timestamp::from_milliseconds(1_700_000_000_000).unwrap(), "crm:8");
        let late = new_id(Timestamp::from_milliseconds(1_700_000_000_001).unwrap(), "crm:7");
        assert!(early < late);
        assert_eq!(early.len(), 36);
        assert_eq!(&early[14..15], "8");
        assert!(matches!(&early[19..20], "8" | "9" | "a" | "b"));
        assert_eq!(early, new_id(Timestamp::from_milliseconds(1_700_000_000_000).unwrap(), "crm:8"));
        assert_ne!(early, new_id(Timestamp::from_milliseconds(1_700_000_000_000).unwrap(), "crm:9"));
    }

    #[test]
    fn the_largest_part_keeps_the_id() {
        let mut claims = Claims::default();
        claims.note(0, "old", "a:3");
        claims.note(1, "old", "a:1");
        claims.note(1, "old", "a:2");
        let settled = claims.settle();
        assert_eq!(settled[&1], SettledIds { kept: Some("old"), ..SettledIds::default() });
        assert_eq!(settled[&0], SettledIds { split_from: vec!["old"], ..SettledIds::default() });
    }

    #[test]
    fn equal_parts_go_by_the_smallest_reference() {
        let mut claims = Claims::default();
        claims.note(0, "old", "a:10");
        claims.note(1, "old", "a:9");
        assert_eq!(claims.settle()[&1].kept, Some("old"));
    }

    #[test]
    fn the_oldest_id_survives_a_merge() {
        let mut claims = Claims::default();
        claims.note(0, "id2", "a:1");
        claims.note(0, "id1", "b:1");
        claims.note(0, "id3", "c:1");
        let settled = claims.settle();
        assert_eq!(settled[&0], SettledIds { kept: Some("id1"), merged: vec!["id2", "id3"], ..SettledIds::default() });
    }

    #[test]
    fn an_id_whose_accounts_are_in_several_customers_is_retired() {
        let mut claims = Claims::default();
        claims.note(0, "id1", "a:1");
        claims.note(0, "id2", "a:2");
        claims.note(0, "id2", "a:3");
        claims.note(1, "id2", "a:4");
        let settled = claims.settle();
        assert_eq!(settled[&0], SettledIds { kept: Some("id1"), retired: vec!["id2"], ..SettledIds::default() });
        assert_eq!(settled[&1], SettledIds { retired: vec!["id2"], split_from: vec!["id2"], ..SettledIds::default() });
    }
}
