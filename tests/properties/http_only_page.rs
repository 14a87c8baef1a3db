//! An API whose first page names no next one: the configuration may look for it at the wrong place, and nothing else
//! would tell that rows are missing.

use onefold_lake::run::note::{Note, SourceNote};
use onefold_shell::ErrorKind;
use onefold_tests::http_server::{HttpServer, Reply, Request};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

/// Five rows in pages of two, as many APIs give them: each way of naming the next page, and none on the last.
fn page(request: &Request) -> Reply {
    let start: usize = request.query.get("after").map_or(0, |after| after.parse().expect("a number"));
    let rows: Vec<String> = (start..5).take(2).map(|id| format!("{{\"id\":{id}}}")).collect();
    let rows = rows.join(",");
    let after = start + 2;
    if after >= 5 {
        return Reply::json(format!("{{\"data\":[{rows}],\"has_more\":false}}"));
    }
    let next = format!("{}?after={after}", request.path);
    let paging = format!("{{\"next\":{{\"after\":\"{after}\",\"link\":\"{next}\"}}}}");
    Reply::json(format!("{{\"data\":[{rows}],\"paging\":{paging}}}")).with("Link", &format!("<{next}>; rel=\"next\""))
}

fn pipeline(server: &HttpServer, lines: &str) -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    let url = server.url("/contacts");
    pipeline.configure(&format!(
        "[[source]]\nname = \"crm\"\nkind = \"http\"\n[source.http]\nurl = \"{url}\"\nitems = \"/data\"\n{lines}\n\
         [source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n"
    ));
    pipeline
}

/// How many rows a run reads, and what it tells of the source.
fn read(server: &HttpServer, lines: &str, knobs: &Knobs) -> (u64, Vec<SourceNote>) {
    let mut pipeline = pipeline(server, lines);
    pipeline.run(knobs).expect("a run");
    let manifest = Version::current(&pipeline).manifest;
    (manifest.counts.rows_read, manifest.source_notes)
}

fn no_next_page(at: &str) -> Vec<SourceNote> {
    vec![SourceNote { source: "crm".to_owned(), note: Note::NoNextPage { at: at.to_owned() } }]
}

fn ways_of_running() -> [Knobs; 3] {
    let usual = Knobs::default();
    [usual, Knobs { hurried: true, ..usual }, Knobs { twice: true, duplicates: true, ..usual }]
}

#[test]
fn a_pointer_at_nothing_is_told() {
    let server = HttpServer::start(|request, _| page(request));
    for knobs in ways_of_running() {
        let cursor = r#"page = { by = "cursor", cursor = "/paging/nxt/after", param = "after" }"#;
        assert_eq!(read(&server, cursor, &knobs), (2, no_next_page("/paging/nxt/after")));
        let link = r#"page = { by = "link", at = "/paging/next/url" }"#;
        assert_eq!(read(&server, link, &knobs), (2, no_next_page("/paging/next/url")));
    }
}

#[test]
fn an_api_without_the_header_is_told() {
    let server = HttpServer::start(|request, _| Reply { headers: Vec::new(), ..page(request) });
    assert_eq!(read(&server, r#"page = { by = "link" }"#, &Knobs::default()), (2, no_next_page("the header Link")));
}

#[test]
fn what_is_found_once_is_right() {
    let server = HttpServer::start(|request, _| page(request));
    let right = [
        r#"page = { by = "cursor", cursor = "/paging/next/after", param = "after" }"#,
        r#"page = { by = "link", at = "/paging/next/link" }"#,
        r#"page = { by = "link" }"#,
    ];
    for knobs in ways_of_running() {
        for lines in right {
            assert_eq!(read(&server, lines, &knobs), (5, Vec::new()), "{lines}");
            assert_eq!(
                read(&server, &format!("{lines}\nparams = {{ limit = 2 }}"), &knobs),
                (5, Vec::new()),
                "{lines}"
            );
        }
    }
}

/// A member that is there and says nothing is no slip of the configuration; nor is an API that has nothing to give.
#[test]
fn one_page_that_says_so_is_one_page() {
    let cursor = r#"page = { by = "cursor", cursor = "/next", param = "after" }
params = { limit = 2 }"#;
    for body in [
        r#"{"data":[{"id":1},{"id":2}],"next":null}"#,
        r#"{"data":[{"id":1},{"id":2}],"next":""}"#,
        r#"{"data":[{"id":1},{"id":2}],"next":false}"#,
        r#"{"data":[]}"#,
    ] {
        let server = HttpServer::start(move |_, _| Reply::json(body));
        assert_eq!(read(&server, cursor, &Knobs::default()).1, [], "{body}");
    }
    let server = HttpServer::start(|_, _| Reply::json(r#"{"data":[{"id":1}]}"#).with("Link", "</>; rel=\"first\""));
    assert_eq!(read(&server, r#"page = { by = "link" }"#, &Knobs::default()).1, []);
}

#[test]
fn a_full_page_that_names_no_next_one_is_a_fault() {
    let server = HttpServer::start(|request, _| page(request));
    for (params, is_fault) in
        [("limit = 2", true), ("per_page = \"2\"", true), ("limit = 3", false), ("fields = 2", false)]
    {
        let lines = format!(
            "page = {{ by = \"cursor\", cursor = \"/paging/nxt/after\", param = \"after\" }}\nparams = {{ {params} }}"
        );
        let mut pipeline = pipeline(&server, &lines);
        let outcome = pipeline.run(&Knobs::default());
        assert_eq!(outcome.is_err(), is_fault, "{params}");
        let Err(error) = outcome else { continue };
        assert_eq!(error.kind, ErrorKind::InvalidInput);
        let said = format!("as many rows as {} asks for", params.replace('"', ""));
        for words in ["the source \"crm\": GET ", &said, "nothing at /paging/nxt/after", "check page"] {
            assert!(error.text().contains(words), "{words}: {}", error.text());
        }
    }
}
