//! Partitions small enough to be read: what becomes of the accounts in them.

mod scored;

use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use serde_json::{Value, json};

use super::line::{write_member, write_tombstone};
use super::*;
use crate::corrections::{Corrections, Pairs};

const CONFIG: &str = r#"
[[source]]
name = "a"
format = "jsonl"
trust = 1
[source.fields]
id = "/id"
[[source]]
name = "b"
format = "jsonl"
trust = 2
snapshot = true
[source.fields]
id = "/id"
[[match]]
key = ["email"]
[[match]]
key = ["phone_number"]
"#;

fn hasher() -> NodeHasher {
    NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
}

/// An account's line: reference, day of its last change in 2024, other members.
fn account(reference: &str, day: u32, more: Value) -> Value {
    let mut account = json!({"ref": reference, "updated_at": format!("2024-01-{day:02}T00:00:00Z"), "received_at": "2024-02-01T00:00:00Z"});
    account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    account
}

fn member(customer_id: &str, account: &Value) -> String {
    let mut out = Vec::new();
    write_member(&mut out, customer_id, &account.to_string(), None);
    String::from_utf8(out).unwrap().trim_end().to_owned()
}

fn tombstone(account: &Value) -> String {
    let mut out = Vec::new();
    write_tombstone(&mut out, &account.to_string());
    String::from_utf8(out).unwrap().trim_end().to_owned()
}

struct Merged {
    customers: Vec<Value>,
    members: Vec<Value>,
    changes: Vec<Value>,
    output: MergeOutput,
    statistics: CustomerStatistics,
}

fn merge_blocking(lines: &[String], blocked: &[Node]) -> Merged {
    merge_replacing(lines, blocked, &[])
}

