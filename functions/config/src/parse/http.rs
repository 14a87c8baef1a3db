//! [source.http]: the settings of a [[source]] of kind "http".

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::time::Duration;

use onefold_normalise::timestamp::{TimeFormat, Timestamp};
use toml::de::DeValue;
use url::{Host, Url};

use super::mapping::TIME_FORMATS;
use super::pointer_setting::{WholeDocument, pointer};
use super::snapshot::no_watermark_for_a_snapshot;
use crate::http::{CursorAt, HttpAuth, HttpPatience, HttpSettings, HttpWatermark, PageEnd, PageSize, Paging};
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section};

/// How the next page is found.
const WAYS: [&str; 4] = ["cursor", "link", "number", "offset"];

const MAX_PAGE_BYTES: usize = 32 << 20;
/// What an invocation can hold: the page, its rows, and the chunk that they go into.
const MAX_PAGE_BYTES_LIMIT: i64 = 128 << 20;
const TIMEOUT_S: f64 = 30.0;
/// An invocation has ten minutes, and keeps one of them in reserve.
const TIMEOUT_S_LIMIT: f64 = 300.0;
const TRIES: u32 = 6;
const TRIES_LIMIT: u32 = 20;
const WAIT_S: f64 = 1.0;
const WAIT_S_LIMIT: f64 = 60.0;
const REQUESTS_PER_SECOND_LIMIT: f64 = 1000.0;

pub(super) fn keys() -> Vec<Key> {
    vec![Key::table("http", setting_keys(), "A JSON API, and what is read of it.").required()]
}

fn setting_keys() -> Vec<Key> {
    let pages = page_keys(&PAGE_KEYS);
    let param = Kind::AnyOf(vec![Kind::Text(None), Kind::Integer(i64::MIN), Kind::Boolean]);
    let bytes = Kind::Range(1, MAX_PAGE_BYTES_LIMIT);
    let tries = Kind::Range(1, TRIES_LIMIT.into());
    let rate = Kind::Positive(REQUESTS_PER_SECOND_LIMIT);
    vec![
        Key::new(
            "url",
            Kind::Text(Some("^https?://")),
            "The first page, without query and credentials. Without TLS only on this machine.",
        )
        .required(),
        Key::new(
            "items",
            Kind::Text(Some("^(/.*)?$")),
            "Where a page has its array of rows; empty if the page is the array.",
        )
        .required(),
        Key::table("page", pages, "How the next page is found. If not given, there is one page."),
        Key::new("params", Kind::Named(Box::new(param)), "Query parameters of every request."),
        Key::table("watermark", watermark_keys(), "Asks only for rows that changed since the version before."),
        Key::table("auth", auth_keys(), "Proves who asks: by a bearer token, or by a header of its own."),
        Key::new("requests_per_second", rate, "Requests a second at most, such as 0.5. If not given, no limit."),
        Key::new("max_page_bytes", bytes, "A larger page fails the source.").or(MAX_PAGE_BYTES),
        Key::new("timeout_s", Kind::Positive(TIMEOUT_S_LIMIT), "Seconds that a page may take to its last byte.")
            .or(TIMEOUT_S),
        Key::new("tries", tries, "How often a page is asked for before the source fails.").or(TRIES),
        Key::new(
            "wait_s",
            Kind::Positive(WAIT_S_LIMIT),
            "The longest wait in seconds before the second try. It doubles with each further try.",
        )
        .or(WAIT_S),
    ]
}

/// The keys of `page` for all ways of paging.
const PAGE_KEYS: [&str; 9] = ["by", "cursor", "at", "param", "more", "until", "first", "size_param", "size"];

/// The keys of `page` with these names.
fn page_keys(names: &[&str]) -> Vec<Key> {
    let pointer = || Kind::Text(Some("^/"));
    let cursor = Kind::AnyOf(vec![pointer(), Kind::Table(cursor_keys())]);
    let all = [
        Key::one_of("by", WAYS, "How the next page is found.").required(),
        Key::new("cursor", cursor, "By cursor: where the page, or its last row, has the value to send next."),
        Key::new(
            "at",
            pointer(),
            "By link: where the page has the next address. If not given, the header `Link` has it.",
        ),
        Key::text("param", "By cursor, number or offset: the query parameter."),
        Key::new(
            "more",
            pointer(),
            "By cursor or link: where the page has `true` if there is another one, else `false`.",
        ),
        Key::new(
            "until",
            pointer(),
            "By cursor or link: where the page has `true` if it is the last one, else `false`.",
        ),
        Key::integer("first", 0, "By number: the number of the first page.").or(1),
        Key::text("size_param", "By number or offset: the query parameter for the rows of a page."),
        Key::integer("size", 1, "By number or offset: how many rows of a page to ask for."),
    ];
    all.into_iter().filter(|key| names.contains(&key.name)).collect()
}

