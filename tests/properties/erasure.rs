//! Persons who are erased: they are in no object that Onefold wrote, and do not come back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use onefold_lake::calls::{EraseRequest, EraseResult};
use onefold_lake::keys;
use onefold_store::memory::InjectedFault;
use onefold_store::{Store, StoreError};
use onefold_tests::exported;
use onefold_tests::hooked::{HookedStore, Hooks};
use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::{self, Row, SOURCES};
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, rejects};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::data::{any_corrections, any_rows, cases, drop_rows, publish, version_of};
use crate::history;

/// Who is erased, as people say it.
#[derive(Default)]
struct Erased {
    references: BTreeSet<String>,
    emails: BTreeSet<String>,
    phone_numbers: BTreeSet<String>,
}

impl Erased {
    /// Whether a row is of somebody who was erased.
    fn covers(&self, row: &Row, settings: &Settings) -> bool {
        let has = |field: &str, values: &BTreeSet<String>| {
            let account = oracle::account_of(row, settings);
            account.values(field).into_iter().any(|value| values.iter().any(|erased| is_of(value, erased)))
        };
        self.references.contains(&row.reference())
            || !oracle::is_deleted(row) && (has("email", &self.emails) || has("phone_number", &self.phone_numbers))
    }

    /// The rows of everybody else.
    fn others(&self, rows: &[Row], settings: &Settings) -> Vec<Row> {
        rows.iter().filter(|row| !self.covers(row, settings)).cloned().collect()
    }

    /// Takes in what somebody is erased by, and all accounts of the customers that have it.
    fn add(&mut self, field: &str, value: &str, version: Option<&Version>, rows: &[Row], settings: &Settings) {
        let values = match field {
            "reference" => &mut self.references,
            "email" => &mut self.emails,
            _ => &mut self.phone_numbers,
        };
        values.insert(value.to_owned());
        let Some(version) = version else { return };
        let latest = oracle::latest(rows, settings);
        let having = latest.iter().filter(|account| match field {
            "reference" => account.reference == value,
            _ => account.values(field).into_iter().any(|text| is_of(text, value)),
        });
        let customers: BTreeSet<&String> =
            having.filter_map(|account| version.members.get(&account.reference)).collect();
        let members = version.members.iter().filter(|(_, customer)| customers.contains(customer));
        self.references.extend(members.map(|(reference, _)| reference.clone()));
    }
}

/// Whether a value is what somebody is erased by. A number covers its extensions.
fn is_of(value: &str, erased: &str) -> bool {
    value == erased || value.split_once(";ext=").is_some_and(|(number, _)| number == erased)
}

/// What is asked of Erase.
fn request(field: &str, value: &str) -> EraseRequest {
    let name = if field == "reference" { "references" } else { &format!("{field}s") };
    serde_json::from_value(json!({ name: [value] })).expect("a request")
}

/// A row with a text that no other account has.
fn marked(row: &Row) -> Row {
    row.clone().with("address.locality", &mark(&row.reference()))
}

fn mark(reference: &str) -> String {
    format!("zz{}zz", reference.replace(':', "-"))
}

/// The objects that the system wrote, with their content.
fn written(pipeline: &Pipeline) -> Vec<(String, String)> {
    let given = [keys::LANDING, keys::REFERENCE, keys::CORRECTIONS, "config/"];
    let keys = pipeline.list("").into_iter().filter(|key| !given.iter().any(|prefix| key.starts_with(prefix)));
    keys.map(|key| {
        let bytes = pipeline.get(&key).expect("an object");
        // Raw chunks carry an index behind their text, and shuffle objects are many frames with a table.
        let content = if key.ends_with(".shuffle") {
            let frames = bytes.len().saturating_sub(1);
            (0..frames).filter_map(|at| zstd::decode_all(&bytes[at..]).ok()).flatten().collect()
        } else if key.ends_with(".parquet") {
            exported::rows(bytes).iter().flat_map(|row| row.to_string().into_bytes()).collect()
        } else if key.ends_with(".zst") {
            zstd::decode_all(&bytes[..]).expect("zstd")
        } else {
            bytes.to_vec()
        };
        (key, String::from_utf8_lossy(&content).into_owned())
    })
    .collect()
}

