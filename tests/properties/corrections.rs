//! Corrections are obeyed by every later run, as the oracle does, whatever came when.

use onefold_shell::ErrorKind;
use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, text};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::data::{
    any_corrections, any_customer_limits, any_rows, cases, drop_rows, pairs_of, publish, publish_in_two, version_of,
};

pub fn any_settings() -> impl Strategy<Value = Settings> {
    (2usize..6, any_customer_limits(), any_corrections()).prop_map(
        |(max_accounts_per_key, (max_accounts_per_customer, max_distinct), (always, never))| Settings {
            max_accounts_per_key,
            max_accounts_per_customer,
            max_distinct,
            always,
            never,
            ..Settings::default()
        },
    )
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn corrections_are_obeyed_from_the_next_run_on(
        rows in any_rows(40),
        settings in any_settings(),
        later in any_corrections(),
        cut in 0.0..1.0,
        (shards, partitions) in (1u32..4, 1u32..4),
    ) {
        let knobs = Knobs { shards, partitions, ..Knobs::default() };
        let mut pipeline = Pipeline::new(&settings);
        let version = publish_in_two(&mut pipeline, &rows, cut, &knobs);
        prop_assert_eq!(version.values(), oracle::customers(&rows, &settings));

        // Other corrections, and nothing else that is new.
        let corrected = Settings { always: later.0, never: later.1, ..settings.clone() };
        let is_changed = pairs_of(&settings) != pairs_of(&corrected);
        pipeline.correct(&corrected);
        let is_published = matches!(pipeline.run(&knobs).expect("a run"), Outcome::Published(_));
        let version = Version::current(&pipeline);
        prop_assert_eq!(version.values(), oracle::customers(&rows, &corrected));
        prop_assert_eq!(is_published, is_changed, "other corrections are work, and the same are not");
        prop_assert_eq!(version.without_ids(), version_of(&rows, &corrected).without_ids(), "as a run from scratch");
        let again = pipeline.run(&knobs).expect("a run");
        prop_assert!(matches!(again, Outcome::NothingNew(_)));
    }
}

fn row(id: &str, email: &str) -> Row {
    Row::new("crm", id).with("email", email).at(1)
}

/// What guards did.
fn guarded(pipeline: &Pipeline, version: &Version) -> Vec<Value> {
    let files = version.manifest.files.blocked.iter();
    let lines: Vec<String> = files.map(|file| text(pipeline, &file.key)).collect();
    lines.concat().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn corrections_come_and_go() {
    let rows = [row("1", "a@x.de"), row("2", "a@x.de"), row("3", "b@x.de")];
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "all", &rows);
    let members = |version: &Version| version.without_ids().iter().map(|it| it["members"].clone()).collect::<Vec<_>>();
    let plain = publish(&mut pipeline, &Knobs::default());
    assert_eq!(members(&plain), [json!(["crm:1", "crm:2"]), json!(["crm:3"])]);

    let corrected =
        Settings { always: vec![["crm:3", "crm:1"]], never: vec![["crm:1", "crm:2"]], ..Settings::default() };
    pipeline.correct(&corrected);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(members(&version), [json!(["crm:1", "crm:3"]), json!(["crm:2"])]);
    let held_by: Vec<Value> = version.without_ids().iter().map(|customer| customer["held_by"].clone()).collect();
    assert_eq!(held_by, [json!([["always", "crm:1", "crm:3"]]), json!([])]);
    assert_eq!(version.manifest.guards["never"], 1);
    assert_eq!(guarded(&pipeline, &version), [json!({"guard": "never", "parts": [["crm:1", "crm:3"], ["crm:2"]]})]);
    assert!(!version.manifest.corrections.is_empty());

    // They are obeyed by runs that read something else, too.
    drop_rows(&pipeline, "more", &[row("4", "a@x.de")]);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(members(&version)[0], json!(["crm:1", "crm:3", "crm:4"]));

    pipeline.correct(&Settings::default());
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(members(&version), [json!(["crm:1", "crm:2", "crm:4"]), json!(["crm:3"])], "taken back");
    assert!(version.manifest.corrections.is_empty() && version.manifest.guards.is_empty());
}

#[test]
fn faults_stop_a_run_before_it_begins_and_notes_do_not() {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "all", &[row("1", "a@x.de")]);
    pipeline.put("corrections/a.csv", "kind,left,right\nalways,crm:1,crm:2\nalways,cmr:1,crm:2\n");
    pipeline.put("corrections/b.csv", "kind,left,right\nnever,crm:2,crm:1\n");
    let error = pipeline.run(&Knobs::default()).expect_err("they contradict each other");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    for expected in [
        "corrections/a.csv: line 3: left is of no source of the configuration; the nearest is \"crm\"",
        "corrections/b.csv: line 2: never contradicts always (corrections/a.csv: line 2)",
    ] {
        assert!(error.text().contains(expected), "{}", error.text());
    }
    pipeline.put("corrections/a.csv", "kind,left,right,note\nalways,crm:1,crm:3,seen\n");
    pipeline.put("corrections/b.csv", "kind,left,right\nalways,crm:3,crm:1\n");
    pipeline.put("corrections/readme.txt", "not read");
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(
        version.manifest.notes,
        ["corrections/b.csv: line 2: the pair stands in corrections/a.csv: line 2, too"]
    );
}
