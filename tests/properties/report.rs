//! `report.json`: its numbers are those of the version's files, and hold no value.

use std::collections::{BTreeMap, BTreeSet};

use onefold_lake::RunId;
use onefold_lake::calls::EraseRequest;
use onefold_lake::keys::{self, Stage};
use onefold_report::{Changes, Cost, Funnel, Report, SourceSet, Timeline, TrendPoint};
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, rejects};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::data::{any_rows, cases, drop_rows, publish};

/// The report of a version.
fn report(pipeline: &Pipeline, run: &RunId) -> Report {
    let bytes = pipeline.get(&keys::processed_report(run)).expect("a report");
    serde_json::from_slice(&bytes).expect("a report")
}

/// The report of the last execution.
fn published(pipeline: &mut Pipeline, knobs: &Knobs) -> (Version, Report) {
    let version = publish(pipeline, knobs);
    let report = report(pipeline, &version.manifest.run);
    (version, report)
}

/// What must not depend on how the rows came. Chunks decide whether an older version of an account is a rejected row or a
/// superseded account, and nothing that was measured is the same twice.
fn numbers(report: Report) -> Report {
    let Funnel { members, customers, largest_customer, .. } = report.funnel;
    let unmeasured = |point: TrendPoint| TrendPoint { elapsed_ms: None, dollars: None, ..point };
    Report {
        input: Vec::new(),
        funnel: Funnel { members, customers, largest_customer, ..Funnel::default() },
        trend: report.trend.into_iter().map(unmeasured).collect(),
        timeline: Timeline::default(),
        cost: Cost::default(),
        ..report
    }
}

/// How many of some records have a value of a field.
fn filled<'v>(records: impl IntoIterator<Item = &'v Value>, field: &str) -> u64 {
    let pointer = format!("/{}", field.replace('.', "/"));
    let has_value = |record: &&Value| {
        let value = record.pointer(&pointer).unwrap_or(&Value::Null);
        !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
    };
    records.into_iter().filter(has_value).count() as u64
}

fn assert_counted(pipeline: &Pipeline, version: &Version, report: &Report) {
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    let mut sets: BTreeMap<Vec<String>, (u64, u64)> = BTreeMap::new();
    for customer in version.customers.values() {
        let members = customer["members"].as_array().expect("members");
        let size = members.len() as u64;
        *sizes.entry(size).or_default() += 1;
        let source =
            |member: &Value| member.as_str().expect("a reference").split(':').next().expect("a source").to_owned();
        let sources: BTreeSet<String> = members.iter().map(source).collect();
        let set = sets.entry(sources.into_iter().collect()).or_default();
        (set.0, set.1) = (set.0 + 1, set.1 + size);
    }
    for size in &report.sizes {
        let customers: u64 = sizes.range(size.from..=size.to).map(|(_, customers)| customers).sum();
        let accounts: u64 = sizes.range(size.from..=size.to).map(|(size, customers)| size * customers).sum();
        assert_eq!((size.customers, size.accounts), (customers, accounts), "{size:?}");
    }
    assert_eq!(report.sizes.iter().map(|size| size.customers).sum::<u64>(), version.customers.len() as u64);
    let told = |set: &SourceSet| (set.sources.clone(), (set.customers, set.accounts));
    assert_eq!(report.source_sets.sets.iter().map(told).collect::<BTreeMap<_, _>>(), sets);
    for field in &report.fill {
        let accounts = filled(version.accounts.values(), &field.field);
        let customers = filled(version.customers.values(), &field.field);
        assert_eq!((field.accounts, field.customers), (accounts, customers), "{}", field.field);
    }
    assert_rejects(pipeline, version, report);
    assert_changes(version, report);
    assert_balanced(version, report);
}