fn cursor_keys() -> Vec<Key> {
    vec![Key::new("row", Kind::Text(Some("^/")), "Where the last row of a page has the value to send next.").required()]
}

fn watermark_keys() -> Vec<Key> {
    vec![
        Key::text("param", "The query parameter that asks for rows that changed since.").required(),
        Key::new(
            "at",
            Kind::Text(Some("^/")),
            "Where a row has its time. If not given, the new watermark is the run's start.",
        ),
        Key::text("as", "How times are written: `rfc3339`, `date`, `unix_s`, `unix_ms`, or a strptime format.")
            .or("rfc3339"),
        Key::text("initial", "The value that the first run sends. If not given, it sends none."),
    ]
}

fn auth_keys() -> Vec<Key> {
    let secret = || Kind::Text(Some("^[A-Za-z0-9/_+=.@-]{1,512}$"));
    vec![
        Key::new("bearer", secret(), "The name of the secret that holds a bearer token."),
        Key::text("header", "The header that a key is sent in, such as `X-Api-Key`."),
        Key::new("secret", secret(), "The name of the secret that holds the header's value."),
    ]
}

pub(super) fn http(source: &Section<'_>, notes: &mut Notes<'_>) -> Option<HttpSettings> {
    let Some(section) = source.section("http", notes) else {
        if source.get("http").is_none() {
            notes.fault(source.span.clone(), "a [[source]] of kind \"http\" needs [source.http] with url and items");
        }
        return None;
    };
    let section = Section { title: "[source.http]".to_owned(), ..section };
    section.only(&setting_keys(), notes);
    let url = section.required_text("url", notes).and_then(|(text, span)| url(text, span, notes));
    let items = pointer(&section, "items", WholeDocument::Allowed, notes);
    let mut parameters = QueryParameters::default();
    let params = params(&section, &mut parameters, notes);
    let paging = match section.section("page", notes) {
        Some(page) => paging(&page, &mut parameters, notes),
        None => Some(Paging::Single),
    };
    let watermark = section.section("watermark", notes).map(|table| watermark(&table, &mut parameters, notes));
    no_watermark_for_a_snapshot(source, &section, notes);
    let auth = section.section("auth", notes).map(|table| auth(&table, notes));
    let requests_per_second = section.positive("requests_per_second", REQUESTS_PER_SECOND_LIMIT, notes);
    let max_page_bytes = limited(&section, "max_page_bytes", MAX_PAGE_BYTES_LIMIT, notes)
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(MAX_PAGE_BYTES);
    let tries = limited(&section, "tries", i64::from(TRIES_LIMIT), notes).and_then(|tries| u32::try_from(tries).ok());
    let mut seconds =
        |name, default, limit| Duration::from_secs_f64(section.positive(name, limit, notes).unwrap_or(default));
    let patience = HttpPatience {
        timeout: seconds("timeout_s", TIMEOUT_S, TIMEOUT_S_LIMIT),
        tries: tries.unwrap_or(TRIES),
        wait: seconds("wait_s", WAIT_S, WAIT_S_LIMIT),
    };
    Some(HttpSettings {
        url: url?,
        items: items?,
        paging: paging?,
        params,
        // A wrong table has its fault already.
        watermark: watermark.flatten(),
        auth: auth.flatten(),
        requests_per_second,
        max_page_bytes,
        patience,
    })
}

/// An address that a token may be sent to.
fn url(text: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<Url> {
    // The address is not repeated in a fault: credentials may stand in it.
    let fault = match Url::parse(text) {
        Err(error) => format!("url is no address: {error}; write it as https://api.example.com/customers"),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "url must hold no credentials; write auth = { bearer = \"<name of a secret>\" }".to_owned()
        }
        Ok(url) if url.query().is_some() => "url must have no query; write params = { name = \"value\" }".to_owned(),
        Ok(url) if url.fragment().is_some() => "url must have no fragment (#…)".to_owned(),
        Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url)) => return Some(url),
        Ok(_) => "url must start with https:// (http:// is only for 127.0.0.1 and localhost)".to_owned(),
    };
    notes.fault(span, fault);
    None
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The query parameters that settings use. Each may be used once.
#[derive(Default)]
struct QueryParameters(BTreeSet<String>);

