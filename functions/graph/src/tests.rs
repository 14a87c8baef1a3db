//! Link against a plain union-find over the whole graph.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::AccountVersion;
use crate::node::{Node, NodeHasher, NodeKind};

/// An account of a test: reference, version, customer, keys; all by small numbers.
type TestStar = (u32, i64, Option<u32>, Vec<u32>);

fn hasher() -> NodeHasher {
    NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
}

fn key(number: u32) -> Node {
    hasher().node(NodeKind::MatchKey, &number.to_le_bytes())
}

fn reference(number: u32) -> Node {
    hasher().reference(&number.to_string())
}

fn stars(accounts: &[TestStar]) -> Stars {
    let mut stars = Stars::default();
    for (number, (account, version, customer, keys)) in accounts.iter().enumerate() {
        let version = AccountVersion { updated_at: *version, received_at: 0, digest: number as u64 };
        let customer = customer.map(|customer| hasher().customer(&customer.to_string()));
        stars.push(reference(*account), version, customer, keys.iter().map(|number| key(*number)));
    }
    stars
}

/// The naive way: latest versions, counts, and repeated relabelling of the whole graph.
fn expected(accounts: &[TestStar], max_accounts_per_key: usize) -> Vec<Node> {
    expected_with_links(accounts, max_accounts_per_key, &[])
}

/// The same, with links between accounts.
fn expected_with_links(accounts: &[TestStar], max_accounts_per_key: usize, links: &[(Node, Node)]) -> Vec<Node> {
    let stars = stars(accounts);
    let mut latest: BTreeMap<Node, (AccountVersion, usize)> = BTreeMap::new();
    for (number, star) in stars.iter().enumerate() {
        let this = (star.head.version, number);
        let entry = latest.entry(star.head.reference).or_insert(this);
        *entry = (*entry).max(this);
    }
    let is_latest = |number: usize, star: &Star<'_>| latest[&star.head.reference].1 == number;
    let mut counts: BTreeMap<Node, usize> = BTreeMap::new();
    let mut edges = links.to_vec();
    for (number, star) in stars.iter().enumerate() {
        if is_latest(number, &star) {
            star.keys.iter().for_each(|key| *counts.entry(*key).or_default() += 1);
        }
    }
    for (number, star) in stars.iter().enumerate() {
        edges.extend(star.head.customer.map(|customer| (star.head.reference, customer)));
        if is_latest(number, &star) {
            edges.extend(
                star.keys
                    .iter()
                    .filter(|key| counts[key] <= max_accounts_per_key)
                    .map(|key| (star.head.reference, *key)),
            );
        }
    }
    let mut labels: BTreeMap<Node, Node> =
        edges.iter().flat_map(|(left, right)| [(*left, *left), (*right, *right)]).collect();
    loop {
        let mut moved = false;
        for (left, right) in &edges {
            let smaller = labels[left].min(labels[right]);
            moved |= labels.insert(*left, smaller) != Some(smaller);
            moved |= labels.insert(*right, smaller) != Some(smaller);
        }
        if !moved {
            break;
        }
    }
    stars.iter().map(|star| labels.get(&star.head.reference).copied().unwrap_or(star.head.reference)).collect()
}

fn latest_of(stars: &Stars, belongs: impl Fn(Node) -> bool) -> (Latest, Vec<u32>) {
    let mut latest = Latest::default();
    let belonging = || stars.iter().enumerate().filter(|(_, star)| belongs(star.head.reference));
    latest.extend(belonging().map(|(_, star)| star));
    (latest, belonging().map(|(line, _)| line as u32).collect())
}

/// The edges and the blocked keys of a contraction.
fn contract(edges: impl IntoIterator<Item = Edge>, max_accounts_per_key: u32) -> (Vec<Edge>, Vec<Blocked>) {
    let mut contraction = Contraction::default();
    contraction.extend(edges);
    let contracted = contraction.contract(max_accounts_per_key);
    ((0..contracted.len()).map(|number| contracted.edge(number)).collect(), contracted.blocked)
}

/// The edges that accounts spread.
fn edges_of(latest: Latest) -> Vec<Edge> {
    let spread = Spread::new(latest);
    (0..spread.len()).map(|number| spread.edge(number)).collect()
}

