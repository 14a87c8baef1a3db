//! Files that other tools wrote, in every format, give the rows that those tools show.

use std::fs;
use std::path::PathBuf;

use onefold_lake::data::rawchunk;
use onefold_lake::keys;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, rejects};
use serde_json::{Map, Value, json};

use crate::data::publish;

/// Files with the same five people, each with the members of its `[[source]]` and how its fields are written.
const PEOPLE: [(&str, &str, Written); 16] = [
    ("duckdb-snappy.parquet", "format = \"parquet\"", RFC3339),
    ("duckdb-zstd.parquet", "format = \"parquet\"", RFC3339),
    ("duckdb-gzip.parquet", "format = \"parquet\"", RFC3339),
    ("duckdb-plain-v2.parquet", "format = \"parquet\"", RFC3339),
    ("polars-plain.parquet", "format = \"parquet\"", RFC3339),
    ("polars-snappy.parquet", "format = \"parquet\"", RFC3339),
    ("polars-zstd.parquet", "format = \"parquet\"", RFC3339),
    ("pandas.parquet", "format = \"parquet\"", RFC3339),
    ("pyarrow-int96.parquet", "format = \"parquet\"", RFC3339),
    ("duckdb.csv", "format = \"csv\"\ndelimiter = \";\"", Written { tags: "", ..SPACED }),
    ("duckdb.tsv", "format = \"tsv\"", Written { tags: "", ..SPACED }),
    ("duckdb.json", "format = \"json\"", SPACED),
    ("duckdb.jsonl.gz", "format = \"jsonl\"", SPACED),
    ("polars.json", "format = \"json\"", SPACED),
    ("polars-bom.csv", "format = \"csv\"\ndelimiter = \"|\"", Written { tags: SPLIT_TAGS, ..T_SEPARATED }),
    (
        "pandas-windows-1252.csv",
        "format = \"csv\"\ndelimiter = \";\"\nencoding = \"windows-1252\"",
        Written { tags: SPLIT_TAGS, ..SPACED },
    ),
];

/// How a file writes times and lists.
#[derive(Clone, Copy)]
struct Written {
    changed: &'static str,
    born: &'static str,
    tags: &'static str,
}

const RFC3339: Written = Written { changed: "rfc3339", born: "date", tags: TAGS };
const SPACED: Written = Written { changed: "%Y-%m-%d %H:%M:%S%.f", ..RFC3339 };
const T_SEPARATED: Written = Written { changed: "%Y-%m-%dT%H:%M:%S%.f", ..RFC3339 };
const TAGS: &str = "interests = \"/tags\"";
const SPLIT_TAGS: &str = "interests = { at = \"/tags\", split = \"|\" }";

fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("files").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows as the tool shows them.
fn rows(name: &str) -> Vec<Map<String, Value>> {
    let text = String::from_utf8(file(&format!("{name}.rows"))).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// Reads a file through the whole pipeline.
fn read(name: &str, members: &str, written: Written, knobs: &Knobs) -> (Pipeline, Version) {
    read_bytes(name, file(name), members, written, knobs)
}

/// Reads a file of these bytes.
fn read_bytes(name: &str, bytes: Vec<u8>, members: &str, written: Written, knobs: &Knobs) -> (Pipeline, Version) {
    let mut pipeline = Pipeline::new(&Settings::default());
    let Written { changed, born, tags } = written;
    pipeline.configure(&format!(
        r#"
        [[source]]
        name = "tool"
        {members}
        [source.fields]
        id = "/id"
        organization = "/name"
        email = "/email"
        birthdate = {{ at = "/born", as = "{born}" }}
        updated_at = {{ at = "/changed", as = "{changed}" }}
        salary = "/pay"
        address.locality = "/city"
        {tags}
        [[match]]
        key = "email"
        "#
    ));
    pipeline.drop_file("tool", name, bytes);
    let version = publish(&mut pipeline, knobs);
    assert_eq!(rejects(&pipeline, &version.manifest.run), Vec::<Value>::new(), "{name}");
    (pipeline, version)
}

/// A text without what comes behind some characters.
fn first(text: &Value, characters: usize) -> Option<String> {
    text.as_str().filter(|text| !text.is_empty()).map(|text| text.chars().take(characters).collect())
}

/// A number, written as such or as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// The words of a list, sorted: of an array, or of text.
fn words(value: &Value) -> Vec<String> {
    let mut words: Vec<String> = match value {
        Value::Array(words) => words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect(),
        Value::String(text) => text.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    words.sort();
    words
}

fn check_account(name: &str, row: &Map<String, Value>, account: &Value, has_tags: bool) {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    assert_eq!(text(&account["organization"]), text(&row["name"]), "{name}");
    assert_eq!(text(&account["email"]), text(&row["email"]), "{name}");
    assert_eq!(text(&account["address"]["locality"]), text(&row["city"]), "{name}");
    assert_eq!(first(&account["birthdate"], 10), first(&row["born"], 10), "{name}");
    // To the second: accounts hold milliseconds, and tools say more.
    let second = |time: &Value| first(time, 19).map(|text| text.replace(' ', "T"));
    assert_eq!(second(&account["updated_at"]), second(&row["changed"]), "{name}");
    assert_eq!(number(&account["salary"]), number(&row["pay"]), "{name}");
    if has_tags {
        assert_eq!(words(&account["interests"]), words(&row["tags"]), "{name}");
    }
}

#[test]
fn accounts_are_as_the_tools_show_them() {
    for (name, members, written) in PEOPLE {
        let (_, version) = read(name, members, written, &Knobs::default());
        let rows = rows(name);
        assert_eq!((version.accounts.len(), rows.len()), (5, 5), "{name}");
        for row in &rows {
            let reference = format!("tool:{}", row["id"]).replace('"', "");
            check_account(name, row, &version.accounts[&reference], !written.tags.is_empty());
        }
    }
}

/// What pandas makes of decimals, dates and lists in JSON differs from column to column; its names and escapes are
/// what matters here.
#[test]
fn an_array_in_many_lines_with_escapes_is_read() {
    let (_, version) = read(
        "pandas.json",
        "format = \"json\"",
        Written { born: "%Y-%m-%dT%H:%M:%S%.f", ..T_SEPARATED },
        &Knobs::default(),
    );
    for row in rows("pandas.json") {
        check_account("pandas.json", &row, &version.accounts[&format!("tool:{}", row["id"])], true);
    }
}

/// An API's answer that was saved as a file: the array is in an object, among other members.
#[test]
fn an_array_in_an_object_is_read() {
    let (before, behind) = (r#"{"meta":{"rows":[0,"]}"]},"page":{"n":1,"items":"#, r#","next":null},"rows":[{}]}"#);
    let bytes = [before.as_bytes(), &file("polars.json"), behind.as_bytes()].concat();
    let members = "format = \"json\"\nitems = \"/page/items\"";
    for bytes in [bytes.clone(), zstd::encode_all(&bytes[..], 1).expect("zstd")] {
        let (_, version) = read_bytes("polars.json", bytes, members, SPACED, &Knobs::default());
        let rows = rows("polars.json");
        assert_eq!(version.accounts.len(), rows.len());
        for row in rows {
            check_account("polars.json", &row, &version.accounts[&format!("tool:{}", row["id"])], true);
        }
    }
}

/// Every value of every type, as it stands in the raw chunks.
#[test]
fn rows_of_parquet_are_as_the_tools_show_them() {
    let parquet = PEOPLE.iter().map(|(name, ..)| *name).filter(|name| name.ends_with(".parquet"));
    for name in parquet.chain(["duckdb-types.parquet"]) {
        let mut pipeline = Pipeline::new(&Settings::default());
        pipeline.configure(
            "[[source]]\nname = \"tool\"\nformat = \"parquet\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n",
        );
        pipeline.drop_file("tool", name, file(name));
        let version = publish(&mut pipeline, &Knobs { split_bytes: 100, ..Knobs::default() });
        let mut found = Vec::new();
        for key in pipeline.list(&keys::raw_of(&version.manifest.run)) {
            let (text, _) = rawchunk::parse(&key, &pipeline.get(&key).expect("a chunk")).expect("a chunk");
            found.extend(
                text.split_inclusive(|byte| *byte == b'\n')
                    .map(|line| serde_json::from_slice::<Map<String, Value>>(line).expect("a row")),
            );
        }
        let mut expected = rows(name);
        for row in expected.iter_mut().chain(&mut found) {
            // A number of 32 bits has no shorter text in 64.
            if let Some(number) = row.get_mut("f32") {
                *number = json!(number.as_f64().expect("a number") as f32);
            }
        }
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            for (column, value) in expected {
                assert!(is_same(&found[column], value), "{name}, {column}: {} for {value}", found[column]);
            }
            assert_eq!(found.len(), expected.len(), "{name}");
        }
    }
}

/// Whether two values are the same; numbers are, however they are written.
fn is_same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            found == expected || (expected.is_f64() && found.as_f64() == expected.as_f64())
        }
        _ => found == expected,
    }
}
