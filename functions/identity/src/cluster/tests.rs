use onefold_config::{BlockedValues, Comparer, Condition, DistinctLimit, MatchRule, Requirement, SourceLimits};
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::corrections::{Corrections, Pairs};
use crate::match_keys::MatchKey;
use crate::pool::AccountPool;

/// Accounts of given names, birth dates and keys.
struct Few {
    accounts: Vec<Account<'static>>,
    keys: Vec<Vec<MatchKey>>,
}

impl Few {
    fn judge<'f>(&'f self, rules: &'f [MatchRule], corrections: &Corrections) -> Judge<'f> {
        Judge::new(AccountPool::with_keys(&self.accounts, &self.keys), rules, corrections)
    }
}

type Given<'g> = (&'g str, Option<&'g str>, &'g [(usize, u128)]);

fn few(given: &[Given<'_>]) -> Few {
    let mut all = Few { accounts: Vec::new(), keys: Vec::new() };
    for (number, (name, birthdate, keys)) in given.iter().enumerate() {
        let mut account = Account::new(format!("a:{number}"), None, Timestamp::from_milliseconds(0).unwrap());
        account.set_text(TextField::GivenName, Some((*name).to_owned().into()));
        account.set_text(TextField::Birthdate, birthdate.map(|date| date.to_owned().into()));
        all.accounts.push(account);
        let keys = keys.iter().map(|(rule, node)| MatchKey { rule: *rule, node: Node::from_bits(*node) });
        all.keys.push(keys.collect());
    }
    all
}

fn guard() -> Guard {
    Guard {
        max_accounts_per_key: 25,
        max_share_per_key: None,
        blocked_values: BlockedValues::default(),
        max_distinct: Vec::new(),
        max_per_source: SourceLimits::default(),
        max_accounts_per_customer: None,
        min_birth_year: 1880,
    }
}

fn plain() -> MatchRule {
    MatchRule::of_fields(&[TextField::Email])
}

fn same_name() -> MatchRule {
    given_name(Requirement::Agree)
}

fn given_name(requirement: Requirement) -> MatchRule {
    let condition = Condition { requirement, comparer: Comparer::exact(TextField::GivenName) };
    MatchRule { conditions: vec![condition], ..plain() }
}

fn one_birthdate() -> Vec<DistinctLimit> {
    vec![DistinctLimit { comparer: Comparer::exact(TextField::Birthdate), most: 1 }]
}

fn found(pool: &Few, rules: &[MatchRule], guard: &Guard) -> Vec<Vec<u32>> {
    Clusters::new(&pool.judge(rules, &Corrections::default()), guard).iter().map(<[u32]>::to_vec).collect()
}

#[test]
fn clusters_are_joined_by_shared_keys() {
    let pool = few(&[
        ("x", None, &[(0, 1)]),
        ("x", None, &[(0, 2)]),
        ("x", None, &[(0, 3)]),
        ("x", None, &[(0, 2), (0, 1)]),
        ("x", None, &[(0, 9)]),
    ]);
    assert_eq!(found(&pool, &[plain()], &guard()), [vec![0, 1, 3], vec![2], vec![4]]);
}

#[test]
fn no_accounts_no_clusters() {
    assert!(Clusters::new(&few(&[]).judge(&[plain()], &Corrections::default()), &guard()).is_empty());
}

#[test]
fn conditions_keep_pairs_apart_and_not_their_key() {
    let pool = few(&[
        ("Anna", None, &[(0, 1)]),
        ("Otto", None, &[(0, 1)]),
        ("Anna", None, &[(0, 1)]),
        ("Otto", None, &[(0, 1), (1, 7)]),
        ("Ida", None, &[(1, 7)]),
    ]);
    assert_eq!(found(&pool, &[same_name(), plain()], &guard()), [vec![0, 2], vec![1, 3, 4]]);
}

#[test]
fn a_customer_beyond_a_limit_comes_apart_at_its_weakest_key() {
    // 0-1 and 2-3 share two keys, 1-2 only one.
    let pool = few(&[
        ("x", Some("2001-01-01"), &[(0, 1), (1, 11)]),
        ("x", None, &[(0, 1), (1, 11)]),
        ("x", Some("1950-05-05"), &[(0, 2), (1, 11)]),
        ("x", None, &[(0, 2), (1, 11)]),
    ]);
    let mut limited = guard();
    assert_eq!(found(&pool, &[plain(), plain()], &limited).len(), 1);
    limited.max_distinct = one_birthdate();
    let rules = [plain(), plain()];
    let clusters = Clusters::new(&pool.judge(&rules, &Corrections::default()), &limited);
    assert_eq!(clusters.iter().map(<[u32]>::to_vec).collect::<Vec<_>>(), [[0, 1], [2, 3]]);
    assert_eq!(clusters.divided.len(), 1);
    assert!(clusters.divided[0].limits.contains("max_distinct.birthdate"));
}

#[test]
fn customers_have_no_more_accounts_than_allowed() {
    let given: Given<'_> = ("x", None, &[(0, 1)]);
    let pool = few(&[given; 5]);
    let limited = Guard { max_accounts_per_customer: Some(2), ..guard() };
    let sizes: Vec<usize> = found(&pool, &[plain()], &limited).iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

proptest! {
    /// Against components of accepted pairs, found by trying every pair again and again.
    #[test]
    fn clusters_are_components_of_accepted_pairs(
        given in proptest::collection::vec(("[ab]", proptest::collection::vec((0usize..2, 0u128..5), 0..3)), 0..12)
    ) {
        let rules = [same_name(), plain()];
        let given: Vec<Given<'_>> = given.iter().map(|(name, keys)| (name.as_str(), None, keys.as_slice())).collect();
        let mut labels: Vec<usize> = (0..given.len()).collect();
        for _ in 0..given.len() {
            for left in 0..given.len() {
                for right in 0..given.len() {
                    let shares = given[left].2.iter().any(|key| given[right].2.contains(key) && (key.0 == 1 || given[left].0 == given[right].0));
                    if shares {
                        labels[left] = labels[left].min(labels[right]);
                    }
                }
            }
        }
        let pool = few(&given);
        let found = found(&pool, &rules, &guard());
        for left in 0..given.len() {
            for right in 0..given.len() {
                let together = found.iter().any(|members| members.contains(&(left as u32)) && members.contains(&(right as u32)));
                prop_assert_eq!(together, labels[left] == labels[right]);
            }
        }
    }

    /// Limits hold, every account is in one part, and the order of accounts does not matter.
    #[test]
    fn limits_hold_in_any_order(
        given in proptest::collection::vec((0usize..3, proptest::collection::vec((0usize..2, 0u128..4), 0..3)), 1..10),
        most in 1u32..4,
    ) {
        let dates = [None, Some("2001-01-01"), Some("2002-02-02")];
        let given: Vec<Given<'_>> = given.iter().map(|(date, keys)| ("x", dates[*date], keys.as_slice())).collect();
        let mut limited = Guard { max_accounts_per_customer: Some(most), ..guard() };
        limited.max_distinct = one_birthdate();
        let pool = few(&given);
        let rules = [plain(), plain()];
        let clusters = found(&pool, &rules, &limited);
        let mut all: Vec<u32> = clusters.concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..given.len() as u32).collect::<Vec<_>>());
        for members in &clusters {
            prop_assert!(members.len() <= most as usize);
            let dates: BTreeSet<_> = members.iter().filter_map(|member| given[*member as usize].1).collect();
            prop_assert!(dates.len() <= 1);
        }
        let mut turned = few(&given);
        turned.accounts.reverse();
        turned.keys.reverse();
        let last = given.len() as u32 - 1;
        let mut other: Vec<Vec<u32>> = found(&turned, &rules, &limited)
            .into_iter()
            .map(|members| { let mut members: Vec<u32> = members.into_iter().map(|member| last - member).collect(); members.sort_unstable(); members })
            .collect();
        other.sort();
        prop_assert_eq!(other, clusters);
    }
}

