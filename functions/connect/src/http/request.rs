//! The address of a page.

use onefold_config::{HttpSettings, Paging};
use url::Url;

use super::origin::is_same_host;
use super::walk::PagePosition;

/// The address of the page at a position, with the watermark to ask for new rows. `None` if the position is an address
/// on another host.
pub(super) fn url(settings: &HttpSettings, place: &PagePosition, watermark: Option<&str>) -> Option<Url> {
    // The server made this address from the parameters of the first one.
    if let PagePosition::Url(address) = place {
        return Url::parse(address).ok().filter(|address| is_same_host(&settings.url, address));
    }
    let mut parameters: Vec<(&str, String)> = Vec::new();
    parameters.extend(settings.params.iter().map(|(name, value)| (name.as_str(), value.clone())));
    if let (Some(settings), Some(watermark)) = (&settings.watermark, watermark) {
        parameters.push((&settings.param, watermark.to_owned()));
    }
    match (&settings.paging, place) {
        (Paging::Cursor { param, .. }, PagePosition::Cursor(cursor)) => parameters.push((param, cursor.clone())),
        (Paging::Number { param, size, .. }, PagePosition::Number(number))
        | (Paging::Offset { param, size }, PagePosition::Offset(number)) => {
            parameters.push((param, number.to_string()));
            parameters.extend(size.iter().map(|size| (size.param.as_str(), size.rows.to_string())));
        }
        _ => {}
    }
    let mut url = settings.url.clone();
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    Some(url)
}

/// The parameter that asks for a page.
pub(super) fn page_param(paging: &Paging) -> &str {
    match paging {
        Paging::Cursor { param, .. } | Paging::Number { param, .. } | Paging::Offset { param, .. } => param,
        Paging::Single | Paging::Link | Paging::NextUrl { .. } => "",
    }
}

/// Names of parameters for the size of a page, in lower case, letters alone.
const SIZES: [&str; 12] = [
    "itemsperpage",
    "limit",
    "maxpagesize",
    "maxresults",
    "pagelimit",
    "pagesize",
    "perpage",
    "resultsperpage",
    "rows",
    "size",
    "take",
    "top",
];

/// The parameter that asks for a number of rows, recognised by its name, and that number.
pub(super) fn rows_asked_for(settings: &HttpSettings) -> Option<(&str, u64)> {
    settings.params.iter().find_map(|(name, value)| {
        let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        let is_size = SIZES.contains(&letters.to_ascii_lowercase().as_str());
        let rows = value.parse().ok().filter(|rows| is_size && *rows > 0)?;
        Some((name.as_str(), rows))
    })
}

/// A request for messages: without the values of its parameters, which may be personal or secret.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = format!("GET {}{}", url.origin().ascii_serialization(), url.path());
    let names = url.query_pairs().map(|(name, _)| format!("{name}=…"));
    for (number, name) in names.enumerate() {
        shown.push(if number == 0 { '?' } else { '&' });
        shown.push_str(&name);
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use onefold_config::{CursorAt, HttpPatience, HttpWatermark, PageSize};
    use onefold_normalise::timestamp::TimeFormat;

    use super::*;

    fn settings(paging: Paging) -> HttpSettings {
        HttpSettings {
            url: Url::parse("https://api.example.com/v1/customers").unwrap(),
            items: String::new(),
            paging,
            params: vec![("fields".to_owned(), "a b&c".to_owned())],
            watermark: Some(HttpWatermark {
                param: "since".to_owned(),
                at: None,
                format: TimeFormat::Rfc3339,
                initial: None,
            }),
            auth: None,
            requests_per_second: None,
            max_page_bytes: 1,
            patience: HttpPatience { timeout: Duration::ZERO, tries: 1, wait: Duration::ZERO },
        }
    }

    #[test]
    fn parameters_are_written_so_that_they_are_read_as_they_are() {
        let at = CursorAt::Page("/n".to_owned());
        let cursor = settings(Paging::Cursor { at, param: "cursor".to_owned(), end: None });
        let base = "https://api.example.com/v1/customers?fields=a+b%26c";
        let found = |place: &PagePosition, watermark| url(&cursor, place, watermark).unwrap().to_string();
        assert_eq!(found(&PagePosition::First, None), base);
        assert_eq!(
            found(&PagePosition::Cursor("x+/=&".to_owned()), Some("2026-01-01T00:00:00+02:00")),
            format!("{base}&since=2026-01-01T00%3A00%3A00%2B02%3A00&cursor=x%2B%2F%3D%26")
        );
        let size = Some(PageSize { param: "limit".to_owned(), rows: 50 });
        let number = settings(Paging::Number { param: "page".to_owned(), first: 1, size: size.clone() });
        let url_of = |settings: &HttpSettings, place| url(settings, &place, None).unwrap().to_string();
        assert_eq!(url_of(&number, PagePosition::Number(3)), format!("{base}&page=3&limit=50"));
        let offset = settings(Paging::Offset { param: "from".to_owned(), size });
        assert_eq!(url_of(&offset, PagePosition::Offset(100)), format!("{base}&from=100&limit=50"));
        let bare = HttpSettings { params: Vec::new(), ..settings(Paging::Link) };
        assert_eq!(url_of(&bare, PagePosition::First), "https://api.example.com/v1/customers");
    }

    #[test]
    fn an_address_is_taken_as_it_is_but_only_on_the_host() {
        let settings = settings(Paging::Link);
        let found = |address: &str| url(&settings, &PagePosition::Url(address.to_owned()), Some("w")).map(String::from);
        let next = "https://api.example.com/v1/customers?page=2&sig=a%2Bb";
        assert_eq!(found(next).as_deref(), Some(next));
        assert_eq!(found("https://other.example.com/"), None);
    }

    #[test]
    fn the_number_of_rows_is_known_by_the_names_of_parameters() {
        let asked = |name: &str, value: &str| {
            let settings = HttpSettings { params: vec![(name.to_owned(), value.to_owned())], ..settings(Paging::Link) };
            rows_asked_for(&settings).map(|(name, rows)| (name.to_owned(), rows))
        };
        for name in ["limit", "per_page", "PageSize", "$top", "page[size]", "page-size", "maxResults"] {
            assert_eq!(asked(name, "50"), Some((name.to_owned(), 50)));
        }
        for (name, value) in [("limit", "all"), ("limit", "0"), ("limit", "-1"), ("count", "true"), ("first", "1")] {
            assert_eq!(asked(name, value), None, "{name}");
        }
    }

    #[test]
    fn messages_show_no_values() {
        let url = Url::parse("https://api.example.com:8443/v1?email=anna%40gmx.de&cursor=s3cret").unwrap();
        assert_eq!(shown(&url), "GET https://api.example.com:8443/v1?email=…&cursor=…");
    }
}
