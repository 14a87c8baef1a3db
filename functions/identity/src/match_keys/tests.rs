use onefold_config::{Comparer, Condition, Requirement};
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
    assert!(keys(&[NAMES], &[(TextField::GivenName, "Anna"), (TextField::FamilyName, "Null")]).is_empty());
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
        let part = ComparedField { field: TextField::GivenName, steps: steps.to_vec() };
        vec![MatchRule { key: vec![part], ..MatchRule::of_fields(&[]) }]
    };
    let key = |steps: &[Step], name| keys_of(rule(steps), &[(TextField::GivenName, name)]);
    assert_eq!(key(&[Step::Lowercase], "ANNA"), key(&[Step::Lowercase], "Anna"));
    assert_ne!(key(&[], "ANNA"), key(&[], "Anna"));
    assert_ne!(key(&[], "anna"), key(&[Step::Lowercase], "anna"), "other steps are another key");
}

#[test]
fn texts_that_unicode_holds_for_one_make_one_key() {
    let key = |name| keys(&[&[TextField::FamilyName]], &[(TextField::FamilyName, name)]);
    assert_eq!(key("Nu\u{f1}ez"), key("Nun\u{303}ez"));
    assert_eq!(key("Zorn\u{200b}"), key("Zorn"));
    assert_ne!(key("Nu\u{f1}ez"), key("Nunez"));
}

#[test]
fn a_full_name_is_one_value_of_two_fields() {
    let part = ComparedField::full_name(vec![Step::Lowercase, Step::SortedWords]);
    let rules = || vec![MatchRule { key: vec![part.clone()], ..MatchRule::of_fields(&[]) }];
    let key = |given, family| keys_of(rules(), &[(TextField::GivenName, given), (TextField::FamilyName, family)]);
    assert_eq!(key("Anja", "Weber"), key("Weber", "anja"));
    assert_ne!(key("Anja", "Weber"), key("Anja", "Weiler"));
    assert!(keys_of(rules(), &[(TextField::FamilyName, "Weber")]).is_empty());
    assert!(key("n/a", "Weber").is_empty() && key("Anja", "n/a").is_empty() && key("Test", "Test").is_empty());
    assert_eq!(rules()[0].name(), "full_name(lowercase,sorted_words)");
    assert_eq!(
        MatchRule { key: vec![ComparedField::full_name(Vec::new())], ..MatchRule::of_fields(&[]) }.only_field(),
        None
    );
}

#[test]
fn the_values_of_a_key_are_explained() {
    let lower = ComparedField { field: TextField::GivenName, steps: vec![Step::Lowercase] };
    let family = ComparedField { field: TextField::FamilyName, steps: Vec::new() };
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
    let explained = matcher.explain(&account);
    assert_eq!(explained, [(&rules[0], vec![(&lower, "anna".into()), (&family, "Weber".into())])]);
    let mut keys = Vec::new();
    matcher.keys(&account, &mut keys);
    assert_eq!(keys.len(), 1, "as many as are explained");
}

#[test]
fn rules_of_one_key_are_counted_apart() {
    let rule = MatchRule::of_fields(&[TextField::Email]);
    let comparer = Comparer::exact(TextField::GivenName);
    let conditions = vec![Condition { requirement: Requirement::Agree, comparer }];
    let found = keys_of(vec![rule.clone(), MatchRule { conditions, ..rule }], &[(TextField::Email, "a@x.de")]);
    assert_eq!(found.len(), 2);
    assert_ne!(found[0], found[1]);
}

#[test]
fn only_accounts_of_its_sources_have_a_rules_keys() {
    let rule = MatchRule::of_fields(&[TextField::Email]);
    let between = |sources: [&str; 2]| MatchRule { between: sources.map(str::to_owned).into(), ..rule.clone() };
    let values = [(TextField::Email, "a@x.de")];
    assert_eq!(keys_of(vec![between(["a", "b"])], &values), keys_of(vec![rule.clone()], &values));
    assert_eq!(keys_of(vec![between(["b", "c"])], &values), []);
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let digest = |rules: &[MatchRule]| Matcher::new(&config(rules.to_vec()), hasher.clone()).digest();
    let digests = [
        digest(std::slice::from_ref(&rule)),
        digest(&[between(["a", "b"])]),
        digest(&[between(["a", "c"])]),
        digest(&[rule.clone(), between(["a", "b"])]),
        digest(&[between(["a", "b"]), rule.clone()]),
    ];
    assert!(digests.iter().enumerate().all(|(at, digest)| !digests[..at].contains(digest)), "{digests:?}");
}

