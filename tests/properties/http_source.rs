//! The connector `http` through the real stages, against a real server: nothing is lost, doubled or shown, whatever
//! the server does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use onefold_lake::keys;
use onefold_shell::{ErrorKind, StageError};
use onefold_store::Store;
use onefold_store::memory::InjectedFault;
use onefold_tests::http_server::{HttpServer, Mishap, Reply, Request, SECRET_BODY};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use serde_json::{Value, json};

/// Rows of a page.
const PAGE: usize = 3;

/// The rows of an API: `count` of them, a minute apart. One has line breaks and another number's form, which no row
/// may lose.
fn rows(count: usize) -> Vec<String> {
    (0..count)
        .map(|id| {
            let updated = format!("2026-11-20T{:02}:{:02}:00Z", id / 60, id % 60);
            match id {
                1 => format!("{{\n  \"id\": 1,\r\n  \"email\": \"{}\",\n  \"updated\": \"{updated}\"\n}}", email(1)),
                _ => format!(r#"{{"id":{id},"email":"{}","updated":"{updated}","x":[1.50,"\u00e9"]}}"#, email(id)),
            }
        })
        .collect()
}

fn email(id: usize) -> String {
    format!("person{id}@x.de")
}

/// The ways of paging: what the configuration says, and how the server answers a request for some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Single,
    Cursor,
    Link,
    NextUrl,
    Number,
    Offset,
}

impl Way {
    const ALL: [Self; 6] = [Self::Single, Self::Cursor, Self::Link, Self::NextUrl, Self::Number, Self::Offset];

    fn config(self) -> &'static str {
        match self {
            Self::Single => "",
            Self::Cursor => r#"page = { by = "cursor", cursor = "/meta/next", param = "cursor" }"#,
            Self::Link => r#"page = { by = "link" }"#,
            Self::NextUrl => r#"page = { by = "link", at = "/next" }"#,
            Self::Number => r#"page = { by = "number", param = "page", first = 1 }"#,
            Self::Offset => r#"page = { by = "offset", param = "from", size_param = "limit", size = 100 }"#,
        }
    }

    /// The page that a request is for. A server may give fewer rows than it is asked for, and this one does.
    fn reply(self, request: &Request, rows: &[String]) -> Reply {
        let number = |name: &str| request.query.get(name).map_or(0, |text| text.parse::<usize>().expect("a number"));
        let start = match self {
            Self::Single => 0,
            Self::Cursor => request.query.get("cursor").map_or(0, |cursor| {
                cursor.strip_prefix("c+/=&").expect("the cursor as it was given").parse().expect("a number")
            }),
            Self::Number => (number("page") - 1) * PAGE,
            Self::Link | Self::NextUrl | Self::Offset => number("from"),
        };
        let end = if self == Self::Single { rows.len() } else { (start + PAGE).min(rows.len()) };
        let page = rows[start.min(end)..end].join(" , ");
        let has_next = end < rows.len();
        let next = format!("{}?from={end}", request.path);
        match self {
            Self::Cursor => {
                let cursor = if has_next { json!(format!("c+/=&{end}")) } else { Value::Null };
                Reply::json(format!("{{\"data\":[{page}],\"meta\":{{\"next\":{cursor}}}}}"))
            }
            Self::Link if has_next => Reply::json(format!("{{\"data\":[{page}]}}"))
                .with("Link", &format!("</>; rel=\"first\", <{next}>; title=\"a, b\"; rel=\"next\"")),
            Self::NextUrl if has_next => Reply::json(format!("{{\"next\":\"{next}\",\"data\":[{page}]}}")),
            _ => Reply::json(format!("{{\"data\": [ {page} ]}}")),
        }
    }

    /// Requests that reading so many rows takes.
    fn requests(self, rows: usize) -> usize {
        match self {
            Self::Single => 1,
            Self::Cursor | Self::Link | Self::NextUrl => rows.div_ceil(PAGE).max(1),
            // One more, for the empty page.
            Self::Number | Self::Offset => rows.div_ceil(PAGE) + 1,
        }
    }
}

