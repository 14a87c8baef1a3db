//! Versions that wait for somebody, versions that are gone back to, corrections that are put beside the data, and persons
//! who are erased.

use onefold_lake::keys::{self, VersionPart};
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::manifest::Manifest;
use serde_json::{Value, json};

use crate::command::folder;
use crate::events::Events;
use crate::results::Results;
use crate::scenarios::turn;
use crate::upcloud::UpCloud;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
email = "/email"
[[match]]
key = ["email"]
[publish]
max_accounts_of_largest_customer = 2
"#;

#[test]
fn versions_are_held_published_gone_back_to_corrected_and_without_who_was_erased() {
    let _turn = turn();
    let cloud = UpCloud::boot();
    let events = Events::of(cloud.endpoint());
    cloud.lake.put(keys::CONFIG, CONFIG);
    drop_accounts(&cloud, "first", &[(1, "a@x.de"), (2, "b@x.de")]);
    cloud.onefold(&["start"]).exits(0);
    let first = current(&cloud);

    let gated = a_gated_run_publishes_nothing_until_somebody_says_so(&cloud, &first);
    let told = |kind: &str, run: &str| (kind.to_owned(), json!(run));
    let runs =
        || events.received().into_iter().map(|(kind, mut detail)| (kind, detail["run"].take())).collect::<Vec<_>>();
    let (published, held) = ("Onefold Version Published", "Onefold Version Held");
    assert_eq!(runs(), [told(published, &first), told(held, &gated), told(published, &gated)]);
    a_dry_run_publishes_nothing_and_shows_the_difference(&cloud, &gated);
    assert_eq!(runs(), Vec::new(), "a dry run tells nobody");
    the_next_run_builds_on_what_was_gone_back_to_and_obeys_corrections(&cloud, &first, &gated);
    let kinds: Vec<String> = runs().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [published, "Onefold Run Failed", published], "a rollback, a contradiction, and a run");
    whoever_is_erased_is_nowhere_and_stays_away(&cloud);
}

fn a_gated_run_publishes_nothing_until_somebody_says_so(cloud: &UpCloud, first: &str) -> String {
    drop_accounts(cloud, "second", &[(3, "a@x.de"), (4, "a@x.de")]);
    let gated = cloud.onefold(&["start"]).exits(1).says("failed in Gated").says("Onefold.Gated");
    let gated = gated.says("the largest customer has 3 accounts").says("max_accounts_of_largest_customer = 2");
    assert_eq!(current(cloud), first, "nothing is published");
    let run = run_behind(&gated.text, "onefold publish ");

    let manifest = manifest(cloud, &run);
    assert_eq!((manifest.gated.len(), manifest.counts.customers_updated), (1, 1));
    let listed = cloud.onefold(&["versions"]).exits(0).text;
    assert!(listed.lines().any(|line| line.contains(&run) && line.contains("held")), "{listed}");
    let look = Results(folder("versions-look"));
    cloud.onefold(&["fetch", look.0.to_str().expect("UTF-8"), "--run", &run]).exits(0);
    assert_eq!(members(&look), [json!(["crm:1", "crm:3", "crm:4"]), json!(["crm:2"])], "its output is kept");
    let page = look.0.join("page.html");
    let page_path = page.to_str().expect("UTF-8");
    cloud.onefold(&["report", &run, "--to", page_path]).exits(0).says(page_path);
    let [fetched, told] = [look.0.join("report.html"), page].map(|page| std::fs::read_to_string(page).expect("a page"));
    assert!(fetched == told && told.contains("The publish gate holds this version back"), "{told}");
    cloud.onefold(&["report", "--json"]).exits(0).says(&format!("\"run\": \"{first}\""));

    cloud.onefold(&["publish", &run]).exits(0).says("largest customer  3");
    assert_eq!(current(cloud), run);
    assert_eq!(self::manifest(cloud, &run).published_over, manifest.gated);
    run
}

