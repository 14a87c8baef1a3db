//! One small run, from Plan to Compact: three accounts of two people, and a row without an id.

use std::collections::BTreeMap;
use std::fs;

use onefold_lake::keys;
use serde_json::{Value, json};

use crate::lake::Lake;
use crate::served::{BUCKET, Served, event_file};

/// The run that the events are about.
const RUN: &str = "20261122T174600Z-a0262210";

/// A step of the run: function, event, and the answer to expect.
type Step = (&'static str, &'static str, Value);

fn steps() -> Vec<Step> {
    [steps_of_rows(), steps_of_pairs(), steps_of_customers()].concat()
}

fn steps_of_rows() -> Vec<Step> {
    let split: Value = serde_json::from_slice(&fs::read(event_file("extract.json")).expect("an event")).expect("JSON");
    vec![
        (
            "plan",
            "plan.json",
            json!({
                "run": RUN, "work": true, "resumed": false, "publish": false, "new_objects": 1, "splits": 1,
                "splits_key": format!("runs/{RUN}/splits.jsonl"),
            }),
        ),
        ("extract", "extract.json", json!({"run": RUN, "split": split["split"], "cursor": null, "done": true})),
        ("translate", "translate.json", json!({"batchItemFailures": []})),
        ("settle", "settle.json", json!({"chunks": 1, "requeued": 0})),
        (
            "divide",
            "divide.json",
            json!({
                "shards": 1, "mappers": 1, "partitions": 2, "slices": 8, "scores": true, "exports": 1,
                "mappers_key": format!("partitions/{RUN}/mappers.jsonl"),
                "partitions_key": format!("merged/{RUN}/partitions.jsonl"),
                "exports_key": format!("merged/{RUN}/exports.jsonl"),
            }),
        ),
    ]
}

fn steps_of_pairs() -> Vec<Step> {
    vec![
        ("block", "block-describe.json", json!({"lines": 3, "described": 3, "gone": 0})),
        ("block", "block-advance-0.json", next_of_block(1, "gather")),
        ("block", "block-round-1.json", round_of_block(json!({"accounts": 3, "values": 6, "keys": 5, "parts": 1}))),
        ("block", "block-advance-1.json", next_of_block(2, "count")),
        ("block", "block-round-2.json", round_of_block(json!({"values": 6, "keys": 5}))),
        ("block", "block-advance-2.json", next_of_block(3, "pair")),
        ("block", "block-round-3.json", round_of_block(json!({"pairs": 1, "parts": 1}))),
        ("block", "block-advance-3.json", next_of_block(4, "refine")),
        ("block", "block-round-4.json", round_of_block(json!({}))),
        ("block", "block-advance-4.json", block_is_through(4)),
        ("compare", "compare.json", json!({"given": 1, "repeated": 0, "compared": 1})),
        ("train", "train.json", json!({"learnt_in": RUN, "accounts": 3, "pairs": 1, "patterns": 1, "threshold": 0})),
        (
            "score",
            "score.json",
            json!({
                "pairs": 1, "links": 1, "accounts": 3, "distribution": {"8": {"pairs": 1, "links": 1}}, "asked": 1,
            }),
        ),
    ]
}

fn steps_of_customers() -> Vec<Step> {
    vec![
        (
            "link",
            "link-advance-0.json",
            json!({"converged": false, "round": 1, "work": "one_shard", "shards": [{"shard": 0}]}),
        ),
        (
            "link",
            "link-round-1.json",
            json!({"moved": 0, "superseded": 0, "accounts": 3, "links_read": 1, "links": 1, "scored": 3}),
        ),
        ("link", "link-advance-1.json", json!({"converged": true, "round": 1, "work": "label", "shards": []})),
        ("partition", "partition.json", json!({"accounts": 3})),
        // Both people happen to be in one partition: an empty one must do as well.
        ("merge", "merge-0.json", json!({"customers": 0})),
        ("merge", "merge-1.json", json!({"customers": 2})),
        (
            "export",
            "export.json",
            json!({"files": {"customers": [parquet("customers", 2)], "members": [parquet("members", 3)], "changes": []}}),
        ),
        (
            "compact",
            "compact.json",
            json!({
                "run": RUN, "published": true, "purge": false, "manifest_key": format!("processed/{RUN}/manifest.json"),
                "rows_read": 4, "rejected": 1, "members": 3, "customers": 2,
            }),
        ),
    ]
}

