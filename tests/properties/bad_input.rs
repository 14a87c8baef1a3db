//! Input that is wrong is told: which file, which line, which field, and what to do.

use std::io::Write;

use onefold_lake::keys;
use onefold_rows::enrich::TableFormat;
use onefold_shell::{ErrorKind, StageError};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, rejects};
use serde_json::{Value, json};

use crate::data::{drop_rows, publish};

fn pipeline() -> Pipeline {
    Pipeline::new(&Settings::default())
}

/// A pipeline whose first source must be read.
fn pipeline_of_required() -> Pipeline {
    let pipeline = pipeline();
    pipeline.configure(&Settings::default().config().replacen("required = false", "required = true", 1));
    pipeline
}

/// The error of a run that must not start, and leaves nothing but its receipts.
fn refused(mut pipeline: Pipeline) -> StageError {
    let error = pipeline.run(&Knobs::default()).expect_err("the input is wrong");
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{}", error.text());
    assert_eq!(pipeline.get(keys::CURRENT), None);
    error
}

/// A refusal that is expected: line, field and part of the reason.
type Refusal = (u64, Option<&'static str>, &'static str);

/// Runs with one file and checks what is refused of it, and whose accounts the rest is.
fn check_rows(source: &str, name: &str, content: &[u8], expected: &[Refusal], accounts: &[&str]) {
    let mut pipeline = pipeline();
    pipeline.drop_file(source, name, content.to_vec());
    let version = publish(&mut pipeline, &Knobs::default());
    assert!(version.members.keys().eq(accounts.iter().copied()), "{name}: {:?}", version.members.keys());
    let rejects = rejects(&pipeline, &version.manifest.run);
    assert_eq!(rejects.len(), expected.len(), "{name}: {rejects:?}");
    for (reject, (line, field, reason)) in rejects.iter().zip(expected) {
        assert_eq!(reject["source"], source);
        assert_eq!(reject["object"], format!("landing/{source}/{name}"));
        assert_eq!((&reject["line"], &reject["field"]), (&json!(line), &json!(field)), "{name}: {}", reject["reason"]);
        let found = reject["reason"].as_str().expect("a reason");
        assert!(found.contains(reason), "{name}, line {line}: {found}");
        let line_text = content.split(|byte| *byte == b'\n').nth(*line as usize - 1).expect("a line");
        let raw = reject["raw"].as_str().expect("raw text");
        assert!(raw.starts_with(String::from_utf8_lossy(line_text).as_ref()), "{name}, line {line}: {raw}");
    }
}

#[test]
fn lines_of_json_are_refused_with_their_place() {
    let content = b"{\"id\":1}\n{\"id\":2\n\n[3]\n\"4\"\n{\"id\":5} {\"id\":6}\n{\"id\":\"\xff\"}\n{\"id\":7,\"email\":\"a\xc3\xa4@x.de\"}\n";
    let no_object = "not one JSON object";
    let expected = [
        (2, None, no_object),
        (4, None, no_object),
        (5, None, no_object),
        (6, None, no_object),
        (7, None, "not UTF-8"),
    ];
    check_rows("crm", "bad.jsonl", content, &expected, &["crm:1", "crm:7"]);
    check_rows("crm", "cut-off.jsonl", b"{\"id\":1}\n{\"id\":", &[(2, None, no_object)], &["crm:1"]);
}

#[test]
fn ids_are_refused_that_tell_nobody_apart() {
    let content =
        b"{\"email\":\"a@x.de\"}\n{\"id\":null}\n{\"id\":\"  \"}\n{\"id\":{\"x\":1}}\n{\"id\":[1]}\n{\"id\":\" 6 \"}\n";
    let expected = [
        (1, Some("id"), "missing"),
        (2, Some("id"), "missing"),
        (3, Some("id"), "empty"),
        (4, Some("id"), "list or an object"),
        (5, Some("id"), "list or an object"),
    ];
    check_rows("crm", "ids.jsonl", content, &expected, &["crm:6"]);
    check_rows("list", "no-id.csv", b"sid,email\n1,a@x.de\n", &[(2, Some("id"), "missing")], &[]);
}

