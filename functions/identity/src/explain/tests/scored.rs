use onefold_scoring::FieldKind;

use super::super::scored;
use super::*;
use crate::scores::testing::scorer;

const SCORED: &str = "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      given_name = \"/given\"\nemail = \"/mail\"\nbirthdate = \"/born\"\n\
                      [[match]]\nkey = \"email\"\nif_agree = \"birthdate\"\n[score]\n";

/// Explains accounts whose values have the first frequency class; of none if nothing is known of the scores.
fn with_scores<T>(accounts: &[Value], is_known: bool, look: impl FnOnce(&Explainer<'_>) -> T) -> T {
    let config = Config::parse(SCORED).unwrap();
    let corrections = Corrections::default();
    let values = |account: &Value| account.as_object().unwrap().len();
    let frequencies: Vec<Vec<u8>> = accounts.iter().map(|account| vec![0; values(account)]).collect();
    let lines = lines(accounts);
    let accounts: Vec<Account<'_>> = lines.iter().map(|line| Account::parse(line).unwrap()).collect();
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let scorer = scorer(&config);
    let explainer = Explainer::new(&config, Matcher::new(&config, hasher), &corrections, &[], &accounts);
    let frequencies = frequencies.iter().map(Vec::as_slice).collect();
    look(&if is_known { explainer.scoring(&scorer, frequencies) } else { explainer })
}

fn annas() -> [Value; 4] {
    [
        json!({"email": "a@x.de", "given_name": "Anna", "birthdate": "1990-01-01"}),
        json!({"email": "a@x.de", "given_name": "Anna"}),
        json!({"email": "a@x.de", "given_name": "Anja", "birthdate": "1990-01-01"}),
        json!({"email": "a@x.de", "given_name": "Anna", "birthdate": "1990-01-01"}),
    ]
}

#[test]
fn fields_say_how_they_speak() {
    let accounts = [annas()[0].clone(), json!({"email": "b@x.de", "given_name": "Anna"})];
    with_scores(&accounts, true, |explainer| {
        let finding = explainer.pair(0, 1).pop().unwrap();
        assert_eq!((finding.rule.as_str(), finding.verdict), ("score", Verdict::Refused));
        let score = finding.score.unwrap();
        assert_eq!((score.strangers, score.bits, score.threshold, score.prior), (-1.0, -1.0, 0.0, [-5.0, 9.0]));
        let said: Vec<_> = score.fields.iter().map(|field| (field.field.as_str(), field.level.as_str())).collect();
        assert!(said.contains(&("given_name", "equal")) && said.contains(&("birthdate", "missing")), "{said:?}");
    });
}

#[test]
fn equal_values_say_how_many_accounts_have_them() {
    let said = |level| scored::said(FieldKind::City, level);
    assert_eq!([0, 1, 2, 8].map(said), ["missing", "different", "nearly equal", "equal"]);
    let expected = ["2 to 3 accounts have it", "16 to 31 accounts have it", "32768 accounts or more have it"];
    assert_eq!([9, 12, 23].map(said), expected.map(|expected| format!("equal, {expected}")));
}

#[test]
fn a_customer_is_shown_as_it_grew() {
    with_scores(&annas(), true, |explainer| {
        let growth = explainer.growth();
        let told = |merge: &MergeFinding| {
            let groups = merge.groups.each_ref().map(|group| (group.first.clone(), group.accounts));
            (groups, merge.accounts.clone())
        };
        let named = |first: [(&str, usize); 2], accounts: [&str; 2]| {
            (first.map(|(first, size)| (first.to_owned(), size)), accounts.map(str::to_owned))
        };
        let told: Vec<_> = growth.iter().map(told).collect();
        assert_eq!(told, [named([("a:0", 3), ("a:1", 1)], ["a:0", "a:1"])], "the rule joined the three");
        let path = explainer.path(&[0, 1, 2, 3], 1, 2).unwrap();
        let rules: Vec<_> = path.iter().map(|step| step.rule.as_str()).collect();
        assert_eq!(rules, ["score", "email"]);
        assert!(path[0].score.as_ref().is_some_and(|score| score.fields.is_empty() && score.bits > 5.0));
    });
}

#[test]
fn without_the_model_nothing_is_said_of_scores() {
    with_scores(&annas(), false, |explainer| {
        assert_eq!(explainer.growth(), []);
        assert!(explainer.pair(0, 1).iter().all(|finding| finding.rule == "email"));
        let tree = explainer.tree(&[0, 1, 2, 3], 2);
        let links: Vec<_> = tree.iter().map(|link| (link.rule.as_str(), link.score.is_some())).collect();
        assert_eq!(links, [("email", false), ("email", false), ("score", false)]);
    });
}

#[test]
fn the_weakest_bridge_is_the_one_of_the_fewest_bits() {
    with_scores(&annas(), true, |explainer| {
        let all: Vec<u32> = explainer.numbers().collect();
        assert_eq!(explainer.weakest_bridge(&all), None, "everybody is linked with everybody");
    });
    let [first, _, third, _] = annas();
    let two = [first, third];
    with_scores(&two, true, |explainer| {
        let BridgeFinding { link, groups } = explainer.weakest_bridge(&[0, 1]).unwrap();
        assert_eq!((link.rule.as_str(), link.accounts), ("email", ["a:0".to_owned(), "a:1".to_owned()]));
        assert!(link.score.is_some_and(|score| score.bits > 0.0), "links by rules have a weight, too");
        let group = |first: &str| GroupFinding { first: first.to_owned(), accounts: 1 };
        assert_eq!(groups, [group("a:0"), group("a:1")]);
    });
    with_scores(&two, false, |explainer| {
        assert_eq!(explainer.weakest_bridge(&[0, 1]), None, "nobody knows how pairs were scored");
    });
}
