//! [source.http]: every form, and every fault with its line.

use std::time::Duration;

use crate::{Config, CursorAt, HttpAuth, HttpSettings, PageEnd, PageSize, Paging, RowFormat, SourceKind};

/// A configuration whose [source.http] has these lines, the first of them in line 5.
fn config(lines: &str) -> String {
    format!(
        "[[source]]\nname = \"api\"\nkind = \"http\"\n[source.http]\n{lines}\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n"
    )
}

fn settings(lines: &str) -> HttpSettings {
    let config = Config::parse(&config(lines)).unwrap();
    assert_eq!(config.sources[0].kind.rows(), RowFormat::JsonLines);
    match &config.sources[0].kind {
        SourceKind::Http(settings) => (**settings).clone(),
        other => panic!("{other:?}"),
    }
}

const SMALLEST: &str = "url = \"https://api.example.com/v1/customers\"\nitems = \"/data\"\n";

#[test]
fn everything_but_url_and_items_has_a_default() {
    let settings = settings(SMALLEST);
    assert_eq!(settings.url.as_str(), "https://api.example.com/v1/customers");
    assert_eq!(settings.items, "/data");
    assert_eq!(settings.paging, Paging::Single);
    assert!(settings.params.is_empty() && settings.watermark.is_none() && settings.auth.is_none());
    assert_eq!(settings.max_page_bytes, 32 << 20);
    assert_eq!(settings.patience.timeout, Duration::from_secs(30));
    assert_eq!((settings.patience.tries, settings.patience.wait), (6, Duration::from_secs(1)));
}

