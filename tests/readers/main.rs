//! The examples of `infra/manual/parquet.md`, run by the tools that they are for, on a version that is made here.
//!
//! Blocks of the languages `sql` (DuckDB) and `python` are run in their order, in a folder that has the version as
//! `onefold fetch` leaves it. A block `text` behind one is what it prints. Blocks of Spark and Athena are not run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use onefold_lake::keys;
use onefold_tests::manual::{self, Block};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::version::Version;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
given_name = "/first"
family_name = "/last"
email = "/email"
birthdate = "/born"
"address.locality" = "/city"
"address.country" = "/country"
interests = "/likes"
loyalty_tier = "/tier"
"attributes.manager" = "/manager"
updated_at = "/changed"
deleted = "/gone"

[[source]]
name = "shop"
format = "jsonl"
[source.fields]
id = "/id"
full_name = "/name"
email = "/email"
phone_number = "/phone"
salary = "/pay"
updated_at = "/changed"

[field.loyalty_tier]

[normalise]
email = ["trim", "lowercase"]

[[match]]
key = "email"

[publish]
max_customer_drop_ratio = 1.0

[export]
parquet = true
"#;

/// The files of the first run, and of the second.
const FILES: [[(&str, &str); 2]; 2] = [
    [
        (
            "crm",
            r#"{"id":1,"first":"Anna","last":"Weber","email":"anna@weber.de","born":"1972-12-31","city":"Köln","country":"DE","likes":["music","photo"],"tier":"gold","manager":"am-7","changed":"2026-03-01T10:00:00Z"}
{"id":2,"first":"Bob","last":"Stone","email":"bob@stone.co.uk","born":"1990-05-05","city":"Leeds","country":"GB","tier":"silver","changed":"2026-03-02T10:00:00Z"}
{"id":3,"first":"Chiara","last":"Rossi","email":"chiara@rossi.it","city":"Roma","country":"IT","changed":"2026-03-03T10:00:00Z"}
"#,
        ),
        (
            "shop",
            r#"{"id":"a7","name":"Anna Weber","email":"ANNA@weber.de","phone":"+49 221 4710 815","pay":52000.5,"changed":"2026-03-04T10:00:00.250Z"}
{"id":"b9","name":"Dev Patel","email":"dev@patel.in","changed":"2026-03-05T10:00:00Z"}
"#,
        ),
    ],
    [
        (
            "crm",
            r#"{"id":2,"first":"Bob","last":"Stone","email":"bob@stone.co.uk","born":"1990-05-05","city":"York","country":"GB","tier":"gold","changed":"2026-04-01T10:00:00Z"}
{"id":3,"gone":true,"changed":"2026-04-02T10:00:00Z"}
"#,
        ),
        (
            "shop",
            "{\"id\":\"c1\",\"name\":\"Eve Sand\",\"email\":\"eve@sand.fr\",\"changed\":\"2026-04-03T10:00:00Z\"}\n",
        ),
    ],
];

/// A folder with a version that builds on another one.
static FETCHED: LazyLock<PathBuf> = LazyLock::new(fetched);

fn fetched() -> PathBuf {
    let mut pipeline = Pipeline::of(CONFIG);
    for (number, files) in FILES.into_iter().enumerate() {
        for (source, text) in files {
            pipeline.drop_file(source, &format!("{number}.jsonl"), text);
        }
        pipeline.run(&Knobs::default()).expect("a version");
    }
    let folder = manual::project().join("target/readers/version");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("it is removed");
    }
    let version = keys::version(&Version::current(&pipeline).manifest.run);
    for key in pipeline.list(&version) {
        let path = folder.join("out").join(key.strip_prefix(&version).expect("an object of the version"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, pipeline.get(&key).expect("an object")).expect("a file");
    }
    folder
}

/// The Python that has the tools.
fn python() -> PathBuf {
    let python = manual::project().join("target/readers/venv/bin/python");
    assert!(python.exists(), "there is no {}; make target/readers/venv/.done installs it", python.display());
    python
}

/// Runs a program, and returns what it prints.
fn run(code: &str, folder: &Path, place: &str) -> String {
    let output = Command::new(python()).args(["-c", code]).current_dir(folder).output().expect("python starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{place} fails:\n{errors}\n{code}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What runs a block, if it can run here.
fn program(block: &Block) -> Option<String> {
    match block.language.as_str() {
        "python" if block.text.contains("pyspark") => None,
        "python" => Some(block.text.clone()),
        "sql" if block.text.contains("s3://") => None,
        "sql" => Some(format!(
            "import duckdb\nfor row in duckdb.sql({:?}).fetchall():\n    print(*row, sep=' | ')\n",
            block.text
        )),
        _ => None,
    }
}

#[test]
fn the_examples_of_the_manual_print_what_they_say() {
    let folder = &FETCHED;
    let page = manual::page("infra/manual/parquet.md");
    let blocks = page.blocks();
    let mut ran = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let Some(code) = program(block) else { continue };
        let place = format!("{}:{}", page.path, block.line);
        let printed = run(&code, folder, &place);
        let told = blocks.get(number + 1).filter(|next| next.language == "text").map(|next| &next.text);
        let told = told.unwrap_or_else(|| panic!("{place} is followed by what it prints:\n{printed}"));
        let lines: Vec<String> = told.lines().map(str::to_owned).collect();
        assert!(manual::is_like(&lines, &printed), "{place} prints\n{printed}\nand the page says\n{told}");
        ran.push(block.text.clone());
    }
    for (tool, least) in [("duckdb", 0), ("read_parquet", 1), ("read_json", 1), ("polars", 2), ("pandas", 2)] {
        let count = ran.iter().filter(|text| text.contains(tool)).count();
        assert!(count >= least, "{tool}: {count}");
    }
    assert!(ran.len() >= 7, "{}", ran.len());
}

/// The types that each tool sees are those that the page lists, so nothing has to be cast.
#[test]
fn the_columns_have_the_types_that_the_manual_lists() {
    let folder = &FETCHED;
    let page = manual::page("infra/manual/parquet.md");
    for part in ["customers", "members", "changes"] {
        let code = format!(
            "import duckdb\nfor row in duckdb.sql(\"DESCRIBE FROM 'out/parquet/{part}/*.parquet'\").fetchall():\n    print(row[0])\n"
        );
        let columns = run(&code, folder, part);
        for column in columns.lines() {
            assert!(page.text.contains(&format!("`{column}`")), "the page does not list {part}.{column}");
        }
    }
    let code = r#"
import polars as pl, pyarrow.parquet as pq, glob
for part in ("customers", "members", "changes"):
    (file,) = glob.glob(f"out/parquet/{part}/*.parquet")
    table, frame = pq.read_table(file), pl.read_parquet(file)
    assert table.num_rows == frame.height > 0
    schema = dict(zip(table.schema.names, table.schema.types))
    if part != "changes":
        assert str(schema["birthdate"]) == "date32[day]", schema["birthdate"]
        assert str(schema["updated_at"]) == "timestamp[us, tz=UTC]", schema["updated_at"]
        assert frame.schema["birthdate"] == pl.Date and frame.schema["updated_at"] == pl.Datetime("us", "UTC")
        assert str(schema["address"]).startswith("struct<street_address: string"), schema["address"]
        assert str(schema["provenance"]).startswith("map<string, string"), schema["provenance"]
"#;
    run(code, folder, "types");
}