/// Corrections of accounts that are named like those of `few`.
fn corrections(always: &[[u32; 2]], never: &[[u32; 2]]) -> Corrections {
    let named = |pairs: &[[u32; 2]]| pairs.iter().map(|pair| pair.map(|number| format!("a:{number}"))).collect();
    Corrections::new(Pairs { always: named(always), never: named(never), ..Pairs::default() })
}

#[test]
fn always_brings_together_and_never_divides_at_the_weakest_link() {
    // 0 and 1 share two keys, 1 and 2 one, 3 none.
    let pool = few(&[
        ("x", None, &[(0, 1), (1, 2)]),
        ("x", None, &[(0, 1), (1, 2), (1, 3)]),
        ("x", None, &[(1, 3)]),
        ("x", None, &[]),
    ]);
    let rules = [plain(), plain()];
    let found = |always: &[[u32; 2]], never: &[[u32; 2]]| {
        let clusters = Clusters::new(&pool.judge(&rules, &corrections(always, never)), &guard());
        let limits: Vec<String> = clusters.divided.iter().flat_map(|divided| divided.limits.clone()).collect();
        (clusters.iter().map(<[u32]>::to_vec).collect::<Vec<_>>(), limits)
    };
    let never = vec!["never".to_owned()];
    assert_eq!(found(&[[0, 3]], &[]), (vec![vec![0, 1, 2, 3]], vec![]));
    assert_eq!(found(&[], &[[0, 2]]), (vec![vec![0, 1], vec![2], vec![3]], never.clone()));
    assert_eq!(found(&[], &[[2, 3]]), (vec![vec![0, 1, 2], vec![3]], vec![]), "they were apart");
    // What is always one person's is stronger than what shares two keys.
    assert_eq!(found(&[[1, 2]], &[[0, 2]]), (vec![vec![0], vec![1, 2], vec![3]], never.clone()));
    assert_eq!(found(&[[0, 9], [9, 3]], &[[3, 1]]), (vec![vec![0, 3], vec![1, 2]], never), "9 is not there");
}