fn a_dry_run_publishes_nothing_and_shows_the_difference(cloud: &UpCloud, before: &str) {
    drop_accounts(cloud, "third", &[(5, "c@x.de")]);
    let answered = cloud.onefold(&["start", "--dry-run"]).exits(0).says("Nothing was published");
    let run = run_behind(&answered.text, "onefold publish ");
    let said: Vec<Vec<&str>> = answered.text.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [&["customers", "2", "3"][..], &["accounts", "4", "5"], &["created", "1"], &["updated", "0"]] {
        assert!(said.iter().any(|line| line == row), "{row:?} is not in\n{}", answered.text);
    }
    assert_eq!(current(cloud), before);
    assert!(manifest(cloud, &run).dry_run);
    cloud.onefold(&["diff", &run]).exits(0).says("accounts added").says(before).says(&run);
    runs_are_listed(cloud, &run);
}

fn runs_are_listed(cloud: &UpCloud, dry_run: &str) {
    let listed = cloud.onefold(&["runs", "--json"]).exits(0).text;
    let listed: Value = serde_json::from_str(&listed).expect("a document");
    let runs: Vec<&Value> = listed["runs"].as_array().expect("a list").iter().collect();
    let states: Vec<&str> = runs.iter().filter_map(|run| run["state"].as_str()).collect();
    assert_eq!(states.iter().filter(|state| **state == "published").count(), 2, "{listed:#}");
    let of_dry_run = runs.iter().find(|run| run["state"] == "dry_run").expect("the dry run");
    assert_eq!((&of_dry_run["run"], &of_dry_run["customers"]), (&json!(dry_run), &json!(3)));
    let held = runs.iter().find(|run| run["state"] == "held").expect("the run that was held back");
    assert_eq!((&held["accounts"], &held["failure"]["error"]), (&json!(4), &json!("Onefold.Gated")));
}

