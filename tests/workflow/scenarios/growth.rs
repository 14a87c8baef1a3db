//! A version grows run by run, and is what one run over everything makes of it, however that is divided.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use onefold_lake::version::manifest::VersionFile;
use serde_json::Value;

use crate::command::{Answered, folder, onefold};
use crate::data;
use crate::results::Results;
use crate::scenarios::turn;

#[test]
fn runs_add_up_to_one_run_over_everything() {
    let _turn = turn();
    let everything = data::everything("growth-data");
    export(&everything);
    let some = data::first_files("growth-first-data", &everything);

    let grown = Results(folder("growth-out"));
    run(&some, &grown, &[]).exits(0);
    let (first, ids) = (grown.counts(), grown.ids());
    assert_is_whole(&grown);

    // A model that is learnt anew is that of a run over everything. One that is pinned decides doubtful pairs as before.
    run(&everything, &grown, &["--train"]).exits(0).says("building on the version of");
    let second = grown.counts();
    assert_is_whole(&grown);
    assert_eq!(second.previous_members, first.members);
    assert_eq!(second.accounts + second.previous_members, second.members + second.superseded + second.deleted);
    assert!(second.superseded >= 1, "one account has a newer version");
    assert!(second.customers_merged >= 1, "one account shows two people to be one");
    assert_ids_are_kept(&ids, &grown);

    let before = grown.manifest_text();
    run(&everything, &grown, &[]).exits(0).says("Nothing new");
    assert_eq!(grown.manifest_text(), before, "a run without new data publishes nothing");

    let at_once = Results(folder("growth-at-once"));
    run(&everything, &at_once, &[]).exits(0).says("pairwise precision");
    let all = at_once.counts();
    assert_is_whole(&at_once);
    assert_eq!(all.rows_read, first.rows_read + second.rows_read);
    assert_eq!((all.members, all.customers), (second.members, second.customers));
    assert_same_customers(&at_once, &grown);

    assert_is_the_same_with_s3(&everything, &at_once);

    let divided = Results(folder("growth-divided"));
    run(&everything, &divided, &["--shards", "3", "--partitions", "5", "--split-bytes", "1048576"]).exits(0);
    assert_is_whole(&divided);
    assert_same_customers(&divided, &at_once);
    let same = |counts: onefold_identity::counts::VersionCounts| {
        (counts.rows_read, counts.members, counts.customers, counts.blocked_keys)
    };
    assert_eq!(same(divided.counts()), same(all));
    let invocations = |out: &Results, stage: &str| {
        let receipts = fs::read_to_string(out.0.join("receipts.jsonl")).expect("receipts");
        receipts.lines().filter(|line| line.contains(&format!("\"stage\":\"{stage}\""))).count()
    };
    assert_eq!((invocations(&at_once, "merge"), invocations(&divided, "merge")), (1, 5));
    assert!(invocations(&divided, "extract") > invocations(&at_once, "extract"));
    assert!(invocations(&divided, "link") >= 3 * 5, "several rounds of three shards");
}

/// A folder in the place of the bucket makes no difference: not to what is read, nor to what comes out.
fn assert_is_the_same_with_s3(data: &Path, with_a_folder: &Results) {
    let with_s3 = Results(folder("growth-s3"));
    let [from, to] = [data, &with_s3.0].map(|path| path.to_str().expect("a path of UTF-8"));
    onefold(["local", "--s3", "run", "--data", from, "--out", to]).exits(0);
    assert_is_whole(&with_s3);
    assert_same_customers(&with_s3, with_a_folder);
    let read = |out: &Results| {
        let text = fs::read_to_string(out.0.join("inputs.jsonl")).expect("what was read");
        let inputs = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        inputs.map(|input| format!("{} {}", input["object"], input["etag"])).collect::<Vec<_>>()
    };
    assert_eq!(read(&with_s3), read(with_a_folder), "the same files with the same entity tags");
    let members = |out: &Results| {
        let mut accounts: Vec<Value> =
            out.lines("members").into_iter().map(|mut line| line["account"].take()).collect();
        // That is when the file was pushed.
        accounts.iter_mut().for_each(|account| account["received_at"] = Value::Null);
        accounts.iter().map(Value::to_string).collect::<BTreeSet<_>>()
    };
    assert_eq!(members(&with_s3), members(with_a_folder));
    let rejects = |out: &Results| out.lines("rejects").iter().map(Value::to_string).collect::<BTreeSet<_>>();
    assert_eq!(rejects(&with_s3), rejects(with_a_folder));
    // The folder goes with its cloud. What came out of it stays.
    let left = fs::read_dir(with_a_folder.0.join(".onefold")).expect("the folder of the cloud");
    let left: BTreeSet<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!left.contains(std::ffi::OsStr::new("bucket")), "{left:?}");
    assert!(fs::read_dir(with_s3.0.join("customers")).expect("a folder").count() > 0);
}