impl QueryParameters {
    fn take(&mut self, name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<String> {
        if name.is_empty() {
            notes.fault(span, "a query parameter needs a name");
            return None;
        }
        if !self.0.insert(name.to_owned()) {
            notes.fault(span, format!("the query parameter {name:?} is given twice; give each once"));
            return None;
        }
        Some(name.to_owned())
    }

    fn required(&mut self, section: &Section<'_>, name: &str, notes: &mut Notes<'_>) -> Option<String> {
        let (param, span) = section.required_text(name, notes)?;
        self.take(param, span, notes)
    }
}

fn params(section: &Section<'_>, parameters: &mut QueryParameters, notes: &mut Notes<'_>) -> Vec<(String, String)> {
    let Some(table) = section.section("params", notes) else { return Vec::new() };
    let mut params = Vec::new();
    for (key, value) in table.table {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Boolean(boolean) => boolean.to_string(),
            _ => {
                notes.fault(
                    value.span(),
                    format!("params: {} must be text, a whole number, true or false", key.get_ref()),
                );
                continue;
            }
        };
        params.extend(parameters.take(key.get_ref(), key.span(), notes).map(|name| (name, text)));
    }
    params
}

fn paging(page: &Section<'_>, parameters: &mut QueryParameters, notes: &mut Notes<'_>) -> Option<Paging> {
    let Some((by, span)) = page.required_text("by", notes) else {
        page.only(&page_keys(&PAGE_KEYS), notes);
        return None;
    };
    match by {
        "cursor" => {
            page.only(&page_keys(&["by", "cursor", "param", "more", "until"]), notes);
            let (at, param) = (cursor(page, notes), parameters.required(page, "param", notes));
            let end = page_end(page, notes);
            Some(Paging::Cursor { at: at?, param: param?, end })
        }
        "link" => {
            if page.get("at").is_none() {
                page.only(&page_keys(&["by", "at"]), notes);
                return Some(Paging::Link);
            }
            page.only(&page_keys(&["by", "at", "more", "until"]), notes);
            let end = page_end(page, notes);
            Some(Paging::NextUrl { at: pointer(page, "at", WholeDocument::Refused, notes)?, end })
        }
        "number" => {
            page.only(&page_keys(&["by", "param", "first", "size_param", "size"]), notes);
            let first = page.integer("first", 0, notes).and_then(|first| u64::try_from(first).ok()).unwrap_or(1);
            let (param, size) = (parameters.required(page, "param", notes), size(page, parameters, notes));
            Some(Paging::Number { param: param?, first, size })
        }
        "offset" => {
            page.only(&page_keys(&["by", "param", "size_param", "size"]), notes);
            let (param, size) = (parameters.required(page, "param", notes), size(page, parameters, notes));
            Some(Paging::Offset { param: param?, size })
        }
        _ => {
            notes.unknown(span, "way of paging", by, &WAYS);
            None
        }
    }
}

/// Where a cursor is: a pointer in a page, or `{ row = … }`, one in its last row.
fn cursor(page: &Section<'_>, notes: &mut Notes<'_>) -> Option<CursorAt> {
    let Some((DeValue::Table(table), span)) = page.get("cursor") else {
        return pointer(page, "cursor", WholeDocument::Refused, notes).map(CursorAt::Page);
    };
    let cursor = Section { table, span, title: "cursor".to_owned() };
    cursor.only(&cursor_keys(), notes);
    pointer(&cursor, "row", WholeDocument::Refused, notes).map(CursorAt::LastRow)
}

/// Where a page says whether it is the last.
fn page_end(page: &Section<'_>, notes: &mut Notes<'_>) -> Option<PageEnd> {
    let (name, last) = match (page.get("more"), page.get("until")) {
        (None, None) => return None,
        (Some(_), None) => ("more", false),
        (None, Some(_)) => ("until", true),
        (Some(_), Some((_, span))) => {
            notes.fault(span, "more and until say the same, the other way round; write one of them");
            return None;
        }
    };
    Some(PageEnd { at: pointer(page, name, WholeDocument::Refused, notes)?, last })
}