#[test]
fn an_id_that_is_repeated_is_refused_but_for_its_latest_version() {
    let content = b"{\"id\":1,\"updatedAt\":\"2026-01-02T00:00:00Z\"}\n{\"id\":1,\"updatedAt\":\"2026-01-03T00:00:00Z\"}\n{\"id\":1}\n";
    let repeated = "the id is repeated";
    check_rows("crm", "repeated.jsonl", content, &[(1, Some("id"), repeated), (3, Some("id"), repeated)], &["crm:1"]);
}

#[test]
fn times_that_cannot_be_read_are_refused() {
    let field = Some("updated_at");
    check_rows("crm", "t.jsonl", b"{\"id\":1,\"updatedAt\":\"7.6.2023\"}\n", &[(1, field, "rfc3339")], &[]);
    check_rows("shop", "t.jsonl", b"{\"customer_id\":1,\"created\":\"soon\"}\n", &[(1, field, "unix_ms")], &[]);
    check_rows(
        "list",
        "t.csv",
        b"id,changed\n1,2023-06-07\n2,2023-02-30 10:00:00\n3,\n",
        &[(2, field, "%Y-%m-%d"), (3, field, "%Y-%m-%d")],
        &["list:3"],
    );
}

#[test]
fn rows_of_csv_are_refused_with_their_place() {
    let content = b"id,email\r\n1,a@x.de\r\n2\r\n3,b@x.de,more\r\n\"4\",\"x\ny\"\r\n5\r\n6,\"\xff\"\r\n7,\"never closed\r\n8,\r\n";
    let expected = [
        (3, None, "the header has 2 columns, this row 1"),
        (4, None, "the header has 2 columns, this row 3"),
        (7, None, "the header has 2 columns, this row 1"),
        (8, None, "not UTF-8"),
        (9, None, "a quote is opened and not closed"),
    ];
    check_rows("list", "bad.csv", content, &expected, &["list:1", "list:4", "list:8"]);
}

#[test]
fn a_line_of_more_than_a_mebibyte_is_refused() {
    let line = |id: u32, bytes: usize| format!("{{\"id\":{id},\"x\":\"{}\"}}\n", "x".repeat(bytes));
    let content = line(1, 10) + &line(2, 1 << 20) + &line(3, 10);
    check_rows("crm", "long.jsonl", content.as_bytes(), &[(2, None, "at most 1048576")], &["crm:1", "crm:3"]);
    let content = format!("id,email\n1,\n2,{}\n3,\n", "x".repeat(1 << 20));
    check_rows("list", "long.csv", content.as_bytes(), &[(3, None, "at most 1048576")], &["list:1", "list:3"]);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    check_rows("list", "bom.csv", "\u{feff}id,email\n1,a@x.de\n".as_bytes(), &[], &["list:1"]);
}

#[test]
fn a_byte_order_mark_before_json_is_no_text() {
    check_rows("crm", "bom.jsonl", "\u{feff}{\"id\":1}\n{\"id\":2}\n".as_bytes(), &[], &["crm:1", "crm:2"]);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).expect("zstd")
}

#[test]
fn compressed_files_are_read_as_if_they_were_not() {
    let text: String = (0..300).map(|id| Row::new("crm", &id.to_string()).with("email", "a@x.de").line()).collect();
    let with_file = |name: &str, bytes: Vec<u8>, split_bytes: u64| {
        let mut pipeline = pipeline();
        pipeline.drop_file("crm", name, bytes);
        publish(&mut pipeline, &Knobs { split_bytes, ..Knobs::default() }).without_ids()
    };
    let plain = with_file("a.jsonl", text.clone().into(), 1 << 20);
    assert_eq!(plain.len(), 300, "an e-mail that 300 accounts share is junk");
    for (name, bytes) in [("a.jsonl.gz", gzip(&text)), ("a.jsonl.zst", zstd(&text)), ("without-suffix", gzip(&text))] {
        assert!(with_file(name, bytes.clone(), 1 << 20) == plain, "{name}");
    }
    // The name says that it cannot be read in ranges.
    assert!(with_file("a.jsonl.gz", gzip(&text), 100) == plain);
    assert!(with_file("a.jsonl", text.into(), 100) == plain);
}