/// The answer of Block about what comes next.
fn next_of_block(round: u32, work: &str) -> Value {
    let workers = json!([{"worker": 0}]);
    json!({"done": false, "round": round, "work": work, "workers": workers, "tiles_key": format!("match/{RUN}/tiles.jsonl")})
}

/// Its answer when all pairs are given.
fn block_is_through(round: u32) -> Value {
    json!({"done": true, "round": round, "work": "pair", "workers": [], "tiles_key": format!("match/{RUN}/tiles.jsonl")})
}

/// Its answer to a round. What is not said is 0.
fn round_of_block(counts: Value) -> Value {
    let mut answer = json!({
        "accounts": 0, "superseded": 0, "deleted": 0, "values": 0, "keys": 0, "pairs": 0, "parts": 0, "great_rows": 0,
        "dropped_rows": 0,
    });
    let members = answer.as_object_mut().expect("an object");
    members.extend(counts.as_object().expect("an object").clone());
    answer
}

/// A Parquet file as Export answers with it, without its sizes.
fn parquet(folder: &str, rows: u64) -> Value {
    json!({"key": format!("processed/{RUN}/parquet/{folder}/part-00000.parquet"), "records": rows})
}

/// An answer without the sizes of files, which libraries decide.
fn without_sizes(mut answer: Value) -> Value {
    let lists = answer.get_mut("files").and_then(Value::as_object_mut).into_iter().flat_map(|files| files.values_mut());
    for file in lists.filter_map(Value::as_array_mut).flatten().filter_map(Value::as_object_mut) {
        file.retain(|member, _| !["bytes", "text_bytes"].contains(&member.as_str()));
    }
    answer
}

/// These steps decide which round is next, and nothing else.
const ONLY_RECEIPTS: [&str; 3] = ["block-advance-0.json", "block-advance-3.json", "link-advance-0.json"];

