use onefold_config::Condition;
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;

use super::*;

const NONE: TextFieldSet = TextFieldSet::EMPTY;

fn named(name: Option<&'static str>) -> Account<'static> {
    let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
    account.set_text(TextField::GivenName, name.map(Cow::Borrowed));
    account
}

fn condition(requirement: Requirement, field: TextField, level: ComparisonLevel) -> Condition {
    Condition { requirement, part: ComparedField { field, steps: Vec::new() }, level }
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
    let blocked = [TextField::GivenName].into_iter().collect();
    for (requirement, accepted) in [(Requirement::Agree, false), (Requirement::NotDisagree, true)] {
        let conditions = vec![condition(requirement, TextField::GivenName, ComparisonLevel::Equal)];
        let rule = MatchRule { conditions, ..MatchRule::of_fields(&[TextField::Email]) };
        let (left, right) = (ComparedValues::new(&rule, &both, blocked), ComparedValues::new(&rule, &both, NONE));
        assert_eq!(left.refused_by(&right, &rule).is_none(), accepted);
    }
}