#[test]
fn always_beats_the_limits_and_is_noted() {
    let pool = few(&[
        ("x", Some("1990-01-01"), &[(0, 1)]),
        ("x", Some("1990-01-02"), &[]),
        ("x", Some("1990-01-01"), &[(0, 1)]),
        ("x", Some("1990-01-03"), &[(0, 1)]),
    ]);
    let limited = Guard { max_distinct: one_birthdate(), ..guard() };
    let rules = [plain()];
    let clusters = Clusters::new(&pool.judge(&rules, &corrections(&[[0, 1]], &[])), &limited);
    assert_eq!(clusters.iter().collect::<Vec<_>>(), [&[0, 1, 2][..], &[3]], "2 brings nothing new, 3 does");
    let limits = ["always.max_distinct.birthdate".to_owned(), "max_distinct.birthdate".to_owned()];
    assert_eq!(clusters.divided[0].limits, limits.into());
}

/// What comes of accounts under rules, and what kept links out.
fn divided(pool: &Few, rules: &[MatchRule], corrections: &Corrections, guard: &Guard) -> (Vec<Vec<u32>>, Vec<String>) {
    let clusters = Clusters::new(&pool.judge(rules, corrections), guard);
    let limits = clusters.divided.iter().flat_map(|divided| divided.limits.clone()).collect();
    (clusters.iter().map(<[u32]>::to_vec).collect(), limits)
}