/// Runs the rounds over several shards with vectors for objects. Gives labels by line and the number of
/// rounds after contraction.
fn in_shards(
    accounts: &[TestStar],
    max_accounts_per_key: u32,
    links: &[(Node, Node)],
    shards: u32,
) -> (Vec<Node>, usize) {
    let stars = stars(accounts);
    let mut inboxes: Vec<Vec<Edge>> = vec![Vec::new(); shards as usize];
    let mut positions = vec![Vec::new(); shards as usize];
    for shard in 0..shards {
        let (latest, lines) = latest_of(&stars, |reference| reference.shard(shards) == shard);
        let spread = Spread::new(latest);
        for edge in (0..spread.len()).map(|number| spread.edge(number)) {
            inboxes[edge.0.shard(shards) as usize].push(edge);
        }
        let placed = spread.references().zip(lines);
        positions[shard as usize].extend(placed.map(|(reference, line)| (reference, Position { mapper: 0, line })));
    }
    for (left, right) in links {
        inboxes[left.shard(shards) as usize].push(Edge(*left, *right));
    }
    let to_both = |edges: Vec<Edge>, inboxes: &mut Vec<Vec<Edge>>| {
        for Edge(left, right) in edges {
            inboxes[left.shard(shards) as usize].push(Edge(left, right));
            inboxes[right.shard(shards) as usize].push(Edge(right, left));
        }
    };
    let mut next = vec![Vec::new(); shards as usize];
    for inbox in &inboxes {
        to_both(contract(inbox.iter().copied(), max_accounts_per_key).0, &mut next);
    }
    let mut rounds = 0;
    loop {
        let mut moved = 0;
        let mut middle = vec![Vec::new(); shards as usize];
        for inbox in std::mem::take(&mut next) {
            let (edges, count) = large_star(inbox);
            moved += count;
            edges.into_iter().for_each(|edge| middle[edge.0.shard(shards) as usize].push(edge));
        }
        next = vec![Vec::new(); shards as usize];
        for inbox in middle {
            let (edges, count) = small_star(inbox);
            moved += count;
            to_both(edges, &mut next);
        }
        rounds += 1;
        if moved == 0 {
            break;
        }
    }
    let mut labels: Vec<(Position, Node)> = Vec::new();
    for (inbox, positions) in next.iter().zip(&positions) {
        let found = NodeLabels::new(inbox.clone());
        labels.extend(positions.iter().map(|(reference, position)| (*position, found.of(*reference))));
    }
    labels.sort_unstable();
    (labels.into_iter().map(|(_, label)| label).collect(), rounds)
}

/// The blocked keys of each account's latest version, the naive way: references and keys.
fn expected_bearers(accounts: &[TestStar], max_accounts_per_key: usize) -> Vec<(Node, Node)> {
    let mut latest: BTreeMap<u32, (i64, usize)> = BTreeMap::new();
    for (number, (account, version, ..)) in accounts.iter().enumerate() {
        let entry = latest.entry(*account).or_insert((*version, number));
        *entry = (*entry).max((*version, number));
    }
    let edges: Vec<(u32, u32)> = latest
        .iter()
        .flat_map(|(account, (_, number))| accounts[*number].3.iter().map(move |key| (*account, *key)))
        .collect();
    let is_blocked = |key: u32| edges.iter().filter(|(_, other)| *other == key).count() > max_accounts_per_key;
    let mut bearers: Vec<(Node, Node)> = edges
        .iter()
        .filter(|(_, number)| is_blocked(*number))
        .map(|(account, number)| (reference(*account), key(*number)))
        .collect();
    bearers.sort_unstable();
    bearers
}

/// Asserts that one shard and several find who has blocked keys.
fn check_bearers(accounts: &[TestStar], max_accounts_per_key: u32) {
    let expected = expected_bearers(accounts, max_accounts_per_key as usize);
    let (latest, _) = latest_of(&stars(accounts), |_| true);
    let found = one_shard(latest, max_accounts_per_key);
    let bearer =
        |(star, place): &(u32, u32)| (reference(accounts[*star as usize].0), found.blocked[*place as usize].node);
    let mut bearers: Vec<(Node, Node)> = found.bearers.iter().map(bearer).collect();
    bearers.sort_unstable();
    assert_eq!(bearers, expected, "one shard");

    let mut bearers = Vec::new();
    for shard in 0..3 {
        let mut contraction = Contraction::default();
        for of in 0..3 {
            let (latest, _) = latest_of(&stars(accounts), |reference| reference.shard(3) == of);
            contraction.extend(edges_of(latest).into_iter().filter(|edge| edge.0.shard(3) == shard));
        }
        let contracted = contraction.contract(max_accounts_per_key);
        bearers.extend((0..contracted.bearers()).map(|number| contracted.bearer(number)));
    }
    let mut bearers: Vec<(Node, Node)> = bearers.into_iter().map(|Edge(reference, key)| (reference, key)).collect();
    bearers.sort_unstable();
    assert_eq!(bearers, expected, "three shards");
}

