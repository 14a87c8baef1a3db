//! APIs that say which page is the last, and APIs whose next page begins behind the last row.

use onefold_lake::run::note::{Note, SourceNote};
use onefold_shell::ErrorKind;
use onefold_tests::http_server::{HttpServer, Reply, Request};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

/// What answers a request.
type Answer = fn(&Request) -> Reply;

/// Some of five rows behind an id, and whether there are more, as Stripe gives them.
fn behind_a_row(request: &Request) -> Reply {
    let ids = ["c1", "c2", "c3", "c4", "c5"];
    let after = request.query.get("starting_after");
    let start = after.map_or(0, |after| 1 + ids.iter().position(|id| id == after).expect("a known id"));
    let rows: Vec<String> = ids.iter().skip(start).take(2).map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
    Reply::json(format!("{{\"data\":[{}],\"has_more\":{}}}", rows.join(","), start + 2 < ids.len()))
}

/// Three rows, and a cursor and an address on each page, also on the last, as Zendesk gives them.
fn to_the_end_of_the_stream(request: &Request) -> Reply {
    let at = request.query.get("cursor").map_or("c0", String::as_str);
    let (rows, next, is_end) = match at {
        "c0" => (r#"{"id":1},{"id":2}"#, "c1", false),
        "c1" => (r#"{"id":3}"#, "c2", true),
        _ => ("", "c2", true),
    };
    let link = format!("{}?cursor={next}", request.path);
    Reply::json(format!("{{\"data\":[{rows}],\"after\":\"{next}\",\"url\":\"{link}\",\"end_of_stream\":{is_end}}}"))
}

fn pipeline(server: &HttpServer, lines: &str) -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    let url = server.url("/customers");
    pipeline.configure(&format!(
        "[[source]]\nname = \"api\"\nkind = \"http\"\n[source.http]\nurl = \"{url}\"\nitems = \"/data\"\n{lines}\n\
         [source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n"
    ));
    pipeline
}

/// Asserts that each row is read once, however it is run, by so many requests.
fn check(answer: Answer, lines: &str, rows: u64, requests: usize) {
    let usual = Knobs::default();
    for knobs in [usual, Knobs { hurried: true, ..usual }, Knobs { twice: true, ..usual }] {
        let server = HttpServer::start(move |request, _| answer(request));
        let mut pipeline = pipeline(&server, lines);
        pipeline.run(&knobs).unwrap_or_else(|error| panic!("{lines}: {}", error.text()));
        let manifest = Version::current(&pipeline).manifest;
        assert_eq!((manifest.counts.rows_read, manifest.counts.members), (rows, rows), "{lines}");
        assert_eq!(manifest.source_notes, [], "{lines}");
        assert_eq!(server.requests().len(), requests, "{lines}");
    }
}

#[test]
fn the_last_row_says_where_the_next_page_begins() {
    let page = r#"by = "cursor", cursor = { row = "/id" }, param = "starting_after""#;
    check(behind_a_row, &format!("page = {{ {page}, more = \"/has_more\" }}\nparams = {{ limit = 2 }}"), 5, 3);
    check(behind_a_row, &format!("page = {{ {page} }}"), 5, 4);
}

#[test]
fn a_page_says_that_it_is_the_last_whatever_it_names() {
    let until = r#"until = "/end_of_stream""#;
    check(
        to_the_end_of_the_stream,
        &format!("page = {{ by = \"cursor\", cursor = \"/after\", param = \"cursor\", {until} }}"),
        3,
        2,
    );
    check(to_the_end_of_the_stream, &format!("page = {{ by = \"link\", at = \"/url\", {until} }}"), 3, 2);
}

/// A slip in any of the pointers costs no row in silence.
#[test]
fn a_pointer_at_nothing_is_a_fault() {
    let cases: [(Answer, &str, &str); 4] = [
        (
            behind_a_row,
            r#"by = "cursor", cursor = { row = "/nr" }, param = "starting_after""#,
            "its last row has no text and no number at \"/nr\"",
        ),
        (
            behind_a_row,
            r#"by = "cursor", cursor = { row = "/id" }, param = "starting_after", more = "/more""#,
            "it has neither true nor false at \"/more\"",
        ),
        (
            behind_a_row,
            r#"by = "cursor", cursor = "/next", param = "starting_after", more = "/has_more""#,
            "it says at \"/has_more\" that it is not the last page, and does not name the next one",
        ),
        (
            to_the_end_of_the_stream,
            r#"by = "link", at = "/nxt", until = "/end_of_stream""#,
            "it says at \"/end_of_stream\" that it is not the last page",
        ),
    ];
    for (answer, page, words) in cases {
        let server = HttpServer::start(move |request, _| answer(request));
        let error = pipeline(&server, &format!("page = {{ {page} }}")).run(&Knobs::default()).expect_err(words);
        assert_eq!(error.kind, ErrorKind::InvalidInput);
        assert!(error.text().contains(words) && error.text().contains("check page"), "{}", error.text());
    }
}

#[test]
fn null_in_place_of_rows_is_an_empty_page() {
    check(|_| Reply::json(r#"{"data":null,"meta":{"total":0}}"#), "", 0, 1);
}

/// Rows in pages of two, and the last page for whoever asks for one behind it, as Magento gives them.
fn last_page_again(rows: u64) -> impl Fn(&Request, usize) -> Reply + Send + Sync {
    move |request, _| {
        let asked: u64 = request.query["page"].parse().expect("a number");
        let first = 2 * (asked.clamp(1, rows.div_ceil(2)) - 1);
        let rows: Vec<String> = (first..rows).take(2).map(|id| format!("{{\"id\":{id}}}")).collect();
        Reply::json(format!("{{\"data\":[{}],\"page\":{asked}}}", rows.join(",")))
    }
}

#[test]
fn the_last_page_again_is_the_end() {
    let usual = Knobs::default();
    for knobs in [usual, Knobs { hurried: true, ..usual }, Knobs { twice: true, ..usual }] {
        for (rows, size) in [(3, "size = 2"), (4, "size = 2"), (5, "size = 2"), (5, "size = 50")] {
            let server = HttpServer::start(last_page_again(rows));
            let page = format!("page = {{ by = \"number\", param = \"page\", size_param = \"n\", {size} }}");
            let mut pipeline = pipeline(&server, &page);
            pipeline.run(&knobs).unwrap_or_else(|error| panic!("{rows}: {}", error.text()));
            let manifest = Version::current(&pipeline).manifest;
            assert_eq!((manifest.counts.rows_read, manifest.counts.rejected), (rows, 0), "each row once");
            assert_eq!(manifest.source_notes, []);
        }
    }
}

/// The API may not look at which page it is asked for, and nothing else would tell.
#[test]
fn a_first_page_that_comes_again_is_told_or_a_fault() {
    for (rows, is_fault) in [(2, true), (1, false)] {
        let server = HttpServer::start(last_page_again(rows));
        let page = r#"page = { by = "number", param = "page", size_param = "n", size = 2 }"#;
        let mut pipeline = pipeline(&server, page);
        let outcome = pipeline.run(&Knobs::default());
        if is_fault {
            let error = outcome.expect_err("there may be more");
            assert!(error.text().contains("its pages repeat"), "{}", error.text());
            continue;
        }
        outcome.expect("a run");
        let note = Note::SamePage { param: "page".to_owned() };
        let manifest = Version::current(&pipeline).manifest;
        assert_eq!(manifest.source_notes, [SourceNote { source: "api".to_owned(), note }]);
        assert_eq!(manifest.counts.rows_read, rows);
    }
}
