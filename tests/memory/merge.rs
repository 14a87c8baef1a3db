//! Merge: one partition.

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_lake::calls::MergeRequest;
use onefold_lake::data::blocked;
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::run::layout::Partition;
use onefold_lake::{RunId, keys};
use onefold_shell::MemoryBudget;
use serde_json::json;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{CONFIG, Lake, scattered};

/// The text of an account, as short as accounts are, or as they mostly are.
fn account(number: u64, is_short: bool) -> String {
    let email = format!("a{}@x.de", number / 2);
    if is_short {
        return format!(
            "{{\"ref\":\"crm:{number}\",\"received_at\":\"2026-11-22T17:46:00Z\",\"email\":\"{email}\"}}\n"
        );
    }
    let (name, street) = (scattered(number), scattered(number + 1));
    format!(
        "{{\"ref\":\"crm:{number}\",\"updated_at\":\"2026-11-22T17:46:00Z\",\"received_at\":\"2026-11-22T17:46:00Z\",\
         \"given_name\":\"Anna{}\",\"family_name\":\"Weber{}\",\"email\":\"{email}\",\"phone_number\":\"+49301{:08}\",\
         \"address\":{{\"street_address\":\"Street {}\",\"locality\":\"Berlin\",\"postal_code\":\"{:05}\",\"country\":\"DE\"}}}}\n",
        name % 1000,
        name % 997,
        number,
        street % 1000,
        street % 99_999
    )
}

/// Blocked keys, which hardly compress.
fn blocked_keys(count: u32) -> impl ExactSizeIterator<Item = Node> {
    let node = |number: u32| u128::from(number) << 92 | u128::from(scattered(number.into()));
    (0..count).map(move |number| Node::from_bits(node(number)))
}

/// Writes what a partition gets of accounts; gives its bytes as stored, and the text of its largest slice.
fn put_accounts(lake: &Lake, accounts: u64, slices: u32, is_short: bool) -> (u64, u64) {
    let mut shuffle = ShuffleCollector::new(slices, 1 << 20).expect("a shuffle");
    let mut text_bytes = vec![0u64; slices as usize];
    for number in 0..accounts {
        let text = account(number, is_short);
        let slice = (scattered(number / 2) % u64::from(slices)) as u32;
        text_bytes[slice as usize] += text.len() as u64;
        shuffle.push(slice, text.as_bytes()).expect("a line");
    }
    let stored = shuffle.finish().expect("a shuffle");
    let stored_bytes = stored.len() as u64;
    lake.put(&keys::shuffle(&lake.run, 0), stored);
    (stored_bytes, text_bytes.into_iter().max().expect("a slice"))
}

/// Writes blocked keys that accounts of the partition have.
fn put_blocked(lake: &Lake, count: u32) {
    let bytes = blocked::format_by_partition(blocked_keys(count).map(|key| (0, key)), 1).expect("blocked keys");
    lake.put(&keys::blocked_of_partitions(&lake.run, 1, 0), bytes);
}

/// The most that Merge needs, which makes so many customers.
fn most_of_merge(lake: &Lake, slices: u32, customers: u64) -> usize {
    let (made, measured) = merged(lake, slices);
    assert_eq!(made, customers);
    measured
}

/// How many customers Merge makes, and the most that it needs.
fn merged(lake: &Lake, slices: u32) -> (u64, usize) {
    let partition = Partition { partition: 0, partitions: 1, slices, mappers: 1, shards: 1, replaced: Vec::new() };
    let request = MergeRequest { run: lake.run.clone(), round: 1, partition };
    let (answer, measured) = measured(|| lake.block_on(merge::run(request, &lake.context)).expect("customers"));
    (answer.customers, measured)
}

#[test]
fn a_partition_keeps_to_its_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for (accounts, slices, is_short, blocked_keys) in [
            (5_000, 1, true, 0),
            (5_000, 1, false, 0),
            (20_000, 1, true, 0),
            (20_000, 8, false, 0),
            (20_000, 8, false, 400_000),
            (4, 1, true, 200_000),
        ] {
            let lake = Lake::new(1, MemoryBudget::default());
            put_blocked(&lake, blocked_keys);
            let (stored, largest) = put_accounts(&lake, accounts, slices, is_short);
            let measured = most_of_merge(&lake, slices, accounts / 2);
            let formula =
                MemoryBudget::merge_bytes(stored, largest) + MemoryBudget::blocked_bytes(u64::from(blocked_keys));
            let what =
                format!("{accounts} accounts, short: {is_short}, in {slices} slices, {blocked_keys} blocked keys");
            findings.note(&what, measured, formula);
        }
        findings.assert();
    });
}

