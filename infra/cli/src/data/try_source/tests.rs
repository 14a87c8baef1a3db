//! APIs and databases are tried as files are, against real ones.

use std::path::Path;

use onefold_lake::run::note::Note;
use onefold_shell::NoSecrets;
use onefold_tests::fakes::KnownSecrets;
use onefold_tests::http_server::{HttpServer, Reply, Request, SECRET_BODY};
use onefold_tests::postgres::Database;

use super::trial::TriedRow;
use super::*;
use crate::data::tests::Scratch;

const SECRET: &str = "onefold/source";

const REST: &str = r#"
[source.fields]
id = "/id"
email = "/mail"
updated_at = "/at"
[normalise]
email = "email"
[[match]]
key = "email"
"#;

/// A folder whose source is an API of some pages of three rows, asked for by number.
fn api(server: &HttpServer, more: &str) -> Scratch {
    let url = server.url("/v1/customers");
    let settings = format!(
        "[[source]]\nname = \"crm\"\nkind = \"http\"\n[source.http]\nurl = \"{url}\"\nitems = \"/data\"\n\
         page = {{ by = \"number\", param = \"page\" }}\nauth = {{ bearer = \"{SECRET}\" }}\nwait_s = 0.001\n{more}"
    );
    Scratch::new(&[("onefold.toml", (settings + REST).as_bytes())])
}

