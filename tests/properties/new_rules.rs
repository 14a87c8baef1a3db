//! Other match rules over the members of the version before give what one run with them over everything gives.

use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::data::{any_rows, cases, drop_rows, publish, version_of};

fn any_settings() -> impl Strategy<Value = Settings> {
    let rules =
        vec![vec!["email"], vec!["phone_number"], vec!["given_name", "family_name"], vec!["family_name", "email"]];
    (subsequence(rules, 1..=4), 2usize..6).prop_map(|(rules, max_accounts_per_key)| Settings {
        rules,
        max_accounts_per_key,
        ..Settings::default()
    })
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn new_rules_apply_to_old_members(
        rows in any_rows(25),
        cut in 0.0..1.0,
        (old, new) in (any_settings(), any_settings()),
        (shards, partitions) in (1u32..4, 1u32..4),
    ) {
        let knobs = Knobs { shards, partitions, ..Knobs::default() };
        let (before, after) = rows.split_at((rows.len() as f64 * cut) as usize);
        let mut pipeline = Pipeline::new(&old);
        drop_rows(&pipeline, "a", before);
        pipeline.drop_file("crm", "empty-a.jsonl", "");
        publish(&mut pipeline, &knobs);
        pipeline.configure(&new.config());
        drop_rows(&pipeline, "b", after);
        pipeline.drop_file("crm", "empty-b.jsonl", "");
        let version = publish(&mut pipeline, &knobs);
        prop_assert_eq!(version.without_ids(), version_of(&rows, &new).without_ids());
    }
}

#[test]
fn new_rules_alone_are_work() {
    let rows: Vec<_> =
        (1..=3).map(|id| onefold_tests::row::Row::new("crm", &id.to_string()).with("email", "a@x.de")).collect();
    let rules = |field| Settings { rules: vec![vec![field]], ..Settings::default() };
    let mut pipeline = Pipeline::new(&rules("phone_number"));
    drop_rows(&pipeline, "a", &rows);
    assert_eq!(publish(&mut pipeline, &Knobs::default()).customers.len(), 3);
    pipeline.configure(&rules("email").config());
    assert_eq!(publish(&mut pipeline, &Knobs::default()).customers.len(), 1);
}
