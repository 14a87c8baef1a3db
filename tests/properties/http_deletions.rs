//! Rows of an API that are marked as deleted, and rows that are not there any more.

use std::sync::{Arc, Mutex};

use onefold_tests::http_server::{HttpServer, Reply};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

/// An API that has these rows, two a page.
struct Api {
    rows: Arc<Mutex<Vec<&'static str>>>,
    pipeline: Pipeline,
    _server: HttpServer,
}

impl Api {
    fn new(source: &str, fields: &str) -> Self {
        let rows: Arc<Mutex<Vec<&'static str>>> = Arc::default();
        let served = rows.clone();
        let server = HttpServer::start(move |request, _| {
            let page: usize = request.query["page"].parse().expect("a number");
            let rows = served.lock().expect("rows");
            Reply::json(format!("[{}]", rows.chunks(2).nth(page - 1).unwrap_or_default().join(",")))
        });
        let pipeline = Pipeline::new(&Settings::default());
        let url = server.url("/customers");
        pipeline.configure(&format!(
            r#"
            [[source]]
            name = "api"
            kind = "http"
            {source}
            [source.http]
            url = "{url}"
            items = ""
            page = {{ by = "number", param = "page" }}
            [source.fields]
            id = "/id"
            email = "/email"
            updated_at = "/at"
            {fields}
            [[match]]
            key = "email"
            [publish]
            max_customer_drop_ratio = 1
            "#
        ));
        Self { rows, pipeline, _server: server }
    }

    /// The accounts that the next version has, where the API has these rows.
    fn accounts(&mut self, rows: &[&'static str]) -> Vec<String> {
        *self.rows.lock().expect("rows") = rows.to_vec();
        self.pipeline.run(&Knobs::default()).expect("a run");
        Version::current(&self.pipeline).accounts.into_keys().collect()
    }
}

const ANNA: &str = r#"{"id":1,"email":"anna@x.de","at":"2026-01-01T00:00:00Z"}"#;
const BOB: &str = r#"{"id":2,"email":"bob@x.de","at":"2026-01-01T00:00:00Z"}"#;
const CARL: &str = r#"{"id":3,"email":"carl@x.de","at":"2026-01-01T00:00:00Z"}"#;

#[test]
fn a_mark_of_a_row_deletes_its_account() {
    let mut api = Api::new("", "deleted = \"/isDeleted\"");
    assert_eq!(api.accounts(&[ANNA, BOB, CARL]), ["api:1", "api:2", "api:3"]);
    let marked = r#"{"id":2,"email":"bob@x.de","at":"2026-02-01T00:00:00Z","isDeleted":true}"#;
    assert_eq!(api.accounts(&[ANNA, marked, CARL]), ["api:1", "api:3"]);
    assert_eq!(api.accounts(&[ANNA, CARL]), ["api:1", "api:3"], "what is just not there is not gone");
    assert_eq!(Version::current(&api.pipeline).tombstones.into_iter().collect::<Vec<_>>(), ["api:2"]);
}

#[test]
fn what_is_not_in_a_snapshot_is_gone() {
    let mut api = Api::new("snapshot = true", "");
    assert_eq!(api.accounts(&[ANNA, BOB, CARL]), ["api:1", "api:2", "api:3"]);
    assert_eq!(api.accounts(&[CARL]), ["api:3"]);
    assert_eq!(Version::current(&api.pipeline).manifest.counts.deleted, 2);
    assert_eq!(api.accounts(&[]), [""; 0], "an API without rows says so, too");
}