/// Asserts that one shard and several find what the naive way finds; gives the most rounds.
fn check(accounts: &[TestStar], max_accounts_per_key: u32) -> usize {
    let (latest, _) = latest_of(&stars(accounts), |_| true);
    let expected = expected(accounts, max_accounts_per_key as usize);
    assert_eq!(one_shard(latest, max_accounts_per_key).labels, expected, "one shard");
    check_with_links(accounts, max_accounts_per_key, &[])
}

/// The same, with links between accounts.
fn check_with_links(accounts: &[TestStar], max_accounts_per_key: u32, links: &[(Node, Node)]) -> usize {
    let expected = expected_with_links(accounts, max_accounts_per_key as usize, links);
    let (latest, _) = latest_of(&stars(accounts), |_| true);
    let mut components = Components::new(latest, max_accounts_per_key);
    assert!(links.iter().all(|(left, right)| components.join(*left, *right)), "accounts are known");
    let (labels, mut of_references) = components.labels();
    assert_eq!(labels.labels, expected, "one shard");
    for ((account, ..), label) in accounts.iter().zip(&expected) {
        assert_eq!(of_references.of(reference(*account)), Some(*label));
    }
    let mut most = 0;
    for shards in [1, 2, 3, 16] {
        let (labels, rounds) = in_shards(accounts, max_accounts_per_key, links, shards);
        assert_eq!(labels, expected, "{shards} shards");
        most = most.max(rounds);
    }
    most
}

proptest! {
    #[test]
    fn random_graphs(
        accounts in proptest::collection::vec(
            (0u32..25, 0i64..3, proptest::option::of(0u32..6), proptest::collection::vec(0u32..30, 0..4)),
            0..40,
        ),
        max_accounts_per_key in 2u32..6,
        links in proptest::collection::vec((0usize..40, 0usize..40), 0..12),
    ) {
        // An account has a key once.
        let accounts: Vec<TestStar> = accounts.into_iter().map(|(reference, version, customer, mut keys)| {
            keys.sort_unstable();
            keys.dedup();
            (reference, version, customer, keys)
        }).collect();
        check(&accounts, max_accounts_per_key);
        check_bearers(&accounts, max_accounts_per_key);
        let known = |number: usize| accounts.get(number).map(|account| reference(account.0));
        let links: Vec<(Node, Node)> =
            links.into_iter().filter_map(|(left, right)| Some((known(left)?, known(right)?))).collect();
        check_with_links(&accounts, max_accounts_per_key, &links);
    }
}

/// A path: account n has the keys n and n + 1. The naive oracle is too slow for it, but the answer is known.
#[test]
fn a_path_of_10_000_takes_a_logarithmic_number_of_rounds() {
    let accounts: Vec<TestStar> = (0..10_000).map(|number| (number, 0, None, vec![number, number + 1])).collect();
    let smallest = (0..=10_000).map(key).min().unwrap();
    let (latest, _) = latest_of(&stars(&accounts), |_| true);
    assert!(one_shard(latest, 25).labels.iter().all(|label| *label == smallest));
    for shards in [2, 16, 64] {
        let (labels, rounds) = in_shards(&accounts, 25, &[], shards);
        assert!(labels.iter().all(|label| *label == smallest));
        // 20,001 nodes: log2 is 14.3.
        assert!(rounds <= 15, "{rounds} rounds over {shards} shards");
    }
}

/// Paths whose nodes are sorted, or rise and fall, in the order of their values: the worst cases of plain
/// label propagation. Keyed hashes never look like this; the rounds must not depend on that.
#[test]
fn paths_in_sorted_order_take_a_logarithmic_number_of_rounds() {
    let node = |number: u32| Node::from_bits(u128::from(number) << 96 | u128::from(number));
    let sorted: Vec<u32> = (0..10_000).collect();
    let organ_pipe: Vec<u32> =
        (0..5_000).map(|number| 2 * number).chain((0..5_000).rev().map(|number| 2 * number + 1)).collect();
    for path in [sorted, organ_pipe] {
        let mut edges: Vec<Edge> =
            path.windows(2).map(|pair| Edge(node(pair[0].max(pair[1])), node(pair[0].min(pair[1])))).collect();
        let mut rounds = 0;
        loop {
            let both = edges.iter().flat_map(|Edge(left, right)| [Edge(*left, *right), Edge(*right, *left)]).collect();
            let (large, moved_large) = large_star(both);
            let (small, moved_small) = small_star(large);
            assert!(small.len() <= edges.len(), "no round has more edges than the one before it");
            edges = small;
            rounds += 1;
            if moved_large + moved_small == 0 {
                break;
            }
        }
        assert!(edges.iter().all(|edge| edge.1 == node(0)) && edges.len() == 9_999);
        assert!(rounds <= 16, "{rounds} rounds");
    }
}