#[test]
fn the_strongest_link_that_was_left_out_is_doubtful() {
    let rules = [given_name(Requirement::NotDisagree), plain()];
    let couple = few(&[("Anna", None, &[(0, 1)]), ("Otto", None, &[(0, 1)]), ("", None, &[(0, 1)])]);
    let doubt = Doubt {
        accounts: [1, 2],
        reason: Reason::Divided,
        limit: Some("refused".to_owned()),
        group_bits: None,
        pairs: None,
    };
    let doubts = |corrections: &Corrections| Clusters::new(&couple.judge(&rules, corrections), &guard()).doubts;
    assert_eq!(doubts(&Corrections::default()), [doubt]);
    assert_eq!(doubts(&corrections(&[], &[[0, 1], [1, 2]])), [], "people have answered it");
}

#[test]
fn what_a_rule_keeps_apart_is_not_joined_by_others() {
    let rules = [given_name(Requirement::NotDisagree), plain()];
    let none = Corrections::default();
    let refused = vec!["refused".to_owned()];
    // 2 has no name and would join the other two.
    let couple = few(&[("Anna", None, &[(0, 1)]), ("Otto", None, &[(0, 1)]), ("", None, &[(0, 1)])]);
    assert_eq!(divided(&couple, &rules, &none, &guard()), (vec![vec![0, 2], vec![1]], refused.clone()));
    // 2 is linked with 1 by more rules.
    let stronger = few(&[("Anna", None, &[(0, 1)]), ("Otto", None, &[(0, 1), (1, 2)]), ("", None, &[(0, 1), (1, 2)])]);
    assert_eq!(divided(&stronger, &rules, &none, &guard()), (vec![vec![0], vec![1, 2]], refused.clone()));
    // The chain goes over keys that the two do not share.
    let chain =
        few(&[("Anna", None, &[(0, 1), (1, 5)]), ("Otto", None, &[(0, 1), (1, 6)]), ("Ida", None, &[(1, 5), (1, 6)])]);
    assert_eq!(divided(&chain, &rules, &none, &guard()), (vec![vec![0, 2], vec![1]], refused.clone()));
    // Another rule accepts them, or people do.
    let accepted = few(&[("Anna", None, &[(0, 1), (1, 2)]), ("Otto", None, &[(0, 1), (1, 2)])]);
    assert_eq!(divided(&accepted, &rules, &none, &guard()), (vec![vec![0, 1]], vec![]));
    assert_eq!(divided(&couple, &rules, &corrections(&[[0, 1]], &[]), &guard()), (vec![vec![0, 1, 2]], vec![]));
    // What people say of one holds for the chain: 3 is kept apart from 0, and so from 1.
    let third = few(&[
        ("Anna", None, &[(0, 1)]),
        ("", None, &[(0, 2)]),
        ("", None, &[(0, 2)]),
        ("Otto", None, &[(0, 1), (0, 2)]),
    ]);
    let said = corrections(&[[0, 1]], &[]);
    assert_eq!(divided(&third, &rules, &said, &guard()), (vec![vec![0, 1, 2], vec![3]], refused));
}

#[test]
fn too_little_in_common_keeps_nobody_apart() {
    let pool = few(&[("Anna", None, &[(0, 1)]), ("Otto", None, &[(0, 1), (1, 2)]), ("Ida", None, &[(0, 1), (1, 2)])]);
    assert_eq!(divided(&pool, &[same_name(), plain()], &Corrections::default(), &guard()).1, Vec::<String>::new());
    let missing =
        few(&[("", None, &[(0, 1), (1, 2)]), ("Otto", None, &[(0, 1), (1, 3)]), ("", None, &[(1, 2), (1, 3)])]);
    let found = divided(&missing, &[same_name(), plain()], &Corrections::default(), &guard());
    assert_eq!(found, (vec![vec![0, 1, 2]], vec![]), "a missing value is no evidence against");
}

