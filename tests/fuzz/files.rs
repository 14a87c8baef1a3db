//! Dropped files of every format.

use std::io::Write;

use proptest::prelude::*;

use crate::mutations::{cases, changed, corpus, files};
use crate::run::{FIELDS, REST, check};

const PARQUET: [&str; 4] = [
    "files/duckdb-types.parquet",
    "files/duckdb-gzip.parquet",
    "files/pyarrow-int96.parquet",
    "cases/whole-numbers/landing/floats/a.parquet",
];

/// The configuration of one source.
fn config(format: &str, settings: &str) -> String {
    format!("[[source]]\nname = \"s\"\nformat = \"{format}\"\nregion = \"DE\"\n{settings}{FIELDS}{REST}")
}

fn check_file(format: &str, settings: &str, name: &str, bytes: &[u8]) {
    check(&config(format, settings), &[(&format!("landing/s/{name}"), bytes)]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// Seeds, compressed.
fn compressed(compress: fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = corpus("csv").iter().map(|bytes| compress(bytes)).collect();
    // Members, or frames, one behind the other.
    seeds.push([compress(b"id,email\n1,a@x.zz"), compress(b"\n2,b@x.zz\n")].concat());
    seeds
}

#[test]
fn the_corpus_is_read() {
    for bytes in corpus("csv") {
        for (format, settings) in
            [("csv", ""), ("tsv", ""), ("csv", "encoding = \"windows-1252\"\ndelimiter = \";\"\n")]
        {
            check_file(format, settings, "a.csv", &bytes);
        }
    }
    corpus("jsonl").iter().for_each(|bytes| check_file("jsonl", "", "a.jsonl", bytes));
    corpus("json").iter().for_each(|bytes| check_file("json", "items = \"/data/rows\"\n", "a.json", bytes));
    files(&PARQUET).iter().for_each(|bytes| check_file("parquet", "", "a.parquet", bytes));
    compressed(gzip).iter().for_each(|bytes| check_file("csv", "", "a.csv.gz", bytes));
    compressed(zstd).iter().for_each(|bytes| check_file("csv", "", "a.csv.zst", bytes));
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn csv(
        bytes in changed(corpus("csv")),
        (format, settings) in prop::sample::select(vec![
            ("csv", ""), ("csv", ""), ("tsv", ""), ("csv", "delimiter = \";\"\n"), ("csv", "encoding = \"windows-1252\"\n"),
        ]),
    ) {
        check_file(format, settings, "a.csv", &bytes);
    }

    #[test]
    fn json_lines(bytes in changed(corpus("jsonl"))) {
        check_file("jsonl", "", "a.jsonl", &bytes);
    }

    #[test]
    fn json_array(bytes in changed(corpus("json")), items in prop::sample::select(vec!["", "items = \"/data/rows\"\n"])) {
        check_file("json", items, "a.json", &bytes);
    }

    #[test]
    fn parquet(bytes in changed(files(&PARQUET))) {
        check_file("parquet", "", "a.parquet", &bytes);
    }

    #[test]
    fn gzipped(bytes in changed(compressed(gzip))) {
        check_file("csv", "", "a.csv.gz", &bytes);
    }

    #[test]
    fn zstd_compressed(bytes in changed(compressed(zstd))) {
        check_file("csv", "", "a.csv.zst", &bytes);
    }
}