/// Accounts as short as they are, whose rules keep some of them apart: households of three that share an address, of whom
/// one has no name; or, if they are a chain, one component in which each account also shares a number with others.
fn put_households(lake: &Lake, accounts: u64, is_chain: bool) -> (u64, u64) {
    let rule = |key: &str| format!("[[match]]\nkey = \"{key}\"\nunless_differ = \"given_name\"\n");
    let rules = format!("{}{}", rule("email"), rule("phone_number"));
    lake.put(&keys::run_config(&lake.run), CONFIG.replace("[[match]]\nkey = [\"email\"]\n", &rules));
    let mut shuffle = ShuffleCollector::new(1, 1 << 20).expect("a shuffle");
    let size = if is_chain { 25 } else { 3 };
    let mut text_bytes = 0;
    for number in 0..accounts {
        let name = if number % size == 2 { String::new() } else { format!(",\"given_name\":\"N{number}\"") };
        let phone = if is_chain { format!(",\"phone_number\":\"+49{}\"", (number + 13) / size) } else { String::new() };
        let email = number / size;
        let text = format!(
            "{{\"ref\":\"crm:{number}\",\"received_at\":\"2026-11-22T17:46:00Z\"{name},\"email\":\"a{email}@x.de\"{phone}}}\n"
        );
        text_bytes += text.len() as u64;
        shuffle.push(0, text.as_bytes()).expect("a line");
    }
    let stored = shuffle.finish().expect("a shuffle");
    let stored_bytes = stored.len() as u64;
    lake.put(&keys::shuffle(&lake.run, 0), stored);
    (stored_bytes, text_bytes)
}

#[test]
fn what_rules_keep_apart_keeps_to_the_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for (accounts, is_chain) in [(30_000, false), (10_000, true)] {
            let lake = Lake::new(1, MemoryBudget::default());
            put_blocked(&lake, 0);
            let (stored, text) = put_households(&lake, accounts, is_chain);
            let (customers, measured) = merged(&lake, 1);
            assert!((accounts / 25..accounts).contains(&customers), "{customers}");
            findings.note(
                &format!("{accounts} accounts, a chain: {is_chain}"),
                measured,
                MemoryBudget::merge_bytes(stored, text),
            );
        }
        findings.assert();
    });
}

/// A run that builds on a version with so many blocked keys, in the format of now or of earlier programs.
fn building_on(count: u32, is_of_earlier: bool) -> (Lake, u64) {
    let lake = Lake::new(1, MemoryBudget::default());
    let version = RunId::new("2026-11-21T17:46:00Z", "e").expect("a run");
    let plan = json!({
        "run": lake.run, "started_at": 0, "previous": {"run": version, "etag": "1"}, "tables": [], "shards": 1,
        "partitions": null, "splits": 0,
    });
    lake.put(&keys::run_plan(&lake.run), plan.to_string());
    lake.put(&keys::processed_config(&version), CONFIG);
    lake.put(&keys::processed_corrections(&version), json!({"always": [], "never": []}).to_string());
    let list: Vec<Blocked> = blocked_keys(count).map(|node| Blocked { node, accounts: 26 }).collect();
    if !is_of_earlier {
        lake.put(&keys::processed_blocked(&version), blocked::format(&list).expect("a list"));
        return (lake, MemoryBudget::blocked_bytes(u64::from(count)));
    }
    let list: Vec<(Node, u32)> = list.iter().map(|blocked| (blocked.node, blocked.accounts)).collect();
    let json = serde_json::to_vec(&list).expect("JSON");
    let formula = MemoryBudget::blocked_bytes_of_earlier(json.len() as u64);
    lake.put(&keys::processed_blocked_of_earlier(&version), json);
    (lake, formula)
}

#[test]
fn blocked_keys_of_the_version_before_keep_to_their_formula() {
    alone(|| {
        let mut findings = Findings::default();
        for is_of_earlier in [false, true] {
            let (lake, of_blocked) = building_on(300_000, is_of_earlier);
            put_blocked(&lake, 0);
            let (stored, largest) = put_accounts(&lake, 4, 1, true);
            let measured = most_of_merge(&lake, 1, 2);
            let formula = MemoryBudget::merge_bytes(stored, largest) + of_blocked;
            findings.note(&format!("of a version of an earlier program: {is_of_earlier}"), measured, formula);
        }
        findings.assert();
    });
}
