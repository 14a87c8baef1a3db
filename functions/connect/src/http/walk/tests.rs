//! Every way of paging, from page to page, and cycles of all lengths.

use onefold_config::PageSize;

use super::*;

fn url() -> Url {
    Url::parse("https://api.example.com/v1/customers?a=b").unwrap()
}

/// What follows a page with a body, and a link.
fn step(
    paging: &Paging,
    place: &PagePosition,
    body: &str,
    link: Option<&str>,
    seen: &mut RepetitionFinder,
) -> Result<Option<PagePosition>, PagingError> {
    let url = url();
    let body = json::page(body.as_bytes()).unwrap();
    let items = json::at(body, "/rows").and_then(json::elements).unwrap_or_default();
    next(
        paging,
        place,
        &PageContent { url: &url, body: Some(body), items: &items, link, has_links: link.is_some() },
        seen,
    )
}

fn once(
    paging: &Paging,
    place: &PagePosition,
    body: &str,
    link: Option<&str>,
) -> Result<Option<PagePosition>, PagingError> {
    step(paging, place, body, link, &mut RepetitionFinder::default())
}

#[test]
fn one_page_is_one_page() {
    let next = once(&Paging::Single, &first(&Paging::Single), r#"{"rows":[1]}"#, Some("/x"));
    assert_eq!(next, Ok(None));
}

#[test]
fn cursors_are_followed_until_there_is_none() {
    let at = CursorAt::Page("/meta/next".to_owned());
    let paging = Paging::Cursor { at, param: "c".to_owned(), end: None };
    let next = |body: &str| once(&paging, &first(&paging), body, None);
    assert_eq!(next(r#"{"meta":{"next":"a=="}}"#), Ok(Some(PagePosition::Cursor("a==".to_owned()))));
    assert_eq!(next(r#"{"meta":{"next":17}}"#), Ok(Some(PagePosition::Cursor("17".to_owned()))));
    for last in [r#"{"meta":{"next":null}}"#, r#"{"meta":{"next":""}}"#, r#"{"meta":{"next":false}}"#, "{}"] {
        assert_eq!(next(last), Ok(None), "{last}");
    }
    assert_eq!(next(r#"{"meta":{"next":{}}}"#), Err(PagingError::NoCursor("/meta/next".to_owned())));
}

#[test]
fn the_last_row_can_hold_the_cursor() {
    let at = CursorAt::LastRow("/id".to_owned());
    let paging = Paging::Cursor { at, param: "after".to_owned(), end: None };
    let next = |body: &str| once(&paging, &first(&paging), body, None);
    assert_eq!(next(r#"{"rows":[{"id":"a"},{"id":"b"}]}"#), Ok(Some(PagePosition::Cursor("b".to_owned()))));
    assert_eq!(next(r#"{"rows":[{"id":17}]}"#), Ok(Some(PagePosition::Cursor("17".to_owned()))));
    assert_eq!(next(r#"{"rows":[]}"#), Ok(None));
    for unfit in ["{}", r#"{"id":null}"#, r#"{"id":""}"#, r#"{"id":[1]}"#] {
        let body = format!("{{\"rows\":[{{\"id\":1}},{unfit}]}}");
        assert_eq!(next(&body), Err(PagingError::NoCursorInRow("/id".to_owned())), "{unfit}");
    }
}

#[test]
fn a_page_can_say_whether_it_is_the_last() {
    for (name, last) in [("more", false), ("end", true)] {
        let end = Some(PageEnd { at: format!("/{name}"), last });
        let cursor = Paging::Cursor { at: CursorAt::Page("/next".to_owned()), param: "c".to_owned(), end: end.clone() };
        let link = Paging::NextUrl { at: "/next".to_owned(), end: end.clone() };
        let row = Paging::Cursor { at: CursorAt::LastRow("/id".to_owned()), param: "c".to_owned(), end };
        for paging in [cursor, link, row] {
            let next = |body: &str| once(&paging, &PagePosition::First, body, None);
            let page = |is_last: bool| format!(r#"{{"rows":[{{"id":"x"}}],"next":"x","{name}":{}}}"#, is_last == last);
            assert!(matches!(next(&page(false)), Ok(Some(_))), "{paging:?}");
            assert_eq!(next(&page(true)), Ok(None), "{paging:?}: whatever else it names");
            let silent = r#"{"rows":[{"id":"x"}],"next":"x"}"#;
            assert_eq!(next(silent), Err(PagingError::NoEnd(format!("/{name}"))), "{paging:?}");
            let stuck = format!(r#"{{"rows":[],"{name}":{}}}"#, !last);
            assert_eq!(next(&stuck), Err(PagingError::NoWayOn(format!("/{name}"))), "{paging:?}");
        }
    }
}

#[test]
fn links_may_be_relative_and_must_stay_on_the_host() {
    let in_header = |link: &str| once(&Paging::Link, &PagePosition::First, "{}", Some(link));
    let in_body = |link: &str| {
        let paging = Paging::NextUrl { at: "/next".to_owned(), end: None };
        once(&paging, &PagePosition::First, &format!("{{\"next\":{link:?}}}"), None)
    };
    let at = |text: &str| Ok(Some(PagePosition::Url(text.to_owned())));
    let other = |host: &str| Err(PagingError::OtherHost(host.to_owned()));
    let cases = [
        ("?page=2", at("https://api.example.com/v1/customers?page=2")),
        ("/v2#x", at("https://api.example.com/v2")),
        ("https://api.example.com:443/v2", at("https://api.example.com/v2")),
        ("https://evil.example/v1", other("evil.example")),
        ("//evil.example/v1", other("evil.example")),
        ("http://api.example.com/v1", other("api.example.com")),
        ("https://api.example.com:8443/v1", other("api.example.com")),
        ("https://[nonsense", Err(PagingError::NoAddress)),
    ];
    for (link, expected) in cases {
        assert_eq!(in_header(link), expected, "{link}");
        assert_eq!(in_body(link), expected, "{link}");
    }
    assert_eq!(once(&Paging::Link, &PagePosition::First, "{}", None), Ok(None));
}

#[test]
fn numbers_end_at_an_empty_page_and_not_at_a_small_one() {
    let size = Some(PageSize { param: "n".to_owned(), rows: 100 });
    let number = Paging::Number { param: "p".to_owned(), first: 0, size: size.clone() };
    assert_eq!(first(&number), PagePosition::Number(0));
    assert_eq!(once(&number, &PagePosition::Number(4), r#"{"rows":[1]}"#, None), Ok(Some(PagePosition::Number(5))));
    assert_eq!(once(&number, &PagePosition::Number(4), r#"{"rows":[]}"#, None), Ok(None));
    let offset = Paging::Offset { param: "o".to_owned(), size };
    assert_eq!(first(&offset), PagePosition::Offset(0));
    assert_eq!(
        once(&offset, &PagePosition::Offset(7), r#"{"rows":[1,2,3]}"#, None),
        Ok(Some(PagePosition::Offset(10)))
    );
    assert_eq!(once(&offset, &PagePosition::Offset(7), r#"{"rows":[]}"#, None), Ok(None));
}

#[test]
fn the_same_rows_again_are_a_loop() {
    let paging = Paging::Number { param: "p".to_owned(), first: 1, size: None };
    let mut seen = RepetitionFinder::default();
    assert!(step(&paging, &PagePosition::Number(1), r#"{"rows":[1],"at":1}"#, None, &mut seen).is_ok());
    assert_eq!(
        step(&paging, &PagePosition::Number(2), r#"{"rows":[1],"at":2}"#, None, &mut seen),
        Err(PagingError::Loop)
    );
}

#[test]
fn the_page_before_again_is_the_end_where_the_server_looks_at_which_it_is_asked_for() {
    let size = |rows| Some(PageSize { param: "n".to_owned(), rows });
    let number = |size| Paging::Number { param: "p".to_owned(), first: 0, size };
    let offset = |size| Paging::Offset { param: "o".to_owned(), size };
    // Each page's number or offset, and its rows; then what the last of them is.
    let last = |paging: &Paging, pages: &[(u64, &str)]| {
        let mut seen = RepetitionFinder::default();
        let mut found = Vec::new();
        for (at, rows) in pages {
            let place = match paging {
                Paging::Number { .. } => PagePosition::Number(*at),
                _ => PagePosition::Offset(*at),
            };
            found.push(again(
                paging,
                &place,
                &json::elements(json::page(rows.as_bytes()).unwrap()).unwrap(),
                &mut seen,
            ));
        }
        let last = found.pop().unwrap();
        assert!(found.iter().all(|again| *again == Repetition::Others), "{found:?}");
        last
    };
    for (rows, by_size) in [(2, Repetition::Others), (3, Repetition::SameAsFirst)] {
        assert_eq!(last(&number(size(rows)), &[(0, "[1,2]"), (1, "[1,2]")]), by_size);
        assert_eq!(last(&offset(size(rows)), &[(0, "[1,2]"), (2, "[1,2]")]), by_size);
    }
    assert_eq!(last(&number(None), &[(0, "[1,2]"), (1, "[1,2]")]), Repetition::Others);
    assert_eq!(last(&number(None), &[(0, "[1,2]"), (1, "[3]"), (2, "[3]")]), Repetition::Same);
    assert_eq!(last(&offset(size(2)), &[(0, "[1,2]"), (2, "[3]"), (3, "[3]")]), Repetition::Same);
    assert_eq!(last(&number(None), &[(0, "[1,2]"), (1, "[3]"), (2, "[1,2]")]), Repetition::Others);
    assert_eq!(last(&number(None), &[(0, "[1]"), (1, "[]"), (2, "[]")]), Repetition::Others);
    let cursor = Paging::Cursor { at: CursorAt::LastRow("/id".to_owned()), param: "c".to_owned(), end: None };
    assert_eq!(last(&cursor, &[(0, "[1]"), (1, "[1]")]), Repetition::Others);
}

#[test]
fn cycles_are_noticed_soon_and_never_where_there_are_none() {
    for before in 0..20u64 {
        for length in 1..20u64 {
            let mut seen = RepetitionFinder::default();
            let sequence = (0..before).chain((0..).map(|step| before + step % length));
            let noticed = sequence.take_while(|number| !seen.again(*number)).count() as u64;
            assert!(noticed >= before + length, "{before} and {length}: after {noticed}");
            assert!(noticed <= 3 * before.max(length) + length + 2, "{before} and {length}: after {noticed}");
        }
    }
    let mut seen = RepetitionFinder::default();
    assert!(!(0..100_000).any(|number| seen.again(number)));
}

/// Positions are kept in raw chunks, and read by a later version of the program.
#[test]
fn what_is_kept_stays_readable() {
    let all = [
        (PagePosition::First, r#""first""#),
        (PagePosition::Cursor("a".to_owned()), r#"{"cursor":"a"}"#),
        (PagePosition::Url("https://a/".to_owned()), r#"{"url":"https://a/"}"#),
        (PagePosition::Number(3), r#"{"number":3}"#),
        (PagePosition::Offset(9), r#"{"offset":9}"#),
    ];
    for (place, text) in all {
        assert_eq!(serde_json::to_string(&place).unwrap(), text);
        assert_eq!(serde_json::from_str::<PagePosition>(text).unwrap(), place);
    }
}