#[test]
fn a_customer_has_no_more_accounts_of_a_source_than_allowed() {
    let mut pool =
        few(&[("x", None, &[(0, 1)]), ("x", None, &[(0, 1)]), ("x", None, &[(0, 1)]), ("x", None, &[(0, 1)])]);
    pool.accounts[1].reference = "b:1".into();
    pool.accounts[3].reference = "b:3".into();
    let limited = |limits: SourceLimits| Guard { max_per_source: limits, ..guard() };
    let named = limited(SourceLimits { every: None, named: [("b".to_owned(), 1)].into() });
    let none = Corrections::default();
    let found = divided(&pool, &[plain()], &none, &named);
    assert_eq!(found, (vec![vec![0, 1, 2], vec![3]], vec!["max_per_source.b".to_owned()]));
    let every = limited(SourceLimits { every: Some(1), named: [("b".to_owned(), 2)].into() });
    let found = divided(&pool, &[plain()], &none, &every);
    assert_eq!(found, (vec![vec![0, 1, 3], vec![2]], vec!["max_per_source.a".to_owned()]));
    let said = Corrections::new(Pairs { always: [["b:1".to_owned(), "b:3".to_owned()]].into(), ..Pairs::default() });
    let found = divided(&pool, &[plain()], &said, &named);
    assert_eq!(found, (vec![vec![0, 1, 2, 3]], vec!["always.max_per_source.b".to_owned()]));
}

#[test]
fn a_rule_between_sources_links_no_two_accounts_of_one() {
    let given: Given<'_> = ("x", None, &[(0, 1)]);
    let mut pool = few(&[given; 4]);
    pool.accounts[2].reference = "b:2".into();
    let between = MatchRule { between: vec!["a".to_owned(), "b".to_owned()], ..plain() };
    assert_eq!(
        found(&pool, std::slice::from_ref(&between), &guard()),
        [[0, 1, 2, 3]],
        "over the account of the other source"
    );
    pool.accounts[2].reference = "a:2".into();
    assert_eq!(found(&pool, std::slice::from_ref(&between), &guard()).len(), 4);
    let refusing = MatchRule { conditions: given_name(Requirement::NotDisagree).conditions, ..between };
    let same_source =
        few(&[("Anna", None, &[(0, 1), (1, 2)]), ("Otto", None, &[(0, 1), (1, 3)]), ("", None, &[(1, 2), (1, 3)])]);
    let found = divided(&same_source, &[refusing, plain()], &Corrections::default(), &guard());
    assert_eq!(found.1, Vec::<String>::new(), "the rule says nothing of accounts of one source");
}

proptest! {
    /// No two accounts that a rule keeps apart are together, and the order of accounts does not matter.
    #[test]
    fn what_is_kept_apart_is_apart_in_any_order(
        given in proptest::collection::vec(("[abc]?", proptest::collection::vec((0usize..2, 0u128..3), 0..4)), 1..12)
    ) {
        let given: Vec<Given<'_>> = given.iter().map(|(name, keys)| (name.as_str(), None, keys.as_slice())).collect();
        let rules = [given_name(Requirement::NotDisagree), plain()];
        let pool = few(&given);
        let clusters = found(&pool, &rules, &guard());
        for members in &clusters {
            for left in members {
                for right in members {
                    let shares = |rule: usize| given[*left as usize].2.iter().any(|key| key.0 == rule && given[*right as usize].2.contains(key));
                    let (one, other) = (given[*left as usize].0, given[*right as usize].0);
                    let is_refused = shares(0) && !shares(1) && !one.is_empty() && !other.is_empty() && one != other;
                    prop_assert!(!is_refused, "{left} {right} {clusters:?}");
                }
            }
        }
        let mut turned = few(&given);
        turned.accounts.reverse();
        turned.keys.reverse();
        let last = given.len() as u32 - 1;
        let mut other: Vec<Vec<u32>> = found(&turned, &rules, &guard())
            .into_iter()
            .map(|members| { let mut members: Vec<u32> = members.into_iter().map(|member| last - member).collect(); members.sort_unstable(); members })
            .collect();
        other.sort();
        prop_assert_eq!(other, clusters);
    }
}
