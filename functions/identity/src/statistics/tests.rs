use onefold_normalise::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::survive::{Candidate, Survivorship};

const CONFIG: &str = "[[source]]\nname = \"b\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nlast_order = \"/o\"\n\
                      [[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      [[match]]\nkey = \"email\"\n[field.last_order]\n";

fn account(reference: &str, texts: &[(&str, &str)], config: &Config) -> Account<'static> {
    let mut account = Account::new(reference.to_owned(), None, Timestamp::default());
    for (field, text) in texts {
        account.set_text(config.text_field(field).unwrap(), Some((*text).to_owned().into()));
    }
    account
}

/// What is counted of customers of these accounts.
fn counted(customers: &[&[Account<'_>]], config: &Config) -> CustomerStatistics {
    let mut statistics = CustomerStatistics::default();
    let (counter, survivorship) = (Counter::new(config), Survivorship::new(config));
    for accounts in customers {
        let candidates: Vec<Candidate<'_>> =
            accounts.iter().map(|account| Candidate { account, blocked: Default::default() }).collect();
        counter.count(accounts.iter(), &survivorship.fold(&candidates), &mut statistics);
    }
    statistics
}

/// The counts of a field.
fn filled(statistics: &CustomerStatistics, field: &str, config: &Config) -> [u64; 2] {
    let place = counted_fields(config).iter().position(|known| *known == field).unwrap();
    statistics.fill[place]
}

#[test]
fn customers_are_counted_by_size_by_sources_and_by_field() {
    let config = Config::parse(CONFIG).unwrap();
    let of = |reference: &str, texts: &[(&str, &str)]| account(reference, texts, &config);
    let one = [of("a:1", &[("email", "x@y.de")]), of("b:1", &[("email", "z@y.de"), ("last_order", "7")])];
    let two = [of("a:2", &[("email", "x@z.de")]), of("a:3", &[])];
    let mut rich = of("gone:1", &[]);
    rich.salary = Some("7".into());
    let three = [of("b:2", &[]), rich, of("away:2", &[])];
    let statistics = counted(&[&one, &two, &three, &[of("b:9", &[("last_order", "8")])]], &config);
    assert_eq!(statistics.sizes, [(1, 1), (2, 2), (3, 1)].into());
    let sets: Vec<(&[u16], [u64; 2])> = statistics
        .source_sets
        .iter()
        .map(|set| (set.sources.as_slice(), [set.count.customers, set.count.accounts]))
        .collect();
    assert_eq!(counted_sources(&config), ["a", "b"]);
    assert_eq!(sets, [(&[0][..], [1, 2]), (&[0, 1], [1, 2]), (&[1], [1, 1]), (&[1, 2], [1, 3])]);
    let fill = ["email", "last_order", "salary", "given_name"].map(|field| filled(&statistics, field, &config));
    assert_eq!(fill, [[3, 2], [2, 2], [1, 1], [0, 0]]);
}

fn merge(score: i64, account: u8) -> WeakMerge {
    WeakMerge {
        score,
        accounts: [format!("a:{account}"), "b:1".to_owned()],
        link: score,
        parts: [1, 1],
        customer: "c".to_owned(),
        members: 2,
        is_bridge: false,
    }
}

prop_compose! {
    fn any_statistics()(
        sizes in prop::collection::btree_map(1..4u64, 1..9u64, 0..3),
        sets in prop::collection::vec((prop::collection::btree_set(0..3u16, 1..3), 1..9u64), 0..4),
        fill in prop::collection::vec([0..9u64, 0..9], 0..4),
        weak in prop::collection::vec((0..40i64, any::<u8>()), 0..60),
    ) -> CustomerStatistics {
        let mut statistics = CustomerStatistics { sizes, fill, ..CustomerStatistics::default() };
        for (sources, customers) in sets {
            statistics.add_set(&Vec::from_iter(sources), SetCount { customers, accounts: 2 * customers });
        }
        weak.into_iter().for_each(|(score, account)| statistics.weakest.push(merge(score, account)));
        statistics
    }
}

proptest! {
    #[test]
    fn statistics_add_up_in_any_order(parts in prop::collection::vec(any_statistics(), 1..5), turn in 0..4usize) {
        let sum = |parts: &[CustomerStatistics]| {
            parts.iter().cloned().fold(CustomerStatistics::default(), |mut sum, part| {
                sum.add(part);
                sum
            })
        };
        let mut turned = parts.clone();
        turned.rotate_left(turn % parts.len());
        let (left, right) = turned.split_at(parts.len() / 2);
        prop_assert_eq!(sum(&[sum(left), sum(right)]), sum(&parts));
    }
}

#[test]
fn the_weakest_merges_are_kept() {
    let mut weakest = Weakest::default();
    assert_eq!(weakest.score_max(), i64::MAX);
    (0..150).rev().for_each(|number| weakest.push(merge(i64::from(number / 2), number)));
    let kept: Vec<i64> = weakest.iter().map(|merge| merge.score).collect();
    assert_eq!((kept.len(), kept[0], kept[99], weakest.score_max()), (100, 0, 49, 49));
    assert!(weakest.iter().is_sorted());
}