/// A configuration with one source; `lines` are of its [source.http].
fn config(url: &str, lines: &str, required: bool) -> String {
    let wait = if lines.contains("wait_s") { "" } else { "wait_s = 0.001" };
    format!(
        r#"
[[source]]
name = "api"
kind = "http"
required = {required}
[source.http]
url = "{url}"
items = "/data"
{wait}
{lines}
[source.fields]
id = "/id"
email = "/email"
updated_at = "/updated"
[[match]]
key = ["email"]
[publish]
max_reject_ratio = 0
max_customer_drop_ratio = 1.0
"#
    )
}

/// A pipeline whose one source is a server.
fn pipeline(server: &HttpServer, lines: &str) -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(&config(&server.url("/v1/customers"), lines, true));
    pipeline
}

/// Asserts that the current version has the rows, and that they were read once each.
fn check(pipeline: &Pipeline, count: usize) {
    let version = Version::current(pipeline);
    let expected: BTreeMap<String, String> = (0..count).map(|id| (format!("api:{id}"), email(id))).collect();
    let email = |account: &Value| account["email"].as_str().expect("an e-mail address").to_owned();
    let found = version.accounts.iter().map(|(reference, account)| (reference.clone(), email(account)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(version.manifest.counts.rows_read, count as u64, "no row is read twice");
}

/// A server whose answers go through `change` first.
fn server_with(
    way: Way,
    count: usize,
    change: impl Fn(&Request, usize, Reply) -> Reply + Send + Sync + 'static,
) -> HttpServer {
    let rows = rows(count);
    HttpServer::start(move |request, number| change(request, number, way.reply(request, &rows)))
}

/// What becomes of an answer.
type Change = fn(Reply) -> Reply;

fn hurried() -> Knobs {
    Knobs { hurried: true, ..Knobs::default() }
}

/// Runs, and gives the error's message.
fn failure(pipeline: &mut Pipeline) -> StageError {
    let error = pipeline.run(&Knobs::default()).expect_err("the source fails");
    assert!(!error.text().contains(SECRET_BODY), "{}", error.text());
    assert!(error.text().starts_with("the source \"api\": "), "{}", error.text());
    assert!(pipeline.get(keys::CURRENT).is_none());
    error
}

#[test]
fn every_way_of_paging_gives_every_row_once() {
    for way in Way::ALL {
        for count in [0, 1, PAGE, 3 * PAGE, 3 * PAGE + 1] {
            let server = server_with(way, count, |_, _, reply| reply);
            let mut pipeline = pipeline(&server, way.config());
            pipeline.run(&Knobs { twice: true, ..Knobs::default() }).expect("a run");
            check(&pipeline, count);
            assert_eq!(server.requests().len(), way.requests(count), "{way:?} of {count}");
        }
    }
}

#[test]
fn rows_are_kept_as_they_came_but_for_line_breaks() {
    let server = server_with(Way::Cursor, 4, |_, _, reply| reply);
    let mut pipeline = pipeline(&server, Way::Cursor.config());
    let run = pipeline.run(&Knobs::default()).expect("a run").run().clone();
    let chunks = pipeline.list(&keys::raw_of(&run));
    assert_eq!(chunks.len(), 1, "pages are gathered: {chunks:?}");
    let chunk = pipeline.get(&chunks[0]).expect("a chunk");
    let text = String::from_utf8(zstd::decode_all(&chunk[..]).expect("zstd")).expect("UTF-8");
    let expected: String = rows(4).into_iter().map(|row| row.replace(['\n', '\r'], " ") + "\n").collect();
    assert_eq!(text, expected);
}

#[test]
fn what_is_left_for_want_of_time_is_read_by_the_next_invocation() {
    for way in Way::ALL {
        let count = 3 * PAGE + 1;
        let server = server_with(way, count, |_, _, reply| reply);
        let mut pipeline = pipeline(&server, way.config());
        pipeline.run(&hurried()).expect("a run");
        check(&pipeline, count);
        assert_eq!(server.requests().len(), way.requests(count), "{way:?}: no page is read twice");
        assert_eq!(pipeline.stops.get() as usize, way.requests(count) - 1, "{way:?}");
    }
}

#[test]
fn parameters_and_token_go_with_every_request() {
    for (auth, header, value) in [
        (r#"auth = { bearer = "onefold/api" }"#, "authorization", "Bearer t0ken"),
        (r#"auth = { header = "X-Api-Key", secret = "onefold/api" }"#, "x-api-key", "t0ken"),
    ] {
        let server = server_with(Way::Number, 5, move |request, _, reply| {
            if request.headers.get(header).is_some_and(|found| found == value) { reply } else { Reply::status(401) }
        });
        let page = r#"page = { by = "number", param = "page", size_param = "per page", size = 3 }"#;
        let lines = format!("{page}\nparams = {{ \"filter[a]\" = \"x & y\", all = true }}\n{auth}");
        let mut pipeline = pipeline(&server, &lines);
        pipeline.secrets.store("onefold/api", "t0ken\n");
        pipeline.run(&Knobs::default()).expect("a run");
        check(&pipeline, 5);
        for (number, request) in server.requests().into_iter().enumerate() {
            let expected =
                [("all", "true"), ("filter[a]", "x & y"), ("page", &(number + 1).to_string()), ("per page", "3")];
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(request.query, BTreeMap::from(expected));
            assert_eq!(
                (request.path.as_str(), request.headers["accept"].as_str()),
                ("/v1/customers", "application/json")
            );
        }
    }
}

/// What may go wrong once with any request, and is no matter.
#[test]
fn passing_mishaps_are_passed() {
    let mishaps: [(&str, Change); 8] = [
        ("429", |_| Reply::status(429)),
        ("429 with a wait", |_| Reply::status(429).with("Retry-After", "0")),
        ("503 until a date", |_| {
            let (now, then) = ("Sun, 22 Nov 2026 17:00:00 GMT", "Sun, 22 Nov 2026 16:59:59 GMT");
            Reply::status(503).with("Date", now).with("Retry-After", then)
        }),
        ("500", |_| Reply::status(500)),
        ("no answer", |reply| reply.but(Mishap::NoAnswer)),
        ("half a body", |reply| reply.but(Mishap::HalfABody)),
        ("a slow body", |reply| reply.but(Mishap::SlowBody(Duration::from_secs(60)))),
        ("an error that is slow", |_| Reply::status(502).but(Mishap::SlowBody(Duration::from_secs(60)))),
    ];
    for (name, mishap) in mishaps {
        for knobs in [Knobs::default(), hurried()] {
            // The second page's first try.
            let server =
                server_with(Way::Cursor, 7, move |_, number, reply| if number == 1 { mishap(reply) } else { reply });
            // Only where the body must be given up: a busy machine makes any answer slow.
            let timeout = if name == "a slow body" { "timeout_s = 1" } else { "" };
            let mut pipeline = pipeline(&server, &format!("{}\n{timeout}", Way::Cursor.config()));
            pipeline.run(&knobs).unwrap_or_else(|error| panic!("{name}: {}", error.text()));
            check(&pipeline, 7);
            let requests = server.requests();
            assert_eq!(requests.len(), Way::Cursor.requests(7) + 1, "{name}");
            assert_eq!(requests[1].query, requests[2].query, "{name}: the same page again");
        }
    }
}

#[test]
fn a_source_that_keeps_failing_is_given_up_after_so_many_tries() {
    for knobs in [Knobs::default(), hurried()] {
        let server =
            server_with(Way::Offset, 7, |_, number, reply| if number < 2 { reply } else { Reply::status(503) });
        let mut pipeline = pipeline(&server, &format!("{}\ntries = 4", Way::Offset.config()));
        let error = pipeline.run(&knobs).expect_err("the source fails");
        assert_eq!(error.kind, ErrorKind::Transient);
        let expected = format!("the source \"api\": GET {}?from=…&limit=… answered 503", server.url("/v1/customers"));
        assert!(error.text().starts_with(&expected), "{}", error.text());
        assert!(error.text().contains("the 4. try") && !error.text().contains(SECRET_BODY), "{}", error.text());
        assert_eq!(server.requests().len(), 2 + 4, "tries of earlier invocations count");
    }
}

#[test]
fn a_server_is_waited_for_as_long_as_it_asks() {
    let server = server_with(Way::Cursor, 4, |_, number, reply| match number {
        1 => Reply::status(429).with("Retry-After", "1"),
        _ => reply,
    });
    let mut pipeline = pipeline(&server, Way::Cursor.config());
    pipeline.run(&Knobs::default()).expect("a run");
    check(&pipeline, 4);
    let requests = server.requests();
    assert!(requests[2].at - requests[1].at >= Duration::from_secs(1));
}

#[test]
fn a_wait_without_end_is_not_waited_for() {
    let server = server_with(Way::Single, 1, |_, _, _| Reply::status(429).with("Retry-After", "86400"));
    let mut pipeline = pipeline(&server, "");
    let error = failure(&mut pipeline);
    assert!(error.text().contains("asks to wait 86400 s") && error.kind == ErrorKind::Transient, "{}", error.text());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn requests_are_kept_apart() {
    let server = server_with(Way::Cursor, 10, |_, _, reply| reply);
    let mut pipeline = pipeline(&server, &format!("{}\nrequests_per_second = 20", Way::Cursor.config()));
    pipeline.run(&Knobs::default()).expect("a run");
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    // A request is begun when the one before is answered, so not before that one came; and the next but one comes no
    // earlier than the pace allows after it was begun. So this holds however slow the machine is.
    for three in requests.windows(3) {
        let apart = three[2].at - three[0].at;
        assert!(apart >= Duration::from_millis(50), "{apart:?}");
    }
}

/// What will not pass by itself is told at once: the request without values, the status, and what to do.
#[test]
fn lasting_faults_are_told_with_advice() {
    let elsewhere = HttpServer::start(|_, _| Reply::json("{\"data\":[]}"));
    let away = elsewhere.url("/v1/customers?token=s3cret");
    let redirect = move |_: &Request, reply: Reply| Reply { status: 302, ..reply }.with("Location", &away);
    let link = elsewhere.url("/v1");
    let linked = move |_: &Request, _: Reply| Reply::json(format!("{{\"data\":[],\"next\":\"{link}\"}}"));
    let large = |reply: Reply| Reply { body: [&reply.body[..], &[b' '; 2000]].concat(), ..reply };
    type InjectedFault = Box<dyn Fn(&Request, Reply) -> Reply + Send + Sync>;
    let status = |status: u16| -> InjectedFault { Box::new(move |_, _| Reply::status(status)) };
    let cases: Vec<(Way, InjectedFault, &str)> = vec![
        (Way::Cursor, status(400), "answered 400 Bad Request: check params, page and watermark"),
        (Way::Cursor, status(401), "answered 401 Unauthorized: check the secret \"onefold/api\""),
        (Way::Cursor, status(403), "answered 403 Forbidden: check the secret \"onefold/api\""),
        (Way::Cursor, status(404), "answered 404 Not Found: check url"),
        (Way::Cursor, status(418), "answered 418 I'm a teapot: ask whoever runs the API"),
        (Way::Cursor, status(304), "answered 304 Not Modified: ask whoever runs the API"),
        (Way::Cursor, status(200), "answered 200 OK with JSON that has no array at items = \"/data\""),
        (
            Way::Cursor,
            Box::new(|_, _| Reply::json("<html>anna.weber@gmx.de")),
            "answered 200 OK with a body that is no JSON",
        ),
        (Way::Cursor, Box::new(|_, _| Reply::json("")), "answered 200 OK with a body that is no JSON"),
        (
            Way::Cursor,
            Box::new(move |_, reply| large(reply)),
            "was answered with more than 2000 bytes; ask for smaller pages",
        ),
        (Way::Cursor, Box::new(move |_, reply| large(reply).but(Mishap::NoLength)), "more than 2000 bytes"),
        (Way::Cursor, Box::new(|_, reply| reply.with("Content-Encoding", "gzip")), "a compressed page"),
        (Way::Cursor, Box::new(redirect), "was redirected to another host, http://127.0.0.1:"),
        (
            Way::Cursor,
            Box::new(|request, reply| Reply { status: 307, ..reply }.with("Location", &(request.path.clone() + "/x"))),
            "was redirected more than 5 times",
        ),
        (Way::NextUrl, Box::new(linked), "answered 200 OK, but the next page is on another host"),
        (Way::NextUrl, Box::new(|_, _| Reply::json(r#"{"data":[],"next":"http://["}"#)), "is no address"),
        (
            Way::Cursor,
            Box::new(|_, _| Reply::json(r#"{"data":[],"meta":{"next":{}}}"#)),
            "is neither text nor a number",
        ),
    ];
    for (way, change, words) in cases {
        let server = server_with(way, 7, move |request, _, reply| change(request, reply));
        let auth = r#"auth = { bearer = "onefold/api" }"#;
        let params = r#"params = { owner = "0wner" }"#;
        let mut pipeline = pipeline(&server, &format!("{}\n{auth}\n{params}\nmax_page_bytes = 2000", way.config()));
        pipeline.secrets.store("onefold/api", "t0ken");
        let error = failure(&mut pipeline);
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{}", error.text());
        assert!(error.text().contains(words), "{}, not {words}", error.text());
        let request = format!("GET {}?owner=… ", server.url("/v1/customers"));
        assert!(error.text().contains(&request), "{}", error.text());
        for secret in ["t0ken", "0wner", "s3cret"] {
            assert!(!error.text().contains(secret), "{}", error.text());
        }
        assert!(server.requests().len() <= 6, "{words}: there is no use in trying again");
    }
    assert_eq!(elsewhere.requests().len(), 0, "no other host is asked");
}

#[test]
fn redirects_on_the_host_are_followed_with_the_token() {
    let server = server_with(Way::Link, 7, |request, _, reply| {
        if request.headers.get("authorization").is_none_or(|token| token != "Bearer t0ken") {
            return Reply::status(401);
        }
        if request.path == "/v2/people" {
            return reply;
        }
        let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Reply { status: 301, ..Reply::status(301) }.with("Location", &format!("/v2/people?{}", query.join("&")))
    });
    let mut pipeline = pipeline(&server, &format!("{}\nauth = {{ bearer = \"onefold/api\" }}", Way::Link.config()));
    pipeline.secrets.store("onefold/api", "t0ken");
    pipeline.run(&Knobs::default()).expect("a run");
    check(&pipeline, 7);
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    // Links are relative to where the page was found.
    assert_eq!(paths, ["/v1/customers", "/v2/people", "/v2/people", "/v2/people"]);
}

#[test]
fn pages_that_repeat_are_noticed() {
    let all: [(Way, Change); 4] = [
        (Way::Cursor, |_| Reply::json(r#"{"data":[{"id":1}],"meta":{"next":"again"}}"#)),
        (Way::Link, |reply| reply.with("Link", "</v1/customers>; rel=next")),
        (Way::NextUrl, |_| Reply::json(r#"{"data":[{"id":1}],"next":"/v1/customers?from=0"}"#)),
        (Way::Number, |_| Reply::json(r#"{"data":[{"id":1}]}"#)),
    ];
    for (way, change) in all {
        for knobs in [Knobs::default(), hurried()] {
            let server = HttpServer::start(move |_, _| change(Reply::json("{\"data\":[]}")));
            let mut pipeline = pipeline(&server, way.config());
            let error = pipeline.run(&knobs).expect_err("a loop");
            assert!(error.text().contains("its pages repeat"), "{way:?}: {}", error.text());
            assert!(server.requests().len() <= 4, "{way:?}");
        }
    }
}

#[test]
fn a_longer_circle_is_noticed_too() {
    let server = HttpServer::start(|request, _| {
        let at: u32 = request.query.get("cursor").map_or(0, |cursor| cursor.parse().expect("a number"));
        let next = if at == 12 { 5 } else { at + 1 };
        Reply::json(format!("{{\"data\":[{{\"id\":{at}}}],\"meta\":{{\"next\":{next}}}}}"))
    });
    let mut pipeline = pipeline(&server, Way::Cursor.config());
    assert!(failure(&mut pipeline).text().contains("its pages repeat"));
    assert!(server.requests().len() < 50);
}

#[test]
fn an_empty_answer_is_an_empty_page() {
    let server = HttpServer::start(|_, _| Reply { body: Vec::new(), ..Reply::status(204) });
    let mut pipeline = pipeline(&server, Way::Cursor.config());
    pipeline.run(&Knobs::default()).expect("a run");
    check(&pipeline, 0);
}

#[test]
fn a_secret_that_is_missing_or_unfit_is_found_before_anything_runs() {
    let server = server_with(Way::Single, 1, |_, _, reply| reply);
    let mut pipeline = pipeline(&server, r#"auth = { bearer = "onefold/api" }"#);
    let error = failure(&mut pipeline);
    assert!(error.text().contains("there is no secret \"onefold/api\""), "{}", error.text());
    pipeline.secrets.store("onefold/api", "two\nlines");
    let error = failure(&mut pipeline);
    assert!(error.text().contains("the secret \"onefold/api\" cannot be sent in a header"), "{}", error.text());
    assert_eq!((server.requests().len(), pipeline.list(keys::RAW).len()), (0, 0));
}

/// A server that gives what changed since a watermark, and what it was asked with.
fn changing(count: usize) -> HttpServer {
    let all = rows(count);
    HttpServer::start(move |request, _| {
        let since = request.query.get("since").cloned().unwrap_or_default();
        let at = |row: &String| {
            serde_json::from_str::<Value>(row).expect("JSON")["updated"].as_str().expect("a time").to_owned()
        };
        let new: Vec<String> = all.iter().filter(|row| at(row) >= since).cloned().collect();
        Way::Cursor.reply(request, &new)
    })
}

fn asked_since(server: &HttpServer) -> Vec<Option<String>> {
    let first = server.requests().into_iter().filter(|request| !request.query.contains_key("cursor"));
    first.map(|request| request.query.get("since").cloned()).collect()
}

#[test]
fn the_next_run_asks_for_what_is_new_since_the_last() {
    for knobs in [Knobs::default(), hurried()] {
        let server = changing(7);
        let watermark = r#"watermark = { param = "since", at = "/updated" }"#;
        let mut pipeline = pipeline(&server, &format!("{}\n{watermark}", Way::Cursor.config()));
        pipeline.run(&knobs).expect("a first run");
        check(&pipeline, 7);
        let greatest = "2026-11-20T00:06:00Z";
        assert_eq!(Version::current(&pipeline).manifest.watermarks["api"], greatest);
        // A run that fails commits nothing. Its watermark is the one before.
        let url = server.url("/v1/customers");
        pipeline.configure(
            &config(&url, &format!("{}\n{watermark}", Way::Cursor.config()), true)
                .replace("[[match]]", "[[match]] # new"),
        );
        pipeline.store.fail(InjectedFault::write().nth(12).from_then_on());
        pipeline.run(&knobs).expect_err("a write fails");
        pipeline.store.heal();
        pipeline.run(&knobs).expect("a third run");
        let version = Version::current(&pipeline);
        assert_eq!((version.manifest.counts.rows_read, version.manifest.counts.members), (1, 7));
        assert_eq!(version.manifest.watermarks["api"], greatest);
        let since = asked_since(&server);
        assert_eq!((since.first(), since.last()), (Some(&None), Some(&Some(greatest.to_owned()))));
        let all: BTreeSet<Option<String>> = since.into_iter().collect();
        assert_eq!(all.len(), 2, "{all:?}");
    }
}

#[test]
fn a_watermark_can_be_the_runs_start() {
    let server = changing(7);
    let watermark = r#"watermark = { param = "since", initial = "2026-11-20T00:05:00Z" }"#;
    let mut pipeline = pipeline(&server, &format!("{}\n{watermark}", Way::Cursor.config()));
    pipeline.run(&Knobs::default()).expect("a first run");
    assert_eq!(Version::current(&pipeline).manifest.counts.rows_read, 2);
    pipeline.run(&Knobs::default()).expect("a second run");
    let started_at = Pipeline::execution(1).1.replace(".250Z", ".25Z");
    assert_eq!(asked_since(&server), [Some("2026-11-20T00:05:00Z".to_owned()), Some(started_at)]);
}

#[test]
fn a_watermark_of_another_format_is_not_used() {
    let server = changing(7);
    let lines =
        |format: &str| format!("{}\nwatermark = {{ param = \"since\", as = \"{format}\" }}", Way::Cursor.config());
    let mut pipeline = pipeline(&server, &lines("unix_s"));
    pipeline.run(&Knobs::default()).expect("a first run");
    pipeline.configure(&config(&server.url("/v1/customers"), &lines("rfc3339"), true));
    pipeline.run(&Knobs::default()).expect("a second run");
    assert_eq!(asked_since(&server), [None, None], "everything is read again");
}

#[test]
fn a_source_that_need_not_be_read_is_skipped_with_its_accounts_kept() {
    let is_down = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let down = is_down.clone();
    let rows = rows(7);
    let server = HttpServer::start(move |request, _| {
        if down.load(std::sync::atomic::Ordering::SeqCst) {
            Reply::status(500)
        } else {
            Way::Cursor.reply(request, &rows)
        }
    });
    let lines = format!("{}\ntries = 2\nwatermark = {{ param = \"since\", at = \"/updated\" }}", Way::Cursor.config());
    let mut pipeline = pipeline(&server, "");
    pipeline.configure(&config(&server.url("/v1/customers"), &lines, false));
    pipeline.run(&Knobs::default()).expect("a first run");
    is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let outcome = pipeline.run(&Knobs::default()).expect("a run without the source");
    assert!(matches!(outcome, Outcome::Published(_)));
    let manifest = Version::current(&pipeline).manifest;
    assert_eq!((manifest.counts.rows_read, manifest.counts.members), (0, 7));
    assert_eq!(manifest.watermarks["api"], "2026-11-20T00:06:00Z", "the watermark stays");
    let reason = &manifest.skipped[0].reason;
    assert!(reason.contains("answered 500") && !reason.contains(SECRET_BODY), "{reason}");
}

#[test]
fn a_run_killed_at_any_write_goes_on_behind_the_last_page_that_is_kept() {
    let count = 3 * PAGE + 1;
    let writes = {
        let server = server_with(Way::Cursor, count, |_, _, reply| reply);
        let mut undisturbed = pipeline(&server, Way::Cursor.config());
        let before = undisturbed.store.requests();
        undisturbed.run(&hurried()).expect("a run");
        undisturbed.store.writes_since(before)
    };
    for writes_left in 0..writes {
        let server = server_with(Way::Cursor, count, |_, _, reply| reply);
        let mut pipeline = pipeline(&server, Way::Cursor.config());
        pipeline.store.fail(InjectedFault::write().nth(writes_left).from_then_on());
        pipeline.run(&hurried()).expect_err("a write fails");
        pipeline.store.heal();
        let run = Pipeline::run_of(1);
        let is_planned = pipeline.get(&keys::receipt(&run, onefold_lake::keys::Stage::Plan, "plan")).is_some();
        let outcome = if is_planned { pipeline.resume(&run, &hurried()) } else { pipeline.run_again(&hurried()) };
        outcome.expect("a run");
        check(&pipeline, count);
        let requests = server.requests().len();
        assert!(requests <= Way::Cursor.requests(count) + 1, "after {writes_left} writes: {requests} requests");
    }
}