fn merge_replacing(lines: &[String], blocked: &[Node], replaced: &[&str]) -> Merged {
    let config = Config::parse(CONFIG).unwrap();
    let matcher = Matcher::new(&config, hasher());
    let started_at = Timestamp::parse("2024-03-01T00:00:00Z").unwrap();
    let mut merger = Merger::new(&config, matcher, blocked, started_at).replacing(replaced.iter().copied());
    let output = merger.merge(&(lines.join("\n") + "\n")).unwrap();
    assert!(output.counts.balance());
    let parse = |bytes: &[u8]| -> Vec<Value> {
        String::from_utf8(bytes.to_vec()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let customers = parse(&output.customers);
    let mut changes = parse(&output.changes);
    for change in changes.iter_mut().filter_map(Value::as_object_mut) {
        let Some(customer) = change.remove("customer") else { continue };
        assert!(customers.contains(&customer), "a change carries the record that is written");
        assert_eq!(customer["customer_id"], change["customer_id"]);
    }
    Merged { customers, members: parse(&output.members), changes, output, statistics: merger.into_statistics() }
}

fn merge(lines: &[String]) -> Merged {
    merge_blocking(lines, &[])
}

fn lines(accounts: &[Value]) -> Vec<String> {
    accounts.iter().map(Value::to_string).collect()
}

#[test]
fn accounts_that_share_a_key_become_one_customer() {
    let merged = merge(&lines(&[
        account("a:1", 1, json!({"given_name": "Ann", "email": "x@y.de", "interests": ["art"]})),
        account(
            "b:2",
            3,
            json!({"given_name": "Anna", "phone_number": "+491", "address": {"locality": "Bern", "country": "CH"}}),
        ),
        account(
            "a:3",
            2,
            json!({"email": "x@y.de", "phone_number": "+491", "address": {"locality": "Köln"}, "interests": ["art", "cars"]}),
        ),
        account("a:4", 1, json!({"email": "other@y.de"})),
    ]));
    assert_eq!(merged.customers.len(), 2);
    let customer = &merged.customers[0];
    assert_eq!(customer["members"], json!(["a:1", "a:3", "b:2"]));
    assert_eq!(customer["given_name"], "Anna");
    assert_eq!(
        customer["address"],
        json!({"street_address": null, "locality": "Bern", "region": null, "postal_code": null, "country": "CH"})
    );
    assert_eq!(customer["interests"], json!(["art", "cars"]));
    assert_eq!(customer["updated_at"], "2024-01-03T00:00:00Z");
    assert_eq!(customer["held_by"], json!([["email", "a:1", "a:3"], ["phone_number", "a:3", "b:2"]]));
    assert_eq!(customer["provenance"]["given_name"], "b:2");
    assert_eq!(customer["provenance"]["email"], "a:3");
    assert_eq!(merged.customers[1]["provenance"], json!({}));
    assert_eq!(merged.members.len(), 4);
    assert!(merged.members.iter().take(3).all(|member| member["customer_id"] == customer["customer_id"]));
    assert_eq!(merged.output.member_stars.len(), 4);
}

#[test]
fn ties_of_time_go_by_trust_then_by_reference() {
    let of = |accounts: &[Value]| merge(&lines(accounts)).customers[0]["given_name"].clone();
    let named = |reference: &str, name: &str| account(reference, 1, json!({"email": "x@y.de", "given_name": name}));
    assert_eq!(of(&[named("a:9", "less trusted"), named("b:1", "more trusted")]), "more trusted");
    assert_eq!(of(&[named("a:9", "nine"), named("a:10", "ten")]), "ten");
    assert_eq!(of(&[named("a:10", "ten"), named("a:9", "nine")]), "ten");
}

#[test]
fn a_unit_survives_whole_from_one_account() {
    let merged = merge(&lines(&[
        account(
            "a:1",
            1,
            json!({"email": "x@y.de", "address": {"locality": "London", "country": "GB"}, "location": {"latitude": 51.5, "longitude": 0}}),
        ),
        account(
            "a:2",
            2,
            json!({"email": "x@y.de", "address": {"street_address": "12 Palm Walk", "locality": "Dubai"}}),
        ),
    ]));
    let customer = &merged.customers[0];
    assert_eq!(customer["address"]["locality"], "Dubai");
    assert_eq!(customer["address"]["country"], Value::Null, "nobody lives in Dubai, GB");
    assert_eq!(customer["location"], Value::Null);
}

#[test]
fn what_is_left_of_an_address_replaces_no_whole_one_and_the_next_whole_one_does() {
    let lives = |number: u32, address: Value| {
        account(&format!("a:{number}"), number, json!({"email": "x@y.de", "address": address}))
    };
    let first = lives(
        1,
        json!({"street_address": "Am Anger 3", "postal_code": "04103", "locality": "Leipzig", "country": "DE"}),
    );
    let survivor = |later: &[Value]| {
        let merged = merge(&lines(&[std::slice::from_ref(&first), later].concat()));
        assert_eq!(merged.customers.len(), 1);
        merged.customers[0]["provenance"]["address.postal_code"].clone()
    };
    let town = lives(2, json!({"postal_code": "50667", "locality": "K\u{f6}ln", "country": "DE"}));
    let street = lives(3, json!({"street_address": "Neumarkt 2"}));
    assert_eq!(survivor(&[town.clone(), street.clone()]), "a:1");
    let moved = lives(4, json!({"street_address": "Neumarkt 2", "postal_code": "50667"}));
    assert_eq!(survivor(&[town, street, moved]), "a:4", "although it does not say the country");
}

#[test]
fn a_blocked_value_links_nothing_and_does_not_survive() {
    let accounts = [
        account("a:1", 1, json!({"email": "junk@y.de", "phone_number": "+491"})),
        account("a:2", 1, json!({"email": "junk@y.de"})),
    ];
    let config = Config::parse(CONFIG).unwrap();
    let mut keys = Vec::new();
    let text = accounts[1].to_string();
    Matcher::new(&config, hasher()).keys(&Account::parse(&text).unwrap(), &mut keys);
    let merged = merge_blocking(&lines(&accounts), &[keys[0].node]);
    assert_eq!(merged.customers.len(), 2);
    assert!(merged.customers.iter().all(|customer| customer["email"].is_null() && customer["emails"] == json!([])));
    let rules: Vec<String> = merged.output.blocked.into_values().map(|blocked| blocked.rule).collect();
    assert_eq!(rules, ["email"]);
    assert_eq!(merged.output.member_stars.star(1).keys.len(), 1, "the next run counts the key again");
}

#[test]
fn the_latest_version_of_an_account_counts_and_takes_the_customer_with_it() {
    let old = account("a:1", 1, json!({"email": "old@y.de", "given_name": "Old"}));
    let new = account("a:1", 2, json!({"email": "new@y.de", "given_name": "New"}));
    let merged = merge(&[member("id-1", &old), new.to_string()]);
    assert_eq!(merged.customers.len(), 1);
    assert_eq!(merged.customers[0]["customer_id"], "id-1");
    assert_eq!(merged.customers[0]["given_name"], "New");
    assert_eq!((merged.output.counts.superseded, merged.output.counts.previous_members), (1, 1));
    assert_eq!(
        merged.changes,
        [
            json!({"change": "updated", "customer_id": "id-1", "fields": ["given_name", "email", "emails", "updated_at"]})
        ]
    );
}

#[test]
fn what_did_not_change_is_no_change() {
    let merged = merge(&[
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-1", &account("a:2", 2, json!({"email": "x@y.de"}))),
    ]);
    assert_eq!(merged.changes, Vec::<Value>::new());
    assert_eq!(merged.customers[0]["customer_id"], "id-1");
}

/// The changes of a run with these `always` pairs, over a version that obeyed those of before.
fn changes_with(lines: &[String], before: &[[&str; 2]], now: &[[&str; 2]]) -> Vec<Value> {
    let config = Config::parse(CONFIG).unwrap();
    let matcher = |always: &[[&str; 2]]| {
        let always = always.iter().map(|pair| pair.map(str::to_owned)).collect();
        let corrections = Corrections::new(Pairs { always, ..Pairs::default() });
        Matcher::new(&config, hasher()).correcting(Arc::new(corrections))
    };
    let (then, now) = (matcher(before), matcher(now));
    let before = PreviousRules::Known { config: &config, matcher: &then, blocked: &[], is_same: true };
    let started_at = Timestamp::parse("2024-03-01T00:00:00Z").unwrap();
    let mut merger = Merger::new(&config, now, &[], started_at).building_on(before);
    let output = merger.merge(&(lines.join("\n") + "\n")).unwrap();
    let text = String::from_utf8(output.changes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn corrections_that_hold_a_customer_otherwise_are_an_update() {
    let accounts = [1, 2, 3].map(|id| account(&format!("a:{id}"), 1, json!({"email": "x@y.de"})));
    let members: Vec<String> = accounts.iter().map(|account| member("id-1", account)).collect();
    let always = [["a:1", "a:3"]];
    for (before, now) in [(&[][..], &always[..]), (&always[..], &[][..])] {
        let changes = changes_with(&members, before, now);
        assert_eq!(changes.len(), 1);
        assert_eq!((&changes[0]["change"], &changes[0]["fields"]), (&json!("updated"), &json!(["held_by"])));
    }
    assert!(changes_with(&members, &always, &always).is_empty());
    let elsewhere = [["a:1", "a:3"], ["b:8", "b:9"]];
    assert!(changes_with(&members, &elsewhere, &always).is_empty(), "they say nothing of these accounts");
    let through_another = [["a:1", "b:9"], ["b:9", "a:3"]];
    assert!(changes_with(&members, &through_another, &always).is_empty(), "they say the same of these accounts");
}

#[test]
fn what_corrections_held_before_is_no_change_of_a_customer_that_changed() {
    let accounts = [account("a:1", 1, json!({"email": "x@y.de"})), account("a:2", 1, json!({"email": "z@y.de"}))];
    let mut lines: Vec<String> = accounts.iter().map(|account| member("id-1", account)).collect();
    lines.push(account("a:2", 2, json!({"email": "z@y.de", "given_name": "Ann"})).to_string());
    let always = [["a:1", "a:2"]];
    let changes = changes_with(&lines, &always, &always);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["fields"], json!(["given_name", "updated_at", "provenance"]));
}

#[test]
fn customers_are_created_merged_and_split() {
    let created = merge(&lines(&[account("a:1", 1, json!({}))]));
    assert_eq!(created.changes, [json!({"change": "created", "customer_id": created.customers[0]["customer_id"]})]);

    let merged = merge(&[
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-2", &account("a:2", 1, json!({"phone_number": "+491"}))),
        account("a:3", 2, json!({"email": "x@y.de", "phone_number": "+491"})).to_string(),
    ]);
    assert_eq!(merged.customers.len(), 1);
    assert_eq!(merged.customers[0]["customer_id"], "id-1");
    assert_eq!(
        merged.changes,
        [
            json!({"change": "merged", "customer_id": "id-2", "into": "id-1"}),
            json!({"change": "moved", "account": "a:2", "from": "id-2", "to": "id-1"}),
            json!({"change": "updated", "customer_id": "id-1", "fields":
                ["phone_number", "phone_numbers", "updated_at", "members", "held_by", "provenance"]}),
        ]
    );
    assert_eq!((merged.output.counts.customers_merged, merged.output.counts.accounts_moved), (1, 1));

    let split = merge(&[
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-1", &account("a:2", 1, json!({"email": "x@y.de"}))),
        member("id-1", &account("a:3", 1, json!({"email": "x@y.de"}))),
        account("a:2", 2, json!({"email": "z@y.de"})).to_string(),
    ]);
    assert_eq!(split.customers.len(), 2);
    let kept = split.customers.iter().find(|customer| customer["customer_id"] == "id-1").unwrap();
    assert_eq!(kept["members"], json!(["a:1", "a:3"]), "the largest part keeps the id");
    assert!(split.changes.iter().any(|change| change["change"] == "split" && change["from"] == json!(["id-1"])));
}

#[test]
fn an_id_whose_accounts_went_to_several_customers_is_retired() {
    let merged = merge(&[
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-2", &account("a:2", 1, json!({"email": "z@y.de"}))),
        member("id-2", &account("a:3", 1, json!({"email": "z@y.de"}))),
        member("id-2", &account("a:4", 1, json!({"email": "z@y.de"}))),
        account("a:2", 2, json!({"email": "x@y.de"})).to_string(),
        account("a:3", 2, json!({"email": "x@y.de"})).to_string(),
    ]);
    let new =
        merged.customers.iter().find(|customer| customer["members"] == json!(["a:4"])).unwrap()["customer_id"].clone();
    let expected = json!({"change": "retired", "customer_id": "id-2", "into": [new, "id-1"]});
    assert!(merged.changes.contains(&expected), "{:?}", merged.changes);
    assert!(merged.changes.contains(&json!({"change": "split", "customer_id": new, "from": ["id-2"]})));
    assert!(!merged.changes.iter().any(|change| change["change"] == "merged"));
    assert_eq!((merged.output.counts.customers_retired, merged.output.counts.accounts_moved), (1, 3));
}

#[test]
fn a_deleted_account_leaves_its_customer_and_a_tombstone_behind() {
    let gone = account("a:2", 2, json!({"deleted": true}));
    let merged = merge(&[
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-1", &account("a:2", 1, json!({"email": "x@y.de", "phone_number": "+491"}))),
        gone.to_string(),
        member("id-2", &account("a:3", 1, json!({}))),
        account("a:3", 1, json!({"deleted": true})).to_string(),
    ]);
    assert_eq!(merged.customers.len(), 1);
    assert_eq!(merged.customers[0]["members"], json!(["a:1"]));
    assert_eq!(
        merged.changes,
        [
            json!({"change": "updated", "customer_id": "id-1", "fields":
                ["phone_number", "phone_numbers", "members", "held_by", "provenance"]}),
            json!({"change": "deleted", "customer_id": "id-2"}),
        ]
    );
    assert_eq!(merged.members[1], json!({"customer_id": null, "account": gone}));
    let stars = &merged.output.member_stars;
    assert_eq!((stars.len(), stars.head(1).customer, stars.star(1).keys), (3, None, &[][..]));
    let counts = merged.output.counts;
    assert_eq!((counts.members, counts.superseded, counts.deleted, counts.tombstones), (1, 2, 2, 2));
    assert_eq!((counts.customers, counts.customers_deleted), (1, 1));
}

#[test]
fn a_tombstone_of_the_previous_version_stands_until_a_later_row_comes() {
    let gone = tombstone(&account("a:1", 5, json!({"deleted": true})));
    let older = merge(&[gone.clone(), account("a:1", 4, json!({"email": "x@y.de"})).to_string()]);
    assert_eq!((older.customers.len(), older.changes.len(), older.output.counts.tombstones), (0, 0, 1));
    assert_eq!(older.output.counts.previous_members, 1);
    let later = merge(&[gone, account("a:1", 6, json!({"email": "x@y.de"})).to_string()]);
    assert_eq!((later.customers.len(), later.output.counts.tombstones), (1, 0));
    assert_eq!(later.changes[0]["change"], "created");
}

#[test]
fn a_snapshot_replaces_what_its_source_had() {
    let lines = [
        member("id-1", &account("a:1", 1, json!({"email": "x@y.de"}))),
        member("id-1", &account("b:1", 9, json!({"email": "x@y.de", "given_name": "New"}))),
        account("b:1", 2, json!({"email": "x@y.de", "given_name": "Old"})).to_string(),
        member("id-1", &account("b:2", 1, json!({"email": "x@y.de"}))),
        member("id-2", &account("b:3", 1, json!({}))),
        tombstone(&account("b:4", 1, json!({"deleted": true}))),
        account("b:5", 1, json!({"deleted": true})).to_string(),
    ];
    let merged = merge_replacing(&lines, &[], &["b"]);
    assert_eq!(merged.customers.len(), 1);
    assert_eq!(merged.customers[0]["members"], json!(["a:1", "b:1"]));
    assert_eq!(merged.customers[0]["given_name"], "Old", "also where what it had is newer");
    assert!(merged.changes.contains(&json!({"change": "deleted", "customer_id": "id-2"})));
    let counts = merged.output.counts;
    assert_eq!((counts.superseded, counts.deleted, counts.tombstones), (1, 4, 1), "only a mark leaves a tombstone");
    let sources: Vec<Option<Node>> = merged.output.member_stars.iter().map(|star| star.source).collect();
    assert_eq!(sources, [None, Some(hasher().source("b")), Some(hasher().source("b"))]);

    let kept = merge_replacing(&lines, &[], &[]);
    assert_eq!(kept.customers[0]["members"], json!(["a:1", "b:1", "b:2"]));
    assert_eq!(kept.customers[0]["given_name"], "New");
}

#[test]
fn links_are_made_anew_as_merge_writes_them() {
    let merged = merge(&[
        account("a:1", 1, json!({"email": "x@y.de"})).to_string(),
        account("b:1", 1, json!({"email": "x@y.de", "phone_number": "+491"})).to_string(),
        account("b:2", 1, json!({"deleted": true})).to_string(),
    ]);
    let config = Config::parse(CONFIG).unwrap();
    let text = String::from_utf8(merged.output.members.clone()).unwrap();
    let marks = SourceMarks::of_snapshots(&config, &hasher());
    let anew = member_stars(&text, &mut Matcher::new(&config, hasher()), &marks, |_| false).unwrap();
    assert_eq!(anew, merged.output.member_stars);
}

#[test]
fn the_order_of_lines_does_not_matter() {
    let mut all = lines(&[
        account("a:1", 1, json!({"email": "x@y.de", "given_name": "A"})),
        account("b:1", 1, json!({"email": "x@y.de", "given_name": "B"})),
        account("a:2", 1, json!({"phone_number": "+491", "email": "x@y.de"})),
        account("a:2", 1, json!({"phone_number": "+492", "email": "x@y.de"})),
        account("a:5", 3, json!({"phone_number": "+491"})),
    ]);
    let sorted = |mut customers: Vec<Value>| {
        customers.sort_by_key(|customer| customer["members"].to_string());
        customers
    };
    let expected = sorted(merge(&all).customers);
    for _ in 0..all.len() {
        all.rotate_left(1);
        assert_eq!(sorted(merge(&all).customers), expected);
    }
    all.reverse();
    assert_eq!(sorted(merge(&all).customers), expected);
}

#[test]
fn a_damaged_line_is_told_without_its_text() {
    let config = Config::parse(CONFIG).unwrap();
    for (damaged, line) in
        [("{\"ref\":\"a:1\"\n", 1), ("{\"customer_id\":\"x\"}\n", 1), ("{\"ref\":\"a:2\",\"deleted\":\"a:1\"}", 1)]
    {
        let matcher = Matcher::new(&config, hasher());
        let started_at = Timestamp::from_milliseconds(0).unwrap();
        let error = Merger::new(&config, matcher, &[], started_at).merge(damaged).unwrap_err();
        assert_eq!(error.line, line);
        let told = format!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
        assert!(!told.contains("a:1"), "{told}");
    }
}

#[test]
fn provenance_names_the_table_of_a_value_that_no_source_gave() {
    let from = |fields: &[&str]| {
        let members = fields.iter().map(|field| ((*field).to_owned(), json!("reference:t")));
        Value::Object(members.collect())
    };
    let merged = merge(&lines(&[
        account(
            "a:1",
            1,
            json!({"email": "x@y.de", "gender": "f", "salary": 1, "interests": ["art"],
            "attributes": {"job": "nurse"}, "provenance": from(&["gender", "salary", "interests", "attributes.job"])}),
        ),
        account(
            "b:1",
            2,
            json!({"email": "x@y.de", "salary": 2, "interests": ["wine"], "provenance": from(&["interests"])}),
        ),
        account("a:2", 3, json!({"email": "z@y.de", "gender": "m", "provenance": from(&["gender"])})),
        account("a:3", 3, json!({"email": "u@y.de", "interests": ["art"], "provenance": from(&["interests"])})),
        account("b:3", 3, json!({"email": "u@y.de", "interests": ["golf"]})),
        account("b:4", 3, json!({"email": "v@y.de"})),
    ]));
    let of = |member: &str| {
        let customer = merged.customers.iter().find(|customer| customer["members"][0] == member);
        customer.unwrap()["provenance"].clone()
    };
    assert_eq!(
        of("a:1"),
        json!({"gender": "reference:t", "email": "b:1", "salary": "b:1", "interests": "reference:t",
            "attributes.job": "reference:t"})
    );
    assert_eq!(of("a:2"), json!({"gender": "reference:t"}));
    assert_eq!(of("a:3"), json!({"email": "b:3"}));
    assert_eq!(of("b:4"), json!({}));
}

#[test]
fn a_blocked_value_has_no_provenance() {
    let alone = account(
        "a:1",
        1,
        json!({"email": "x@y.de", "gender": "f",
        "provenance": {"email": "reference:t", "gender": "reference:t"}}),
    );
    let config = Config::parse(CONFIG).unwrap();
    let mut keys = Vec::new();
    let text = alone.to_string();
    Matcher::new(&config, hasher()).keys(&Account::parse(&text).unwrap(), &mut keys);
    let merged = merge_blocking(std::slice::from_ref(&text), &[keys[0].node]);
    assert_eq!(merged.customers[0]["email"], Value::Null);
    assert_eq!(merged.customers[0]["provenance"], json!({"gender": "reference:t"}));
}

/// Two accounts a customer, and so much text that it takes several frames.
#[test]
fn a_frame_has_whole_customers_with_their_members_and_places() {
    let note = "x".repeat(2000);
    let pair = |number: u32| {
        let values = json!({"email": format!("{number}@x.de"), "attributes": {"note": note}});
        ["a", "b"].map(|source| account(&format!("{source}:{number}"), 1, values.clone()).to_string())
    };
    let lines: Vec<String> =
        (0..400).flat_map(pair).chain([tombstone(&account("a:gone", 1, json!({"deleted": true})))]).collect();
    let MergeOutput { customers, members, places, frames, .. } = merge_blocking(&lines, &[]).output;
    assert!(frames.len() > 2, "{}", frames.len());
    let end = FrameEnd { customers: customers.len(), members: members.len(), places: places.len() };
    assert_eq!(frames.last(), Some(&end));
    let mut start = FrameEnd::default();
    for end in frames {
        let ids = |text: &[u8]| -> std::collections::BTreeSet<String> {
            let lines = std::str::from_utf8(text).unwrap().lines();
            let ids = lines.map(|line| serde_json::from_str::<Value>(line).unwrap()["customer_id"].clone());
            ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
        };
        let of_members = ids(&members[start.members..end.members]);
        assert_eq!(ids(&customers[start.customers..end.customers]), of_members);
        let here = &places[start.places..end.places];
        assert!(of_members.iter().all(|id| here.contains(&crate::reference::place(id))));
        // An id, and of each of two accounts the reference and an address; the last frame has the tombstone's, too.
        let tombstones = usize::from(end.members == members.len());
        assert_eq!(here.len(), of_members.len() * 5 + tombstones);
        start = end;
    }
}
