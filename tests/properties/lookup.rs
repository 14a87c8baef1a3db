//! What is looked up is found, and is what a scan of the whole version finds.

use std::collections::{BTreeMap, BTreeSet};

use onefold_lake::calls::{EraseRequest, LookupRequest, LookupResult};
use onefold_lake::keys;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;
use serde_json::Value;

use crate::data::{any_rows, cases, drop_rows, publish};

const IDENTIFIERS: [&str; 3] = ["email", "phone_number", "ssn"];

/// The values of an account, by what two of them have in common if one is found by the other.
fn values<'v>(account: &'v Value, field: &str) -> Vec<&'v str> {
    let others = account["other_values"][field].as_array().into_iter().flatten();
    let texts = [&account[field]].into_iter().chain(others).filter_map(Value::as_str);
    texts.map(|text| text.split(';').next().unwrap_or_default()).collect()
}

/// The ids of the customers that have each value, by a scan.
fn by_value(version: &Version, field: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (reference, account) in &version.accounts {
        for value in values(account, field) {
            found.entry(value.to_lowercase()).or_default().insert(version.members[reference].clone());
        }
    }
    found
}

fn request(of: &str, field: Option<&str>) -> LookupRequest {
    LookupRequest { of: of.to_owned(), field: field.map(str::to_owned), run: None }
}

fn ids(found: &LookupResult) -> BTreeSet<String> {
    found.customers.iter().map(|customer| customer["customer_id"].as_str().expect("an id").to_owned()).collect()
}

fn look_up(pipeline: &Pipeline, of: &str, field: Option<&str>) -> LookupResult {
    pipeline.lookup(request(of, field)).expect("an answer").0
}

/// Asks for everything that a version has, and for what it does not have.
fn assert_found(pipeline: &Pipeline, version: &Version) {
    for field in IDENTIFIERS {
        for (value, expected) in by_value(version, field) {
            let found = look_up(pipeline, &value, Some(field));
            assert!(!found.more && found.by == [field], "{found:?}");
            assert_eq!(ids(&found), expected, "{field} {value}");
            for customer in &found.customers {
                assert_eq!(Some(customer), version.customers.get(customer["customer_id"].as_str().expect("an id")));
            }
            let of_any = ids(&look_up(pipeline, &value, None));
            assert!(of_any.is_superset(&expected), "{value} without its field");
        }
    }
    for (reference, customer_id) in &version.members {
        assert_eq!(ids(&look_up(pipeline, reference, None)), BTreeSet::from([customer_id.clone()]), "{reference}");
        assert_eq!(ids(&look_up(pipeline, customer_id, None)), BTreeSet::from([customer_id.clone()]));
    }
    for reference in &version.tombstones {
        let found = look_up(pipeline, reference, None);
        assert!(found.deleted && found.customers.is_empty(), "{reference}");
    }
    for nobodys in ["nobody@x.de", "+49 30 99999999", "crm:nobody", "00000000-0000-8000-8000-000000000000"] {
        let found = look_up(pipeline, nobodys, None);
        assert!(found.customers.is_empty() && !found.more && !found.deleted, "{nobodys}: {found:?}");
    }
}

fn with_ssn(rows: Vec<Row>) -> Vec<Row> {
    let number = |row: &Row| format!("{}-45", row.reference().len() + row.time().unwrap_or_default() as usize);
    let with_number = |row: Row| {
        if row.source == "list" {
            row
        } else {
            let ssn = number(&row);
            row.with("ssn", &ssn)
        }
    };
    rows.into_iter().map(with_number).collect()
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn every_identifier_leads_to_the_customers_that_have_it(
        rows in any_rows(24),
        more in any_rows(12),
        partitions in 1u32..4,
        max_accounts_per_key in 2usize..6,
    ) {
        let settings = Settings { has_more_fields: true, max_accounts_per_key, ..Settings::default() };
        let mut pipeline = Pipeline::new(&settings);
        let knobs = Knobs { partitions, ..Knobs::default() };
        drop_rows(&pipeline, "a", &with_ssn(rows));
        pipeline.drop_file("crm", "empty.jsonl", "");
        let first = publish(&mut pipeline, &knobs);
        assert_found(&pipeline, &first);
        drop_rows(&pipeline, "b", &with_ssn(more));
        pipeline.drop_file("crm", "empty-too.jsonl", "");
        let second = publish(&mut pipeline, &knobs);
        assert_found(&pipeline, &second);
        // The first version is still there, and says what it said.
        let first_run = &first.manifest.run;
        for (value, expected) in by_value(&first, "email") {
            let asked = LookupRequest { run: Some(first_run.clone()), ..request(&value, Some("email")) };
            prop_assert_eq!(ids(&pipeline.lookup(asked).expect("an answer").0), expected);
        }
        pipeline.roll_back(None).expect("a version before");
        assert_found(&pipeline, &first);
    }
}

fn crm(id: &str, field: &'static str, value: &str) -> Row {
    Row::new("crm", id).with(field, value).at(1)
}

fn published(rows: &[Row], knobs: &Knobs) -> (Pipeline, Version) {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", rows);
    let version = publish(&mut pipeline, knobs);
    (pipeline, version)
}

