use onefold_normalise::Step;
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;

use super::*;

const NONE: BlockedSet = BlockedSet::NONE;

fn named(name: Option<&'static str>) -> Account<'static> {
    let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
    account.set_text(TextField::GivenName, name.map(Cow::Borrowed));
    account
}

fn condition(requirement: Requirement, field: TextField, level: ComparisonLevel) -> Condition {
    Condition {
        requirement,
        comparer: Comparer { part: ComparedField { field, steps: Vec::new() }, level, exact: false },
    }
}

#[test]
fn conditions_decide_a_pair() {
    let (anna, ana, otto) = ("Anna", "Ana", "Otto");
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
        let (left, right) = (ComparedValues::new(&rule, &left, NONE), ComparedValues::new(&rule, &right, NONE));
        assert_eq!(left.refused_by(&right, &rule).is_none(), accepted, "{requirement:?} {level:?} {left:?} {right:?}");
        assert_eq!(left.refused_by(&right, &rule), right.refused_by(&left, &rule));
    }
}

#[test]
fn a_blocked_value_counts_as_missing() {
    let both = named(Some("Anna"));
    let mut blocked = BlockedSet::NONE;
    blocked.insert_first(TextField::GivenName);
    for (requirement, accepted) in [(Requirement::Agree, false), (Requirement::NotDisagree, true)] {
        let conditions = vec![condition(requirement, TextField::GivenName, ComparisonLevel::Equal)];
        let rule = MatchRule { conditions, ..MatchRule::of_fields(&[TextField::Email]) };
        let (left, right) = (ComparedValues::new(&rule, &both, blocked), ComparedValues::new(&rule, &both, NONE));
        assert_eq!(left.refused_by(&right, &rule).is_none(), accepted);
    }
}

fn with_names(given: &'static str, family: &'static str) -> Account<'static> {
    let mut account = named(Some(given));
    account.set_text(TextField::FamilyName, Some(Cow::Borrowed(family)));
    account
}

/// Whether two accounts agree by given name and by family name.
fn agree(comparer: &Comparer, left: (&'static str, &'static str), right: (&'static str, &'static str)) -> [bool; 2] {
    let (left, right) = (with_names(left.0, left.1), with_names(right.0, right.1));
    [TextField::GivenName, TextField::FamilyName].map(|field| {
        let part = ComparedField { field, ..comparer.part.clone() };
        let comparer = Comparer { part, ..comparer.clone() };
        let [one, other] = [&left, &right].map(|account| Compared::new(&comparer, account, NONE).unwrap());
        assert_eq!(one.agrees(&other, &comparer), other.agrees(&one, &comparer), "both ways round");
        one.agrees(&other, &comparer)
    })
}

#[test]
fn names_agree_by_initials_and_if_they_are_swapped() {
    let steps = vec![Step::FirstWord, Step::Ascii, Step::Nickname];
    let loose = Comparer {
        part: ComparedField { field: TextField::GivenName, steps },
        level: ComparisonLevel::Equal,
        exact: false,
    };
    let exact = Comparer { exact: true, ..loose.clone() };
    for (left, right, expected, if_exact) in [
        (("R.", "Tull"), ("Robert", "Tull"), [true, true], [false, true]),
        (("R.", "Tull"), ("Bob", "Tull"), [true, true], [false, true]),
        (("R.", "Tull"), ("Tom", "Tull"), [false, true], [false, true]),
        (("J.R.", "Tull"), ("John Robert", "Tull"), [true, true], [false, true]),
        (("Robert", "T."), ("Robert", "Tull"), [true, false], [true, false]),
        (("Weber", "Anja"), ("Anja", "Weber"), [true, true], [false, false]),
        (("Wéber", "Anja"), ("Anja Maria", "Weber"), [true, true], [false, false]),
        (("Weber", "Anja"), ("Anja", "Berg"), [false, false], [false, false]),
        (("Weber", "Anja"), ("Ida", "Weber"), [false, false], [false, false]),
    ] {
        assert_eq!(agree(&loose, left, right), expected, "{left:?} {right:?}");
        assert_eq!(agree(&exact, left, right), if_exact, "exact: {left:?} {right:?}");
    }
    let one_letter = named(Some("Anja"));
    let compared = Compared::new(&loose, &one_letter, NONE).unwrap();
    let swapped = with_names("Weber", "Anja");
    assert!(!compared.agrees(&Compared::new(&loose, &swapped, NONE).unwrap(), &loose), "a family name is missing");
}

#[test]
fn only_a_condition_that_differs_keeps_apart() {
    let rule = MatchRule {
        conditions: vec![
            condition(Requirement::Agree, TextField::Email, ComparisonLevel::Equal),
            condition(Requirement::NotDisagree, TextField::GivenName, ComparisonLevel::Equal),
        ],
        ..MatchRule::of_fields(&[TextField::PhoneNumber])
    };
    let accounts = [Some("Anna"), Some("Otto"), None].map(named);
    let [anna, otto, none] = accounts.each_ref().map(|account| ComparedValues::new(&rule, account, NONE));
    assert_eq!((anna.refused_by(&otto, &rule), anna.kept_apart_by(&otto, &rule)), (Some(0), Some(1)));
    assert_eq!((anna.refused_by(&none, &rule), anna.kept_apart_by(&none, &rule)), (Some(0), None));
    assert!(ComparedValues::may_differ(&[none.clone(), anna.clone(), otto], &rule));
    assert!(!ComparedValues::may_differ(&[anna.clone(), none, anna], &rule));
}

#[test]
fn two_lists_agree_if_any_two_values_do() {
    let with = |phones: &[&'static str]| {
        let mut account = named(None);
        phones.iter().for_each(|phone| account.push_value(TextField::PhoneNumber, Cow::Borrowed(phone)));
        account
    };
    let (two, other_two, shared, none) =
        (with(&["+491", "+492"]), with(&["+493", "+494"]), with(&["+493", "+492"]), with(&[]));
    for (requirement, right, accepted) in [
        (Requirement::Agree, &shared, true),
        (Requirement::Agree, &other_two, false),
        (Requirement::Agree, &none, false),
        (Requirement::NotDisagree, &shared, true),
        (Requirement::NotDisagree, &other_two, false),
        (Requirement::NotDisagree, &none, true),
    ] {
        let conditions = vec![condition(requirement, TextField::PhoneNumber, ComparisonLevel::Equal)];
        let rule = MatchRule { conditions, ..MatchRule::of_fields(&[TextField::Email]) };
        let refused = |left: &Account<'_>, right: &Account<'_>, blocked: BlockedSet| {
            ComparedValues::new(&rule, left, blocked).refused_by(&ComparedValues::new(&rule, right, NONE), &rule)
        };
        assert_eq!(refused(&two, right, NONE).is_none(), accepted, "{requirement:?} {right:?}");
        assert_eq!(refused(right, &two, NONE), refused(&two, right, NONE));
    }
    let mut blocked = BlockedSet::NONE;
    blocked.insert_values(&two, TextField::PhoneNumber, |value| value == "+492");
    let rule = MatchRule {
        conditions: vec![condition(Requirement::Agree, TextField::PhoneNumber, ComparisonLevel::Equal)],
        ..MatchRule::of_fields(&[TextField::Email])
    };
    let left = ComparedValues::new(&rule, &two, blocked);
    assert_eq!(
        left.refused_by(&ComparedValues::new(&rule, &shared, NONE), &rule),
        Some(0),
        "what they share is blocked"
    );
}