/// Asserts that nothing that was written holds anything of these accounts.
fn assert_gone<'r>(pipeline: &Pipeline, references: impl IntoIterator<Item = &'r String>) {
    assert_not_in(&written(pipeline), references);
}

fn assert_not_in<'r>(written: &[(String, String)], references: impl IntoIterator<Item = &'r String>) {
    for reference in references {
        for (key, content) in written {
            let traces = [mark(reference), format!("\"{reference}\"")];
            assert!(!traces.iter().any(|trace| content.contains(trace)), "{key} holds {reference}");
        }
    }
}

/// Who is erased after a run: by which field, and which of the accounts' values.
type Wish = (&'static str, Index);

fn any_wishes() -> impl Strategy<Value = Vec<Wish>> {
    let field = proptest::sample::select(&["reference", "email", "phone_number"][..]);
    proptest::collection::vec((field, any::<Index>()), 0..3)
}

/// Rows in runs, some of which come again in later ones, and who is erased before each run.
fn any_history() -> impl Strategy<Value = Vec<(Vec<Row>, Vec<Wish>)>> {
    any_rows(24).prop_flat_map(|rows| {
        let rows: Vec<Row> = rows.iter().map(marked).collect();
        let most = rows.len();
        let run = (proptest::sample::subsequence(rows, 0..=most), any_wishes());
        proptest::collection::vec(run, 1..5)
    })
}

/// The values that somebody can be erased by, of all rows.
fn values(field: &str, rows: &[Row], settings: &Settings) -> Vec<String> {
    let of_row = |row: &Row| -> Vec<String> {
        match field {
            "reference" => vec![row.reference()],
            _ => oracle::account_of(row, settings).values(field).into_iter().cloned().collect(),
        }
    };
    rows.iter().flat_map(of_row).collect::<BTreeSet<_>>().into_iter().collect()
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn whoever_was_erased_is_nowhere_from_the_next_run_on(
        history in any_history(),
        max_accounts_per_key in 2usize..6,
        snapshots in proptest::sample::subsequence(SOURCES.to_vec(), 0..=1),
        (always, never) in any_corrections(),
        (shards, partitions, twice) in (1u32..4, 1u32..4, any::<bool>()),
    ) {
        let settings = Settings { max_accounts_per_key, snapshots, always, never, exports: true, ..Settings::default() };
        let knobs = Knobs { shards, partitions, twice, ..Knobs::default() };
        let all: Vec<Row> = history.iter().flat_map(|(rows, _)| rows.clone()).collect();
        let mut pipeline = Pipeline::new(&settings);
        let mut erased = Erased::default();
        let mut runs: Vec<Vec<oracle::Dropped>> = Vec::new();
        let mut before: Option<Version> = None;
        for (number, (rows, wishes)) in history.iter().enumerate() {
            let read: Vec<Row> = oracle::standing(&runs, &settings);
            for (field, index) in wishes {
                let values = values(field, &all, &settings);
                if values.is_empty() {
                    continue;
                }
                let value = index.get(&values);
                erased.add(field, value, before.as_ref(), &erased.others(&read, &settings), &settings);
                let answer = pipeline.erase(request(field, value)).expect("it is a value");
                prop_assert!(answer.listed);
            }
            let files = SOURCES.map(|source| {
                let rows = rows.iter().filter(|row| row.source == source).cloned().collect();
                oracle::Dropped { source, rows, is_broken: false }
            });
            for file in files.iter().filter(|file| !file.rows.is_empty() || number == 0) {
                let name = row::file_name(file.source, &format!("run-{number}"));
                pipeline.drop_file(file.source, &name, row::file(file.source, &file.rows));
            }
            runs.push(files.into_iter().filter(|file| !file.rows.is_empty() || number == 0).collect());
            let outcome = pipeline.run(&knobs).expect("a run");
            if !matches!(outcome, Outcome::Published(_)) {
                continue;
            }
            let version = Version::current(&pipeline);
            let standing = erased.others(&oracle::standing(&runs, &settings), &settings);
            // Who is erased is in no correction.
            let others = |pairs: &[[&'static str; 2]]| {
                let is_other = |pair: &&[&str; 2]| !pair.iter().any(|one| erased.references.contains(*one));
                pairs.iter().filter(is_other).copied().collect::<Vec<_>>()
            };
            let (always, never) = (others(&settings.always), others(&settings.never));
            let settings = Settings { always, never, ..settings.clone() };
            prop_assert_eq!(version.values(), oracle::customers(&standing, &settings), "run {}", number);
            let scratch = version_of(&standing, &Settings { snapshots: Vec::new(), ..settings.clone() });
            prop_assert_eq!(version.without_ids(), scratch.without_ids(), "as a run that never saw them");
            assert_gone(&pipeline, &erased.references);
            // Refused for an address or a number, and not known by another row.
            let read = || runs.iter().flatten().flat_map(|file| &file.rows);
            let known: BTreeSet<String> = erased.others(&read().cloned().collect::<Vec<_>>(), &settings).iter().map(Row::reference).collect();
            let all: BTreeSet<String> = read().map(Row::reference).collect();
            let mut written = written(&pipeline);
            // A correction may name an account of which nobody knows that it is theirs.
            written.retain(|(key, _)| !key.ends_with("/corrections.json"));
            assert_not_in(&written, all.difference(&known));
            let suppressed = rows.iter().filter(|row| erased.covers(row, &settings)).count();
            prop_assert_eq!(version.manifest.counts.suppressed, suppressed as u64);
            if let Some(before) = &before {
                let mut told: Vec<Value> = version.changes.clone();
                told.iter_mut().filter_map(Value::as_object_mut).for_each(|change| drop(change.remove("customer")));
                told.retain(|change| change["change"] == "deleted");
                let mut expected = history::changes(before, &version);
                expected.retain(|change| change["change"] == "deleted");
                prop_assert_eq!(told, expected);
            }
            before = Some(version);
        }
    }
}

fn with_email(source: &'static str, id: &str, email: &str) -> Row {
    marked(&Row::new(source, id).with("email", email).at(1))
}

/// A lake of two persons, one of whom has three accounts, and whose first version is published.
fn lake(settings: &Settings) -> Pipeline {
    let mut pipeline = Pipeline::new(settings);
    let rows = [
        with_email("crm", "1", "anna@x.de").with("phone_number", "+49 143 8055090"),
        with_email("list", "1", "anna@x.de"),
        marked(&Row::new("shop", "1").with("phone_number", "+49 143 8055090").at(1)),
        with_email("crm", "2", "bob@x.de"),
    ];
    drop_rows(&pipeline, "a", &rows);
    publish(&mut pipeline, &Knobs::default());
    pipeline
}

fn annas() -> [String; 3] {
    ["crm:1", "list:1", "shop:1"].map(str::to_owned)
}

#[test]
fn a_person_is_all_accounts_of_the_customer() {
    let mut pipeline = lake(&Settings::default());
    let mut asked = request("reference", "shop:1");
    asked.emails.push("nobody@x.de".to_owned());
    asked.dry_run = true;
    let counted = pipeline.erase(asked).expect("an answer");
    let (customers, accounts, unknown, entries) =
        (counted.customers, counted.accounts, counted.unknown, counted.entries);
    assert_eq!((customers, accounts, unknown, entries, counted.listed), (1, 3, 1, 4, false));
    assert_eq!(pipeline.list(keys::SUPPRESSION), [""; 0]);
    assert!(matches!(pipeline.run(&Knobs::default()).expect("a run"), Outcome::NothingNew(_)));

    pipeline.erase(request("reference", "shop:1")).expect("an answer");
    assert_eq!(pipeline.list(keys::SUPPRESSION).len(), 3);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(version.members.keys().collect::<Vec<_>>(), ["crm:2"]);
    let counts = &version.manifest.counts;
    assert_eq!((counts.erased, counts.deleted, counts.customers_deleted, counts.suppressed), (3, 3, 1, 0));
    assert_gone(&pipeline, &annas());
    assert!(matches!(pipeline.run(&Knobs::default()).expect("a run"), Outcome::NothingNew(_)), "the list is as it was");
}

#[test]
fn whoever_is_sent_again_is_refused_without_a_trace_and_without_closing_the_gate() {
    let mut pipeline = lake(&Settings::default());
    pipeline.erase(request("email", "Anna@X.de ")).expect("an answer");
    let config = Settings::default().config().replace("max_reject_ratio = 1.0", "max_reject_ratio = 0.0");
    pipeline.configure(&config);
    publish(&mut pipeline, &Knobs::default());

    let again =
        [with_email("crm", "1", "other@x.de"), with_email("crm", "9", "ANNA@x.de"), with_email("crm", "3", "c@x.de")];
    drop_rows(&pipeline, "b", &again);
    let version = publish(&mut pipeline, &Knobs::default());
    let counts = &version.manifest.counts;
    assert_eq!((counts.rows_read, counts.accounts, counts.rejected, counts.suppressed), (3, 1, 2, 2));
    let rejects = rejects(&pipeline, &version.manifest.run);
    assert_eq!(rejects.len(), 2);
    for reject in rejects {
        assert!(reject["reason"].as_str().is_some_and(|reason| reason.contains("erased")), "{reject}");
        assert_eq!(
            (&reject["raw"], &reject["field"], reject["object"].as_str()),
            (&Value::Null, &Value::Null, Some("landing/crm/b.jsonl"))
        );
    }
    assert_gone(&pipeline, annas().iter().chain(&["crm:9".to_owned()]));
    assert!(
        pipeline.list(&keys::purge_of(&version.manifest.run)).is_empty(),
        "the note about the raw chunk goes with it"
    );
}

/// Ways to write an address, `AT`.
const EMAIL_SPELLINGS: [&str; 12] = [
    " AT ",
    "AT; bob@x.de",
    "bob@x.de, AT",
    "bob@x.de / AT",
    "Anna Weber <AT>",
    "\"Weber, Anna\" <AT>",
    "mailto:AT?subject=Hi",
    "'AT'",
    "AT\u{200b}.",
    "AT (old)",
    "<AT",
    // Whose name is an address.
    "\"AT\" <bob@x.de>",
];
/// Ways to write the number +49 151 30000001, with and without a country.
const PHONE_SPELLINGS: [&str; 10] = [
    "+49 151 30000001",
    "tel:+49-151-30000001",
    "'+4915130000001",
    "\u{202a}+49 (0)151/30000001\u{202c}",
    "Mobil: +49 151 30000001 (privat)",
    "+49 30 1234567 / +49 151 30000001",
    "+49 30 1234567; 0049 151 30000001",
    "+49 151 30000001 ext. 3",
    "+49 30 1234567 oder +49 151 30000001",
    "+49\u{2013}151\u{2013}30000001",
];

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn whoever_was_erased_is_refused_however_the_rows_are_written(
        named in (select(&EMAIL_SPELLINGS[..11]), select(&PHONE_SPELLINGS[..5])),
        rows in proptest::collection::vec((select(&SOURCES[..]), select(&EMAIL_SPELLINGS[..]), select(&PHONE_SPELLINGS[..])), 1..6),
    ) {
        let address = |spelling: &str| spelling.replace("AT", "Anna@X.de");
        let mut pipeline = lake(&Settings::default());
        let answer = pipeline.erase(request("email", &address(named.0).replace("bob@x.de", "b@y.de")));
        prop_assert!(answer.is_ok(), "{}", named.0);
        prop_assert!(pipeline.erase(request("phone_number", named.1)).is_ok(), "{}", named.1);
        let mut again = vec![with_email("crm", "3", "c@x.de")];
        for (number, (source, email, phone)) in rows.iter().enumerate() {
            again.push(with_email(source, &format!("e{number}"), &address(email)));
            again.push(marked(&Row::new(source, &format!("p{number}")).with("phone_number", phone).at(1)));
        }
        drop_rows(&pipeline, "b", &again);
        let version = publish(&mut pipeline, &Knobs::default());
        prop_assert_eq!(version.manifest.counts.suppressed, again.len() as u64 - 1, "{:?}", again);
        let gone: Vec<String> = again[1..].iter().map(Row::reference).collect();
        assert_gone(&pipeline, &gone);
        prop_assert!(version.members.contains_key("crm:3") && version.members.contains_key("crm:2"));
    }
}

#[test]
fn rows_that_are_refused_for_something_else_leave_no_trace_either() {
    let mut pipeline = lake(&Settings::default());
    pipeline.erase(request("email", "anna@x.de")).expect("an answer");
    let lines = [
        // Its time cannot be read, and its address can.
        format!("{{\"id\":\"7\",\"email\":\"anna@x.de\",\"updatedAt\":\"{}\"}}\n", mark("crm:1")),
        // Nobody knows whose these are.
        format!("{{\"id\":\"{}\n", mark("crm:1")),
        format!("\"{}\"\n", mark("crm:1")),
        // Somebody else's.
        "{\"id\":\"8\",\"email\":\"c@x.de\",\"updatedAt\":\"yesterday\"}\n".to_owned(),
    ];
    pipeline.drop_file("crm", "bad.jsonl", lines.concat());
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!((version.manifest.counts.rejected, version.manifest.counts.suppressed), (4, 1));
    assert_gone(&pipeline, &annas());
    let raw: Vec<bool> =
        rejects(&pipeline, &version.manifest.run).iter().map(|reject| reject["raw"].is_null()).collect();
    assert_eq!(raw, [true, true, true, false]);
}

#[test]
fn corrections_that_name_the_erased_are_not_written_down() {
    let settings =
        Settings { always: vec![["crm:2", "shop:1"]], never: vec![["crm:1", "crm:2"]], ..Settings::default() };
    let mut pipeline = lake(&settings);
    pipeline.erase(request("reference", "list:1")).expect("an answer");
    pipeline.erase(request("reference", "shop:1")).expect("an answer");
    let version = publish(&mut pipeline, &Knobs::default());
    assert_gone(&pipeline, &annas());
    assert!(!version.members.contains_key("crm:1"));
}

#[test]
fn versions_that_hold_the_erased_are_gone_and_those_after_them_stay() {
    let mut pipeline = lake(&Settings::default());
    drop_rows(&pipeline, "b", &[with_email("crm", "3", "c@x.de")]);
    pipeline.dry_run(&Knobs::default()).expect("a dry run");
    pipeline.erase(request("email", "anna@x.de")).expect("an answer");
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(pipeline.statuses().len(), 1, "neither the first version nor the held one is kept");
    assert!(pipeline.roll_back(None).is_err());
    let erased_in = version.manifest.run;

    drop_rows(&pipeline, "c", &[with_email("crm", "4", "d@x.de")]);
    publish(&mut pipeline, &Knobs::default());
    assert_eq!(pipeline.statuses().len(), 2);
    assert_eq!(pipeline.roll_back(None).expect("a version to go back to").to.run, erased_in);
    assert_gone(&pipeline, &annas());
}

#[test]
fn an_erasing_run_killed_at_any_write_is_resumed_and_leaves_nothing() {
    let prepared = || {
        let pipeline = lake(&Settings::default());
        pipeline.erase(request("email", "anna@x.de")).expect("an answer");
        drop_rows(&pipeline, "b", &[with_email("crm", "9", "anna@x.de"), with_email("crm", "3", "c@x.de")]);
        pipeline
    };
    let mut undisturbed = prepared();
    let writes_before = undisturbed.store.requests();
    publish(&mut undisturbed, &Knobs::default());
    let writes = undisturbed.store.writes_since(writes_before);
    let run = Pipeline::run_of(2);
    for left in 0..writes {
        let mut pipeline = prepared();
        pipeline.store.fail(InjectedFault::write().nth(left).from_then_on());
        pipeline.run(&Knobs::default()).expect_err("a write fails");
        pipeline.store.heal();
        let is_planned = pipeline.get(&keys::receipt(&run, keys::Stage::Plan, "plan")).is_some();
        if is_planned { pipeline.resume(&run, &Knobs::default()) } else { pipeline.run_again(&Knobs::default()) }
            .unwrap_or_else(|error| panic!("after {left} writes: {error:?}"));
        assert_gone(&pipeline, annas().iter().chain(&["crm:9".to_owned()]));
        let keys = |pipeline: &Pipeline| pipeline.list("");
        let is_of_tries = |key: &String| key.contains("/receipts/") || key.contains("/token");
        let others =
            |pipeline: &Pipeline| keys(pipeline).into_iter().filter(|key| !is_of_tries(key)).collect::<Vec<_>>();
        assert_eq!(others(&pipeline), others(&undisturbed), "after {left} writes");
    }
}

/// Notes which objects, or ranges of them, are read.
#[derive(Clone, Default)]
struct Reads(Arc<Mutex<Vec<String>>>);

impl Reads {
    fn note(&self, key: &str) {
        self.0.lock().expect("nothing panicked").push(key.to_owned());
    }

    /// How many reads of members there were.
    fn of_members(&self) -> usize {
        self.0.lock().expect("nothing panicked").iter().filter(|key| key.contains("/members/")).count()
    }
}

impl Hooks for Reads {
    fn got(&self, key: &str) -> Result<(), StoreError> {
        self.note(key);
        Ok(())
    }

    fn got_range(&self, key: &str) {
        self.note(key);
    }
}

/// Erases, on a context that may be near its deadline, until nothing is left to be looked at; gives the answer, and how
/// often members were read and the function was called.
fn erase_noted(pipeline: &Pipeline, mut request: EraseRequest, is_hurried: bool) -> (EraseResult, usize, usize) {
    let reads = Reads::default();
    let context = pipeline.context(Arc::new(HookedStore::new(pipeline.store.clone(), reads.clone())));
    if is_hurried {
        context.set_deadline(1);
    }
    for calls in 1.. {
        let answer = pipeline.block_on(erase::run(request.clone(), &context)).expect("an answer");
        if answer.next.is_none() {
            return (answer, reads.of_members(), calls);
        }
        request.cursor = answer.next;
    }
    unreachable!("it comes to an end")
}

/// A version of many partitions.
fn many_partitions() -> (Pipeline, usize) {
    let mut pipeline = Pipeline::new(&Settings::default());
    let mut rows: Vec<Row> = (10..60).map(|id| with_email("crm", &id.to_string(), &format!("{id}@x.de"))).collect();
    rows.extend(["1", "2"].map(|id| with_email("crm", id, "anna@x.de")));
    rows.push(with_email("list", "1", "anna@x.de"));
    drop_rows(&pipeline, "a", &rows);
    let version = publish(&mut pipeline, &Knobs { partitions: 16, ..Knobs::default() });
    let frames = pipeline.get(&keys::processed_frames(&version.manifest.run)).expect("frames");
    let frames = String::from_utf8_lossy(&frames);
    let frames = frames.lines().map(|line| serde_json::from_str::<Value>(line).expect("a frame"));
    let filled = frames.filter(|frame| frame["members"][0] != frame["members"][1]).count();
    assert!(filled > 8, "of {filled} partitions");
    (pipeline, filled)
}

#[test]
fn accounts_are_found_by_the_index_and_addresses_by_looking_at_everybody_once() {
    let (pipeline, filled) = many_partitions();
    let (answer, reads, _) = erase_noted(&pipeline, request("reference", "list:1"), false);
    assert_eq!((answer.customers, answer.accounts, answer.entries, reads), (1, 3, 3, 1), "one partition");
    let (answer, reads, _) = erase_noted(&pipeline, request("reference", "list:77"), false);
    assert_eq!((answer.unknown, answer.entries, reads), (1, 1, 0), "nobody's");
    let (answer, reads, _) = erase_noted(&pipeline, request("email", "anna@x.de"), false);
    assert_eq!((answer.customers, answer.accounts, answer.entries, reads), (1, 3, 4, filled), "each partition once");
}

#[test]
fn an_erasure_that_has_no_time_goes_on_where_it_was() {
    let mut asked = request("email", "anna@x.de");
    asked.emails.extend(["30@x.de", "31@x.de", "nobody@x.de"].map(str::to_owned));
    asked.references.push("crm:31".to_owned());
    let (pipeline, filled) = many_partitions();
    let (expected, _, calls) = erase_noted(&pipeline, asked.clone(), false);
    let listed = pipeline.list(keys::SUPPRESSION);
    assert_eq!((calls, expected.accounts, expected.unknown, listed.len()), (1, 5, 1, 9));
    assert_eq!(expected.entries, 9, "crm:31 is asked for, and an account of somebody");

    let (pipeline, _) = many_partitions();
    let (answer, reads, calls) = erase_noted(&pipeline, asked.clone(), true);
    assert_eq!((answer, reads), (expected.clone(), filled), "nothing is looked at twice");
    assert!(calls > 2, "it had to be called again");
    assert_eq!(pipeline.list(keys::SUPPRESSION), listed);
}

/// Another version may have become the current one in between.
#[test]
fn an_erasure_goes_on_in_the_version_that_is_current() {
    let (mut pipeline, _) = many_partitions();
    let context = pipeline.context(pipeline.store.clone());
    context.set_deadline(1);
    let asked = EraseRequest { dry_run: true, ..request("email", "anna@x.de") };
    let first = pipeline.block_on(erase::run(asked.clone(), &context)).expect("an answer");
    let cursor = first.next.expect("there is more");
    drop_rows(&pipeline, "b", &[with_email("shop", "9", "anna@x.de")]);
    publish(&mut pipeline, &Knobs { partitions: 16, ..Knobs::default() });
    let next = EraseRequest { cursor: Some(cursor), ..asked };
    let (answer, _, _) = erase_noted(&pipeline, next, true);
    assert_eq!((answer.version, answer.accounts), (Some(Pipeline::run_of(2)), 4));
}

#[test]
fn versions_without_an_index_are_looked_through() {
    let (pipeline, _) = many_partitions();
    let key = keys::manifest(&Pipeline::run_of(1));
    let mut manifest: Value = serde_json::from_slice(&pipeline.get(&key).expect("a manifest")).expect("JSON");
    manifest["files"]["index"] = json!([]);
    pipeline.put(&key, manifest.to_string());
    for (field, value) in [("reference", "list:1"), ("email", "anna@x.de")] {
        let (answer, reads, _) = erase_noted(&pipeline, request(field, value), false);
        assert_eq!((answer.accounts, reads), (3, 1), "there is one file");
    }
}

#[test]
fn what_is_under_the_prefix_and_no_entry_is_a_fault() {
    let mut pipeline = lake(&Settings::default());
    pipeline.put(&format!("{}anna@x.de.json", keys::SUPPRESSION), "{}");
    let error = pipeline.run(&Knobs::default()).expect_err("nobody would obey it");
    assert!(error.text().contains("suppression/ holds 1 objects that are no entries"), "{}", error.text());
    assert!(!error.text().contains("anna"), "{}", error.text());

    let mut pipeline = lake(&Settings::default());
    pipeline.erase(request("email", "anna@x.de")).expect("an answer");
    let entry = pipeline.list(keys::SUPPRESSION).remove(0);
    let (_, name) = entry.rsplit_once('/').expect("a folder");
    pipeline.put(&format!("{}00000000/{name}", keys::SUPPRESSION), "{}");
    let error = pipeline.run(&Knobs::default()).expect_err("nobody can tell whom it is about");
    assert!(error.text().contains("holds 1 entries that were hashed with another MatchKeySecret"), "{}", error.text());
}
