//! The change feed says what a reader finds who compares two versions.

use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, publish, without_guard};
use crate::history;

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn the_feed_is_the_difference_of_two_versions(rows in any_rows(25), more in any_rows(12), partitions in 1u32..4) {
        let knobs = Knobs { partitions, ..Knobs::default() };
        let mut pipeline = Pipeline::new(&without_guard());
        drop_rows(&pipeline, "a", &rows);
        pipeline.drop_file("crm", "empty-a.jsonl", "");
        let before = publish(&mut pipeline, &knobs);
        // Of a row that is dropped again with other values and the same time, nothing says which is later.
        let is_known = |row: &Row| rows.iter().any(|known| known.reference() == row.reference() && known.time() == row.time());
        let more: Vec<Row> = more.into_iter().filter(|row| !is_known(row)).collect();
        drop_rows(&pipeline, "b", &more);
        pipeline.drop_file("crm", "empty-b.jsonl", "");
        let after = publish(&mut pipeline, &knobs);

        let expected = history::changes(&before, &after);
        prop_assert_eq!(&history::told(&after), &expected);
        let counted = |change: &str| expected.iter().filter(|line| line["change"] == change).count() as u64;
        let counts = &after.manifest.counts;
        prop_assert_eq!(counts.customers_created, counted("created") + counted("split"));
        prop_assert_eq!(counts.customers_split, counted("split"));
        prop_assert_eq!(counts.customers_updated, counted("updated"));
        prop_assert_eq!(counts.customers_merged, counted("merged"));
        prop_assert_eq!(counts.customers_deleted, counted("deleted"));
        prop_assert_eq!(counts.customers_retired, counted("retired"));
        prop_assert_eq!(counts.accounts_moved, counted("moved"));
    }
}

#[test]
fn the_customers_of_a_first_version_are_its_feed() {
    let mut pipeline = Pipeline::new(&without_guard());
    drop_rows(
        &pipeline,
        "a",
        &[Row::new("crm", "1").with("email", "a@x.de"), Row::new("shop", "1").with("email", "b@x.de")],
    );
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(version.manifest.files.changes, version.manifest.files.customers);
    assert_eq!(version.manifest.counts.customers_created, 2);
    assert_eq!(version.changes.len(), 2);
}

#[test]
fn a_value_that_becomes_junk_is_a_change() {
    let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: 2, ..Settings::default() });
    let row = |id| Row::new("crm", id).with("email", "a@x.de").with("phone_number", "212 345 6789").at(1);
    drop_rows(&pipeline, "a", &[row("1"), row("2")]);
    let before = publish(&mut pipeline, &Knobs::default());
    drop_rows(&pipeline, "b", &[Row::new("shop", "1").with("email", "a@x.de").at(2)]);
    let after = publish(&mut pipeline, &Knobs::default());
    assert_eq!(history::told(&after), history::changes(&before, &after));
}

#[test]
fn a_value_that_was_junk_before_is_no_change() {
    let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: 2, ..Settings::default() });
    let row = |id| Row::new("crm", id).with("email", "a@x.de").at(1);
    drop_rows(&pipeline, "a", &[row("1"), row("2"), row("3")]);
    let before = publish(&mut pipeline, &Knobs::default());
    drop_rows(&pipeline, "b", &[row("1").with("given_name", "Anna").at(2)]);
    let after = publish(&mut pipeline, &Knobs::default());
    assert_eq!(history::told(&after), history::changes(&before, &after));
}

#[test]
fn what_a_new_configuration_changes_is_a_change() {
    let mut pipeline = Pipeline::new(&without_guard());
    let row = |source| Row::new(source, "1").with("email", "a@x.de").with("given_name", source).at(1);
    drop_rows(&pipeline, "a", &[row("crm"), row("list")]);
    let before = publish(&mut pipeline, &Knobs::default());
    pipeline.configure(&without_guard().config().replace("trust = 2", "trust = 0"));
    let after = publish(&mut pipeline, &Knobs::default());
    assert_ne!(before.values(), after.values(), "the other source is trusted more now");
    assert_eq!(history::told(&after), history::changes(&before, &after));
}

#[test]
fn what_a_correction_changes_is_a_change_once() {
    let mut pipeline = Pipeline::new(&without_guard());
    let row = |id| Row::new("crm", id).with("email", "a@x.de").at(1);
    drop_rows(&pipeline, "a", &[row("1"), row("2"), row("7")]);
    let mut before = publish(&mut pipeline, &Knobs::default());
    // The customer stays as it is, but for what holds it together.
    for pairs in [vec![["crm:2", "crm:7"]], vec![["crm:2", "crm:7"], ["crm:9", "crm:10"]]] {
        pipeline.correct(&Settings { always: pairs, ..without_guard() });
        let after = publish(&mut pipeline, &Knobs::default());
        assert_eq!(history::told(&after), history::changes(&before, &after));
        before = after;
    }
    assert!(before.changes.is_empty(), "the second correction is about nobody");
}