#[test]
fn compressed_files_that_are_cut_off_fail_the_run_by_name() {
    let text = "{\"id\":1}\n".repeat(2000);
    for (name, bytes) in [("a.jsonl.gz", gzip(&text)), ("a.jsonl.zst", zstd(&text))] {
        let pipeline = pipeline_of_required();
        pipeline.drop_file("crm", name, bytes[..bytes.len() - 5].to_vec());
        let message = refused(pipeline).text();
        assert!(message.contains(&format!("landing/crm/{name}")) && message.contains("drop it again"), "{message}");
    }
}

#[test]
fn a_compressed_file_without_suffix_that_is_read_in_ranges_fails_the_run_by_name() {
    let mut pipeline = pipeline_of_required();
    let text: String = (0..300).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    pipeline.drop_file("crm", "a.jsonl", gzip(&text));
    let error = pipeline.run(&Knobs { split_bytes: 100, ..Knobs::default() }).expect_err("it cannot be read so");
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{}", error.text());
    assert!(error.text().contains("landing/crm/a.jsonl is compressed"), "{}", error.text());
}

#[test]
fn every_fault_of_the_configuration_is_told_with_its_line() {
    let pipeline = pipeline();
    pipeline.configure(
        r#"[[source]]
name = "CRM"
format = "xml"
[source.fields]
email = "email"
updated_at = { at = "/t", as = "iso" }
shoe_size = "/size"
[normalise]
email = "rot13"
[[match]]
key = ["email", "nickname"]
[guard]
max_accounts_per_key = 1
[publish]
max_reject_ratio = 2
"#,
    );
    let message = refused(pipeline).text();
    assert!(message.starts_with("config/pipeline.toml: "), "{message}");
    for (line, fault) in [
        (2, "CRM"),
        (3, "xml"),
        (4, "needs id"),
        (5, "JSON Pointer"),
        (6, "iso"),
        (7, "shoe_size"),
        (9, "rot13"),
        (11, "nickname"),
        (13, "max_accounts_per_key"),
        (15, "max_reject_ratio"),
    ] {
        let told =
            message.split("; line ").any(|told| told.starts_with(&format!("{line}, column")) && told.contains(fault));
        assert!(told, "line {line} should tell of {fault}: {message}");
    }
}

#[test]
fn faults_of_the_set_up_are_told_at_once() {
    let pipeline = pipeline();
    let config = Settings::default().config();
    pipeline.configure(
        &config.replace("required = false", "required = true").replace("table = \"gender\"", "table = \"sex\""),
    );
    pipeline.put(&keys::reference("zip3", TableFormat::Csv), "zip3,lat,lon\n012,91,0\n013,x,0\n");
    pipeline.put(&keys::reference("places", TableFormat::Parquet), "PAR1");
    pipeline.put(&keys::reference("bought", TableFormat::Csv), "email_sha256,interests\nanna@x.de,art\n");
    pipeline.drop_file("shop", "a.jsonl", "");
    let message = refused(pipeline).text();
    for fault in [
        "the source \"crm\" has no file",
        "landing/list/",
        "there is no reference/sex.csv and no reference/sex.parquet",
        "there are both reference/places.csv and reference/places.parquet",
        "reference/bought.csv: line 2: column \"email_sha256\" must be a SHA-256",
        "reference/zip3.csv: line 2: column \"lat\"",
        "line 3",
    ] {
        assert!(message.contains(fault), "{fault}: {message}");
    }
    assert!(!message.contains("\"shop\""), "{message}");
}

#[test]
fn a_table_that_lacks_a_column_is_told() {
    let pipeline = pipeline();
    pipeline.put(&keys::reference("gender", TableFormat::Csv), "name,sex\nAnna,f\n");
    let message = refused(pipeline).text();
    assert!(message.contains("reference/gender.csv has no column \"gender\", \"probability\""), "{message}");
}

#[test]
fn a_table_that_is_no_parquet_is_told() {
    let pipeline = Pipeline::without_tables(&Settings::default());
    for (table, csv) in Settings::default().tables() {
        pipeline.put(&keys::reference(table, TableFormat::Parquet), csv);
    }
    let message = refused(pipeline).text();
    for table in ["gender", "places", "zip3", "pay", "bought"] {
        assert!(message.contains(&format!("reference/{table}.parquet is no Parquet file")), "{message}");
    }
}

