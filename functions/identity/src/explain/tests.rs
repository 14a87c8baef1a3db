mod scored;

use onefold_graph::node::NodeHasher;
use serde_json::{Value, json};

use super::*;
use crate::corrections::Pairs;

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
unless_differ = ["given_name"]
[guard]
max_distinct = { birthdate = 1 }
"#;

fn lines(accounts: &[Value]) -> Vec<String> {
    let line = |(number, more): (usize, &Value)| {
        let mut line = json!({"ref": format!("a:{number}"), "received_at": "2024-01-01T00:00:00Z"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line.to_string()
    };
    accounts.iter().enumerate().map(line).collect()
}

fn guarded(lines: &[&str]) -> Vec<Guarded> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn with<T>(accounts: &[Value], guarded: &[Guarded], look: impl FnOnce(&Explainer<'_>) -> T) -> T {
    with_corrections(accounts, guarded, &[], &[], look)
}

fn with_corrections<T>(
    accounts: &[Value],
    guarded: &[Guarded],
    always: &[[&str; 2]],
    never: &[[&str; 2]],
    look: impl FnOnce(&Explainer<'_>) -> T,
) -> T {
    let config = Config::parse(CONFIG).unwrap();
    let owned = |pairs: &[[&str; 2]]| pairs.iter().map(|pair| pair.map(str::to_owned)).collect();
    let corrections = Corrections::new(Pairs { always: owned(always), never: owned(never), ..Pairs::default() });
    let lines = lines(accounts);
    let accounts: Vec<Account<'_>> = lines.iter().map(|line| Account::parse(line).unwrap()).collect();
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    look(&Explainer::new(&config, Matcher::new(&config, hasher), &corrections, guarded, &accounts))
}

#[test]
fn a_path_is_a_shortest_chain_of_accepted_links() {
    let accounts = [
        json!({"email": "a@x.de", "given_name": "Anna"}),
        json!({"email": "a@x.de", "phone_number": "+491"}),
        json!({"phone_number": "+491", "given_name": "Bob"}),
        json!({"phone_number": "+491", "given_name": "Eve"}),
    ];
    with(&accounts, &[], |explainer| {
        let path = explainer.path(&[0, 1, 2, 3], 0, 2).unwrap();
        let names: Vec<_> = path.iter().map(|step| (step.accounts[1].as_str(), step.rule.as_str())).collect();
        assert_eq!(names, [("a:1", "email"), ("a:2", "phone_number")]);
        assert!(path.iter().all(|step| step.verdict == Verdict::Accepted && step.key[0] == step.key[1]));
        assert_eq!(explainer.tree(&[0, 1, 2, 3], 0).len(), 3);
        assert_eq!(explainer.path(&[0, 2], 0, 2), None);
        assert_eq!(explainer.path(&[0, 1], 0, 0), Some(vec![]));
    });
}

#[test]
fn what_keeps_two_accounts_apart_is_named() {
    let accounts = [
        json!({"email": "a@x.de", "phone_number": "+491", "given_name": "Anna"}),
        json!({"email": "b@x.de", "phone_number": "+491", "given_name": "Bob"}),
        json!({"email": "noreply@x.de", "phone_number": "+492"}),
        json!({"email": "noreply@x.de"}),
        json!({"phone_number": "+493"}),
        json!({"phone_number": "+493"}),
    ];
    let junk = |account| {
        format!(r#"{{"guard":"max_accounts_per_key","key":"phone_number","value":["+493"],"account":"{account}"}}"#)
    };
    with(&accounts, &guarded(&[&junk("a:4"), &junk("a:5")]), |explainer| {
        let verdicts = |left, right| -> Vec<Verdict> {
            explainer.pair(left, right).into_iter().map(|finding| finding.verdict).collect()
        };
        assert_eq!(verdicts(0, 1), [Verdict::DifferentKeys, Verdict::Refused]);
        assert_eq!(verdicts(2, 3), [Verdict::BlockedValue, Verdict::MissingValue]);
        assert_eq!(verdicts(4, 5), [Verdict::MissingValue, Verdict::BlockedKey]);
        let refused = &explainer.between(&[0], &[1, 2], 9)[0].conditions;
        let values = [Some("Anna".to_owned()), Some("Bob".to_owned())];
        assert_eq!((&refused[0].values, refused[0].holds), (&values, false));
    });
}

#[test]
fn the_limit_that_keeps_customers_apart_is_named() {
    let accounts = [
        json!({"email": "a@x.de", "birthdate": "1990-01-01"}),
        json!({"email": "a@x.de", "birthdate": "1991-01-01"}),
        json!({"email": "a@x.de"}),
    ];
    let divided = r#"{"guard":"always.max_distinct.email,max_distinct.birthdate","parts":[["a:0","a:2"],["a:1"]]}"#;
    with(&accounts, &guarded(&[divided]), |explainer| {
        assert_eq!(explainer.pair(0, 1)[0].verdict, Verdict::Accepted);
        assert_eq!(explainer.divided_by(0, 1), ["max_distinct.birthdate"]);
        assert_eq!(explainer.divided_by(1, 2), ["max_distinct.birthdate"]);
        assert_eq!(explainer.divided_by(0, 2), [""; 0], "they are one customer");
    });
}

#[test]
fn corrections_are_links_and_refusals() {
    let accounts = [json!({"email": "a@x.de"}), json!({"email": "a@x.de"}), json!({}), json!({}), json!({})];
    let always = [["a:1", "a:2"], ["a:2", "a:9"], ["a:8", "a:9"], ["a:3", "a:8"]];
    with_corrections(&accounts, &[], &always, &[["a:0", "a:4"]], |explainer| {
        let path = explainer.path(&[0, 1, 2, 3], 0, 3).unwrap();
        let shown = |one: &PairFinding| (one.rule.clone(), one.accounts[1].clone(), one.over.join(" "));
        let expected = [("email", "a:1", ""), ("always", "a:3", "a:2 a:9 a:8")];
        let expected = expected.map(|(rule, account, over)| (rule.to_owned(), account.to_owned(), over.to_owned()));
        assert_eq!(path.iter().map(shown).collect::<Vec<_>>(), expected);
        assert_eq!(explainer.tree(&[0, 1, 2, 3], 3).len(), 3);
        let verdicts = |left, right| explainer.pair(left, right)[0].verdict;
        let expected = (Verdict::Always, Verdict::Never, Verdict::Accepted);
        assert_eq!((verdicts(2, 3), verdicts(0, 4), verdicts(0, 1)), expected);
        assert_eq!(explainer.between(&[0, 1, 2, 3], &[4], 9)[0].accounts, ["a:0", "a:4"]);
    });
}

/// Two rules of one key: the stricter one is the one that is blocked.
#[test]
fn a_rules_own_limit_blocks_its_key_alone() {
    let more = "[[match]]\nkey = [\"email\"]\nif_agree = [\"given_name\"]\nmax_accounts_per_key = 2\n";
    let config = Config::parse(&CONFIG.replacen("[guard]", &format!("{more}[guard]"), 1)).unwrap();
    let lines = lines(&[json!({"email": "a@x.de", "given_name": "A"}), json!({"email": "a@x.de", "given_name": "A"})]);
    let accounts: Vec<Account<'_>> = lines.iter().map(|line| Account::parse(line).unwrap()).collect();
    let line = |account| {
        format!(r#"{{"guard":"max_accounts_per_key","key":"email","value":["a@x.de"],"account":"{account}"}}"#)
    };
    let guarded = guarded(&[&line("a:0"), &line("a:1")]);
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let corrections = Corrections::default();
    let explainer = Explainer::new(&config, Matcher::new(&config, hasher), &corrections, &guarded, &accounts);
    let verdicts: Vec<Verdict> = explainer.pair(0, 1).into_iter().map(|finding| finding.verdict).collect();
    assert_eq!(verdicts, [Verdict::Accepted, Verdict::MissingValue, Verdict::BlockedKey]);
}

#[test]
fn what_a_rule_keeps_apart_and_the_links_that_were_left_out_are_named() {
    let accounts = [
        json!({"phone_number": "+491", "given_name": "Anna", "email": "a@x.de"}),
        json!({"phone_number": "+491"}),
        json!({"phone_number": "+491", "given_name": "Bob"}),
    ];
    let divided = r#"{"guard":"refused","parts":[["a:0","a:1"],["a:2"]]}"#;
    with(&accounts, &guarded(&[divided]), |explainer| {
        assert_eq!(explainer.divided_by(0, 2), ["refused"]);
        let Apart { kept_apart, left_out } = explainer.apart(&[0, 1], &[2], 9);
        let told = |findings: &[PairFinding]| -> Vec<_> {
            findings.iter().map(|one| (one.accounts.concat(), one.verdict, one.conditions[0].holds)).collect()
        };
        assert_eq!(told(&kept_apart), [("a:0a:2".to_owned(), Verdict::Refused, false)]);
        assert_eq!(told(&left_out), [("a:1a:2".to_owned(), Verdict::Accepted, true)]);
    });
}

#[test]
fn without_scores_the_weakest_bridge_is_of_the_latest_rule_and_never_a_correction() {
    let accounts = [
        json!({"email": "a@x.de", "given_name": "Anna"}),
        json!({"email": "a@x.de", "phone_number": "+491"}),
        json!({"phone_number": "+491", "given_name": "Bob"}),
        json!({}),
    ];
    with_corrections(&accounts, &[], &[["a:2", "a:3"]], &[], |explainer| {
        let BridgeFinding { link, groups } = explainer.weakest_bridge(&[0, 1, 2, 3]).unwrap();
        assert_eq!((link.rule.as_str(), link.accounts), ("phone_number", ["a:1".to_owned(), "a:2".to_owned()]));
        assert_eq!(groups.map(|group| (group.first, group.accounts)), [("a:0".to_owned(), 2), ("a:2".to_owned(), 2)]);
        assert_eq!(explainer.weakest_bridge(&[2, 3]).map(|bridge| bridge.link.rule).as_deref(), Some("always"));
        assert_eq!(explainer.weakest_bridge(&[0]), None);
    });
}
