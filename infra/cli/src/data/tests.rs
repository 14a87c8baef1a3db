//! The commands on small folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use onefold_config::{Config, Mapping};
use onefold_shell::{NoSecrets, Secrets};
use parquet::data_type::ByteArrayType;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::folder::DataFolder;
use super::init::InitResult;
use super::try_source::side_by_side;
use super::try_source::trial::{self, Trial, TriedRow};
use super::*;
use crate::args::{CheckOptions, InitOptions};

/// A data folder that lives as long as the test.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A folder with files: path and content.
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let scratch = Self(std::env::temp_dir().join(format!("onefold-setup-{}-{number}", std::process::id())));
        scratch.write(files);
        scratch
    }

    pub fn write(&self, files: &[(&str, &[u8])]) {
        for (name, content) in files {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    /// Puts the sample into it, with so many accounts.
    pub fn generate_sample(&self, rows: u32) {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let made = Command::new("python3")
            .arg(project.join("tests/bench/generate.py"))
            .args(["--rows", &rows.to_string(), "--seed", "5", "--sample", "--out"])
            .arg(&self.0)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// The person behind each account of the sample.
    pub fn people(&self) -> BTreeMap<String, String> {
        let truth = fs::read_to_string(self.0.join("truth.csv")).unwrap();
        let pairs = truth.lines().skip(1).map(|line| line.split_once(',').unwrap());
        pairs.map(|(account, person)| (account.to_owned(), person.to_owned())).collect()
    }

    pub async fn init(&self) -> Result<InitResult, Error> {
        init::init(&InitOptions { data: self.0.clone(), force: false }).await
    }

    pub fn config_text(&self) -> String {
        fs::read_to_string(self.0.join("onefold.toml")).unwrap()
    }

    pub fn config(&self) -> Config {
        Config::parse(&self.config_text()).unwrap()
    }

    pub async fn tried(&self, source: &str, wanted: usize) -> Result<Vec<TriedRow>, Error> {
        self.tried_with(Arc::new(NoSecrets), source, wanted).await
    }

    pub async fn tried_with(
        &self,
        secrets: Arc<dyn Secrets>,
        source: &str,
        wanted: usize,
    ) -> Result<Vec<TriedRow>, Error> {
        Ok(self.trial(secrets, source, wanted).await?.rows)
    }

    pub async fn trial(&self, secrets: Arc<dyn Secrets>, source: &str, wanted: usize) -> Result<Trial, Error> {
        let folder = DataFolder::new(&self.0);
        trial::try_rows(&folder, &folder.config()?, secrets, source, wanted).await
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn check(path: &Path) -> (String, bool) {
    let checked = check::check(path, false).await.unwrap();
    (checked.report, checked.document.is_sound)
}

#[tokio::test]
async fn every_fault_of_a_file_is_shown_at_its_place() {
    let config = r#"[[source]]
name = "crm"
format = "cvs"
[source.fields]
emial = "/mail"
id = "/id"
[normalise]
email = ["trim", "lowercse"]
	[guard]
	max_accounts_per_key = "ten" # é
"#;
    let scratch = Scratch::new(&[("onefold.toml", config.as_bytes())]);
    let expected = r#"error: unknown format "cvs"; did you mean "csv"? It must be one of FORMATS
 --> onefold.toml:3:10
  |
3 | format = "cvs"
  |          ^^^^^

error: unknown field "emial"; did you mean "email"? It must be one of FIELDS
 --> onefold.toml:5:1
  |
5 | emial = "/mail"
  | ^^^^^

error: unknown normaliser "lowercse"; did you mean "lowercase"? It must be one of STEPS
 --> onefold.toml:8:18
  |
8 | email = ["trim", "lowercse"]
  |                  ^^^^^^^^^^

error: max_accounts_per_key must be a whole number from 2 on; it is "ten"
  --> onefold.toml:10:25
   |
10 | 	max_accounts_per_key = "ten" # é
   | 	                       ^^^^^

onefold.toml: 4 errors (tables and files are looked at when these are mended)
"#;
    let (report, is_sound) = check(&scratch.0).await;
    // What there is to choose from is not what this is about.
    let shown: String = report.split_inclusive('\n').map(without_choice).collect();
    let expected: String = expected.split_inclusive('\n').map(without_choice).collect();
    assert_eq!(shown, expected);
    assert!(!is_sound);
    let by_file = check(&scratch.0.join("onefold.toml")).await;
    assert_eq!(by_file.0, report);
    let command = DataCommand::Check(CheckOptions { path: scratch.0.clone() });
    assert_eq!(execute(command, None).await.unwrap(), Outcome::Faulty);
}

fn without_choice(line: &str) -> String {
    line.split_once("It must be one of ").map_or_else(|| line.to_owned(), |(before, _)| format!("{before}\n"))
}

const TWO_SOURCES: &str = r#"[[source]]
name = "crm"
format = "jsonl"
region = "US"
[source.fields]
id = "/id"
email = "/contact/mail"
phone_number = "/phone"
given_name = "/first"
updated_at = { at = "/at", as = "date" }
[[source]]
name = "news"
format = "csv"
[source.fields]
id = "/sid"
email = "/e-mail"
[normalise]
email = ["trim", "lowercase"]
phone_number = "digits"
[[enrich]]
field = "gender"
table = "names"
on = "given_name"
[[match]]
key = ["email"]
[[match]]
key = ["given_name", "phone_number"]
"#;

#[tokio::test]
async fn tables_and_files_are_checked_as_plan_does() {
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("landing/news/a.csv", b"sid,email\n1,a@x.de\n"),
        ("landing/new/a.csv", b"sid\n1\n"),
    ]);
    let expected = r#"error: [[enrich]] names the table "names", and there is no reference/names.csv and no reference/names.parquet; upload one
  --> onefold.toml:22:9
   |
22 | table = "names"
   |         ^^^^^^^

error: the source "crm" has no file: there is nothing under landing/crm/; drop files there, or write required = false
 --> onefold.toml:2:8
  |
2 | name = "crm"
  |        ^^^^^

warning: landing/news/a.csv has no column for "/e-mail"; did you mean "/email"? Its columns are sid, email
  --> onefold.toml:14:1
   |
14 | [source.fields]
   | ^^^^^^^^^^^^^^^

warning: landing/new/ belongs to no [[source]], so it is not read; is it "news"?

onefold.toml: 2 errors, 2 warnings (2 sources, 1 reference table)
"#;
    let (report, is_sound) = check(&scratch.0).await;
    assert_eq!(report, expected);
    assert!(!is_sound);

    scratch.write(&[("reference/names.csv", b"name,sex\nAnna,f\n"), ("landing/crm/a.jsonl", b"{\"id\":1}\n")]);
    let (report, _) = check(&scratch.0).await;
    assert!(report.contains("reference/names.csv has no column \"gender\""), "{report}");
    scratch.write(&[("reference/names.csv", b"name,gender\nAnna,f\n")]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound && report.ends_with("onefold.toml: 2 warnings (2 sources, 1 reference table)\n"), "{report}");
}

#[tokio::test]
async fn corrections_are_checked_as_plan_does() {
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("reference/names.csv", b"name,gender\n"),
        ("landing/crm/a.jsonl", b"{\"id\":1}\n"),
        ("landing/news/a.csv", b"sid,e-mail\n1,a@x.de\n"),
        ("corrections/pairs.csv", b"kind,left,right\nalways,crm:1,news:1\nnever,crm:1,shop:1\n"),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(!is_sound && report.starts_with("error: corrections/pairs.csv: line 3: right "), "{report}");
    scratch.write(&[("corrections/pairs.csv", b"kind,left,right\nalways,crm:1,news:1\n")]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound && report.starts_with("onefold.toml: no fault"), "{report}");
}

#[tokio::test]
async fn a_table_is_taken_in_the_format_that_is_there() {
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("landing/crm/a.jsonl", b"{\"id\":1,\"first\":\"Anna\"}\n"),
        ("landing/news/a.csv", b"sid,e-mail\n1,a@x.de\n"),
        ("reference/names.parquet", &names_in_parquet()),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound, "{report}");
    let tried = scratch.tried("crm", 1).await.unwrap();
    assert_eq!(tried[0].account()["gender"], "f");

    scratch.write(&[("reference/names.csv", b"name,gender\nAnna,m\n")]);
    let both = "there are both reference/names.csv and reference/names.parquet; remove the one that is not meant";
    let (report, is_sound) = check(&scratch.0).await;
    assert!(!is_sound && report.contains(both), "{report}");
    let error = scratch.tried("crm", 1).await.unwrap_err().to_string();
    assert!(error.contains(both), "{error}");

    fs::remove_file(scratch.0.join("reference/names.csv")).unwrap();
    scratch.write(&[("reference/names.parquet", b"no Parquet")]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(!is_sound && report.contains("reference/names.parquet is no Parquet file: "), "{report}");
}

/// A table of names and genders with one row: Anna, f.
fn names_in_parquet() -> Vec<u8> {
    let schema = "message names { required binary name (utf8); required binary gender (utf8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Default::default()).unwrap();
    let mut rows = writer.next_row_group().unwrap();
    for cell in ["Anna", "f"] {
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[cell.into()], None, None).unwrap();
        column.close().unwrap();
    }
    rows.close().unwrap();
    writer.into_inner().unwrap()
}

#[tokio::test]
async fn a_source_that_is_no_folder_is_checked_without_asking_it() {
    let api = TWO_SOURCES.replace(
        "format = \"jsonl\"\nregion = \"US\"\n",
        "region = \"US\"\nkind = \"http\"\nhttp = { url = \"https://api.example.com/crm\", items = \"/data\" }\n",
    );
    let scratch = Scratch::new(&[
        ("onefold.toml", api.as_bytes()),
        ("landing/news/a.csv", b"sid,e-mail\n1,a@x.de\n"),
        ("reference/names.csv", b"name,gender\n"),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound && report.contains("no fault"), "{report}");
}

#[tokio::test]
async fn a_compressed_file_that_is_cut_off_is_an_error() {
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("reference/names.csv", b"name,gender\n"),
        ("landing/crm/a.jsonl", b"{}"),
        ("landing/news/a.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(!is_sound && report.contains("landing/news/a.csv.gz"), "{report}");
}

#[tokio::test]
async fn files_that_hold_something_else_or_nothing_are_told() {
    let config = "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\n\n[[source]]\nname = \"shop\"\n\
                  format = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\n[[match]]\nkey = \"email\"\n";
    let scratch = Scratch::new(&[
        ("onefold.toml", config.as_bytes()),
        ("landing/crm/empty.csv", b""),
        ("landing/crm/header.csv", b"id,email\n"),
        ("landing/crm/twice.csv", b"id,id\n1,2\n"),
        ("landing/shop/blank.jsonl", b" \n"),
        ("landing/shop/a.jsonl", b"PK\x03\x04\x14\x00"),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(!is_sound);
    for told in [
        "there is no row in landing/crm/header.csv",
        "there is no row in landing/shop/blank.jsonl",
        "landing/crm/twice.csv has several columns named \"id\"",
        "landing/shop/a.jsonl seems to be a ZIP archive or an Excel workbook",
        "2 errors, 2 warnings",
    ] {
        assert!(report.contains(told), "{told}: {report}");
    }
}

#[tokio::test]
async fn a_configuration_that_is_not_there_is_said_with_what_to_do() {
    let scratch = Scratch::new(&[("landing/a/b.csv", b"")]);
    let error = check::check(&scratch.0, false).await.unwrap_err().to_string();
    assert!(error.contains("onefold init"), "{error}");
    scratch.write(&[("onefold.toml", TWO_SOURCES.as_bytes())]);
    let (alone, is_sound) = check(&scratch.0.join("onefold.toml")).await;
    assert!(!is_sound, "landing/ is beside it: {alone}");
    let without_data = Scratch::new(&[("onefold.toml", TWO_SOURCES.as_bytes())]);
    let (alone, is_sound) = check(&without_data.0).await;
    assert!(is_sound && alone.contains("the file alone was checked"), "{alone}");
}

#[tokio::test]
async fn a_file_that_the_set_up_does_not_fit_is_told() {
    let config = TWO_SOURCES.replace("region = \"US\"\n", "");
    let scratch = Scratch::new(&[
        ("onefold.toml", config.as_bytes()),
        ("reference/names.csv", b"name,gender\n"),
        ("landing/crm/a.jsonl", b"{\"id\":1,\"phone\":\"(212) 345-6780\"}\n{\"id\":2,\"phone\":\"+12123456781\"}\n"),
        ("landing/crm/b.jsonl", b"{\"nr\":1}\n{\"nr\":2}\n"),
        ("landing/crm/c.jsonl", b"\n\n"),
        ("landing/crm/empty.jsonl", b""),
        ("landing/news/a.csv", b"sid,e-mail\n1,later\n2,not yet\n3,a@x.de\n"),
    ]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound, "{report}");
    for told in [
        "warning: 1 of 2 phone numbers in the first 2 rows of landing/crm/a.jsonl are dropped, as nothing says the country of \
         those without a calling code; write region, such as \"DE\", or map address.country\n",
        "warning: 2 of the first 2 rows of landing/crm/b.jsonl are refused; the first one: the id is missing; every row needs \
         one\n",
        "warning: there is no row in landing/crm/c.jsonl, which has 2 bytes; ",
        "warning: 2 of 3 values of email in the first 3 rows of landing/news/a.csv are dropped, as no values of its kind\n",
        "onefold.toml: 4 warnings (2 sources, 1 reference table)\n",
    ] {
        assert!(report.contains(told), "{told}\n{report}");
    }
    let trial = scratch.trial(Arc::new(NoSecrets), "crm", 9).await.unwrap();
    assert_eq!(trial.rows.len(), 4);
    assert!(
        trial.warnings.iter().any(|warning| warning.starts_with("1 of 2 phone numbers in ")),
        "{:?}",
        trial.warnings
    );
    assert!(
        trial.warnings.iter().any(|warning| warning.starts_with("2 of the first 2 rows of landing/crm/b.jsonl")),
        "{:?}",
        trial.warnings
    );
}

#[tokio::test]
async fn a_source_of_which_no_row_is_read_is_told_by_try() {
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("reference/names.csv", b"name,gender\n"),
        ("landing/news/a.csv", b"sid,e-mail\n"),
    ]);
    let trial = scratch.trial(Arc::new(NoSecrets), "news", 9).await.unwrap();
    assert!(trial.rows.is_empty());
    assert!(
        trial.warnings[0].starts_with("there is no row in landing/news/a.csv, which has 11 bytes"),
        "{:?}",
        trial.warnings
    );
}

/// A folder whose source `crm` has a row of every kind.
fn rows_of_every_kind() -> Scratch {
    let rows = br#"{"id":1,"contact":{"mail":" Anna@X.DE "},"phone":"(212) 345-6780","first":"Anna","at":"2023-06-07"}
not a row

{"id":2,"phone":"12","at":"2023-06-07"}
{"id":3,"at":"yesterday"}
{"contact":{"mail":"b@x.de"}}
{"id":1,"first":"Old","at":"2020-01-01"}
"#;
    Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("reference/names.csv", b"name,gender\nAnna,f\n"),
        ("landing/crm/a.jsonl", rows),
    ])
}

#[tokio::test]
async fn each_kind_of_row_is_tried() {
    let scratch = rows_of_every_kind();
    let tried = scratch.tried("crm", 10).await.unwrap();
    let places: Vec<&str> = tried.iter().map(|row| row.place.rsplit(':').next().unwrap()).collect();
    assert_eq!(places, ["1", "2", "4", "5", "6", "7"], "a blank line is no row");

    let first = &tried[0];
    let account = first.account().clone();
    assert_eq!((&account["ref"], &account["gender"]), (&"crm:1".into(), &"f".into()), "enriched");
    let keys: Vec<(&str, Vec<&str>)> = first
        .match_keys
        .iter()
        .map(|(rule, values)| (rule.as_str(), values.iter().map(|(_, value)| value.as_str()).collect()))
        .collect();
    assert_eq!(keys, [("email", vec!["anna@x.de"]), ("given_name+phone_number", vec!["Anna", "+12123456780"])]);
    assert!(first.cells.contains(&("contact/mail".to_owned(), " Anna@X.DE ".to_owned())));

    let reasons: Vec<Option<(Option<&str>, &str)>> = tried
        .iter()
        .map(|row| row.reject.as_ref().map(|(field, reason)| (field.as_deref(), reason.as_str())))
        .collect();
    assert!(reasons[0].is_none() && reasons[2].is_none(), "{reasons:?}");
    let is = |number: usize, field: Option<&str>, words: &str| {
        reasons[number].is_some_and(|(found, reason)| found == field && reason.contains(words))
    };
    assert!(is(1, None, "not one JSON object"), "{reasons:?}");
    assert!(is(3, Some("updated_at"), "not written as date"), "{reasons:?}");
    assert!(is(4, Some("id"), "the id is missing"), "{reasons:?}");
    assert!(is(5, Some("id"), "repeated"), "{reasons:?}");
    assert_eq!(tried[2].dropped, ["phone_number"]);
    assert!(tried[2].match_keys.is_empty());
    assert!(!scratch.0.join("raw").exists(), "nothing is written");
}

#[tokio::test]
async fn rows_are_shown_side_by_side() {
    let scratch = rows_of_every_kind();
    let tried = scratch.tried("crm", 3).await.unwrap();
    let shown = side_by_side::show(&tried, 100);
    assert!(shown.lines().all(|line| line.chars().count() <= 100 || line.starts_with("rejected")), "{shown}");
    let columns = |needle: &str| {
        let line = shown.lines().find(|line| line.contains(needle)).unwrap();
        line.split('│').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        columns("given_name+phone_number =")[1..],
        ["updated_at: 2023-06-07T00:00:00Z", "given_name+phone_number ="]
    );
    assert_eq!(columns("contact/mail")[0], "contact/mail:  Anna@X.DE");
    let order: Vec<usize> = ["ref: ", "given_name: ", "email: "].map(|name| shown.find(name).unwrap()).into();
    assert!(order.is_sorted(), "as accounts are written\n{shown}");
    for line in [
        "rejected: the line is not one JSON object",
        "dropped, as no value of its kind: phone_number",
        "(none: it stays alone)",
        "3 rows: 2 accounts, 1 rejected",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
}

#[tokio::test]
async fn values_that_are_not_kept_as_they_are_are_told() {
    let config = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
email = "/emails"
birthdate = { at = "/born", as = "rfc3339" }
attributes.note = "/note"
[[match]]
key = "email"
"#;
    let row =
        r#"{"id":17.0,"emails":["b@x.de","c@x.de",{"of":"a@x.de"}],"note":"\ud83d","born":"9999-12-31T00:00:00Z"}"#;
    let rows = format!("{row}\n{}\n", r#"{"id":2,"emails":[{"of":"d@x.de"}]}"#);
    let scratch = Scratch::new(&[("onefold.toml", config.as_bytes()), ("landing/crm/a.jsonl", rows.as_bytes())]);
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound && report.contains("email finds what is neither text nor a list of texts in 2 of"), "{report}");
    assert!(report.contains("as by \"/emails/*/of\""), "{report}");
    let shown = side_by_side::show(&scratch.tried("crm", 1).await.unwrap(), 100);
    for line in [
        "ref: crm:17",
        "email: b@x.de, c@x.de",
        "email = c@x.de",
        "not kept as it is: birthdate: a placeholder",
        "not kept as it is: attributes.note: half a surrogate pair replaced",
        "not kept as it is: email: a list or an object",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    // The configuration is guessed from these as well.
    let dates = b"id,email,until\n1,a@x.de,9999-12-31\n2,b@x.de,2024-05-06\n3,c@x.de,9999-12-31T23:59:59Z\n";
    assert!(Scratch::new(&[("landing/crm/a.csv", dates)]).init().await.is_ok());
}

#[tokio::test]
async fn a_row_as_json_has_all_of_it() {
    let tried = rows_of_every_kind().tried("crm", 2).await.unwrap();
    let rows: Vec<serde_json::Value> = tried.iter().map(|row| serde_json::to_value(row.document()).unwrap()).collect();
    assert_eq!(rows[0]["match_keys"][1]["values"]["phone_number"], "+12123456780");
    assert_eq!((&rows[0]["account"]["email"], &rows[0]["reject"]), (&"anna@x.de".into(), &serde_json::Value::Null));
    assert_eq!((&rows[1]["raw"], &rows[1]["row"]), (&"not a row".into(), &"landing/crm/a.jsonl:2".into()));
    assert!(rows[1]["account"].is_null() && rows[1]["reject"]["reason"].is_string());
}

#[tokio::test]
async fn csv_is_tried_file_by_file_and_compressed() {
    let gzip = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"e-mail,sid\nC@x.de,3\nbroken\n").unwrap();
        encoder.finish().unwrap()
    };
    let scratch = Scratch::new(&[
        ("onefold.toml", TWO_SOURCES.as_bytes()),
        ("reference/names.csv", b"name,gender\n"),
        ("landing/news/a.csv", b"sid,e-mail,note\n1,a@x.de,\"two\nlines\"\n2,b@x.de,\n"),
        ("landing/news/b.csv.gz", &gzip),
    ]);
    let tried = scratch.tried("news", 10).await.unwrap();
    let keys: Vec<Option<&str>> =
        tried.iter().map(|row| row.match_keys.first().map(|(_, values)| values[0].1.as_str())).collect();
    assert_eq!(keys, [Some("a@x.de"), Some("b@x.de"), Some("c@x.de"), None]);
    assert_eq!(tried[0].cells[2], ("note".to_owned(), "two\nlines".to_owned()));
    assert_eq!(tried[1].place, "landing/news/a.csv:4");
    let (_, reason) = tried[3].reject.as_ref().unwrap();
    assert!(reason.contains("the header has 2 columns, this row 1"), "{reason}");
    assert_eq!(scratch.tried("news", 2).await.unwrap().len(), 2);
    let error = scratch.tried("nws", 2).await.unwrap_err().to_string();
    assert!(error.contains("did you mean \"news\"?"), "{error}");
}

/// What a mapping maps, attributes and defaults left out.
fn mapped(mapping: &Mapping) -> Vec<String> {
    let mut all: Vec<String> =
        mapping.texts.iter().map(|text| format!("{} {:?} {:?}", text.field.name(), text.at, text.format)).collect();
    all.push(format!("id {:?}", mapping.id));
    all.push(format!("full_name {:?}", mapping.full_name));
    all.push(format!("updated_at {:?}", mapping.updated_at.as_ref().map(|time| (&time.at, &time.format))));
    all.push(format!("interests {:?}", mapping.interests.as_ref().map(|list| (&list.at, &list.split))));
    all.push(format!("{:?} {:?} {:?}", mapping.salary, mapping.latitude, mapping.longitude));
    all.sort();
    all
}

#[tokio::test]
async fn the_sample_is_mapped_as_by_hand() {
    let scratch = Scratch::new(&[]);
    scratch.generate_sample(1500);
    let by_hand = scratch.config();
    let error = scratch.init().await.unwrap_err().to_string();
    assert!(error.contains("--force"), "{error}");
    fs::remove_file(scratch.0.join("onefold.toml")).unwrap();
    scratch.init().await.unwrap();

    let guessed = scratch.config();
    assert_eq!(guessed.sources.len(), by_hand.sources.len());
    for source in &by_hand.sources {
        let found = guessed.source(&source.name).unwrap();
        // When an account was made is no time of a change, and only proposed.
        let by_hand = match source.name.as_str() {
            "crm" => source.mapping.clone(),
            _ => Mapping { updated_at: None, ..source.mapping.clone() },
        };
        assert_eq!(mapped(&found.mapping), mapped(&by_hand), "{}", source.name);
        assert_eq!(found.kind.rows(), source.kind.rows());
        let tried = scratch.tried(&source.name, 50).await.unwrap();
        let accepted = tried.iter().filter(|row| row.account.is_some()).count();
        assert!(accepted >= 49, "{accepted}");
    }
    for proposal in [
        "# updated_at = { at = \"/subscribed_at\", as = \"date\" }\n",
        "# updated_at = { at = \"/created\", as = \"unix_ms\" }\n",
    ] {
        assert!(scratch.config_text().contains(proposal), "{proposal}");
    }
    let (report, is_sound) = check(&scratch.0).await;
    assert!(is_sound && report.starts_with("onefold.toml: no fault"), "{report}");
}