/// The page that is asked for.
fn page(request: &Request) -> Reply {
    if request.headers.get("authorization").map(String::as_str) != Some("Bearer t0ken") {
        return Reply::status(401);
    }
    let page: u32 = request.query["page"].parse().unwrap();
    let rows = [1, 2, 3].map(|row| {
        let id = 3 * page + row;
        format!(r#"{{"id":{id},"mail":"Person{id}@X.de","at":"2026-01-01T00:00:{id:02}Z"}}"#)
    });
    Reply::json(format!("{{\"data\":[{}]}}", rows.join(",")))
}

fn tried(scratch: &Scratch, secret: &str, wanted: usize) -> Result<Vec<TriedRow>, Error> {
    let secrets = KnownSecrets::default();
    secrets.store(SECRET, secret);
    let tried = on_its_own(scratch.tried_with(Arc::new(secrets), "crm", wanted));
    assert!(is_untouched(&scratch.0), "nothing is written");
    tried
}

/// Waits without a runtime around it: the server of databases has one of its own.
fn on_its_own<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Whether a folder has nothing but the configuration.
fn is_untouched(folder: &Path) -> bool {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.collect::<Vec<_>>() == ["onefold.toml"]
}

fn emails(tried: &[TriedRow]) -> Vec<&str> {
    tried.iter().filter_map(|row| Some(row.match_keys.first()?.1[0].1.as_str())).collect()
}

#[test]
fn an_api_is_asked_for_as_many_pages_as_it_takes() {
    for (wanted, pages) in [(1, 1), (3, 1), (4, 2), (7, 3)] {
        let server = HttpServer::start(|request, _| page(request));
        let tried = tried(&api(&server, ""), "t0ken", wanted).unwrap();
        assert_eq!(tried.len(), wanted);
        assert_eq!(server.requests().len(), pages, "of {wanted} rows");
        let place = |number: usize| format!("crm:{number}");
        assert!(tried.iter().enumerate().all(|(number, row)| row.place == place(number + 1)), "{tried:?}");
        assert_eq!(emails(&tried).last(), Some(&format!("person{}@x.de", wanted + 3).as_str()));
        assert_eq!(tried[0].cells[1], ("mail".to_owned(), "Person4@X.de".to_owned()), "as it came");
        assert!(side_by_side::show(&tried, 100).contains("email = person4@x.de"));
    }
}

#[test]
fn an_apis_last_page_ends_it() {
    let server =
        HttpServer::start(|request, number| if number < 2 { page(request) } else { Reply::json("{\"data\":[]}") });
    assert_eq!(tried(&api(&server, ""), "t0ken", 10).unwrap().len(), 6);
}

#[test]
fn an_api_that_asks_to_wait_is_waited_for_and_asked_again() {
    let server = HttpServer::start(|request, number| if number < 2 { Reply::status(503) } else { page(request) });
    assert_eq!(tried(&api(&server, ""), "t0ken", 3).unwrap().len(), 3);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_api_that_fails_is_told_as_a_run_tells_it() {
    for (status, secret, told) in [(503, "t0ken", "the 2. try"), (200, "other", "check the secret \"onefold/source\"")]
    {
        let server =
            HttpServer::start(move |request, _| if status == 503 { Reply::status(503) } else { page(request) });
        let error = tried(&api(&server, "tries = 2"), secret, 3).unwrap_err().to_string();
        assert!(error.starts_with("the source \"crm\": GET ") && error.contains(told), "{error}");
        assert!(!error.contains(SECRET_BODY) && !error.contains(secret), "{error}");
    }
}

/// Two versions of an account on two pages: of the older one it is said that it repeats, as in a run.
#[test]
fn repeated_ids_are_found_on_other_pages() {
    let server = HttpServer::start(|request, _| {
        let (second, mail) = if request.query["page"] == "1" { ("00", "new") } else { ("30", "old") };
        Reply::json(format!(
            "{{\"data\":[{{\"id\":1,\"mail\":\"{mail}@x.de\",\"at\":\"2026-01-01T00:00:{second}Z\"}}]}}"
        ))
    });
    let tried = tried(&api(&server, ""), "t0ken", 2).unwrap();
    let reasons: Vec<bool> = tried.iter().map(|row| row.reject.is_some()).collect();
    assert_eq!(reasons, [true, false], "{tried:?}");
}

/// The slip that costs rows in silence: a pointer at nothing, so that the first page counts as the only one.
#[test]
fn a_first_page_that_names_no_next_one_is_told() {
    for (pages, is_told) in [("/nxt", true), ("/next", false)] {
        let server = HttpServer::start(|_, _| Reply::json(r#"{"data":[{"id":1,"mail":"a@x.de"}],"next":null}"#));
        let scratch = api(&server, "");
        let by_cursor = format!("page = {{ by = \"cursor\", cursor = \"{pages}\", param = \"page\" }}");
        let config = scratch.config_text().replace("page = { by = \"number\", param = \"page\" }", &by_cursor);
        let config = config.replace(&format!("auth = {{ bearer = \"{SECRET}\" }}\n"), "");
        scratch.write(&[("onefold.toml", config.as_bytes())]);
        let trial = on_its_own(scratch.trial(Arc::new(NoSecrets), "crm", 5)).unwrap();
        assert_eq!(trial.rows.len(), 1);
        let expected = Note::NoNextPage { at: "/nxt".to_owned() };
        assert_eq!(trial.notes, is_told.then_some(expected).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn rows_that_a_database_hides_are_told() {
    let database = Database::new();
    let scratch = table(&database, 5, "");
    database.execute("ALTER TABLE customers ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON customers USING (id < 3);");
    let secrets = KnownSecrets::default();
    secrets.store(SECRET, &database.secret());
    let trial = on_its_own(scratch.trial(Arc::new(secrets), "crm", 10)).unwrap();
    assert_eq!((trial.rows.len(), trial.notes), (2, vec![Note::RowsHidden]));
}

fn table(database: &Database, rows: u32, more: &str) -> Scratch {
    database.execute(&format!(
        "CREATE TABLE customers (id int PRIMARY KEY, mail text, at timestamptz);
         INSERT INTO customers SELECT n, 'Person' || n || '@X.de', '2026-01-01 00:00:00+00'::timestamptz + n * '1 s'::interval
             FROM generate_series(1, {rows}) n;"
    ));
    let settings = format!(
        "[[source]]\nname = \"crm\"\nkind = \"postgres\"\n[source.postgres]\nsecret = \"{SECRET}\"\n\
         table = \"public.customers\"\nkey = \"id\"\n{more}"
    );
    Scratch::new(&[("onefold.toml", (settings + REST).as_bytes())])
}

#[test]
fn a_database_gives_its_first_rows() {
    let database = Database::new();
    let scratch = table(&database, 5000, "splits = 4\nwatermark = { column = \"at\" }\n");
    for wanted in [1, 10, 3000] {
        let tried = tried(&scratch, &database.secret(), wanted).unwrap();
        let expected: Vec<String> = (1..=wanted).map(|id| format!("person{id}@x.de")).collect();
        assert_eq!(emails(&tried), expected);
        assert_eq!(tried[0].place, "crm:1");
        assert_eq!(tried[0].cells[1], ("mail".to_owned(), "Person1@X.de".to_owned()));
        assert!(tried[0].account.is_some());
    }
    assert_eq!(database.sessions(), "0", "no session is left open");
}

/// The row behind those that are wanted cannot be read: it divides by zero.
#[test]
fn a_database_is_asked_for_no_more_rows_than_are_wanted() {
    let database = Database::new();
    let scratch = table(&database, 5000, "");
    database.execute("ANALYZE customers");
    let config = scratch.config_text();
    let query = "query = \"select id, mail, at, 1 / (id - 11) as part from public.customers\"";
    scratch.write(&[("onefold.toml", config.replace("table = \"public.customers\"", query).as_bytes())]);
    assert_eq!(tried(&scratch, &database.secret(), 10).unwrap().len(), 10);
    let error = tried(&scratch, &database.secret(), 11).unwrap_err().to_string();
    assert!(error.contains("SQLSTATE 22012"), "{error}");
}

#[test]
fn a_database_that_refuses_is_told_as_a_run_tells_it() {
    let database = Database::new();
    let scratch = table(&database, 1, "");
    let wrong = database.secret_of("reader", "hunter2");
    let error = tried(&scratch, &wrong, 1).unwrap_err().to_string();
    assert!(error.starts_with("the source \"crm\": connecting failed with SQLSTATE 28P01"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn an_empty_table_has_no_rows() {
    let database = Database::new();
    assert_eq!(tried(&table(&database, 0, ""), &database.secret(), 5).unwrap(), []);
}