fn account_of_several(values: &[(TextField, &'static str)]) -> Account<'static> {
    let mut account = account(&[]);
    values.iter().for_each(|(field, value)| account.push_value(*field, (*value).into()));
    account
}

fn matcher(rules: &[&[TextField]]) -> Matcher {
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    Matcher::new(&config(rules.iter().map(|fields| MatchRule::of_fields(fields)).collect()), hasher)
}

#[test]
fn all_values_form_keys() {
    use TextField::{Email, PhoneNumber};
    let rules: &[&[TextField]] = &[&[Email], &[Email, PhoneNumber]];
    let account = account_of_several(&[
        (Email, "a@x.de"),
        (Email, "n/a"),
        (Email, "info@x.de"),
        (PhoneNumber, "+491"),
        (Email, "b@x.de"),
        (PhoneNumber, "+492"),
    ]);
    let mut found = Vec::new();
    let mut matcher = matcher(rules);
    matcher.keys(&account, &mut found);
    let combined = |email, phone| keys(&[rules[1]], &[(Email, email), (PhoneNumber, phone)])[0];
    let expected = [
        keys(&[rules[0]], &[(Email, "a@x.de")])[0],
        keys(&[rules[0]], &[(Email, "b@x.de")])[0],
        combined("a@x.de", "+491"),
        combined("a@x.de", "+492"),
        combined("b@x.de", "+491"),
        combined("b@x.de", "+492"),
    ];
    assert_eq!(found.iter().map(|key| key.node).collect::<Vec<_>>(), expected, "as accounts of one value have them");
    let explained = matcher.explain(&account);
    assert_eq!(explained.len(), found.len());
    for (key, (rule, values)) in found.iter().zip(explained) {
        assert_eq!(*matcher.rule(*key), *rule);
        let values: Vec<Cow<'_, str>> = values.into_iter().map(|(_, value)| value).collect();
        assert_eq!(matcher.values_of(*key, &account), values);
    }
}

#[test]
fn values_that_are_compared_alike_make_one_key() {
    let part = ComparedField { field: TextField::Email, steps: vec![Step::Lowercase] };
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let rule = MatchRule { key: vec![part], ..MatchRule::of_fields(&[]) };
    let mut keys = Vec::new();
    let account = account_of_several(&[(TextField::Email, "A@x.de"), (TextField::Email, "a@x.de")]);
    Matcher::new(&config(vec![rule]), hasher).keys(&account, &mut keys);
    assert_eq!(keys.len(), 1);
}

#[test]
fn an_account_has_so_many_keys_of_a_rule_at_most() {
    use TextField::{Email, PhoneNumber};
    let numbers: Vec<&'static str> = (0..9).map(|number| &*format!("+49{number}").leak()).collect();
    let phones = numbers.iter().map(|number| (PhoneNumber, *number));
    let emails = numbers.iter().take(8).map(|number| (Email, &*format!("{number}@x.de").leak()));
    let (most, more) = (emails.clone().chain(phones.clone().take(8)), emails.chain(phones));
    let mut matcher = matcher(&[&[Email, PhoneNumber], &[Email]]);
    for (values, over) in [(most.collect::<Vec<_>>(), &[][..]), (more.collect(), &["email+phone_number"][..])] {
        let account = account_of_several(&values);
        let mut keys = Vec::new();
        matcher.keys(&account, &mut keys);
        assert_eq!(keys.len(), KEYS_OF_RULE_MAX + 8);
        assert_eq!(matcher.rules_over_limit(&account), over);
    }
}
