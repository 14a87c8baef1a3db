//! The examples of `infra/manual/parquet.md`, run by the tools that they are for, on a version that is made here, and those
//! of `infra/manual/athena.md`, run by DuckDB.
//!
//! Blocks of the languages `sql` (DuckDB) and `python` are run in their order, in a folder that has the version as
//! `onefold fetch` leaves it. A block `text` behind one is what it prints. Blocks of Spark are not run.

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
    run_with(&["-c", code], folder, place)
}

/// Runs Python, and returns what it prints.
fn run_with(arguments: &[&str], folder: &Path, place: &str) -> String {
    let output = Command::new(python()).args(arguments).current_dir(folder).output().expect("python starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{place} fails:\n{errors}\n{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The text block behind a block.
fn told(blocks: &[Block], number: usize) -> Option<&str> {
    let next = blocks.get(number + 1).filter(|next| next.language == "text")?;
    Some(&next.text)
}

#[track_caller]
fn assert_prints(place: &str, told: Option<&str>, printed: &str) {
    let told = told.unwrap_or_else(|| panic!("{place} is followed by what it prints:\n{printed}"));
    let lines: Vec<String> = told.lines().map(str::to_owned).collect();
    assert!(manual::is_like(&lines, printed), "{place} prints\n{printed}\nand the page says\n{told}");
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
        assert_prints(&place, told(&blocks, number), &printed);
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

/// The template as JSON, for the programs beside this file.
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let project = manual::project();
    let path = project.join("target/readers/template.json");
    let template = run_with(&["tests/agreement/read_template.py", "infra/template.yaml"], project, "the template");
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, template).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
});

/// Runs a query of Athena's in tables like those of the template.
fn athena(format: &str, query: &str, place: &str) -> String {
    let program = manual::project().join("tests/readers/athena.py");
    run_with(&[program.to_str().expect("UTF-8"), &TEMPLATE, format, query], &FETCHED, place)
}

/// Queries above the heading `Parquet` are for both formats, those below it for its own.
#[test]
fn the_queries_of_athena_print_what_the_manual_says() {
    let page = manual::page("infra/manual/athena.md");
    let (both, _) = page.text.split_once("\n## With Parquet\n").expect("the heading");
    let lines_of_both = both.lines().count();
    let blocks = page.blocks();
    let mut ran = [0, 0];
    for (number, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "sql") {
        let is_for_both = block.line <= lines_of_both;
        for (format, count) in ["parquet", "json"].into_iter().zip(&mut ran) {
            if format == "json" && !is_for_both {
                continue;
            }
            let place = format!("{}:{} ({format})", page.path, block.line);
            assert_prints(&place, told(&blocks, number), &athena(format, &block.text, &place));
            *count += 1;
        }
    }
    assert!(ran[0] > ran[1] && ran[1] >= 3, "{ran:?}");
}

/// The view of the template has the accounts of both formats.
#[test]
fn the_crosswalk_is_the_same_of_both_formats() {
    let query = "SELECT * FROM onefold.crosswalk ORDER BY account";
    let crosswalk = athena("json", query, "the crosswalk");
    assert_eq!(crosswalk.lines().count(), 5);
    assert!(crosswalk.starts_with("crm:1 | crm | 1 | "), "{crosswalk}");
    assert_eq!(athena("parquet", query, "the crosswalk"), crosswalk);
}

/// Who makes a table by hand gets the columns that the template's has.
#[test]
fn the_table_of_the_manual_has_the_columns_of_the_template() {
    let page = manual::page("infra/manual/parquet.md");
    let blocks = page.blocks();
    let table = blocks.iter().find(|block| block.text.contains("STORED AS PARQUET")).expect("the statement");
    let code = r#"
import json, sys, sqlglot
template, statement = sys.argv[1:]
storage = json.load(open(template))["Resources"]["CustomersTable"]["Properties"]["TableInput"]["StorageDescriptor"]
kind = lambda kind: sqlglot.exp.DataType.build(kind, dialect="hive").sql("hive")
made = [(one["Name"], kind(one["Type"])) for one in storage["Columns"]["Fn::If"][1]]
columns = sqlglot.parse_one(statement, read="athena").find_all(sqlglot.exp.ColumnDef)
told = [(one.name, one.kind.sql("hive")) for one in columns if isinstance(one.parent, sqlglot.exp.Schema)]
assert told == made and len(told) > 20, (told, made)
"#;
    run_with(&["-c", code, &TEMPLATE, &table.text], &FETCHED, "the table");
}
