use onefold_config::Config;
use onefold_graph::node::NodeHasher;
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::corrections::Pairs;
use crate::match_keys::Matcher;

const CONFIG: &str = r#"
[[source]]
name = "a"
format = "jsonl"
[source.fields]
id = "/id"
[[match]]
key = ["email"]
[[match]]
key = ["phone_number"]
if_agree = [{ field = "given_name", edit_distance = 1 }]
unless_differ = ["birthdate"]
max_accounts_per_key = 3
"#;

type Values<'v> = [Option<&'v str>; 4];

fn accounts(values: &[Values<'_>]) -> Vec<Account<'static>> {
    let fields = [TextField::Email, TextField::PhoneNumber, TextField::GivenName, TextField::Birthdate];
    let account = |(number, values): (usize, &Values<'_>)| {
        let mut account = Account::new(format!("a:{number}"), None, Timestamp::from_milliseconds(0).unwrap());
        for (field, value) in fields.into_iter().zip(values) {
            account.set_text(field, value.map(|value| value.to_owned().into()));
        }
        account
    };
    values.iter().enumerate().map(account).collect()
}

fn with<T>(values: &[Values<'_>], corrections: &Corrections, look: impl FnOnce(&Judge<'_>) -> T) -> T {
    let config = Config::parse(CONFIG).unwrap();
    let mut matcher = Matcher::new(&config, NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap());
    let accounts = accounts(values);
    let pool = AccountPool::new(accounts.iter().collect(), &mut matcher, &config, &[]);
    look(&Judge::new(pool, &config.matches, corrections))
}

#[test]
fn a_rule_says_why_it_does_not_link_a_pair() {
    let values: [Values<'_>; 9] = [
        [Some("a@x.de"), Some("+491"), Some("Anna"), Some("1990-01-01")],
        [Some("b@x.de"), Some("+491"), Some("Ana"), None],
        [Some("noreply@x.de"), Some("+491"), Some("Otto"), None],
        [Some("noreply@x.de"), None, None, None],
        [None, Some("+492"), None, None],
        [None, Some("+492"), None, None],
        [None, Some("+492"), None, None],
        [None, Some("+492"), None, None],
        [Some("a@x.de"), Some("+495"), None, Some("1991-01-01")],
    ];
    with(&values, &Corrections::default(), |judge| {
        let verdict = |rule, left, right| judge.ruling(rule, left, right).verdict;
        assert_eq!(verdict(0, 0, 8), Verdict::Accepted);
        assert_eq!(verdict(0, 0, 1), Verdict::DifferentKeys);
        assert_eq!(verdict(0, 2, 3), Verdict::BlockedValue);
        assert_eq!(verdict(0, 2, 4), Verdict::MissingValue, "a missing value is named before a blocked one");
        assert_eq!(verdict(1, 0, 1), Verdict::Accepted, "one edit, and one birthdate is missing");
        assert_eq!(judge.ruling(1, 0, 2), Ruling { verdict: Verdict::Refused, refused_by: Some(0) });
        assert_eq!(verdict(1, 4, 5), Verdict::BlockedKey, "four share what three may");
        assert_eq!(judge.pool().over_limit(judge.pool().blocked_keys(4)[0].node), Some(4));
        let links: Vec<_> = judge.links(&[8, 1, 0]).iter().map(|link| (link.places, link.first_rule)).collect();
        assert_eq!(links, [((0, 2), 0), ((1, 2), 1)]);
    });
}

#[test]
fn corrections_hold_for_the_accounts_that_are_there() {
    let pair = |left: &str, right: &str| [left.to_owned(), right.to_owned()];
    let corrections = Corrections::new(Pairs {
        always: [pair("a:0", "a:9"), pair("a:1", "a:9")].into(),
        never: [pair("a:0", "a:2"), pair("a:2", "a:8")].into(),
        ..Pairs::default()
    });
    with(&[[None; 4]; 3], &corrections, |judge| {
        assert!(judge.is_always(0, 1) && !judge.is_always(0, 0) && !judge.is_always(0, 2));
        assert!(judge.is_never(0, 2) && judge.is_never(2, 0) && !judge.is_never(1, 2));
    });
}

proptest! {
    /// Whoever asks: the links of a group are the pairs that a rule accepts when it is asked about each, and the refused
    /// pairs those that a rule keeps apart and none accepts.
    #[test]
    fn links_are_the_pairs_that_rules_accept(
        values in proptest::collection::vec(
            ("[ab]?", "[123]?", "(Anna|Ana|Otto)?", "(1990-01-01|1991-01-01)?"), 0..8
        )
    ) {
        fn given(text: &str) -> Option<&str> {
            (!text.is_empty()).then_some(text)
        }
        let values: Vec<Values<'_>> =
            values.iter().map(|(a, b, c, d)| [given(a), given(b), given(c), given(d)]).collect();
        with(&values, &Corrections::default(), |judge| {
            let all: Vec<u32> = judge.pool().numbers().collect();
            let Decided { links, refused } = judge.decide(&all);
            for left in &all {
                for right in &all[*left as usize + 1..] {
                    let accepts = |rule: &usize| judge.ruling(*rule, *left, *right).verdict == Verdict::Accepted;
                    let accepting: Vec<usize> = (0..2).filter(accepts).collect();
                    let link = links.iter().find(|link| link.places == (*left, *right));
                    assert_eq!(link.map(|link| link.rules as usize).unwrap_or_default(), accepting.len());
                    assert_eq!(link.map(|link| link.first_rule), accepting.first().copied());
                    let keeps_apart = (0..2).any(|rule| judge.keeps_apart(rule, *left, *right));
                    assert_eq!(refused.contains(&(*left, *right)), keeps_apart && accepting.is_empty());
                }
            }
        });
    }
}
