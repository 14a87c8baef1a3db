//! Invariant 2: what was put in comes out or is refused, and every refusal says where it stood.

use std::collections::BTreeSet;

use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::{self, Row};
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, rejects};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::data::{any_rows, cases, drop_rows, publish};

/// A line of a file.
#[derive(Clone, Debug)]
enum Line {
    /// A row that is good.
    Good(Row),
    /// A blank line.
    Blank,
    /// A line that cannot be a row.
    Bad,
}

impl Line {
    fn text(&self, source: &str) -> String {
        match self {
            Self::Good(row) => row.line(),
            Self::Blank => "  \n".to_owned(),
            Self::Bad if source == "list" => "too,few\n".to_owned(),
            Self::Bad => "{\"id\":\n".to_owned(),
        }
    }
}

/// The lines of a source's file, in random order.
fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    (any_rows(25), 0usize..4, 0usize..4)
        .prop_map(|(rows, blank, bad)| {
            let good = rows.into_iter().map(Line::Good);
            good.chain(vec![Line::Blank; blank]).chain(vec![Line::Bad; bad]).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

/// What a file with these lines is refused for: (line, byte, raw).
fn expected_rejects(source: &str, lines: &[&Line]) -> BTreeSet<(u64, u64, String)> {
    let mut expected = BTreeSet::new();
    let header = row::header(source);
    let (mut line_number, mut byte) = (1 + header.lines().count() as u64, header.len() as u64);
    for line in lines {
        let text = line.text(source);
        if matches!(line, Line::Bad) {
            expected.insert((line_number, byte, text.trim_end_matches('\n').to_owned()));
        }
        // Fields of CSV may hold line breaks.
        line_number += text.matches('\n').count() as u64;
        byte += text.len() as u64;
    }
    expected
}

fn is_repeated(reject: &Value) -> bool {
    reject["reason"].as_str().is_some_and(|reason| reason.starts_with("the id is repeated"))
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn counts_are_those_of_what_was_put_in(lines in any_lines(), last_line_end in any::<bool>(), partitions in 1u32..4) {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(&settings);
        pipeline.drop_file("crm", "empty.jsonl", "");
        let mut expected = BTreeSet::new();
        let mut rows = Vec::new();
        let (mut read, mut bad) = (0, 0);
        for source in row::SOURCES {
            // Lines that belong to no source go to all of them.
            let of_source: Vec<&Line> =
                lines.iter().filter(|line| !matches!(line, Line::Good(row) if row.source != source)).collect();
            let mut text = row::header(source) + &of_source.iter().map(|line| line.text(source)).collect::<String>();
            if !last_line_end && text.ends_with('\n') && !of_source.is_empty() {
                text.pop();
            }
            let name = row::file_name(source, "all");
            pipeline.drop_file(source, &name, text);
            expected.extend(expected_rejects(source, &of_source).into_iter().map(|place| (format!("landing/{source}/{name}"), place)));
            read += of_source.iter().filter(|line| !matches!(line, Line::Blank)).count() as u64;
            bad += of_source.iter().filter(|line| matches!(line, Line::Bad)).count() as u64;
            rows.extend(of_source.iter().filter_map(|line| if let Line::Good(row) = line { Some(row.clone()) } else { None }));
        }
        let version = publish(&mut pipeline, &Knobs { partitions, ..Knobs::default() });
        let counts = &version.manifest.counts;
        let accounts = oracle::latest(&rows, &settings);
        prop_assert_eq!(counts.rows_read, read);
        prop_assert_eq!(counts.accounts + counts.rejected, read);
        prop_assert_eq!(counts.rejected - counts.repeated, bad);
        prop_assert_eq!(counts.members, accounts.len() as u64);
        prop_assert_eq!(counts.tombstones, oracle::tombstones(&rows).len() as u64);
        prop_assert_eq!(counts.deleted, counts.tombstones);
        prop_assert_eq!(
            counts.accounts + counts.previous_members,
            counts.members + counts.superseded + counts.deleted
        );
        prop_assert_eq!(counts.customers, version.customers.len() as u64);
        let largest = version.customers.values().filter_map(|customer| customer["members"].as_array()).map(Vec::len).max();
        prop_assert_eq!(counts.largest_customer, largest.unwrap_or_default() as u64);

        let (repeated, refused): (Vec<Value>, Vec<Value>) =
            rejects(&pipeline, &version.manifest.run).into_iter().partition(is_repeated);
        prop_assert_eq!(repeated.len() as u64, counts.repeated);
        let found: BTreeSet<_> = refused.iter().map(place).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn blocked_keys_are_reported_with_their_accounts(rows in any_rows(40), shards in 1u32..4) {
        let settings = Settings { max_accounts_per_key: 2, ..Settings::default() };
        let mut pipeline = Pipeline::new(&settings);
        pipeline.drop_file("crm", "empty.jsonl", "");
        drop_rows(&pipeline, "all", &rows);
        let version = publish(&mut pipeline, &Knobs { shards, ..Knobs::default() });
        let mut expected: Vec<Value> = oracle::blocked_keys(&oracle::latest(&rows, &settings), &settings)
            .values()
            .map(|key| json!({"key": key.fields, "accounts": key.accounts}))
            .collect();
        let mut found: Vec<Value> = version.manifest.blocked.iter().map(|key| json!({"key": key.key, "accounts": key.accounts})).collect();
        expected.sort_by_key(Value::to_string);
        found.sort_by_key(Value::to_string);
        prop_assert_eq!(version.manifest.counts.blocked_keys, expected.len() as u64);
        prop_assert_eq!(found, expected);
    }
}

fn place(reject: &Value) -> (String, (u64, u64, String)) {
    let text = |name: &str| reject[name].as_str().expect("text").to_owned();
    let number = |name: &str| reject[name].as_u64().expect("a number");
    (text("object"), (number("line"), number("byte"), text("raw")))
}

/// The manifest is read by every stage, so what it lists has an end; the counts have not.
#[test]
fn the_most_shared_of_many_blocked_keys_are_listed_and_all_are_counted() {
    let mut pipeline = Pipeline::new(&Settings { max_accounts_per_key: 2, ..Settings::default() });
    let row = |key: u32, account: u32| {
        Row::new("crm", &format!("{key}-{account}")).with("email", &format!("key{key}@x.de")).at(1)
    };
    let accounts_of = |key: u32| if key == 77 { 4 } else { 3 };
    let rows: Vec<Row> = (0..120).flat_map(|key| (0..accounts_of(key)).map(move |account| row(key, account))).collect();
    drop_rows(&pipeline, "a", &rows);
    let manifest = publish(&mut pipeline, &Knobs { shards: 2, ..Knobs::default() }).manifest;
    assert_eq!((manifest.counts.blocked_keys, manifest.blocked.len()), (120, 100));
    let accounts: Vec<u32> = manifest.blocked.iter().map(|key| key.accounts).collect();
    assert_eq!((accounts[0], accounts[1], accounts[99]), (4, 3, 3), "the most shared first");
}

#[test]
fn counts_go_on_from_the_version_before() {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(&settings);
    let first = [Row::new("crm", "1").at(1), Row::new("crm", "2").at(1)];
    drop_rows(&pipeline, "a", &first);
    publish(&mut pipeline, &Knobs::default());
    // One later version, one earlier version, one new account.
    drop_rows(&pipeline, "b", &[Row::new("crm", "1").at(2), Row::new("crm", "2").at(0), Row::new("shop", "1").at(1)]);
    publish(&mut pipeline, &Knobs::default());
    let counts = Version::current(&pipeline).manifest.counts;
    assert_eq!((counts.rows_read, counts.accounts, counts.rejected), (3, 3, 0));
    assert_eq!((counts.previous_members, counts.members, counts.superseded), (2, 3, 2));
}