fn the_next_run_builds_on_what_was_gone_back_to_and_obeys_corrections(cloud: &UpCloud, first: &str, second: &str) {
    cloud.onefold(&["rollback"]).exits(0).says(first).says(second);
    assert_eq!(current(cloud), first);
    let list = cloud.lake.get(&keys::current_files(VersionPart::Members));
    let list = String::from_utf8(list).expect("UTF-8");
    assert!(list.starts_with("file:///") && list.contains(first) && !list.contains(second), "{list}");

    let pairs = "always,crm:1,crm:2\nnever,crm:1,crm:3\nnever,crm:4,crm:1\n";
    let contradiction = "kind,left,right\nnever,crm:2,crm:1\n";
    cloud.lake.put("corrections/pairs.csv", format!("kind,left,right\n{pairs}"));
    cloud.lake.put("corrections/more.csv", contradiction);
    let refused = cloud.onefold(&["start"]).exits(1).says("failed in Plan").says("Onefold.InvalidInput");
    refused.says("corrections/more.csv: line 2: never contradicts always (corrections/pairs.csv: line 2");
    assert_eq!(current(cloud), first);

    cloud.lake.put("corrections/more.csv", "kind,left,right\n");
    cloud.onefold(&["start"]).exits(0);
    let run = current(cloud);
    let manifest = manifest(cloud, &run);
    assert_eq!(manifest.previous.as_ref().map(|previous| previous.as_str()), Some(first));
    assert_eq!(manifest.counts.rows_read, 3, "what only the later version had read is read again");
    let out = Results(folder("versions-out"));
    cloud.onefold(&["fetch", out.0.to_str().expect("UTF-8")]).exits(0);
    assert_eq!(members(&out), [json!(["crm:1", "crm:2"]), json!(["crm:3", "crm:4"]), json!(["crm:5"])]);
    let customers = out.customers();
    assert_eq!(customers[r#"["crm:1","crm:2"]"#]["held_by"], json!([["always", "crm:1", "crm:2"]]));
    let mut changes: Vec<Value> = out.lines("changes").into_iter().map(|change| change["change"].clone()).collect();
    changes.sort_by_key(Value::to_string);
    assert_eq!(changes, ["created", "created", "merged", "moved", "updated"], "against the version gone back to");
    cloud.onefold(&["start"]).exits(0).says("Nothing new");
}

fn whoever_is_erased_is_nowhere_and_stays_away(cloud: &UpCloud) {
    let refused = cloud.onefold(&["erase", "--phone", "030 1234567", "--yes"]).exits(1);
    refused.says("phone_numbers[0] is no phone number with a calling code");
    cloud.onefold(&["erase", "crm:3"]).exits(0).says("1 customer with 2 accounts").says("Nothing was done");
    cloud.onefold(&["start"]).exits(0).says("Nothing new");
    cloud.onefold(&["erase", "crm:3", "--email", "C@x.de", "--yes"]).exits(0).says("2 customers with 3 accounts");

    // The limit is there for accidents, and this is none.
    cloud.lake.put(keys::CONFIG, format!("{CONFIG}max_customer_drop_ratio = 1.0\n"));
    let said: Vec<String> = cloud.onefold(&["start"]).exits(0).text.lines().map(str::to_owned).collect();
    let row = |name: &str, number: &str| {
        said.iter().any(|line| line.trim_start().starts_with(name) && line.ends_with(number))
    };
    assert!(row("erased", " 3") && row("customers", " 1"), "{said:?}");
    let run = current(cloud);
    let left: Vec<String> = cloud.lake.objects("").into_iter().map(|object| object.key).collect();
    let holds_values = |key: &&String| {
        ["raw/", "interim/", "rejects/", "merged/", "partitions/"].iter().any(|prefix| key.starts_with(prefix))
            || (key.starts_with("processed/") && *key != keys::CURRENT)
    };
    let of_others: Vec<&String> = left.iter().filter(holds_values).filter(|key| !key.contains(&run)).collect();
    assert_eq!(of_others, [""; 0], "nothing is left of earlier runs");
    let listed = cloud.onefold(&["versions"]).exits(0).text;
    assert_eq!(listed.lines().filter(|line| line.contains("2026") || line.contains("T")).count(), 1, "{listed}");

    drop_accounts(cloud, "again", &[(3, "z@x.de"), (9, "c@X.de"), (10, "d@x.de")]);
    let said = cloud.onefold(&["start"]).exits(0).says("refused as erased").text;
    assert!(
        said.lines().any(|line| line.trim_start().starts_with("refused as erased") && line.ends_with(" 2")),
        "{said}"
    );
    let run = current(cloud);
    let raw = cloud.lake.objects(&format!("raw/{run}/"));
    assert!(raw.is_empty(), "the raw chunk with their rows does not stay: {raw:?}");
    let out = Results(folder("versions-erased"));
    cloud.onefold(&["fetch", out.0.to_str().expect("UTF-8")]).exits(0);
    assert_eq!(members(&out), [json!(["crm:1", "crm:2"]), json!(["crm:10"])]);
}

fn drop_accounts(cloud: &UpCloud, name: &str, accounts: &[(u32, &str)]) {
    let rows: String = accounts.iter().map(|(id, email)| format!("{}\n", json!({"id": id, "email": email}))).collect();
    cloud.lake.put(&format!("{}{name}.jsonl", keys::landing("crm")), rows);
}

/// The run whose version readers see.
fn current(cloud: &UpCloud) -> String {
    let current: CurrentVersion = serde_json::from_slice(&cloud.lake.get(keys::CURRENT)).expect("a current version");
    current.run.to_string()
}

fn manifest(cloud: &UpCloud, run: &str) -> Manifest {
    let run = onefold_lake::RunId::parse(run).expect("a run");
    serde_json::from_slice(&cloud.lake.get(&keys::manifest(&run))).expect("a manifest")
}

/// The run that a text names behind some words.
fn run_behind(text: &str, words: &str) -> String {
    let (_, behind) = text.split_once(words).unwrap_or_else(|| panic!("{words:?} is not in\n{text}"));
    behind.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

/// The members of each customer, sorted.
fn members(results: &Results) -> Vec<Value> {
    results.customers().into_values().map(|mut customer| customer["members"].take()).collect()
}
