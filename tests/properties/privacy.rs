//! Invariant 7: no personal value is in object keys, receipts, logs, state payloads or error messages.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use onefold_lake::keys;
use onefold_lake::version::announcement::Announcement;
use onefold_rows::enrich::TableFormat;
use onefold_shell::StageError;
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::{Row, TEXT_FIELDS};
use onefold_tests::settings::Settings;
use onefold_tests::version::text;

use crate::data::drop_rows;

/// What every personal value holds.
const MARK: &str = "zzpersonalzz";

thread_local! {
    /// What is logged on this thread, while somebody takes it down.
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What the functions log.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| {
            if let Some(logged) = logged {
                logged.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Runs something and takes down what it logs. One subscriber serves all threads: with one for each, an event that
    /// another thread met first, where nobody listened, can be lost.
    fn of<T>(action: impl FnOnce() -> T) -> (T, String) {
        static SUBSCRIBED: Once = Once::new();
        SUBSCRIBED.call_once(|| {
            tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(|| Log).init();
        });
        LOGGED.set(Some(Vec::new()));
        let result = action();
        let bytes = LOGGED.take().expect("it was begun above");
        (result, String::from_utf8(bytes).expect("UTF-8"))
    }
}

fn assert_clean(what: &str, text: &str) {
    assert!(!text.to_lowercase().contains(MARK), "{what} holds a personal value: {text}");
}

/// Rows whose every value is marked; some match, and some are junk.
fn marked_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (source, seconds) in [("crm", 1), ("list", 2), ("shop", 3)] {
        for number in 0..6 {
            let mut row = Row::new(source, &format!("{MARK}-{}", number % 5)).at(seconds + number);
            row = TEXT_FIELDS.into_iter().fold(row, |row, field| row.with(field, &format!("{MARK} {field} {number}")));
            row = row.with("email", &format!("{MARK}{number}@{MARK}.de")).with("full_name", &format!("{MARK}, {MARK}"));
            row.interests = vec![MARK.to_owned()];
            row.device = (source != "shop").then(|| MARK.to_owned());
            row.salary = Some(MARK.to_owned());
            rows.push(if number > 3 { row.with("email", &format!("junk@{MARK}.de")) } else { row });
        }
    }
    rows
}

/// Lines that are refused, with marks.
fn marked_rejects(pipeline: &Pipeline) {
    let lines = [
        format!("{{\"email\":\"{MARK}\"}}\n"),
        format!("{{\"id\":\"{MARK}\",\"updatedAt\":\"{MARK}\"}}\n"),
        format!("\"{MARK}\"\n"),
        format!("{{\"id\":\"{MARK}\n"),
    ];
    pipeline.drop_file("crm", "rejects.jsonl", lines.concat());
    pipeline.drop_file("list", "rejects.csv", format!("id,email\n{MARK},\"{MARK}\n{MARK}\n"));
}

/// A lake of marked rows, of which a first version is published.
fn lake() -> Pipeline {
    let settings = Settings { max_accounts_per_key: 3, ..Settings::default() };
    let mut pipeline = Pipeline::new(&settings);
    drop_rows(&pipeline, "a", &marked_rows());
    marked_rejects(&pipeline);
    pipeline.run(&Knobs { shards: 2, ..Knobs::default() }).expect("a version");
    drop_rows(&pipeline, "b", &[Row::new("crm", MARK).with("email", MARK).at(9)]);
    pipeline
}

#[test]
fn keys_receipts_logs_and_payloads_hold_no_personal_value() {
    let mut pipeline = lake();
    let (outcome, log) =
        Log::of(|| pipeline.run(&Knobs { twice: true, duplicates: true, ..Knobs::default() }).expect("a version"));
    assert!(log.matches("\"done\"").count() > 8, "every stage logs: {log}");
    assert_clean("the log", &log);
    assert_clean("the output", &format!("{outcome:?}"));
    assert_clean("a completed task", &format!("{:?}", pipeline.tasks.succeeded()));

    // These hold what sources gave; all others hold keys, counts, digests and hashes.
    let is_data = |key: &str| {
        let folders = ["landing/", "raw/", "interim/", "rejects/"];
        folders.iter().any(|folder| key.starts_with(folder)) && !key.ends_with(".links")
            || key.contains("/customers")
            || (key.contains("/blocked") || key.contains("/changes")) && key.ends_with(".zst")
            || key.contains("/members") && !key.ends_with(".links")
            || key.ends_with(".shuffle")
    };
    let mut searched = 0;
    let (mut with_mark, all) = (0, pipeline.list(""));
    for key in &all {
        assert_clean("a key", key);
        let bytes = pipeline.get(key).expect("an object");
        let content =
            if key.ends_with(".zst") { text(&pipeline, key) } else { String::from_utf8_lossy(&bytes).into_owned() };
        if is_data(key) {
            with_mark += usize::from(content.to_lowercase().contains(MARK));
        } else {
            assert_clean(key, &content);
            searched += 1;
        }
    }
    assert!(searched > 40 && with_mark > 10, "{searched} objects without data, {with_mark} with marks");
}

#[test]
fn events_and_metrics_hold_no_personal_value() {
    let mut pipeline = lake();
    let published = pipeline.run(&Knobs::default());
    let mut closed = lake();
    closed.configure(&Settings::default().config().replace("max_reject_ratio = 1.0", "max_reject_ratio = 0.0"));
    closed.drop_file("crm", "rejects-2.jsonl", format!("{{\"email\":\"{MARK}\"}}\n").repeat(20));
    let held = closed.run(&Knobs::default());
    for (pipeline, ending, detail_type) in
        [(pipeline, published, "Onefold Version Published"), (closed, held, "Onefold Version Held")]
    {
        let (events, metrics) = pipeline.announce(2, &ending);
        let kinds: Vec<&str> = events.iter().map(Announcement::detail_type).collect();
        assert_eq!(kinds, [detail_type], "{ending:?}");
        assert!(!metrics.is_empty());
        assert_clean("an event", &format!("{events:?}"));
        assert_clean("a metric", &format!("{metrics:?}"));
    }
}

/// Runs until a write under a prefix fails.
fn stop_at(prefix: &str) -> Pipeline {
    for writes in 0.. {
        let mut pipeline = lake();
        pipeline.store.fail(InjectedFault::write().nth(writes).from_then_on());
        let error = pipeline.run(&Knobs::default()).expect_err("a write fails");
        if error.text().contains(&format!("put of {prefix}")) {
            pipeline.store.heal();
            return pipeline;
        }
    }
    unreachable!("some write is under {prefix}")
}

/// Damages an object of the run that was stopped, and takes the run up.
fn damage(stopped_at: &str, prefix: &str, suffix: &str, damage: impl Fn(String) -> String) -> (StageError, String) {
    let mut pipeline = stop_at(stopped_at);
    let run = Pipeline::run_of(2);
    let key =
        pipeline.list(&format!("{prefix}{run}/")).into_iter().find(|key| key.ends_with(suffix)).expect("an object");
    let damaged = damage(text(&pipeline, &key));
    assert!(damaged.contains(MARK), "there is something to be told: {damaged}");
    pipeline.put(&key, zstd::encode_all(damaged.as_bytes(), 1).expect("zstd"));
    let failed = Log::of(|| pipeline.resume(&run, &Knobs::default()).expect_err("it is damaged"));
    assert_clean("a failed task", &format!("{:?}", pipeline.tasks.failed()));
    failed
}

#[test]
fn errors_about_damaged_objects_hold_no_personal_value() {
    let cut = |text: String| text.replace("\"ref\":\"", "\"ref\":[\"");
    // Where Translate fails to write an interim chunk, the raw one is buried.
    let dead = keys::dead_of(&Pipeline::run_of(2));
    let cases = [
        ("an account that is no JSON", damage("links/", "interim/", ".jsonl.zst", cut), "line 1 of the partition"),
        (
            "an account too many",
            damage("links/", "interim/", ".jsonl.zst", |text| text.repeat(2)),
            "does not have the 1 lines",
        ),
        ("a raw chunk without segments", damage(&dead, "raw/", ".zst", |text| text), "DeadLetter"),
    ];
    for (what, (error, log), expected) in cases {
        assert!(error.text().contains(expected), "{what}: {}", error.text());
        assert_clean(what, &error.text());
        assert_clean(what, &log);
    }
}

#[test]
fn errors_about_members_and_tables_hold_no_personal_value() {
    let pipeline_with_member = || {
        let mut pipeline = lake();
        let key =
            pipeline.list("processed/").into_iter().find(|key| key.contains("/members/") && key.ends_with(".zst"));
        let key = key.expect("a member file");
        let broken = text(&pipeline, &key).replace("\"received_at\":\"", &format!("\"received_at\":\"{MARK}"));
        pipeline.put(&key, zstd::encode_all(broken.as_bytes(), 1).expect("zstd"));
        pipeline.run(&Knobs::default()).expect_err("a member is damaged")
    };
    let pipeline_with_table = || {
        let mut pipeline = lake();
        pipeline.put(
            &keys::reference("gender", TableFormat::Csv),
            format!("name,gender,probability\n{MARK},f,1\n{MARK},m,1\n"),
        );
        pipeline.run(&Knobs::default()).expect_err("a table has a name twice")
    };
    for (expected, error) in
        [("of the partition", pipeline_with_member()), ("gender.csv: line 3", pipeline_with_table())]
    {
        assert!(error.text().contains(expected), "{}", error.text());
        assert_clean("an error", &error.text());
    }
}