fn assert_rejects(pipeline: &Pipeline, version: &Version, report: &Report) {
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for reject in rejects(pipeline, &version.manifest.run) {
        let [source, reason] = ["source", "reason"].map(|name| reject[name].as_str().expect("a text").to_owned());
        // What follows tells more of the row, or what to do.
        let kind = reason.split([';', ':']).next().expect("a reason").to_owned();
        *expected.entry((source, kind)).or_default() += 1;
    }
    let told = report.input.iter().flat_map(|input| {
        input.rejects.iter().map(|reject| ((input.source.clone(), reject.reason.clone()), reject.rows))
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);
}

fn assert_changes(version: &Version, report: &Report) {
    let of_kind = |kinds: &[&str]| {
        let is_so = |change: &&Value| kinds.contains(&change["change"].as_str().unwrap_or_default());
        version.changes.iter().filter(is_so).count() as u64
    };
    let Some(Changes { created, updated, merged, split, retired, deleted, .. }) = report.changes else {
        assert_eq!(version.manifest.previous, None);
        return;
    };
    assert_eq!(
        [created, updated, merged, split, retired, deleted],
        [
            of_kind(&["created", "split"]),
            of_kind(&["updated"]),
            of_kind(&["merged"]),
            of_kind(&["split"]),
            of_kind(&["retired"]),
            of_kind(&["deleted"])
        ]
    );
}

fn assert_balanced(version: &Version, report: &Report) {
    let funnel = &report.funnel;
    assert_eq!((funnel.members, funnel.customers), (version.members.len() as u64, version.customers.len() as u64));
    assert_eq!(report.sizes.iter().map(|size| size.accounts).sum::<u64>(), funnel.members);
    assert_eq!(funnel.rows_read, funnel.accounts + funnel.rejected);
    assert_eq!(funnel.accounts + funnel.previous_members, funnel.superseded + funnel.deleted + funnel.members);
    let of_input = |count: fn(&onefold_report::SourceInput) -> u64| report.input.iter().map(count).sum::<u64>();
    assert_eq!(
        [of_input(|input| input.rows_read), of_input(|input| input.accounts), of_input(|input| input.rejected)],
        [funnel.rows_read, funnel.accounts, funnel.rejected]
    );
    let last = report.trend.last().expect("this version");
    assert_eq!(
        (last.run.as_str(), last.members, last.customers),
        (report.run.as_str(), funnel.members, funnel.customers)
    );
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn its_numbers_are_those_of_the_files(
        before in any_rows(30), after in any_rows(30), partitions in 1u32..4, has_more_fields in any::<bool>(),
    ) {
        let mut pipeline = Pipeline::new(&Settings { has_more_fields, ..Settings::default() });
        for (name, rows) in [("a", &before), ("b", &after)] {
            drop_rows(&pipeline, name, rows);
            pipeline.drop_file("crm", &format!("bad-{name}.jsonl"), "{\"id\":\n{\"email\":\"x@y.de\"}\n{\"id\":\"\"}\n");
            let (version, report) = published(&mut pipeline, &Knobs { partitions, ..Knobs::default() });
            assert_counted(&pipeline, &version, &report);
        }
    }

    #[test]
    fn how_a_run_is_divided_does_not_matter_to_it(
        rows in any_rows(40), partitions in 1u32..4, split_bytes in 60u64..4_000, rotate in 0usize..5,
        scores in proptest::option::of(Just(1)),
    ) {
        let settings = Settings { scores, ..Settings::default() };
        let of = |rows: &[Row], knobs: &Knobs| {
            let mut pipeline = Pipeline::new(&settings);
            drop_rows(&pipeline, "all", rows);
            pipeline.drop_file("crm", "empty.jsonl", "");
            numbers(published(&mut pipeline, knobs).1)
        };
        let expected = of(&rows, &Knobs::default());
        let turned: Vec<Row> = rows.into_iter().rev().collect();
        let knobs =
            Knobs { shards: 2, partitions, split_bytes, rotate, batch: 1, twice: true, duplicates: true, ..Knobs::default() };
        prop_assert_eq!(of(&turned, &knobs), expected);
    }
}

const SCORED: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
given_name = "/given"
family_name = "/family"
email = "/email"
birthdate = "/born"
[score]
[publish]
max_reject_ratio = 0.5
max_reject_ratio_by_file = 1.0
"#;

/// Persons with accounts that are more or less alike. Every value holds the mark.
fn scored_lake(mark: &str) -> Pipeline {
    let pipeline = Pipeline::of(SCORED);
    let mut lines = String::new();
    for person in 0..30 {
        for account in 0..3 {
            let email = if account == 2 { json!(null) } else { json!(format!("{mark}{person}@{mark}.de")) };
            let given = format!("{mark}{}", ["anna", "otto", "maria"][person % 3]);
            let row = json!({"id": format!("{person}-{account}"), "given": given, "family": format!("{mark} {}", person / 2),
                             "email": email, "born": format!("19{:02}-01-{:02}", person + 10, person + 1)});
            lines += &format!("{row}\n");
        }
    }
    pipeline.drop_file("crm", "a.jsonl", lines);
    pipeline
}

#[test]
fn scores_are_told_by_field_by_bit_and_by_pass() {
    let mut pipeline = scored_lake("x");
    let (version, report) = published(&mut pipeline, &Knobs { shards: 2, partitions: 3, ..Knobs::default() });
    let scores = report.scores.expect("scores");
    let sum = |count: fn(&onefold_report::ScoreCount) -> u64| scores.distribution.iter().map(count).sum::<u64>();
    assert_eq!((sum(|count| count.pairs), sum(|count| count.links)), (scores.pairs, scores.links));
    assert!(scores.links > 20 && scores.distribution.is_sorted_by_key(|count| count.bits), "{scores:?}");
    for count in &scores.distribution {
        let (below, above) = (((count.bits + 1) as f64) <= scores.threshold, count.bits as f64 >= scores.threshold);
        assert!(!below || count.links == 0, "{count:?} below {}", scores.threshold);
        assert!(!above || count.links == count.pairs, "{count:?} above {}", scores.threshold);
    }
    let known = scores.fields.iter().filter(|field| field.known > 0);
    let with_equal = known.filter(|field| field.levels.iter().any(|level| level.level == "equal"));
    let fields: Vec<(&str, u64)> = with_equal.map(|field| (field.field.as_str(), field.known)).collect();
    assert_eq!(fields, [("given_name", 90), ("family_name", 90), ("birthdate", 90), ("email", 60)]);
    assert!(scores.passes.iter().any(|pass| pass.pairs > 0) && scores.curve.len() > 100);

    assert!(!report.weakest.is_empty());
    assert!(report.weakest.is_sorted_by(|one, other| one.score <= other.score), "{:?}", report.weakest);
    for merge in &report.weakest {
        let members = &version.customers[&merge.customer]["members"];
        assert!(merge.accounts.iter().all(|account| members.as_array().expect("members").contains(&json!(account))));
        assert_eq!(merge.members, members.as_array().expect("members").len() as u64);
        assert!(merge.parts[0] >= 1 && merge.parts[0] + merge.parts[1] <= merge.members, "{merge:?}");
    }
}

#[test]
fn it_holds_no_value() {
    let mark = "zzpersonalzz";
    let mut pipeline = scored_lake(mark);
    pipeline.drop_file("crm", "bad.jsonl", format!("{{\"email\":\"{mark}\"}}\n\"{mark}\"\n{{\"id\":[\"{mark}\"]}}\n"));
    let (version, report) = published(&mut pipeline, &Knobs::default());
    let text = |key: &str| String::from_utf8(pipeline.get(key).expect("an object").to_vec()).expect("UTF-8");
    for key in &version.manifest.files.report {
        assert!(!text(key).contains(mark), "{key}");
    }
    let merged = pipeline.list(&keys::merged_of(&version.manifest.run));
    let counts: Vec<&String> = merged.iter().filter(|key| key.ends_with("counts.json")).collect();
    assert!(!counts.is_empty() && counts.iter().all(|key| !text(key).contains(mark)));
    assert!(!report.weakest.is_empty() && report.funnel.rejected == 3);
    let named: BTreeSet<&String> = report.weakest.iter().flat_map(|merge| &merge.accounts).collect();
    assert!(
        text(&keys::processed_report(&version.manifest.run)).contains(named.first().expect("a reference").as_str())
    );
}

#[test]
fn whoever_is_erased_is_in_no_report() {
    let mut pipeline = scored_lake("x");
    let (_, report) = published(&mut pipeline, &Knobs::default());
    let erased = report.weakest[0].accounts.clone();
    let request: EraseRequest = serde_json::from_value(json!({"references": erased})).expect("a request");
    pipeline.erase(request).expect("an answer");
    let (_, after) = published(&mut pipeline, &Knobs::default());
    assert_eq!((after.trend.len(), after.funnel.erased > 0), (2, true), "{:?}", after.funnel);
    for key in pipeline.list("") {
        let is_of_data = key.starts_with("landing/") || key.ends_with(".zst") || key.ends_with(".shuffle");
        let bytes = pipeline.get(&key).expect("an object");
        let content = String::from_utf8_lossy(&bytes);
        assert!(is_of_data || erased.iter().all(|reference| !content.contains(&format!("{reference}\""))), "{key}");
    }
}

#[test]
fn a_held_version_has_a_report_that_says_so_until_it_is_published() {
    let closed =
        Settings::default().config().replace("[publish]\n", "[publish]\nmax_accounts_of_largest_customer = 1\n");
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").with("email", "a@x.de").at(1)]);
    pipeline.dry_run(&Knobs::default()).expect("a dry run");
    let dry = Pipeline::run_of(1);
    assert_eq!((report(&pipeline, &dry).health.dry_run, report(&pipeline, &dry).previous), (true, None));
    pipeline.publish(&dry).expect("it is published");
    assert!(!report(&pipeline, &dry).health.dry_run);

    pipeline.configure(&closed);
    drop_rows(&pipeline, "b", &[Row::new("crm", "2").with("email", "a@x.de").at(2)]);
    pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    let held = Pipeline::run_of(3);
    let before = report(&pipeline, &held);
    assert_eq!((before.health.gated.len(), before.health.published_over.len(), before.trend.len()), (1, 0, 2));
    pipeline.publish(&held).expect("it is published");
    let after = report(&pipeline, &held);
    assert_eq!((after.health.gated.len(), after.health.published_over), (0, before.health.gated));
    assert_eq!((after.funnel, after.timeline), (before.funnel, before.timeline));
}

#[test]
fn a_trend_goes_on_where_a_version_has_no_report() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let mut last = None;
    for number in 1..=4i64 {
        let row = Row::new("crm", &number.to_string()).with("email", &format!("{number}@x.de")).at(number);
        drop_rows(&pipeline, &number.to_string(), &[row]);
        let (version, report) = published(&mut pipeline, &Knobs::default());
        if number == 2 {
            pipeline.remove(&version.manifest.files.report);
        }
        last = Some(report);
    }
    let trend = last.expect("a report").trend;
    let told: Vec<(u64, Option<u64>)> =
        trend.iter().map(|point| (point.customers, point.changes.map(|changes| changes.created))).collect();
    assert_eq!(told, [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(1))]);
    let measured: Vec<bool> = trend.iter().map(|point| point.elapsed_ms.is_some()).collect();
    assert_eq!(measured, [false, false, true, true], "the first two are known by their manifests alone");
}

