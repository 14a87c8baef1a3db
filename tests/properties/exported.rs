//! Parquet has what JSON Lines have, row by row and value by value: [`Version`] compares them wherever it reads a version
//! that has both.

use onefold_lake::calls::ExportRequest;
use onefold_lake::keys::{self, ParquetPart, Stage};
use onefold_lake::run::layout::ExportedPartitions;
use onefold_shell::{ErrorKind, MemoryBudget};
use onefold_tests::exported;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, publish, publish_in_two, version_of};

/// Rows with fields of one's own, an identifier, and names that the others do not have.
fn with_more(rows: Vec<Row>) -> Vec<Row> {
    let more = |row: Row| match row.source {
        "list" => row,
        _ if row.reference().len().is_multiple_of(2) => row.with("ssn", "123-45").with("nick", " A\"nni\n"),
        _ => row.with("middle_name", "Eva").with("nick", "n/a"),
    };
    rows.into_iter().map(more).collect()
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn rows_are_the_lines(
        rows in any_rows(40),
        cut in 0.0..1.0,
        scores in proptest::option::weighted(0.3, -2i32..8),
        (shards, partitions, twice) in (1u32..3, 1u32..5, any::<bool>()),
    ) {
        let settings = Settings { exports: true, has_more_fields: true, scores, ..Settings::default() };
        let knobs = Knobs { shards, partitions, twice, ..Knobs::default() };
        let rows = with_more(rows);
        // It reads both versions, and so compares them.
        let version = publish_in_two(&mut Pipeline::new(&settings), &rows, cut, &knobs);
        let parquet = &version.manifest.files.parquet;
        prop_assert_eq!(parquet.customers.is_empty(), version.customers.is_empty());
        prop_assert_eq!(parquet.changes.is_empty(), version.changes.is_empty());
    }

    #[test]
    fn an_export_changes_nothing_else(rows in any_rows(25)) {
        let with = version_of(&rows, &Settings { exports: true, ..Settings::default() });
        let without = version_of(&rows, &Settings::default());
        prop_assert_eq!(with.customers, without.customers);
        prop_assert_eq!(with.accounts, without.accounts);
        prop_assert!(without.manifest.files.parquet.is_empty());
    }
}

fn settings() -> Settings {
    Settings { exports: true, ..Settings::default() }
}

fn rows() -> Vec<Row> {
    let row = |id: &str, email: &str| Row::new("crm", id).with("email", email).at(1);
    vec![row("1", "a@x.de"), row("2", "b@x.de"), row("3", "a@x.de")]
}

/// A lake whose second run exported, with what that run wrote, and where nothing of Export is left.
pub fn before_export() -> (Pipeline, Vec<ExportedPartitions>) {
    let mut pipeline = Pipeline::new(&settings());
    drop_rows(&pipeline, "a", &rows());
    publish(&mut pipeline, &Knobs::default());
    let current = pipeline.get(keys::CURRENT).expect("a version before");
    drop_rows(&pipeline, "b", &[Row::new("crm", "2").with("email", "a@x.de").at(2)]);
    let run = publish(&mut pipeline, &Knobs::default()).manifest.run;
    let made = pipeline.list(&format!("{}parquet/", keys::version(&run)));
    assert_eq!(made.len(), 3, "{made:?}");
    pipeline.put(keys::CURRENT, current);
    pipeline.remove(&[made, pipeline.list(&keys::receipts_of(&run, Stage::Export))].concat());
    let list = pipeline.get(&keys::exports(&run)).expect("a list");
    let lines = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    (pipeline, lines.map(|line| serde_json::from_slice(line).expect("a line")).collect())
}

#[test]
fn whoever_turns_it_on_gets_all_customers_at_once() {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &rows());
    publish(&mut pipeline, &Knobs::default());
    pipeline.configure(&settings().config());
    let version = publish(&mut pipeline, &Knobs::default());
    let parquet = &version.manifest.files.parquet;
    assert_eq!(exported::rows_of(&pipeline, &parquet.customers).len(), 2);
    assert_eq!(exported::rows_of(&pipeline, &parquet.members).len(), 3);
    assert!(parquet.changes.is_empty(), "nothing changed");
}

#[test]
fn a_dry_run_has_parquet_and_it_is_published_as_it_is() {
    let mut pipeline = Pipeline::new(&settings());
    drop_rows(&pipeline, "a", &rows());
    let Outcome::Dry(dry) = pipeline.dry_run(&Knobs::default()).expect("a dry run") else { panic!("it is dry") };
    let held = Version::read(&pipeline, &dry.run);
    assert_eq!(held.manifest.files.parquet.customers.len(), 1);
    pipeline.publish(&dry.run).expect("it is published");
    assert_eq!(Version::current(&pipeline).manifest.files, held.manifest.files);
}

/// Nobody sees a version whose Parquet is missing.
#[test]
fn without_its_parquet_a_version_is_not_published() {
    for part in ParquetPart::ALL {
        let mut pipeline = Pipeline::new(&settings());
        drop_rows(&pipeline, "a", &rows());
        let Outcome::Dry(dry) = pipeline.dry_run(&Knobs::default()).expect("a dry run") else { panic!("it is dry") };
        let key = keys::parquet(&dry.run, part, 0);
        if pipeline.get(&key).is_none() {
            assert_eq!(part, ParquetPart::Changes, "a first version has no changes");
            continue;
        }
        pipeline.remove(std::slice::from_ref(&key));
        let error = pipeline.publish(&dry.run).expect_err("an object is missing");
        assert_eq!(error.kind, ErrorKind::Corrupt);
        assert!(error.text().contains(&key), "{}", error.text());
        assert!(pipeline.get(keys::CURRENT).is_none());
    }
}

#[test]
fn what_does_not_fit_into_memory_is_refused_by_name() {
    let (pipeline, exports) = before_export();
    let context = pipeline.context(pipeline.store.clone()).with_memory(MemoryBudget::of_megabytes(200));
    let request = ExportRequest { run: Pipeline::run_of(2), partitions: exports[0] };
    let error = pipeline.block_on(export::run(request, &context)).expect_err("a row group does not fit");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.text().contains("export has 200 MB of memory"), "{}", error.text());
    assert!(error.text().contains("FunctionMemory="), "{}", error.text());
}

#[test]
fn a_damaged_line_is_named_and_not_shown() {
    let (pipeline, exports) = before_export();
    let run = Pipeline::run_of(2);
    let part = keys::VersionPart::Customers;
    for text in ["{\"customer_id\":\"anna@gmx.de\",\"email\":7}\n", "{\"members\":[]}\n", "{\n"] {
        for partition in exports[0].first..exports[0].end {
            let bytes = onefold_lake::compress(text.as_bytes()).expect("zstd");
            pipeline.put(&keys::merged(&run, partition, part), bytes);
        }
        let request = ExportRequest { run: run.clone(), partitions: exports[0] };
        let context = pipeline.context(pipeline.store.clone());
        let error = pipeline.block_on(export::run(request, &context)).expect_err("it is damaged");
        assert_eq!(error.kind, ErrorKind::Corrupt);
        assert!(error.text().contains(&keys::merged(&run, 0, part)), "{}", error.text());
        assert!(!error.text().contains("anna"), "{}", error.text());
    }
}
