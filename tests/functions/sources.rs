//! Plan and Extract on sources that are no files: an API and a database, both real, with secrets of MiniStack's Secrets
//! Manager.

use std::fs;

use onefold_lake::data::rawchunk;
use onefold_tests::http_server::{HttpServer, Reply, Request};
use onefold_tests::postgres::{Database, READER_PASSWORD};
use serde_json::{Value, json};

use crate::served::{BUCKET, Served, event_file};

/// The run that the events are about.
const RUN: &str = "20261122T174700Z-721e9831";

const TOKEN: &str = "t0ken-of-the-api";

/// Both are planned and read, once each: not again where the receipt says that it was done, nor where only the raw
/// chunk does.
pub fn an_api_and_a_database_are_planned_and_read(served: &Served) {
    let api = HttpServer::start(|request, _| page(request));
    let database = Database::new();
    database.execute(
        "CREATE TABLE customers (id int PRIMARY KEY, email text, at timestamptz);
         INSERT INTO customers VALUES (7, 'anna@gmx.de', '2026-01-03'), (8, 'bob@web.de', '2026-01-04')",
    );
    served.store_secret("onefold/api", TOKEN);
    served.store_secret("onefold/shop", &database.secret());
    let config = fs::read_to_string(event_file("sources.toml")).expect("a configuration");
    served.lake.put("config/pipeline.toml", config.replace("http://127.0.0.1:1", &api.url("")));

    let planned = served.invoke("plan", "plan-sources.json").expect("a plan");
    let expected = json!({
        "run": RUN, "work": true, "resumed": false, "publish": false, "new_objects": 0, "splits": 2,
        "splits_key": format!("runs/{RUN}/splits.jsonl"),
    });
    assert_eq!(planned, expected);
    let splits = String::from_utf8(served.lake.get(&format!("runs/{RUN}/splits.jsonl"))).expect("UTF-8");
    let splits: Vec<Value> = splits.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();

    let api_rows = [
        r#"{"id":1,"email":"anna@gmx.de","at":"2026-01-01T00:00:00Z"}"#,
        r#"{"id":2,"email":"carl@gmx.de","at":"2026-01-02T00:00:00Z"}"#,
    ];
    let shop_rows = [
        r#"{"id":7,"email":"anna@gmx.de","at":"2026-01-03T00:00:00+00:00"}"#,
        r#"{"id":8,"email":"bob@web.de","at":"2026-01-04T00:00:00+00:00"}"#,
    ];
    for (number, event, rows, watermark) in [
        (0, "extract-http.json", api_rows, "2026-01-02T00:00:00Z"),
        (1, "extract-postgres.json", shop_rows, "2026-01-04 00:00:00+00"),
    ] {
        let request: Value = serde_json::from_slice(&fs::read(event_file(event)).expect("an event")).expect("JSON");
        assert_eq!(request["split"], splits[number], "{event} asks for what was planned");
        let answer = json!({"run": RUN, "split": request["split"], "cursor": null, "done": true});
        let receipt = format!("runs/{RUN}/receipts/extract/{number:05}.json");
        for state in ["the first time", "done already", "without its receipt"] {
            if state == "without its receipt" {
                let delete = served.lake.client.delete_object().bucket(BUCKET).key(&receipt);
                served.lake.wait(delete.send()).expect("the receipt is removed");
            }
            assert_eq!(extracted(served, event), answer, "{event}, {state}");
            let source = request["split"]["source"].as_str().expect("a name");
            assert_eq!(lines(served, &format!("raw/{RUN}/{source}/")), rows, "{event}, {state}");
            let receipt: Value = serde_json::from_slice(&served.lake.get(&receipt)).expect("JSON");
            let found = receipt["result"]["watermark"].as_str().expect("a watermark");
            assert!(found.ends_with(watermark), "{event}, {state}: {found}");
        }
    }
    assert_eq!(api.requests().len(), 2, "each page is asked for once");
    assert_eq!(database.sessions(), "0", "no session is left open");
    let log = served.log();
    assert!(!log.contains(TOKEN) && !log.contains(READER_PASSWORD), "no secret is in the log");
}

/// Extract's last answer: it is called again with what it answers until it is done, as the state machine does.
/// `cargo lambda` leaves so little time that an API is left behind each page.
fn extracted(served: &Served, event: &str) -> Value {
    let mut answer = served.invoke("extract", event).expect(event);
    while answer["done"] == false {
        let request = json!({"run": answer["run"], "split": answer["split"], "cursor": answer["cursor"]});
        answer = served.invoke_text("extract", &request.to_string()).expect(event);
    }
    answer
}

/// Two pages of a row each, for who has the key.
fn page(request: &Request) -> Reply {
    if request.headers.get("x-api-key").map(String::as_str) != Some(TOKEN) {
        return Reply::status(401);
    }
    match request.query.get("page").map(String::as_str) {
        None => Reply::json(r#"{"data":[{"id":1,"email":"anna@gmx.de","at":"2026-01-01T00:00:00Z"}]}"#)
            .with("Link", "</v1/customers?page=2>; rel=\"next\""),
        _ => Reply::json(r#"{"data":[{"id":2,"email":"carl@gmx.de","at":"2026-01-02T00:00:00Z"}]}"#),
    }
}

/// The lines of the raw chunks under a prefix.
fn lines(served: &Served, prefix: &str) -> Vec<String> {
    let texts = served.lake.objects(prefix).into_iter().map(|object| {
        let (text, _) = rawchunk::parse(&object.key, &served.lake.get(&object.key)).expect("a raw chunk");
        String::from_utf8(text).expect("UTF-8")
    });
    texts.collect::<String>().lines().map(str::to_owned).collect()
}