/// Asks for Parquet in a data folder.
fn export(data: &Path) {
    let path = data.join("onefold.toml");
    let text = fs::read_to_string(&path).expect("a configuration");
    fs::write(path, text + "\n[export]\nparquet = true\n").expect("a configuration");
}

fn run(data: &Path, out: &Results, more: &[&str]) -> Answered {
    let [data, out] = [data, &out.0].map(|path| path.to_str().expect("a path of UTF-8"));
    onefold(["local", "run", "--data", data, "--out", out].iter().chain(more))
}

/// Files, manifest and counts say the same, and every account belongs to one customer.
fn assert_is_whole(out: &Results) {
    let (manifest, ids) = (out.manifest(), out.ids());
    let counts = &manifest.counts;
    assert_eq!(out.lines("customers").len() as u64, counts.customers);
    assert_eq!(counts.rows_read, counts.accounts + counts.rejected);
    assert_eq!(out.lines("rejects").len() as u64, counts.rejected);
    // The changes of a first version are its customers.
    let own = manifest.files.changes.iter().filter(|file| !manifest.files.customers.contains(file));
    let changes: u64 = own.map(|file| file.records).sum();
    assert_eq!(out.lines("changes").len() as u64, changes);
    let parquet = &manifest.files.parquet;
    let rows = |files: &[VersionFile]| files.iter().map(|file| file.records).sum::<u64>();
    assert_eq!((rows(&parquet.customers), rows(&parquet.changes)), (counts.customers, changes));
    assert_eq!(rows(&parquet.members), counts.members + counts.tombstones);
    for file in parquet.all() {
        let name = file.key.strip_prefix(&onefold_lake::keys::version(&manifest.run)).expect("a file of the version");
        assert_eq!(fs::metadata(out.0.join(name)).expect("it is fetched").len(), file.bytes, "{name}");
    }
    let members: BTreeMap<String, String> = out.lines("members").iter().map(member).collect();
    assert_eq!(members.len() as u64, counts.members);
    assert_eq!(members, ids, "members and customers agree on who is who");
}

fn member(line: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&line["account"]["ref"]), text(&line["customer_id"]))
}

/// A customer has an id that one of its accounts had, unless that id stayed with another part of a customer that was
/// split. Ids that are gone ended in other customers.
fn assert_ids_are_kept(before: &BTreeMap<String, String>, grown: &Results) {
    let after = grown.ids();
    let mut ids_held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (account, was) in before {
        ids_held.entry(&after[account]).or_default().insert(was);
    }
    let in_use: BTreeSet<&str> = after.values().map(String::as_str).collect();
    let (kept, new): (Vec<_>, Vec<_>) = ids_held.iter().partition(|(now, held)| held.contains(*now));
    assert!(!kept.is_empty());
    for (now, held) in &new {
        assert!(held.iter().all(|was| in_use.contains(was)), "{now} could have kept one of {held:?}");
    }
    let counts = grown.counts();
    assert_eq!(new.len() as u64, counts.customers_split);
    let was: BTreeSet<&str> = before.values().map(String::as_str).collect();
    assert_eq!(was.difference(&in_use).count() as u64, counts.customers_merged + counts.customers_retired);
}

#[track_caller]
fn assert_same_customers(left: &Results, right: &Results) {
    let (left, right) = (left.customers(), right.customers());
    for (members, customer) in &left {
        assert_eq!(Some(customer), right.get(members), "the customer of {members}");
    }
    assert_eq!(left.len(), right.len());
}