#[test]
fn reads_every_way_of_paging() {
    let size = |param: &str, rows| Some(PageSize { param: param.to_owned(), rows });
    let cases = [
        (
            r#"{ by = "cursor", cursor = "/meta/next", param = "cursor" }"#,
            Paging::Cursor { at: CursorAt::Page("/meta/next".to_owned()), param: "cursor".to_owned(), end: None },
        ),
        (
            r#"{ by = "cursor", cursor = { row = "/id" }, param = "after", more = "/has_more" }"#,
            Paging::Cursor {
                at: CursorAt::LastRow("/id".to_owned()),
                param: "after".to_owned(),
                end: Some(PageEnd { at: "/has_more".to_owned(), last: false }),
            },
        ),
        (
            r#"{ by = "link", at = "/next", until = "/end" }"#,
            Paging::NextUrl { at: "/next".to_owned(), end: Some(PageEnd { at: "/end".to_owned(), last: true }) },
        ),
        (r#"{ by = "link" }"#, Paging::Link),
        (r#"{ by = "link", at = "/next" }"#, Paging::NextUrl { at: "/next".to_owned(), end: None }),
        (r#"{ by = "number", param = "page" }"#, Paging::Number { param: "page".to_owned(), first: 1, size: None }),
        (
            r#"{ by = "number", param = "page", first = 0, size_param = "per_page", size = 100 }"#,
            Paging::Number { param: "page".to_owned(), first: 0, size: size("per_page", 100) },
        ),
        (
            r#"{ by = "offset", param = "offset", size_param = "limit", size = 50 }"#,
            Paging::Offset { param: "offset".to_owned(), size: size("limit", 50) },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(settings(&format!("{SMALLEST}page = {text}")).paging, expected, "{text}");
    }
}

#[test]
fn reads_all_other_settings() {
    let settings = settings(
        r#"
url = "http://127.0.0.1:8080/"
items = ""
params = { fields = "all", limit = 5, archived = true }
watermark = { param = "since", at = "/updated", as = "unix_s", initial = "0" }
auth = { header = "X-Api-Key", secret = "onefold/crm" }
requests_per_second = 2.5
max_page_bytes = 1_000
timeout_s = 0.5
tries = 2
wait_s = 3
"#,
    );
    let params = [("archived", "true"), ("fields", "all"), ("limit", "5")];
    let mut found = settings.params.clone();
    found.sort();
    assert_eq!(found, params.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let watermark = settings.watermark.unwrap();
    assert_eq!((watermark.param.as_str(), watermark.at.as_deref()), ("since", Some("/updated")));
    assert_eq!(watermark.time("60").unwrap().milliseconds(), 60_000);
    assert_eq!(watermark.initial.as_deref(), Some("0"));
    let auth = HttpAuth::Header { name: "x-api-key".to_owned(), secret: "onefold/crm".to_owned() };
    assert_eq!(settings.auth, Some(auth));
    assert_eq!((settings.requests_per_second, settings.max_page_bytes), (Some(2.5), 1000));
    assert_eq!(settings.patience.timeout, Duration::from_millis(500));
    assert_eq!((settings.patience.tries, settings.patience.wait), (2, Duration::from_secs(3)));
}

#[test]
fn every_fault_is_told_with_its_line() {
    let base = |line: &str| format!("{SMALLEST}{line}");
    let cases = [
        ("items = \"/x\"".to_owned(), 4, "[source.http] needs url"),
        ("url = \"https://a.b/\"".to_owned(), 4, "needs items"),
        ("url = \"https://a.b/\"\nitems = \"x\"".to_owned(), 6, "\"x\" is no JSON Pointer"),
        ("items = \"\"\nurl = \"http://api.example.com/\"".to_owned(), 6, "must start with https://"),
        ("items = \"\"\nurl = \"ftp://127.0.0.1/\"".to_owned(), 6, "must start with https://"),
        ("items = \"\"\nurl = \"/customers\"".to_owned(), 6, "url is no address"),
        ("items = \"\"\nurl = \"https://me:pw@a.b/\"".to_owned(), 6, "no credentials"),
        ("items = \"\"\nurl = \"https://a.b/?x=1\"".to_owned(), 6, "no query"),
        ("items = \"\"\nurl = \"https://a.b/#x\"".to_owned(), 6, "no fragment"),
        (base("pages = 1"), 7, "unknown name \"pages\""),
        (base("page = { by = \"pages\" }"), 7, "unknown way of paging \"pages\"; it must be one of cursor, link"),
        (base("page = { by = \"cursor\", cursor = \"/next\" }"), 7, "needs param"),
        (base("page = { by = \"cursor\", cursor = \"next\", param = \"p\" }"), 7, "\"next\" is no JSON Pointer"),
        (base("page = { by = \"cursor\", cursor = { row = \"id\" }, param = \"p\" }"), 7, "\"id\" is no JSON Pointer"),
        (
            base("page = { by = \"cursor\", cursor = { rows = \"/id\", row = \"/id\" }, param = \"p\" }"),
            7,
            "unknown name \"rows\"",
        ),
        (base("page = { by = \"cursor\", cursor = {}, param = \"p\" }"), 7, "cursor needs row"),
        (
            base("page = { by = \"cursor\", cursor = \"/n\", param = \"p\", more = \"/m\", until = \"/u\" }"),
            7,
            "write one",
        ),
        (base("page = { by = \"link\", more = \"/m\" }"), 7, "unknown name \"more\""),
        (base("page = { by = \"link\", at = \"/n\", until = \"u\" }"), 7, "\"u\" is no JSON Pointer"),
        (base("page = { by = \"link\", param = \"p\" }"), 7, "unknown name \"param\""),
        (base("page = { by = \"number\", param = \"p\", size = 5 }"), 7, "size and size_param go together"),
        (base("page = { by = \"offset\", param = \"p\", size_param = \"p\", size = 5 }"), 7, "\"p\" is given twice"),
        (base("params = { p = [1] }"), 7, "must be text, a whole number, true or false"),
        (base("params = { p = 1 }\nwatermark = { param = \"p\" }"), 8, "\"p\" is given twice"),
        (base("watermark = { at = \"/t\" }"), 7, "needs param"),
        (base("watermark = { param = \"p\", at = \"t\" }"), 7, "\"t\" is no JSON Pointer"),
        (base("watermark = { param = \"p\", at = \"/-2\" }"), 7, "-2 is no place in a list"),
        (base("page = { by = \"cursor\", cursor = \"/data/-1/id\", param = \"c\" }"), 7, "-1 is no place in a list"),
        (base("page = { by = \"link\", at = \"/links/-10\" }"), 7, "-10 is no place in a list"),
        (base("watermark = { param = \"p\", as = \"iso\" }"), 7, "unknown time format \"iso\""),
        (base("watermark = { param = \"p\", initial = \"soon\" }"), 7, "initial \"soon\" is not written as `as` says"),
        (base("auth = { header = \"X-Key\" }"), 7, "auth must be"),
        (base("auth = { bearer = \"a\", secret = \"b\" }"), 7, "auth must be"),
        (base("auth = { bearer = \"not a name\" }"), 7, "must be the name of a secret"),
        (base("auth = { header = \"Host\", secret = \"b\" }"), 7, "\"Host\" is no header"),
        (base("auth = { header = \"a:b\", secret = \"b\" }"), 7, "\"a:b\" is no header"),
        (base("requests_per_second = 0"), 7, "a number above 0"),
        (base("max_page_bytes = 1_000_000_000"), 7, "at most 134217728"),
        (base("tries = 100"), 7, "at most 20"),
        (base("timeout_s = 3600"), 7, "at most 300"),
        (base("wait_s = \"1\""), 7, "a number above 0"),
    ];
    for (lines, line, words) in cases {
        let faults = Config::parse(&config(&lines)).unwrap_err().0;
        assert_eq!(faults.len(), 1, "{lines}: {faults:?}");
        assert_eq!(faults[0].line, line, "{faults:?}");
        assert!(faults[0].message.contains(words), "{faults:?}");
        assert!(!faults[0].message.contains("pw"), "{faults:?}");
    }
}

#[test]
fn the_kind_needs_its_table_and_no_other() {
    let without =
        "[[source]]\nname = \"api\"\nkind = \"http\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    let faults = Config::parse(without).unwrap_err().0;
    assert!(faults.len() == 1 && faults[0].message.contains("needs [source.http]"), "{faults:?}");
    let both = config(SMALLEST).replace("kind = \"http\"\n", "kind = \"http\"\nformat = \"csv\"\n");
    let faults = Config::parse(&both).unwrap_err().0;
    assert!(faults.len() == 1 && faults[0].message.contains("unknown name \"format\""), "{faults:?}");
}

/// All that is not new would count as gone.
#[test]
fn a_snapshot_takes_no_watermark() {
    let text = config(&format!("{SMALLEST}watermark = {{ param = \"since\" }}"));
    assert!(Config::parse(&text).is_ok());
    let faults = Config::parse(&text.replace("kind =", "snapshot = true\nkind =")).unwrap_err().0;
    assert!(faults.len() == 1 && faults[0].line == 8, "{faults:?}");
    assert!(faults[0].message.contains("a snapshot needs all rows"), "{faults:?}");
}
