use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::corrections::{Corrections, Pairs};
use crate::match_keys::MatchKey;
use crate::pool::AccountPool;
use crate::scores::testing::scorer;
use crate::scores::{Scorer, SliceScores};

const CONFIG: &str = "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      given_name = \"/given\"\nemail = \"/mail\"\nbirthdate = \"/born\"\n";
const RULES: &str = "[[match]]\nkey = \"phone_number\"\n[score]\n";

/// Given name, e-mail, birth date, and the number of a key of the first rule.
type Given<'g> = (&'g str, &'g str, &'g str, Option<u128>);

/// Accounts of one source with numbers as ids, in any order.
struct Few {
    accounts: Vec<Account<'static>>,
    keys: Vec<Vec<MatchKey>>,
}

fn few(given: &[Given<'_>], order: &[usize]) -> Few {
    let mut all = Few { accounts: Vec::new(), keys: Vec::new() };
    for number in order {
        let (name, email, birthdate, key) = given[*number];
        let mut account = Account::new(format!("a:{number}"), None, Timestamp::default());
        let texts = [(TextField::GivenName, name), (TextField::Email, email), (TextField::Birthdate, birthdate)];
        for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            account.set_text(field, Some(text.to_owned().into()));
        }
        all.accounts.push(account);
        all.keys.push(key.map(|node| MatchKey { rule: 0, node: Node::from_bits(node) }).into_iter().collect());
    }
    all
}

/// The references' ids of each cluster, and the limits that kept clusters apart.
type Found = (Vec<Vec<usize>>, Vec<String>);