fn size(page: &Section<'_>, parameters: &mut QueryParameters, notes: &mut Notes<'_>) -> Option<PageSize> {
    if page.get("size").is_some() != page.get("size_param").is_some() {
        notes.fault(page.span.clone(), "size and size_param go together: write both, or neither");
    }
    let rows = page.integer("size", 1, notes).and_then(|rows| u64::try_from(rows).ok());
    let param = page.text("size_param", notes).and_then(|(name, span)| parameters.take(name, span, notes));
    Some(PageSize { param: param?, rows: rows? })
}

fn watermark(table: &Section<'_>, parameters: &mut QueryParameters, notes: &mut Notes<'_>) -> Option<HttpWatermark> {
    table.only(&watermark_keys(), notes);
    let param = parameters.required(table, "param", notes);
    let at = table.get("at").is_some().then(|| pointer(table, "at", WholeDocument::Refused, notes));
    let format = match table.text("as", notes) {
        None => TimeFormat::Rfc3339,
        Some((name, span)) => time_format(name, span, notes)?,
    };
    let initial = table.text("initial", notes);
    if let Some((text, span)) = &initial
        && format.parse(text).is_none()
    {
        notes.fault(span.clone(), format!("initial {text:?} is not written as `as` says (rfc3339 if it says nothing)"));
    }
    // A wrong pointer has its fault already.
    Some(HttpWatermark { param: param?, at: at.flatten(), format, initial: initial.map(|(text, _)| text.to_owned()) })
}

/// A format that a time can be written in, and read from again.
fn time_format(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<TimeFormat> {
    let format = TimeFormat::from_name(name);
    let is_usable = |format: &TimeFormat| {
        let time = Timestamp::from_milliseconds(1_000_000_000_000)?;
        format.write(time).and_then(|text| format.parse(&text))
    };
    let usable = format.filter(|format| is_usable(format).is_some());
    if usable.is_none() {
        notes.unknown(span, "time format", name, &TIME_FORMATS);
    }
    usable
}

fn auth(table: &Section<'_>, notes: &mut Notes<'_>) -> Option<HttpAuth> {
    const FORMS: &str = "auth must be { bearer = \"<name of a secret>\" } or { header = \"X-Api-Key\", secret = \"<name of a secret>\" }";
    table.only(&auth_keys(), notes);
    let [bearer, header, secret] = ["bearer", "header", "secret"].map(|name| table.get(name).is_some());
    match (bearer, header, secret) {
        (true, false, false) => Some(HttpAuth::Bearer { secret: secret_name(table, "bearer", notes)? }),
        (false, true, true) => {
            let secret = secret_name(table, "secret", notes);
            let (name, span) = table.text("header", notes)?;
            Some(HttpAuth::Header { name: header_name(name, span, notes)?, secret: secret? })
        }
        _ => {
            notes.fault(table.span.clone(), FORMS);
            None
        }
    }
}

/// A name by the rules of Secrets Manager.
fn secret_name(table: &Section<'_>, member: &str, notes: &mut Notes<'_>) -> Option<String> {
    let (name, span) = table.text(member, notes)?;
    let fits = (1..=512).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte));
    if !fits {
        // Not repeated: it may be the token itself, put here by mistake.
        notes.fault(
            span,
            format!("{member} must be the name of a secret in Secrets Manager, of letters, digits and /_+=.@-"),
        );
    }
    fits.then(|| name.to_owned())
}

/// A header that a key may be sent in: a token (RFC 9110) that does not describe the message itself.
fn header_name(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<String> {
    const OURS: [&str; 8] =
        ["accept", "accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding", "user-agent"];
    let lower = name.to_ascii_lowercase();
    let is_token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let fits = is_token && !OURS.contains(&lower.as_str());
    if !fits {
        notes.fault(span, format!("{name:?} is no header that a key can be sent in, such as X-Api-Key"));
    }
    fits.then_some(lower)
}

/// A whole number from 1 to a limit.
fn limited(section: &Section<'_>, name: &str, limit: i64, notes: &mut Notes<'_>) -> Option<i64> {
    let number = section.integer(name, 1, notes)?;
    if number > limit {
        let span = section.get(name).map_or(0..0, |(_, span)| span);
        notes.fault(span, format!("{name} must be at most {limit}"));
        return None;
    }
    Some(number)
}

#[cfg(test)]
mod tests;