#[test]
fn a_lookup_takes_few_requests_and_reads_few_customers() {
    // Much text, so that partitions have several frames.
    let name = |number: u32| format!("Anna{}", "x".repeat(400 + number as usize % 7));
    let row =
        |number: u32| crm(&number.to_string(), "email", &format!("{number}@x.de")).with("given_name", &name(number));
    let (pipeline, version) =
        published(&(0..6000).map(row).collect::<Vec<_>>(), &Knobs { partitions: 3, ..Knobs::default() });
    let frames = pipeline.get(&keys::processed_frames(&version.manifest.run)).expect("the list");
    let frames = String::from_utf8(frames.to_vec()).expect("UTF-8");
    let counts: Vec<usize> = frames
        .lines()
        .map(|line| {
            let partition: Value = serde_json::from_str(line).expect("JSON");
            partition["frames"].as_array().expect("frames").len()
        })
        .collect();
    assert!(counts.len() == 3 && counts.iter().all(|count| *count >= 2), "{counts:?}");
    for number in (0..6000).step_by(97) {
        let (found, requests) = pipeline.lookup(request(&format!("{number}@X.de"), None)).expect("an answer");
        assert_eq!(found.customers[0]["members"][0], format!("crm:{number}"));
        // CURRENT, manifest, configuration, frames; a section a partition, members and customers. Once in thousands a
        // section takes a second request.
        assert!(requests <= 4 + 3 + 2 + 1, "{requests}");
        let found = look_up(&pipeline, &format!("crm:{number}"), None);
        assert_eq!(found.customers[0]["email"], format!("{number}@x.de"));
    }
}

#[test]
fn a_value_that_many_have_gives_the_first_and_says_that_there_are_more() {
    let rows: Vec<Row> = (0..60).map(|number| crm(&number.to_string(), "email", "noreply@shop.de")).collect();
    let (pipeline, version) = published(&rows, &Knobs { partitions: 3, ..Knobs::default() });
    assert_eq!(version.customers.len(), 60, "the address is nobody's");
    let found = look_up(&pipeline, "NoReply@shop.de", None);
    assert_eq!((ids(&found).len(), found.more), (20, true));
}

#[test]
fn a_version_that_was_held_is_searched_by_its_run() {
    let (mut pipeline, _) = published(&[crm("1", "email", "a@x.de")], &Knobs::default());
    drop_rows(&pipeline, "b", &[crm("2", "email", "b@x.de")]);
    let Outcome::Dry(dry) = pipeline.dry_run(&Knobs::default()).expect("a run") else { panic!("it was published") };
    assert!(look_up(&pipeline, "b@x.de", None).customers.is_empty(), "the current version does not have it");
    let (found, _) =
        pipeline.lookup(LookupRequest { run: Some(dry.run), ..request("b@x.de", None) }).expect("an answer");
    assert_eq!(found.customers[0]["members"][0], "crm:2");
}

#[test]
fn whoever_is_erased_is_found_no_more() {
    let (mut pipeline, _) = published(&[crm("1", "email", "a@x.de"), crm("2", "email", "b@x.de")], &Knobs::default());
    pipeline.erase(EraseRequest { emails: vec!["a@x.de".to_owned()], ..EraseRequest::default() }).expect("an answer");
    publish(&mut pipeline, &Knobs::default());
    let found = ["a@x.de", "crm:1", "b@x.de"].map(|of| look_up(&pipeline, of, None).customers.len());
    assert_eq!(found, [0, 0, 1]);
    let sections = pipeline.list("processed/").into_iter().filter(|key| key.ends_with(".hashes"));
    let bytes: usize = sections.map(|key| pipeline.get(&key).expect("a section").len()).sum();
    assert_eq!(bytes, 3 * 8, "a reference, an id and an address");
}

#[test]
fn a_version_of_an_earlier_program_is_searched_by_reference_and_says_so_for_the_rest() {
    let (pipeline, version) = published(&[crm("1", "email", "a@x.de")], &Knobs::default());
    let key = keys::manifest(&version.manifest.run);
    let mut manifest = version.manifest.clone();
    let secret = std::mem::replace(&mut manifest.indexed_by, "00000000".to_owned());
    assert!(!secret.is_empty());
    pipeline.put(&key, serde_json::to_vec(&manifest).expect("JSON"));
    let refused = |pipeline: &Pipeline| pipeline.lookup(request("a@x.de", None)).expect_err("no index").text();
    assert!(refused(&pipeline).contains("another match-key secret"), "{}", refused(&pipeline));
    manifest.indexed_by.clear();
    pipeline.put(&key, serde_json::to_vec(&manifest).expect("JSON"));
    let told = refused(&pipeline);
    assert!(told.contains("older Onefold") && told.contains("reference") && !told.contains("a@x.de"), "{told}");
    // Entries of an earlier program are whole places, and lead to a partition.
    let index = keys::processed(&version.manifest.run, keys::VersionPart::Index, 0);
    let [frames, place] = [keys::processed_frames(&version.manifest.run), index];
    let text = String::from_utf8(pipeline.get(&frames).expect("the list").to_vec()).expect("UTF-8");
    let line = |line: &str| {
        let mut partition: Value = serde_json::from_str(line).expect("JSON");
        partition.as_object_mut().expect("an object").remove("frames");
        format!("{partition}\n")
    };
    pipeline.put(&frames, text.lines().map(line).collect::<String>());
    let mut entries = pipeline.get(&place).expect("a section").to_vec();
    entries.chunks_exact_mut(8).for_each(|entry| entry[0] ^= 0x55);
    pipeline.put(&place, entries);
    assert_eq!(look_up(&pipeline, "crm:1", None).customers.len(), 1);
    assert!(matches!(pipeline.explain("crm:1", None), Ok((onefold_lake::calls::ExplainResult::Customer { .. }, _))));
}