/// The stages of a run, with their invocations and whether it is known when they ran.
fn stages(report: &Report) -> Vec<(&str, u64, bool)> {
    let stages = report.timeline.stages.iter();
    stages.map(|stage| (stage.stage.as_str(), stage.invocations, stage.end_ms >= stage.start_ms)).collect()
}

#[test]
fn every_stage_before_compact_is_measured() {
    let mut pipeline = scored_lake("x");
    pipeline.configure(&format!("{SCORED}[export]\nparquet = true\n"));
    let (version, report) = published(&mut pipeline, &Knobs { shards: 2, partitions: 3, ..Knobs::default() });
    let receipts = |stage: Stage| pipeline.list(&keys::receipts_of(&version.manifest.run, stage)).len() as u64;
    let before = Stage::ALL.into_iter().filter(|stage| !matches!(stage, Stage::Compact | Stage::Purge));
    let expected: Vec<(&str, u64, bool)> = before.map(|stage| (stage.name(), receipts(stage), true)).collect();
    assert_eq!(stages(&report), expected);
    assert!(expected.iter().all(|(_, invocations, _)| *invocations > 0), "{expected:?}");
    assert_eq!(report.cost.invocations, expected.iter().map(|(_, invocations, _)| invocations).sum::<u64>());
    assert!(report.cost.s3_requests > report.cost.invocations && report.cost.dollars.total > 0.0);
}

