//! Differences of small versions, worked out in the naive way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onefold_lake::keys::{self, VersionPart};
use onefold_lake::version::manifest::VersionFile;
use onefold_lake::{RunId, compress};
use onefold_store::Condition;
use onefold_store::memory::MemoryStore;
use proptest::prelude::*;

use super::read::write_id;
use super::*;
use crate::documents::{ChangedCustomer, WhatBecame};

const RUNS: [&str; 2] = ["20261122T174600Z-1a2b3c4d", "20261123T174600Z-1a2b3c4d"];

/// The customer of each account, and what each customer's record says.
#[derive(Clone, Debug, Default)]
struct Customers {
    of_accounts: BTreeMap<u16, u8>,
    records: BTreeMap<u8, u8>,
}

impl Customers {
    fn sizes(&self) -> BTreeMap<u8, u64> {
        let mut sizes = BTreeMap::new();
        self.of_accounts.values().for_each(|customer| *sizes.entry(*customer).or_default() += 1);
        sizes
    }

    fn record(&self, customer: u8) -> u8 {
        self.records.get(&customer).copied().unwrap_or_default()
    }
}

async fn put(store: &MemoryStore, key: String, lines: &str) -> Vec<VersionFile> {
    let content = compress(lines.as_bytes()).unwrap();
    let (bytes, records) = (content.len() as u64, lines.lines().count() as u64);
    store.put(&key, content.into(), Condition::Always).await.unwrap();
    vec![VersionFile { key, bytes, records, text_bytes: lines.len() as u64 }]
}

/// A version of these customers.
async fn version(store: &Arc<MemoryStore>, number: usize, customers: &Customers) -> ComparedVersion {
    let run = RunId::parse(RUNS[number]).unwrap();
    let id = |customer: u8| write_id(u128::from(customer) << 64 | u128::from(customer).wrapping_mul(0x9e37_79b9));
    let account = |(account, customer): (&u16, &u8)| {
        format!("{{\"customer_id\":\"{}\",\"account\":{{\"ref\":\"crm:{account}\"}}}}\n", id(*customer))
    };
    let mut members: String = customers.of_accounts.iter().map(account).collect();
    members.push_str("{\"customer_id\":null,\"account\":{\"ref\":\"crm:gone\",\"deleted\":true}}\n");
    let sizes = customers.sizes();
    let record = |customer: &u8| {
        format!("{{\"customer_id\":\"{}\",\"salary\":{}}}\n", id(*customer), customers.record(*customer))
    };
    let records: String = sizes.keys().map(record).collect();
    let text = format!(
        r#"{{"format":1,"run":"{run}","previous":null,"started_at":"","counts":{{"customers":{},"members":{}}},"blocked":[],
        "dropped_values":{{}},"files":{{"customers":[],"members":[],"member_links":[],"changes":[],"inputs":[]}},
        "config":"{number}","matching":""}}"#,
        sizes.len(),
        customers.of_accounts.len(),
    );
    let mut manifest: Manifest = serde_json::from_str(&text).unwrap();
    manifest.files.members = put(store, keys::processed(&run, VersionPart::Members, 0), &members).await;
    manifest.files.customers = put(store, keys::processed(&run, VersionPart::Customers, 0), &records).await;
    let bytes = serde_json::to_vec(&manifest).unwrap();
    store.put(&keys::manifest(&run), bytes.into(), Condition::Always).await.unwrap();
    ComparedVersion { store: store.clone(), manifest }
}

fn compared(before: &Customers, after: &Customers, buckets: usize, most: usize) -> DiffDocument {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Arc::new(MemoryStore::default());
        let (before, after) = (version(&store, 0, before).await, version(&store, 1, after).await);
        compare_in(&VersionPair { before, after }, buckets, most).await.unwrap()
    })
}