#[test]
fn a_link_of_an_account_that_is_not_there_is_told() {
    let accounts: Vec<TestStar> = vec![(0, 0, None, vec![1])];
    let (latest, _) = latest_of(&stars(&accounts), |_| true);
    let mut components = Components::new(latest, 25);
    assert!(!components.join(reference(0), reference(1)));
    assert_eq!(components.labels().1.of(reference(1)), None);
    assert!(!Components::new(Latest::default(), 25).join(reference(0), reference(1)), "there is no account");
}

#[test]
fn stars_around_one_key_and_around_one_account() {
    let around_a_key: Vec<TestStar> = (0..500).map(|number| (number, 0, None, vec![7])).collect();
    assert!(check(&around_a_key, 500) <= 3);
    // One more than allowed: the key is junk and links nothing.
    check(&around_a_key, 499);
    let around_an_account: Vec<TestStar> = std::iter::once((0, 0, None, (0..500).collect()))
        .chain((0..500).map(|number| (number + 1, 0, None, vec![number])))
        .collect();
    assert!(check(&around_an_account, 25) <= 5);
}

#[test]
fn a_superseded_version_links_its_customer_but_not_its_keys() {
    // Account 0 was with key 1 and in customer 9 with account 1; its later version has key 2 like account 2.
    let accounts = vec![
        (0, 1, Some(9), vec![1]),
        (1, 1, Some(9), vec![5]),
        (0, 2, None, vec![2]),
        (2, 1, None, vec![2]),
        (3, 1, None, vec![1]),
    ];
    check(&accounts, 25);
    let labels = expected(&accounts, 25);
    assert!(labels[..4].iter().all(|label| *label == labels[0]), "the customer's accounts meet the new version");
    assert_ne!(labels[4], labels[0], "the key that the account no longer has links nothing");
}

#[test]
fn a_member_that_a_snapshot_replaced_links_its_customer_but_not_its_keys() {
    // The snapshot has accounts 0 and 1 as they were; account 2 is gone. All three were in customer 9.
    let mark = hasher().source("crm");
    let mut stars = Stars::default();
    let version = |updated_at| AccountVersion { updated_at, received_at: 0, digest: 0 };
    for account in 0..3 {
        let marked = [key(account), key(7), mark].into_iter();
        stars.push(reference(account), version(5), Some(hasher().customer("9")), marked);
    }
    for account in 0..2 {
        stars.push(reference(account), version(4), None, [key(account), key(7)].into_iter());
    }
    stars.push(reference(3), version(1), None, [key(2)].into_iter());
    let mut latest = Latest::default();
    latest.extend(stars.iter().map(|star| if star.source == Some(mark) { star.replaced() } else { star }));
    assert_eq!(latest.superseded(), 2, "what is gone is not superseded");
    let found = one_shard(latest, 2);
    assert_eq!(found.blocked, [], "two accounts share the key, not three");
    assert!(found.labels[..5].iter().all(|label| *label == found.labels[0]), "the customer's accounts meet");
    assert_ne!(found.labels[5], found.labels[0], "the key of what is gone links nothing");
}

#[test]
fn blocked_keys_are_reported_alike() {
    let accounts: Vec<TestStar> = (0..9).map(|number| (number, 0, None, vec![1, 2 + number / 3])).collect();
    let (latest, _) = latest_of(&stars(&accounts), |_| true);
    let one = one_shard(latest, 4).blocked;
    assert_eq!(one, [Blocked { node: key(1), accounts: 9 }]);
    let (latest, _) = latest_of(&stars(&accounts), |_| true);
    assert_eq!(contract(edges_of(latest), 4).1, one);
}

#[test]
fn what_people_put_together_is_no_match_key_that_may_be_blocked() {
    let together = hasher().node(NodeKind::Customer, b"together");
    let mut stars = Stars::default();
    for number in 0..9 {
        let name = format!("a:{number}");
        let version = AccountVersion { updated_at: 0, received_at: 0, digest: 0 };
        let keys = [key(7), together].into_iter();
        stars.push(hasher().reference(&name), version, None, keys);
    }
    let (latest, _) = latest_of(&stars, |_| true);
    let labels = one_shard(latest, 2);
    let blocked = [Blocked { node: key(7), accounts: 9 }];
    assert_eq!(labels.blocked, blocked);
    assert!(labels.labels.iter().all(|label| *label == labels.labels[0]), "they meet");

    let (latest, _) = latest_of(&stars, |_| true);
    let (edges, found) = contract(edges_of(latest), 2);
    assert_eq!(found, blocked);
    assert_eq!(edges.len(), 9, "a star of nine references and the node at which they meet");
}
