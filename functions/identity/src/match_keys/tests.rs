use onefold_config::Condition;
use onefold_normalise::Step;
use onefold_normalise::timestamp::Timestamp;

use super::*;
use crate::account::Account;

fn config(rules: Vec<MatchRule>) -> Config {
    let text =
        "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    Config { matches: rules, ..Config::parse(text).unwrap() }
}

fn account(values: &[(TextField, &'static str)]) -> Account<'static> {
    let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
    for (field, value) in values {
        account.set_text(*field, Some((*value).into()));
    }
    account
}

fn keys_of(rules: Vec<MatchRule>, values: &[(TextField, &'static str)]) -> Vec<Node> {
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let mut keys = Vec::new();
    Matcher::new(&config(rules), hasher).keys(&account(values), &mut keys);
    keys.into_iter().map(|key| key.node).collect()
}

fn keys(rules: &[&[TextField]], values: &[(TextField, &'static str)]) -> Vec<Node> {
    keys_of(rules.iter().map(|fields| MatchRule::of_fields(fields)).collect(), values)
}

const NAMES: &[TextField] = &[TextField::GivenName, TextField::FamilyName];

#[test]
fn no_key_is_made_of_nothing() {
    assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna")]).is_empty());
    assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna"), (TextField::FamilyName, " n/a ")]).is_empty());
    assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna"), (TextField::FamilyName, "")]).is_empty());
}

#[test]
fn no_key_is_made_of_a_blocked_value() {
    let both: &[TextField] = &[TextField::GivenName, TextField::Email];
    let values = [(TextField::GivenName, "Anna"), (TextField::Email, "noreply@weber.de")];
    assert!(keys(&[both, &[TextField::Email]], &values).is_empty());
    assert_eq!(keys(&[both, &[TextField::GivenName]], &values).len(), 1);
}

#[test]
fn tuples_do_not_run_together() {
    let one = keys(&[NAMES], &[(TextField::GivenName, "ab"), (TextField::FamilyName, "c")]);
    let two = keys(&[NAMES], &[(TextField::GivenName, "a"), (TextField::FamilyName, "bc")]);
    assert_eq!(one.len(), 1);
    assert_ne!(one, two);
}

#[test]
fn a_value_under_another_field_is_another_key() {
    let one = keys(&[&[TextField::Email]], &[(TextField::Email, "12345678")]);
    let two = keys(&[&[TextField::PhoneNumber]], &[(TextField::PhoneNumber, "12345678")]);
    assert_ne!(one, two);
}

#[test]
fn a_key_compares_what_its_steps_make_of_a_value() {
    let rule = |steps: &[Step]| {
        let part = Part { field: TextField::GivenName, steps: steps.to_vec() };
        vec![MatchRule { key: vec![part], conditions: Vec::new(), max_accounts_per_key: None }]
    };
    let key = |steps: &[Step], name| keys_of(rule(steps), &[(TextField::GivenName, name)]);
    assert_eq!(key(&[Step::Lowercase], "ANNA"), key(&[Step::Lowercase], "Anna"));
    assert_ne!(key(&[], "ANNA"), key(&[], "Anna"));
    assert_ne!(key(&[], "anna"), key(&[Step::Lowercase], "anna"), "other steps are another key");
}

#[test]
fn what_a_key_is_made_of_is_told() {
    let lower = Part { field: TextField::GivenName, steps: vec![Step::Lowercase] };
    let family = Part { field: TextField::FamilyName, steps: Vec::new() };
    let names = MatchRule { key: vec![lower.clone(), family.clone()], ..MatchRule::of_fields(&[]) };
    let rules = [names, MatchRule::of_fields(&[TextField::Email]), MatchRule::of_fields(&[TextField::PhoneNumber])];
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let account = account(&[
        (TextField::GivenName, "Anna"),
        (TextField::FamilyName, "Weber"),
        (TextField::Email, "noreply@weber.de"),
        (TextField::PhoneNumber, "-"),
    ]);
    let mut matcher = Matcher::new(&config(rules.to_vec()), hasher);
    let told = matcher.explain(&account);
    assert_eq!(told, [(&rules[0], vec![(&lower, "anna".into()), (&family, "Weber".into())])]);
    let mut keys = Vec::new();
    matcher.keys(&account, &mut keys);
    assert_eq!(keys.len(), 1, "as many as are told");
}

#[test]
fn rules_of_one_key_are_counted_apart() {
    let rule = MatchRule::of_fields(&[TextField::Email]);
    let conditions = vec![condition(Requirement::Agree, TextField::GivenName, ComparisonLevel::Equal)];
    let found = keys_of(vec![rule.clone(), MatchRule { conditions, ..rule }], &[(TextField::Email, "a@x.de")]);
    assert_eq!(found.len(), 2);
    assert_ne!(found[0], found[1]);
}

fn condition(requirement: Requirement, field: TextField, level: ComparisonLevel) -> Condition {
    Condition { requirement, part: Part { field, steps: Vec::new() }, level }
}

#[test]
fn conditions_decide_a_pair() {
    let (anna, ana, otto) = ("Anna", "Ana", "Otto");
    let named = |name: Option<&'static str>| {
        account(&name.map(|name| (TextField::GivenName, name)).into_iter().collect::<Vec<_>>())
    };
    for (requirement, level, left, right, accepted) in [
        (Requirement::Agree, ComparisonLevel::Equal, Some(anna), Some(anna), true),
        (Requirement::Agree, ComparisonLevel::Equal, Some(anna), Some(ana), false),
        (Requirement::Agree, ComparisonLevel::Equal, Some(anna), None, false),
        (Requirement::Agree, ComparisonLevel::Equal, None, None, false),
        (Requirement::Agree, ComparisonLevel::EditDistance(1), Some(anna), Some(ana), true),
        (Requirement::Agree, ComparisonLevel::JaroWinkler(0.9), Some(anna), Some(ana), true),
        (Requirement::Agree, ComparisonLevel::JaroWinkler(0.9), Some(anna), Some(otto), false),
        (Requirement::NotDisagree, ComparisonLevel::Equal, Some(anna), None, true),
        (Requirement::NotDisagree, ComparisonLevel::Equal, Some(anna), Some("n/a"), true),
        (Requirement::NotDisagree, ComparisonLevel::Equal, Some(anna), Some(otto), false),
        (Requirement::NotDisagree, ComparisonLevel::EditDistance(1), Some(anna), Some(ana), true),
    ] {
        let rule = MatchRule {
            conditions: vec![condition(requirement, TextField::GivenName, level)],
            ..MatchRule::of_fields(&[TextField::Email])
        };
        let (left, right) = (named(left), named(right));
        let (left, right) = (Compared::new(&rule, &left, 0), Compared::new(&rule, &right, 0));
        assert_eq!(left.refused_by(&right, &rule).is_none(), accepted, "{requirement:?} {level:?} {left:?} {right:?}");
        assert_eq!(left.refused_by(&right, &rule), right.refused_by(&left, &rule));
    }
}

#[test]
fn what_is_nobodys_is_not_there() {
    let both = account(&[(TextField::GivenName, "Anna")]);
    let nobodys = 1 << TextField::GivenName.index();
    for (requirement, accepted) in [(Requirement::Agree, false), (Requirement::NotDisagree, true)] {
        let conditions = vec![condition(requirement, TextField::GivenName, ComparisonLevel::Equal)];
        let rule = MatchRule { conditions, ..MatchRule::of_fields(&[TextField::Email]) };
        let (left, right) = (Compared::new(&rule, &both, nobodys), Compared::new(&rule, &both, 0));
        assert_eq!(left.refused_by(&right, &rule).is_none(), accepted);
    }
}