/// The counts, looked at customer by customer.
fn naive(before: &Customers, after: &Customers) -> DiffCounts {
    let (was, is) = (before.sizes(), after.sizes());
    let mut counts = DiffCounts {
        customers: Totals { before: was.len() as u64, after: is.len() as u64 },
        accounts: Totals { before: before.of_accounts.len() as u64, after: after.of_accounts.len() as u64 },
        ..DiffCounts::default()
    };
    for (account, customer) in &before.of_accounts {
        match after.of_accounts.get(account) {
            Some(now) => counts.moved += u64::from(now != customer),
            None => counts.gone += 1,
        }
    }
    counts.added = after.of_accounts.keys().filter(|account| !before.of_accounts.contains_key(account)).count() as u64;
    let members = |of: &Customers, customer: u8| -> BTreeSet<u16> {
        of.of_accounts.iter().filter(|(_, held_by)| **held_by == customer).map(|(account, _)| *account).collect()
    };
    for customer in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
        let (had, has) = (members(before, *customer), members(after, *customer));
        if had.is_empty() {
            let is_old = has.iter().any(|account| before.of_accounts.contains_key(account));
            *(if is_old { &mut counts.split } else { &mut counts.created }) += 1;
        } else if has.is_empty() {
            let into: BTreeSet<&u8> = had.iter().filter_map(|account| after.of_accounts.get(account)).collect();
            let count = match into.len() {
                0 => &mut counts.deleted,
                1 => &mut counts.merged,
                _ => &mut counts.retired,
            };
            *count += 1;
        } else if had != has || before.record(*customer) != after.record(*customer) {
            counts.changed += 1;
        }
    }
    counts
}

fn any_customers() -> impl Strategy<Value = Customers> {
    let of_accounts = proptest::collection::btree_map(0u16..40, 1u8..12, 0..40);
    let records = proptest::collection::btree_map(1u8..12, 0u8..2, 0..8);
    (of_accounts, records).prop_map(|(of_accounts, records)| Customers { of_accounts, records })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_are_those_of_looking_at_each_customer(before in any_customers(), after in any_customers(), buckets in 1usize..5) {
        let document = compared(&before, &after, buckets, 3);
        prop_assert_eq!(document.counts, naive(&before, &after));
        prop_assert!(document.most_changed.len() <= 3);
        let ranks: Vec<u64> = document.most_changed.iter().map(moved).collect();
        prop_assert!(ranks.is_sorted_by(|one, next| one >= next), "{:?}", ranks);
    }
}

fn moved(customer: &ChangedCustomer) -> u64 {
    customer.from.iter().chain(&customer.to).map(|other| other.accounts).sum()
}

fn of(accounts: &[(u16, u8)]) -> Customers {
    Customers { of_accounts: accounts.iter().copied().collect(), records: BTreeMap::new() }
}

#[test]
fn a_merge_and_a_division_are_named_with_their_sizes() {
    let before = of(&[(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3), (8, 3), (9, 9)]);
    let after = of(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 3), (7, 4), (8, 5), (9, 9), (10, 9)]);
    let document = compared(&before, &after, 2, 10);
    let told: Vec<_> = document.most_changed.iter().map(|it| (it.became, it.before, it.after, moved(it))).collect();
    let expected = [
        (WhatBecame::Changed, 3, 5, 2),
        (WhatBecame::Changed, 3, 1, 2),
        (WhatBecame::Split, 0, 1, 1),
        (WhatBecame::Split, 0, 1, 1),
    ];
    assert_eq!(told, expected);
    assert_eq!(document.settings, ["configuration"]);
    let text = text::of(&document);
    for told in [
        "\n  merged                      1\n",
        "  3 > 5\n    2 accounts from 0000",
        "  0 > 1  new, split off\n    1 account from ",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}

#[test]
fn a_version_that_is_not_whole_is_no_difference() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(async {
        let store = Arc::new(MemoryStore::default());
        let customers = of(&[(1, 1)]);
        let (before, after) = (version(&store, 0, &customers).await, version(&store, 1, &customers).await);
        let key = &after.manifest.files.members[0].key;
        store.put(key, compress(b"{\"customer_id\":\n").unwrap().into(), Condition::Always).await.unwrap();
        compare_in(&VersionPair { before, after }, 1, 1).await.unwrap_err()
    });
    assert!(crate::error::describe(&error).contains("part-00000.jsonl.zst is damaged"), "{error:?}");
}