/// Removes members from an object of JSON.
fn strip(pipeline: &Pipeline, key: &str, names: &[&str]) {
    let mut content: Value = serde_json::from_slice(&pipeline.get(key).expect("an object")).expect("JSON");
    for pointer in ["", "/result"] {
        if let Some(members) = content.pointer_mut(pointer).and_then(Value::as_object_mut) {
            members.retain(|name, _| !names.contains(&name.as_str()));
        }
    }
    pipeline.put(key, content.to_string());
}

/// What an earlier program left of a run that this one compacts.
#[test]
fn what_earlier_programs_did_not_count_is_missing_in_the_report_alone() {
    let mut pipeline = scored_lake("x");
    let run = pipeline.next_run();
    pipeline.store.fail(InjectedFault::write().where_key(|key| key.starts_with("processed/")));
    pipeline.run(&Knobs::default()).expect_err("it cannot write the version");
    pipeline.store.heal();
    let new =
        ["statistics", "distribution", "rejected_by_kind", "s3_reads", "started_ms", "is_cold_start", "memory_mb"];
    let receipts = pipeline.list(&keys::all_receipts_of(&run));
    let counts = pipeline.list(&keys::merged_of(&run)).into_iter().filter(|key| key.ends_with("counts.json"));
    receipts.into_iter().chain(counts).for_each(|key| strip(&pipeline, &key, &new));
    let outcome = pipeline.resume(&run, &Knobs::default()).expect("a version");
    assert!(matches!(outcome, Outcome::Published(_)));
    let report = report(&pipeline, &run);
    assert_eq!(report.funnel.members, 90);
    assert!(report.sizes.is_empty() && report.weakest.is_empty() && report.source_sets.sets.is_empty());
    let scores = report.scores.as_ref().expect("scores");
    assert!(scores.distribution.is_empty() && scores.links > 0);
    let early = report.timeline.stages.iter().filter(|stage| stage.start_ms.is_none()).count();
    assert!(early >= 10, "{:?}", report.timeline);
}
