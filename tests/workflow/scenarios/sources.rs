//! Files, an API and a database in one workflow, with the secrets that the last two are read with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use onefold_tests::http_server::{HttpServer, Reply, Request};
use onefold_tests::postgres::{Database, READER_PASSWORD};
use serde_json::json;

use crate::command::{Answered, folder, onefold};
use crate::results::Results;
use crate::scenarios::turn;

const TOKEN: &str = "t0ken-of-the-api";

/// How many rows the API gives at once.
const PAGE: usize = 7;

#[test]
fn files_an_api_and_a_database_are_read_together_and_then_only_what_is_new() {
    let _turn = turn();
    let systems = Systems::start();
    systems.add(&first_rows());

    let grown = Results(folder("sources-out"));
    systems.run(&grown).exits(0);
    let first = grown.manifest();
    assert_eq!(first.counts.rows_read, 20 + 15 + 30);
    assert_eq!(people_of(&grown), systems.people());
    assert_eq!(first.watermarks["api"], at(15), "the latest row's");
    assert!(first.watermarks["shop"].ends_with("/2026-01-01 00:30:00+00"), "{:?}", first.watermarks);
    assert_eq!(first.watermarks.len(), 2, "files have none");
    let asked_before = systems.asked_since();
    assert!(asked_before.len() == 3 && asked_before.iter().all(Option::is_none), "{asked_before:?}");

    systems.add(&later_rows());
    systems.run(&grown).exits(0).says("building on the version of");
    let second = grown.manifest();
    // The API gives what changed at its watermark or after it, so its last row comes once more.
    assert_eq!(second.counts.rows_read, 2 + (1 + 3) + 3);
    assert_eq!(second.counts.previous_members, first.counts.members);
    assert_eq!(people_of(&grown), systems.people());
    assert_eq!(second.watermarks["api"], at(103));
    let asked = systems.asked_since();
    assert!(asked.iter().all(|since| since.as_deref() == Some(at(15).as_str())), "{asked:?}");

    // All of it at once, without a version before.
    let at_once = Results(folder("sources-at-once"));
    systems.run(&at_once).exits(0);
    assert_eq!(at_once.customers(), grown.customers());
    assert_eq!(people_of(&at_once), systems.people());

    for out in [&grown, &at_once] {
        assert_nothing_tells(&out.0, &[TOKEN, READER_PASSWORD, "re%40der"]);
    }
}

/// A row of one of the systems: its id, the number of the person whose e-mail address it has, and its minute.
#[derive(Clone, Copy)]
struct Row {
    system: &'static str,
    id: usize,
    person: usize,
    minute: usize,
}

/// Persons 1 to 30 are in the shop, the even ones in the API, and the first twenty in the CRM's files.
fn first_rows() -> Vec<Row> {
    let row = |system, id, person| Row { system, id, person, minute: id };
    let crm = (1..=20).map(|id| row("crm", id, id));
    let api = (1..=15).map(|id| row("api", id, 2 * id));
    crm.chain(api).chain((1..=30).map(|id| row("shop", id, id))).collect()
}

/// New accounts, of known people and of new ones, and versions of known accounts that have another person's address.
fn later_rows() -> Vec<Row> {
    [
        ("crm", 21, 31, 101),
        ("crm", 3, 4, 102),
        ("api", 16, 31, 101),
        ("api", 17, 1, 102),
        ("api", 5, 9, 103),
        ("shop", 31, 32, 101),
        ("shop", 32, 31, 102),
        ("shop", 30, 29, 103),
    ]
    .map(|(system, id, person, minute)| Row { system, id, person, minute })
    .into()
}

