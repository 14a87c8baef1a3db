use super::*;
use crate::scores::testing::scorer;

const SCORED: &str = "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      given_name = \"/given\"\nemail = \"/mail\"\nbirthdate = \"/born\"\n";

/// Merges under scores, where all values have this frequency class. `links` are pairs of ids.
fn merge_scored(lines: &[String], class: u8, accounts: &[Value], links: &[[&str; 2]]) -> Merged {
    let config = Config::parse(SCORED).unwrap();
    let scorer = scorer(&config);
    let mut scores = SliceScores::default();
    for account in accounts {
        let values = ["given_name", "email", "birthdate"].iter().filter(|field| !account[**field].is_null()).count();
        scores.push_frequencies(hasher().reference(account["ref"].as_str().unwrap()), &vec![class; values]);
    }
    for link in links {
        scores.push_link(link.map(|id| hasher().reference(&format!("a:{id}"))), 1);
    }
    let matcher = Matcher::new(&config, hasher());
    let started_at = Timestamp::parse("2024-03-01T00:00:00Z").unwrap();
    let mut merger = Merger::new(&config, matcher, &[], started_at).scoring(&scorer);
    let output = merger.merge_scored(&(lines.join("\n") + "\n"), &scores).unwrap();
    assert!(output.counts.balance());
    let statistics = merger.into_statistics();
    let parse = |bytes: &[u8]| -> Vec<Value> {
        String::from_utf8(bytes.to_vec()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    Merged {
        customers: parse(&output.customers),
        members: parse(&output.members),
        changes: parse(&output.changes),
        output,
        statistics,
    }
}

#[test]
fn members_keep_their_frequency_classes_and_customers_what_they_are() {
    let anna = |id: &str| account(id, 1, json!({"given_name": "Anna", "email": "a@x.de"}));
    let accounts = [
        anna("a:1"),
        anna("a:2"),
        account("a:3", 1, json!({"given_name": "Anna", "email": "a@x.de", "birthdate": "1990-01-01"})),
        account("a:4", 1, json!({"given_name": "Otto"})),
        account("a:5", 1, json!({})),
        account("a:6", 1, json!({"deleted": true})),
    ];
    let links = [["1", "2"], ["3", "2"]];
    let first = merge_scored(&lines(&accounts), 3, &accounts[..5], &links);
    let members: Vec<&Value> = first.customers.iter().map(|customer| &customer["members"]).collect();
    assert_eq!(members, [&json!(["a:1", "a:2", "a:3"]), &json!(["a:4"]), &json!(["a:5"])]);
    assert_eq!(first.customers[0]["held_by"], json!([["score", "a:1", "a:2"], ["score", "a:1", "a:3"]]));
    let classes =
        |merged: &Merged| merged.members.iter().map(|member| member["frequencies"].clone()).collect::<Vec<_>>();
    assert_eq!(classes(&first), [json!("33"), json!("33"), json!("333"), json!("3"), json!(""), Value::Null]);
    assert_eq!(first.members[2]["account"], accounts[2], "the account's text is as it was");

    let text = String::from_utf8(first.output.members).unwrap();
    let before: Vec<String> = text.lines().map(str::to_owned).collect();
    let second = merge_scored(&before, 10, &accounts[..5], &links);
    assert_eq!((second.customers, second.changes.len()), (first.customers, 0));
    assert_eq!(second.members[2]["frequencies"], "aaa");
}

/// The weights of these tests are in the module `scores::testing`.
#[test]
fn weak_merges_are_told_with_what_holds_their_customers_together() {
    let of = |id: &str, values: Value| account(id, 1, values);
    let accounts = [
        of("a:1", json!({"given_name": "Anna", "email": "a@x.de", "birthdate": "1990-01-01"})),
        of("a:2", json!({"given_name": "Anna", "email": "a@x.de", "birthdate": "1990-01-01"})),
        of("a:3", json!({"given_name": "Anna", "email": "a@x.de"})),
        of("a:8", json!({"given_name": "Otto", "email": "o@x.de"})),
        of("a:9", json!({"given_name": "Otto", "email": "o@x.de"})),
    ];
    let links = [["1", "2"], ["1", "3"], ["2", "3"], ["8", "9"]];
    let merged = merge_scored(&lines(&accounts), 3, &accounts, &links);
    let weakest: Vec<_> = merged.statistics.weakest.into_iter().collect();
    let told: Vec<_> = weakest
        .iter()
        .map(|merge| (merge.accounts.each_ref().map(String::as_str), merge.parts, merge.members, merge.is_bridge))
        .collect();
    assert_eq!(
        told,
        [(["a:8", "a:9"], [1, 1], 2, true), (["a:1", "a:3"], [1, 2], 3, false), (["a:1", "a:2"], [1, 1], 3, false)]
    );
    assert!(
        weakest.iter().all(|merge| merged.customers.iter().any(|customer| customer["customer_id"] == merge.customer))
    );
    let one_link = merge_scored(&lines(&accounts[..3]), 3, &accounts[..3], &[["1", "2"], ["1", "3"]]);
    let bridges: Vec<bool> = one_link.statistics.weakest.iter().map(|merge| merge.is_bridge).collect();
    assert_eq!(bridges, [true, true], "{:?}", one_link.statistics.weakest);
}

#[test]
fn scores_of_other_accounts_are_errors() {
    let config = Config::parse(SCORED).unwrap();
    let scorer = scorer(&config);
    let line = account("a:1", 1, json!({})).to_string();
    let mut merger = Merger::new(&config, Matcher::new(&config, hasher()), &[], Timestamp::default()).scoring(&scorer);
    let error = merger.merge_scored(&line, &SliceScores::default()).map(|_| ()).unwrap_err();
    assert!(matches!(error, MergeError::Scores(ScoresError::MissingFrequencies)));
}