/// The objects that the run leaves, but for the receipts.
const OBJECTS: &[&str] = &[
    "current/changes/files.txt",
    "current/customers/files.txt",
    "current/members/files.txt",
    "current/parquet/changes/files.txt",
    "current/parquet/customers/files.txt",
    "current/parquet/members/files.txt",
    "interim/{run}/crm/00000/00000.jsonl.zst",
    "interim/{run}/crm/00000/00000.links",
    "links/{run}/00001/00000.labels",
    "links/{run}/00001/00000.partitions",
    "links/{run}/00001/00000.scores",
    "links/{run}/asked.pairs",
    "links/{run}/blocked.keys",
    "links/{run}/layout.json",
    "match/{run}/00001/00000.counts",
    "match/{run}/00001/00000.keys-00000",
    "match/{run}/00001/00000.values",
    "match/{run}/00002/00000.blocks",
    "match/{run}/00002/00000.caps",
    "match/{run}/00002/00000.classes",
    "match/{run}/00002/00000.counts",
    "match/{run}/00003/00000.great",
    "match/{run}/00003/00000.pairs-00000",
    "match/{run}/blocking.json",
    "match/{run}/counts.json",
    "match/{run}/described/00000.shuffle",
    "match/{run}/draw.json",
    "match/{run}/model.json",
    "match/{run}/pairs.json",
    "match/{run}/slices.json",
    "match/{run}/slices/00000.classes",
    "match/{run}/slices/00000.records",
    "match/{run}/tiles.jsonl",
    "match/{run}/tiles/00000.asked",
    "match/{run}/tiles/00000.links",
    "match/{run}/tiles/00000.vectors",
    "merged/{run}/00000/blocked.jsonl.zst",
    "merged/{run}/00000/changes.jsonl.zst",
    "merged/{run}/00000/counts.json",
    "merged/{run}/00000/customers.jsonl.zst",
    "merged/{run}/00000/index",
    "merged/{run}/00000/members.jsonl.zst",
    "merged/{run}/00000/members.links",
    "merged/{run}/00000/retired.jsonl.zst",
    "merged/{run}/00001/blocked.jsonl.zst",
    "merged/{run}/00001/changes.jsonl.zst",
    "merged/{run}/00001/counts.json",
    "merged/{run}/00001/customers.jsonl.zst",
    "merged/{run}/00001/index",
    "merged/{run}/00001/members.jsonl.zst",
    "merged/{run}/00001/members.links",
    "merged/{run}/00001/retired.jsonl.zst",
    "merged/{run}/00001/review.json.zst",
    "merged/{run}/exports.jsonl",
    "merged/{run}/partitions.jsonl",
    "partitions/{run}/00000.shuffle",
    "partitions/{run}/mappers.jsonl",
    "processed/{run}/blocked.keys",
    "processed/{run}/config.toml",
    "processed/{run}/corrections.json",
    "processed/{run}/customers/part-00000.jsonl.zst",
    "processed/{run}/index/frames.jsonl",
    "processed/{run}/index/part-00000.hashes",
    "processed/{run}/inputs.jsonl",
    "processed/{run}/manifest.json",
    "processed/{run}/members/part-00000.jsonl.zst",
    "processed/{run}/members/part-00000.links",
    "processed/{run}/model.json",
    "processed/{run}/parquet/customers/part-00000.parquet",
    "processed/{run}/parquet/members/part-00000.parquet",
    "processed/{run}/review/queue.jsonl.zst",
    "processed/{run}/review/sample.jsonl.zst",
    "processed/{run}/review/strata.json",
    "processed/CURRENT",
    "raw/{run}/crm/00000/00000.jsonl.zst",
    "rejects/{run}/crm/00000/00000.jsonl.zst",
    "runs/{run}/config.toml",
    "runs/{run}/inputs.jsonl",
    "runs/{run}/plan.json",
    "runs/{run}/read.jsonl",
    "runs/{run}/splits.jsonl",
    "runs/{run}/token.json",
];