/// A minute of New Year's Day.
fn at(minute: usize) -> String {
    format!("2026-01-01T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

/// E-mail addresses as each system writes them.
fn email(row: &Row) -> String {
    match row.system {
        "api" => format!("Person{}@Example-Mail.de", row.person),
        _ => format!("person{}@example-mail.de", row.person),
    }
}

/// What is read: a folder of files, a server and a database.
struct Systems {
    data: PathBuf,
    secrets: PathBuf,
    rows: Mutex<Vec<Row>>,
    api: Arc<Mutex<Vec<Row>>>,
    server: HttpServer,
    database: Database,
    requests_seen: Mutex<usize>,
}

impl Systems {
    fn start() -> Self {
        let api: Arc<Mutex<Vec<Row>>> = Arc::default();
        let served = api.clone();
        let server = HttpServer::start(move |request, _| page(request, &served.lock().expect("rows")));
        let database = Database::new();
        database.execute("CREATE TABLE customers (id int PRIMARY KEY, email text, updated_at timestamptz)");
        let data = folder("sources-data");
        fs::write(data.join("onefold.toml"), config(&server.url("/v1/customers"))).expect("a configuration");
        // Beside the data, not in it.
        let secrets = folder("sources-secrets").join("secrets.toml");
        let shop = database.secret();
        fs::write(&secrets, format!("\"onefold/api\" = \"{TOKEN}\"\n\"onefold/shop\" = \"{shop}\"\n")).expect("a file");
        Self { data, secrets, rows: Mutex::default(), api, server, database, requests_seen: Mutex::default() }
    }

    /// Adds rows to the systems that they are of.
    fn add(&self, rows: &[Row]) {
        let mut all = self.rows.lock().expect("rows");
        let folder = self.data.join("landing/crm");
        fs::create_dir_all(&folder).expect("a folder");
        let lines = rows.iter().filter(|row| row.system == "crm").map(|row| format!("{}\n", json(row)));
        fs::write(folder.join(format!("{}.jsonl", all.len())), lines.collect::<String>()).expect("a file");
        for row in rows.iter().filter(|row| row.system == "shop") {
            let (id, email, at) = (row.id, email(row), at(row.minute));
            self.database.execute(&format!(
                "INSERT INTO customers VALUES ({id}, '{email}', '{at}')
                 ON CONFLICT (id) DO UPDATE SET email = excluded.email, updated_at = excluded.updated_at"
            ));
        }
        let mut api = self.api.lock().expect("rows");
        for row in rows.iter().filter(|row| row.system == "api") {
            api.retain(|known| known.id != row.id);
            api.push(*row);
        }
        all.extend_from_slice(rows);
    }

    fn run(&self, out: &Results) -> Answered {
        let [data, out, secrets] =
            [&self.data, &out.0, &self.secrets].map(|path| path.to_str().expect("a path of UTF-8"));
        onefold(["local", "run", "--data", data, "--out", out, "--secrets", secrets])
    }

    /// What the requests that came since this was last asked had as watermark.
    fn asked_since(&self) -> Vec<Option<String>> {
        let requests = self.server.requests();
        let mut seen = self.requests_seen.lock().expect("a number");
        let new = requests[*seen..].iter().map(|request| request.query.get("updated_since").cloned()).collect();
        *seen = requests.len();
        new
    }

    /// Who is who, found out as simply as can be: the last version of each account, put together by address.
    fn people(&self) -> BTreeSet<BTreeSet<String>> {
        let mut latest: BTreeMap<String, Row> = BTreeMap::new();
        for row in self.rows.lock().expect("rows").iter() {
            latest.insert(format!("{}:{}", row.system, row.id), *row);
        }
        let mut people: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for (reference, row) in latest {
            people.entry(row.person).or_default().insert(reference);
        }
        people.into_values().collect()
    }
}

fn json(row: &Row) -> String {
    json!({"id": row.id, "mail": email(row), "changed": at(row.minute)}).to_string()
}

/// The page that is asked for, of the rows that changed at the watermark or after it.
fn page(request: &Request, rows: &[Row]) -> Reply {
    if request.headers.get("authorization").is_none_or(|value| *value != format!("Bearer {TOKEN}")) {
        return Reply::status(401);
    }
    let since = request.query.get("updated_since");
    let is_new = |row: &&Row| since.is_none_or(|since| at(row.minute) >= *since);
    let rows: Vec<&Row> = rows.iter().filter(is_new).collect();
    let start = request.query.get("cursor").map_or(0, |cursor| cursor.parse::<usize>().expect("a cursor"));
    let end = (start + PAGE).min(rows.len());
    let next = if end < rows.len() { json!(end.to_string()) } else { json!(null) };
    let items: Vec<String> = rows[start..end].iter().map(|row| json(row)).collect();
    Reply::json(format!("{{\"data\":[{}],\"next\":{next}}}", items.join(",")))
}

fn config(url: &str) -> String {
    format!(
        r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
email = "/mail"
updated_at = "/changed"

[[source]]
name = "api"
kind = "http"
[source.http]
url = "{url}"
items = "/data"
page = {{ by = "cursor", cursor = "/next", param = "cursor" }}
watermark = {{ param = "updated_since", at = "/changed" }}
auth = {{ bearer = "onefold/api" }}
[source.fields]
id = "/id"
email = "/mail"
updated_at = "/changed"

[[source]]
name = "shop"
kind = "postgres"
[source.postgres]
secret = "onefold/shop"
table = "public.customers"
key = "id"
splits = 2
watermark = {{ column = "updated_at" }}
[source.fields]
id = "/id"
email = "/email"
updated_at = "/updated_at"

[normalise]
email = "email"
[[match]]
key = "email"
"#
    )
}

/// The members of each customer.
fn people_of(out: &Results) -> BTreeSet<BTreeSet<String>> {
    let members = |line: &serde_json::Value| serde_json::from_value(line["members"].clone()).expect("members");
    out.lines("customers").iter().map(members).collect()
}

/// No file of a folder, the local cloud's logs among them, holds any of these texts.
fn assert_nothing_tells(folder: &Path, secrets: &[&str]) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_nothing_tells(&path, secrets);
            continue;
        }
        let mut bytes = fs::read(&path).expect("a file");
        if path.extension().is_some_and(|extension| extension == "zst") {
            bytes = zstd::decode_all(bytes.as_slice()).expect("zstd");
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{} tells a secret", path.display());
    }
}
