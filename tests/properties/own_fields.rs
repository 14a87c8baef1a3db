//! Fields of one's own, and standard ones that not all records have, make keys, obey limits and survive as the oracle says.

use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::data::{any_rows, cases, drop_rows, publish, publish_in_two, version_of};

const NUMBERS: [&str; 6] = ["123-45", "12345", " 12345", "777", "none", ""];
const NICKS: [&str; 4] = ["Anni", " Anni", "n/a", ""];
const MIDDLE_NAMES: [&str; 3] = ["Eva", "E.", " "];

/// Rows, some of which have more fields. Versions of one account and one time stay the same.
fn rows_with_more(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let value = |values: &'static [&'static str]| proptest::option::weighted(0.6, select(values));
    let more = (value(&NUMBERS), value(&NICKS), value(&MIDDLE_NAMES));
    (any_rows(most), proptest::collection::vec(more, 7)).prop_map(|(rows, more)| {
        let with_more = |row: Row| {
            // What an account has follows from what it is.
            let place = row.reference().len() + row.time().unwrap_or_default() as usize;
            let (ssn, nick, middle) = more[place % more.len()];
            let found = [("ssn", ssn), ("nick", nick), ("middle_name", middle)];
            let found = found.into_iter().filter(|_| row.source != "list");
            let found: Vec<(&str, &str)> = found.filter_map(|(field, value)| Some((field, value?))).collect();
            found.into_iter().fold(row, |row, (field, value)| row.with(field, value))
        };
        rows.into_iter().map(with_more).collect()
    })
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let rules = vec![vec!["email"], vec!["ssn"], vec!["family_name", "nick"], vec!["given_name", "middle_name"]];
    let field = select(&["ssn", "nick", "middle_name", "birthdate"][..]);
    let condition = (0usize..2, select(&["if_agree", "unless_differ"][..]), field);
    let distinct = subsequence(vec![("ssn", 1), ("nick", 1), ("middle_name", 1)], 0..2);
    let rule = select(&["latest", "oldest", "trusted", "most_frequent", "longest"][..]);
    let unit = select(vec![vec!["address", "location"], vec!["nick", "middle_name"]]);
    let others = (proptest::collection::vec(condition, 0..3), distinct, rule, unit, 2usize..6);
    (subsequence(rules, 2..=4), others).prop_map(|(rules, (mut conditions, max_distinct, rule, unit, limit))| {
        conditions.sort_unstable();
        conditions.dedup();
        Settings {
            has_more_fields: true,
            rules,
            conditions,
            max_distinct,
            survive: vec![("ssn", rule)],
            unit: Some((unit, "latest")),
            max_accounts_per_key: limit,
            ..Settings::default()
        }
    })
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn own_fields_are_treated_as_the_oracle_says(
        rows in rows_with_more(40),
        settings in any_settings(),
        cut in 0.0..1.0,
        (shards, partitions) in (1u32..4, 1u32..4),
    ) {
        let knobs = Knobs { shards, partitions, ..Knobs::default() };
        let version = publish_in_two(&mut Pipeline::new(&settings), &rows, cut, &knobs);
        prop_assert_eq!(version.values(), oracle::customers(&rows, &settings));
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Members keep what they have under other settings, and customers do not show it.
    #[test]
    fn fields_that_are_no_longer_declared_are_not_shown(rows in rows_with_more(25), settings in any_settings()) {
        // It is a standard field, which every source with full names may have.
        let without_middle_name = |mut row: Row| {
            row.texts.remove("middle_name");
            row
        };
        let rows: Vec<Row> = rows.into_iter().map(without_middle_name).collect();
        let others = Settings { max_accounts_per_key: settings.max_accounts_per_key, ..Settings::default() };
        let mut pipeline = Pipeline::new(&settings);
        drop_rows(&pipeline, "a", &rows);
        pipeline.drop_file("crm", "empty-a.jsonl", "");
        let first = publish(&mut pipeline, &Knobs::default());
        pipeline.configure(&others.config());
        pipeline.drop_file("crm", "empty-b.jsonl", "");
        let without = publish(&mut pipeline, &Knobs::default());
        prop_assert_eq!(without.values(), version_of(&rows, &others).values());
        pipeline.configure(&settings.config());
        pipeline.drop_file("crm", "empty-c.jsonl", "");
        prop_assert_eq!(publish(&mut pipeline, &Knobs::default()).values(), first.values());
    }
}