#[test]
fn an_execution_with_an_unknown_input_is_refused() {
    let mut pipeline = pipeline();
    let error = pipeline.run(&Knobs { shards: 41, ..Knobs::default() }).expect_err("there are at most 40 shards");
    assert_eq!((error.kind, error.text().as_str()), (ErrorKind::InvalidInput, "shards must be from 1 to 40"));
    let error = pipeline.resume(&Pipeline::run_of(9), &Knobs::default()).expect_err("there was no such run");
    assert!(error.text().contains("was never planned"), "{}", error.text());
}

#[test]
fn without_files_there_is_nothing_to_do_and_empty_files_make_an_empty_version() {
    let mut pipeline = pipeline();
    assert!(matches!(pipeline.run(&Knobs::default()), Ok(Outcome::NothingNew(_))));
    assert_eq!(pipeline.get(keys::CURRENT), None);
    pipeline.drop_file("crm", "empty.jsonl", "");
    pipeline.drop_file("crm", "blank.jsonl", "\n  \n");
    pipeline.drop_file("list", "empty.csv", "");
    pipeline.drop_file("list", "header.csv", "id,email\n");
    let version = publish(&mut pipeline, &Knobs { shards: 2, partitions: 3, ..Knobs::default() });
    assert_eq!((version.customers.len(), version.manifest.counts.rows_read), (0, 0));
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").at(1)]);
    assert_eq!(publish(&mut pipeline, &Knobs::default()).customers.len(), 1);
}

#[test]
fn a_run_that_breaks_the_publish_gate_leaves_the_version_before() {
    let mut pipeline = pipeline();
    pipeline.configure(&Settings::default().config().replace("max_reject_ratio = 1.0", "max_reject_ratio = 0.1"));
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").with("email", "a@x.de").at(1)]);
    let before = publish(&mut pipeline, &Knobs::default());
    pipeline.drop_file("crm", "bad.jsonl", "{\"id\":2}\nbad\n");
    let error = pipeline.run(&Knobs::default()).expect_err("half of the rows are bad");
    assert_eq!(error.kind, ErrorKind::Gated);
    assert!(error.text().contains("1 of 2 rows were rejected"), "{}", error.text());
    assert_eq!(Version::current(&pipeline).customers, before.customers);
}

#[test]
fn ids_that_are_long_numbers_stay_apart() {
    let content = b"{\"id\":18446744073709551617}\n{\"id\":18446744073709551618}\n";
    check_rows("crm", "long-ids.jsonl", content, &[], &["crm:18446744073709551617", "crm:18446744073709551618"]);
}

#[test]
fn birth_dates_have_one_spelling() {
    let mut pipeline = pipeline();
    let rows = ["1931-12-14", "19311214", "1931-12-14T10:00:00"].into_iter().enumerate();
    let rows: Vec<Row> = rows.map(|(id, date)| Row::new("crm", &id.to_string()).with("birthdate", date)).collect();
    drop_rows(&pipeline, "a", &rows);
    for customer in publish(&mut pipeline, &Knobs::default()).customers.values() {
        let birthdate = &customer["birthdate"];
        assert!(birthdate.is_null() || birthdate == "1931-12-14", "{birthdate} is not written as YYYY-MM-DD");
    }
}

#[test]
fn values_that_cannot_be_used_are_dropped_and_counted() {
    let mut pipeline = pipeline();
    let row = Row::new("crm", "1").with("email", "n/a").with("phone_number", "12").with("birthdate", "1990-02-30");
    drop_rows(&pipeline, "a", &[row, Row::new("crm", "2").with("email", "no@address")]);
    let version = publish(&mut pipeline, &Knobs::default());
    let expected = json!({"birthdate": 1, "email": 1, "email: a placeholder": 1, "phone_number": 1});
    assert_eq!(json!(version.manifest.dropped_values), expected);
    let emails: Vec<&Value> = version.customers.values().map(|customer| &customer["email"]).collect();
    assert_eq!(emails, [&Value::Null, &Value::Null]);
}