fn found(given: &[Given<'_>], order: &[usize], rest: &str, never: &[[&str; 2]]) -> Found {
    found_with_doubts(given, order, rest, never).0
}

/// Reason, the ids of the accounts, limit, the score of the groups, and pairs: sorted.
type FoundDoubt = (Reason, [usize; 2], Option<String>, Option<Score>, Option<u64>);

fn found_with_doubts(
    given: &[Given<'_>],
    order: &[usize],
    rest: &str,
    never: &[[&str; 2]],
) -> (Found, Vec<FoundDoubt>) {
    let config = Config::parse(&format!("{CONFIG}{rest}")).unwrap();
    let few = few(given, order);
    let pairs = Pairs { never: never.iter().map(|pair| pair.map(str::to_owned)).collect(), ..Pairs::default() };
    let pool = AccountPool::with_keys(&few.accounts, &few.keys);
    let judge = Judge::new(pool, &config.matches, &Corrections::new(pairs));
    let scorer = scorer(&config);
    let nodes: Vec<Node> = (0..order.len() as u128).map(Node::from_bits).collect();
    let slice = slice(&scorer, &judge, &nodes);
    let scores = PoolScores::new(&scorer, &slice, &nodes).unwrap();
    let clusters = Clusters::with_scores(&judge, &config.guard, &scores).unwrap();
    let ids = |members: &[u32]| {
        let mut ids: Vec<usize> = members.iter().map(|member| order[*member as usize]).collect();
        ids.sort_unstable();
        ids
    };
    let mut all: Vec<Vec<usize>> = clusters.iter().map(ids).collect();
    all.sort();
    let limits: BTreeSet<String> = clusters.divided.iter().flat_map(|divided| divided.limits.clone()).collect();
    let doubt = |doubt: &Doubt| {
        let mut accounts = doubt.accounts.map(|account| order[account as usize]);
        accounts.sort_unstable();
        (doubt.reason, accounts, doubt.limit.clone(), doubt.group_bits, doubt.pairs)
    };
    let mut doubts: Vec<FoundDoubt> = clusters.doubts.iter().map(doubt).collect();
    doubts.sort();
    ((all, limits.into_iter().collect()), doubts)
}

/// All pairs that are above the threshold, and frequency classes.
fn slice(scorer: &Scorer, judge: &Judge<'_>, nodes: &[Node]) -> SliceScores {
    let mut slice = SliceScores::default();
    let all: Vec<u32> = judge.pool().numbers().collect();
    for (node, number) in nodes.iter().zip(&all) {
        slice.push_frequencies(*node, &vec![0; scorer.values(judge.pool(), *number)]);
    }
    let frequencies = all.iter().map(|number| vec![0; scorer.values(judge.pool(), *number)]).collect::<Vec<_>>();
    let alone = PoolScores::of_frequencies(scorer, frequencies.iter().map(Vec::as_slice).collect());
    for left in &all {
        for right in left + 1..all.len() as u32 {
            let bits = alone.pair(judge.pool(), *left, right).unwrap().bits();
            if bits >= 0 {
                slice.push_link([nodes[*left as usize], nodes[right as usize]], bits);
            }
        }
    }
    slice
}

fn in_order(given: &[Given<'_>], rest: &str, never: &[[&str; 2]]) -> Found {
    found(given, &(0..given.len()).collect::<Vec<_>>(), rest, never)
}

const ANNA: Given<'_> = ("Anna", "a@x.de", "1990-01-01", None);
const OTTO: Given<'_> = ("Otto", "a@x.de", "1955-05-05", None);

#[test]
fn scores_decide_where_no_rule_does() {
    let given = [ANNA, OTTO, ANNA, ("Anna", "", "1990-01-01", None), OTTO, ("Ida", "i@x.de", "", None)];
    assert_eq!(in_order(&given, "", &[]), (vec![vec![0, 2, 3], vec![1, 4], vec![5]], vec![]));
}

#[test]
fn rules_join_first_and_what_they_joined_speaks_as_one() {
    let with_key = |given: Given<'static>, key| (given.0, given.1, given.2, Some(key));
    let given = [with_key(ANNA, 1), ANNA, with_key(OTTO, 1), ("Anna", "z@x.de", "", None)];
    assert_eq!(in_order(&[ANNA, ANNA, OTTO], "", &[]).0, [vec![0, 1], vec![2]]);
    let joined = in_order(&given, RULES, &[]).0;
    assert_eq!(joined, [vec![0, 2], vec![1], vec![3]], "Otto, too, speaks for the customer");
}

#[test]
fn what_must_not_be_joined_is_named() {
    let never = [["a:0", "a:2"]];
    let apart = |limit: &str, given: &[Given<'_>], rest: &str| {
        in_order(given, rest, if limit == "never" { &never } else { &[] })
    };
    assert_eq!(apart("never", &[ANNA, ANNA, ANNA], ""), (vec![vec![0, 1], vec![2]], vec!["never".to_owned()]));
    assert_eq!(apart("never", &[ANNA, OTTO, ANNA], ""), (vec![vec![0], vec![1], vec![2]], vec!["never".to_owned()]));
    let nobody = ("Anna", "a@x.de", "", None);
    let other = ("Anna", "a@x.de", "1990-01-02", None);
    let limits = "[guard]\nmax_distinct = { birthdate = 1 }\nmax_accounts_per_customer = 2\n";
    let two = vec!["max_accounts_per_customer".to_owned()];
    assert_eq!(apart("", &[ANNA, nobody, ANNA], limits), (vec![vec![0, 2], vec![1]], two));
    let dates = vec!["max_distinct.birthdate".to_owned()];
    assert_eq!(apart("", &[nobody, other, ANNA], "[guard]\nmax_distinct = { birthdate = 1 }\n").1, dates);
}

#[test]
fn what_is_doubtful_does_not_depend_on_the_order() {
    let nobody = ("", "a@x.de", "", None);
    let given = [ANNA, OTTO, ANNA, nobody, OTTO, ("Ida", "i@x.de", "", None), ("Ida", "i@x.de", "", None)];
    let limits = "[guard]\nmax_accounts_per_customer = 2\n";
    for (rest, never) in [("", vec![]), (limits, vec![]), ("", vec![["a:0", "a:2"]])] {
        let expected = found_with_doubts(&given, &[0, 1, 2, 3, 4, 5, 6], rest, &never);
        assert!(!expected.1.is_empty(), "{rest}");
        for order in [[6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 2, 5, 1, 4]] {
            assert_eq!(found_with_doubts(&given, &order, rest, &never), expected);
        }
    }
}

#[test]
fn limits_that_keep_customers_apart_are_doubtful_and_answers_are_not() {
    let of = |reason: Reason, rest: &str, never: &[[&str; 2]]| {
        let (_, doubts) = found_with_doubts(&[ANNA, ANNA, ANNA], &[0, 1, 2], rest, never);
        let of_reason = doubts.into_iter().filter(|doubt| doubt.0 == reason);
        of_reason.map(|(_, accounts, limit, _, pairs)| (accounts, limit, pairs)).collect::<Vec<_>>()
    };
    let limit = "max_accounts_per_customer";
    let rest = format!("[guard]\n{limit} = 2\n");
    assert_eq!(of(Reason::Divided, &rest, &[]), [([0, 2], Some(limit.to_owned()), None)]);
    assert_eq!(of(Reason::Divided, "", &[["a:0", "a:2"]]), []);
    assert_eq!(of(Reason::Doubtful, "", &[["a:0", "a:2"]]), []);
}

#[test]
fn scores_of_others_are_errors() {
    let config = Config::parse(CONFIG).unwrap();
    let scorer = scorer(&config);
    let [one, other] = [1, 2].map(Node::from_bits);
    let mut slice = SliceScores::default();
    let error = |slice: &SliceScores| PoolScores::new(&scorer, slice, &[one]).map(|_| ()).unwrap_err();
    assert_eq!(error(&slice), ScoresError::MissingFrequencies);
    slice.push_link([one, other], 0);
    assert_eq!(error(&slice), ScoresError::OtherAccount);
    let few = few(&[ANNA], &[0]);
    let pool = AccountPool::with_keys(&few.accounts, &few.keys);
    let scores = PoolScores::of_frequencies(&scorer, vec![&[0, 0]]);
    let error = scores.pair(&pool, 0, 0).unwrap_err();
    assert_eq!(error, ScoresError::OtherValues { values: 3, classes: 2 });
}

proptest! {
    #[test]
    fn order_does_not_matter(
        given in proptest::collection::vec((0usize..3, 0usize..3, 0usize..3, proptest::option::of(0u128..3)), 2..9),
        order in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle(),
        has_rules in any::<bool>(),
        is_limited in any::<bool>(),
    ) {
        let given: Vec<Given<'_>> = given
            .into_iter()
            .map(|(name, email, date, key)| (["", "Anna", "Otto"][name], ["", "a@x.de", "b@x.de"][email], ["", "1990-01-01", "1955-05-05"][date], key))
            .collect();
        let given: Vec<Given<'_>> = if has_rules { given } else { given.into_iter().map(|one| (one.0, one.1, one.2, None)).collect() };
        let limits = "[guard]\nmax_distinct = { birthdate = 1 }\nmax_accounts_per_customer = 4\n";
        let rest = [if has_rules { RULES } else { "" }, if is_limited { limits } else { "" }].concat();
        let order: Vec<usize> = order.into_iter().filter(|number| *number < given.len()).collect();
        let never = [["a:0", "a:1"]];
        prop_assert_eq!(found(&given, &order, &rest, &never), in_order(&given, &rest, &never));
    }
}