/// Every step answers as expected and leaves what it should: the first time, when it was done already, and when its
/// receipt is lost, which is as if it had been killed just before its end.
pub fn one_run_from_plan_to_compact(served: &Served) {
    let lake = &served.lake;
    let file = |name| fs::read(event_file(name)).expect("a file of the walk");
    lake.put("config/pipeline.toml", file("pipeline.toml"));
    lake.put("landing/crm/accounts.jsonl", file("accounts.jsonl"));

    for (function, event, expected) in steps() {
        let (before, receipts_before) = (written(lake), receipts(lake));
        let invoke = || without_sizes(served.invoke(function, event).expect(event));
        assert_eq!(invoke(), expected, "{event}, the first time");
        let after = written(lake);
        assert_eq!(after == before, ONLY_RECEIPTS.contains(&event), "{event} writes something");

        assert_eq!(invoke(), expected, "{event}, done already");
        assert_eq!(written(lake), after, "{event}, done already");

        let own: Vec<String> = receipts(lake).into_iter().filter(|key| !receipts_before.contains(key)).collect();
        let prefix = format!("runs/{RUN}/receipts/{function}/");
        assert!(own.len() == 1 && own[0].starts_with(&prefix), "{event} leaves one receipt: {own:?}");
        lake.wait(lake.client.delete_object().bucket(BUCKET).key(&own[0]).send()).expect("the receipt is removed");
        assert_eq!(invoke(), expected, "{event}, without its receipt");
        assert_eq!(written(lake), after, "{event}, without its receipt");
    }

    let expected: Vec<String> = OBJECTS.iter().map(|key| key.replace("{run}", RUN)).collect();
    assert_eq!(written(lake).into_keys().collect::<Vec<_>>(), expected);
    let current: Value = serde_json::from_slice(&lake.get("processed/CURRENT")).expect("JSON");
    assert_eq!(current, json!({"run": RUN}));
    assert_eq!(customers(lake), ["A. is crm:1, crm:2", "Bob is crm:3"]);
    let answer = served.invoke("explain", "explain.json").expect("an answer");
    assert_eq!((&answer["answer"], &answer["together"]), (&json!("pair"), &json!("yes")));
    assert_eq!(answer["path"][0]["accounts"], json!(["crm:1", "crm:2"]));
    let answer = served.invoke_text("explain", r#"{"of":"crm:3"}"#).expect("an answer");
    assert_eq!((&answer["answer"], &answer["customer"]["members"]), (&json!("customer"), &json!(["crm:3"])));

    let answer = served.invoke_text("explain", r#"{"of":"bob@web.de"}"#).expect("an answer");
    assert_eq!((&answer["answer"], &answer["customer"]["members"]), (&json!("customer"), &json!(["crm:3"])));

    let answer = served.invoke("lookup", "lookup.json").expect("an answer");
    assert_eq!((&answer["by"], &answer["more"]), (&json!(["email"]), &json!(false)));
    assert_eq!(answer["customers"][0]["members"], json!(["crm:1", "crm:2"]));
    let answer = served.invoke_text("lookup", r#"{"of":"crm:3"}"#).expect("an answer");
    assert_eq!(answer["customers"][0]["given_name"], json!("Bob"));
    let answer = served.invoke_text("lookup", r#"{"of":"nobody@web.de"}"#).expect("an answer");
    assert_eq!(answer["customers"], json!([]));
    // Without the name of a bus it sends nothing.
    let answer = served.invoke("announce", "announce.json").expect("an answer");
    assert_eq!((&answer["events"], &answer["metrics"][0]["Customers"]), (&json!([]), &json!(2)));
    let members = String::from_utf8(lake.get("current/members/files.txt")).expect("UTF-8");
    assert_eq!(members, format!("s3://{BUCKET}/processed/{RUN}/members/part-00000.jsonl.zst\n"));

    let answer = erase(served, &file("erase.json"));
    let found = json!({"version": RUN, "customers": 1, "accounts": 1, "unknown": 0, "entries": 1, "listed": true});
    assert_eq!(answer, found);
    assert_eq!(lake.objects("suppression/").len(), 1);
    // This run did not know of it.
    assert_eq!(served.invoke("purge", "purge.json").expect("an answer"), json!({"objects": 0, "versions": 0}));
}

/// The keys of all receipts.
fn receipts(lake: &Lake) -> Vec<String> {
    let keys = lake.objects("runs/").into_iter().map(|object| object.key);
    keys.filter(|key| key.contains("/receipts/")).collect()
}

/// Keys and entity tags of all objects but what the walk started with, and what holds measurements.
fn written(lake: &Lake) -> BTreeMap<String, String> {
    let objects = lake.objects("").into_iter();
    let written = objects.filter(|object| {
        let is_given = object.key.starts_with("config/") || object.key.starts_with("landing/");
        !is_given && !keys::is_measured(&object.key)
    });
    written.map(|object| (object.key, object.etag)).collect()
}

/// Names and members of the published customers, in order.
fn customers(lake: &Lake) -> Vec<String> {
    let bytes = lake.get(&format!("processed/{RUN}/customers/part-00000.jsonl.zst"));
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).expect("zstd")).expect("UTF-8");
    let mut customers: Vec<String> = text
        .lines()
        .map(|line| {
            let customer: Value = serde_json::from_str(line).expect("JSON");
            let members: Vec<String> = serde_json::from_value(customer["members"].clone()).expect("members");
            format!("{} is {}", customer["given_name"].as_str().expect("a name"), members.join(", "))
        })
        .collect();
    customers.sort();
    customers
}

/// Calls Erase until it is through, as the command does: `cargo lambda` gives it no time.
fn erase(served: &Served, request: &[u8]) -> Value {
    let mut request: Value = serde_json::from_slice(request).expect("JSON");
    loop {
        let answer = served.invoke_text("erase", &request.to_string()).expect("an answer");
        match answer.get("next") {
            Some(next) => request["cursor"] = next.clone(),
            None => return answer,
        }
    }
}
