//! Configurations, corrections, reference tables, the suppression list, and the messages of queues.

use onefold_config::Config;
use onefold_lake::keys;
use onefold_lake::run::event;
use onefold_normalise::timestamp::{TimeFormat, Timestamp};
use onefold_rows::enrich::TableFormat;
use proptest::prelude::*;

use crate::mutations::{cases, changed, changed_text, corpus, files};
use crate::run::{FIELDS, REST, check};

const CONFIGURATIONS: [&str; 4] =
    ["sample/onefold.toml", "events/sources.toml", "events/pipeline.toml", "bench/matching.toml"];

const ROW: &[u8] = br#"{"id":1,"name":"Anna Weber","email":"a@x.zz","zip":"12345","country":"US"}"#;

const LOOKUPS: &str = r#"
[[enrich]]
field = "gender"
table = "t"
on = "given_name"
value = "b"
[[enrich]]
field = "location"
table = "t"
on = ["address.country", "address.postal_code"]
key = ["a", "b"]
prefix = 3
columns = { latitude = "c", longitude = "d" }
"#;

fn with_lookups() -> String {
    format!("[[source]]\nname = \"s\"\nformat = \"jsonl\"\n{FIELDS}{LOOKUPS}{REST}")
}

fn check_table(format: TableFormat, bytes: &[u8]) {
    check(&with_lookups(), &[("landing/s/a.jsonl", ROW), (&keys::reference("t", format), bytes)]);
}

/// Parquet tables that the stages may or may not find their columns in.
fn parquet_tables() -> Vec<Vec<u8>> {
    files(&["files/duckdb-plain-v2.parquet", "files/duckdb-types.parquet", "files/pyarrow-int96.parquet"])
}

/// Where a fault stands is within the text.
fn check_config(text: &str) {
    if let Err(faults) = Config::parse(text) {
        let lines = text.split('\n').count();
        assert!(!faults.0.is_empty());
        assert!(faults.0.iter().all(|fault| fault.line <= lines.max(1)), "{faults:?}");
    }
}

#[test]
fn the_corpus_is_read() {
    files(&CONFIGURATIONS).iter().for_each(|text| check_config(&String::from_utf8_lossy(text)));
    corpus("config").iter().for_each(|text| check_config(&String::from_utf8_lossy(text)));
    corpus("tables").iter().for_each(|bytes| check_table(TableFormat::Csv, bytes));
    parquet_tables().iter().for_each(|bytes| check_table(TableFormat::Parquet, bytes));
    for bytes in corpus("corrections") {
        check(&with_corrections(), &[("landing/s/a.jsonl", ROW), ("corrections/desk.csv", &bytes)]);
    }
}

fn with_corrections() -> String {
    format!("[[source]]\nname = \"s\"\nformat = \"jsonl\"\n{FIELDS}{REST}")
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn configurations(text in changed_text([files(&CONFIGURATIONS), corpus("config")].concat())) {
        check_config(&text);
    }

    #[test]
    fn time_formats(
        name in prop_oneof!["[%A-Za-z0-9 .:/_^#-]{0,12}", "(%[-_^#0]?[0-9:.]{0,3}[a-zA-Z%][ ./:T-]?){1,4}"],
        text in prop_oneof!["[0-9TZ:+. /-]{0,24}", Just("9999-12-31 23:59:59".to_owned())],
        milliseconds in prop_oneof![any::<i64>(), -377_705_023_201_000i64..253_402_300_799_999],
    ) {
        if let Some(format) = TimeFormat::from_name(&name) {
            let written = Timestamp::from_milliseconds(milliseconds).and_then(|time| format.write(time));
            for text in written.iter().chain([&text]) {
                if let Some(time) = format.parse(text) {
                    prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{} {}", name, text);
                }
            }
        }
    }

    #[test]
    fn events(text in changed_text(corpus("events"))) {
        if let Ok(found) = event::parse(&text) {
            found.iter().for_each(|key| _ = keys::Key::parse(key));
        }
    }

    #[test]
    fn entries_of_the_suppression_list(text in changed_text(corpus("suppression"))) {
        let key = text.trim_end();
        if let Some((fingerprint, entry)) = keys::parse_suppression(key) {
            prop_assert_eq!(keys::suppression(fingerprint, entry), key);
        }
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn corrections(bytes in changed(corpus("corrections"))) {
        check(&with_corrections(), &[("landing/s/a.jsonl", ROW), ("corrections/desk.csv", &bytes)]);
    }

    #[test]
    fn tables_of_csv(bytes in changed(corpus("tables"))) {
        check_table(TableFormat::Csv, &bytes);
    }

    #[test]
    fn tables_of_parquet(bytes in changed(parquet_tables())) {
        check_table(TableFormat::Parquet, &bytes);
    }

    /// Objects under the prefix of the list that are no entries of it, or of another secret's.
    #[test]
    fn objects_among_the_suppression_list(name in "[a-z0-9/.-]{1,30}", body in changed(corpus("suppression"))) {
        check(&with_corrections(), &[("landing/s/a.jsonl", ROW), (&format!("suppression/{name}"), &body)]);
    }
}
