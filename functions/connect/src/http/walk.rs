//! The way from page to page, as a state machine without I/O.

use onefold_config::{CursorAt, PageEnd, Paging};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::json;
use super::origin::is_same_host;

/// The page to ask for. It is kept in raw chunks, so the names of its variants must stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PagePosition {
    /// The first page, by the address of the source.
    First,
    /// The page of a cursor.
    Cursor(String),
    /// The page at an address.
    Url(String),
    /// The page of a number.
    Number(u64),
    /// The page behind so many rows.
    Offset(u64),
}

/// Why the next page is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PagingError {
    #[error("the cursor at {0:?} is neither text nor a number; check page")]
    NoCursor(String),
    #[error("its last row has no text and no number at {0:?}, which is to be sent next; check page")]
    NoCursorInRow(String),
    #[error("it has neither true nor false at {0:?}, which says whether it is the last page; check page")]
    NoEnd(String),
    #[error("it says at {0:?} that it is not the last page, and does not name the next one; check page")]
    NoWayOn(String),
    #[error("what it names as the next page is no address")]
    NoAddress,
    #[error("the next page is on another host, {0:?}, which gets no token; only pages of the same host are read")]
    OtherHost(String),
    #[error("its pages repeat, so there is no end: it names, or gives, a page that was read before; check page")]
    Loop,
}

/// Where the first page is.
pub(super) fn first(paging: &Paging) -> PagePosition {
    match paging {
        Paging::Single | Paging::Cursor { .. } | Paging::Link | Paging::NextUrl { .. } => PagePosition::First,
        Paging::Number { first, .. } => PagePosition::Number(*first),
        Paging::Offset { .. } => PagePosition::Offset(0),
    }
}

/// The parts of a page that tell of the next one.
pub(super) struct PageContent<'p> {
    /// Its address.
    pub(super) url: &'p Url,
    /// Its JSON; `None` if the answer had no content.
    pub(super) body: Option<&'p RawValue>,
    /// Its rows.
    pub(super) items: &'p [&'p RawValue],
    /// The target of its `Link: rel=next`.
    pub(super) link: Option<&'p str>,
    /// Whether it has any header `Link`.
    pub(super) has_links: bool,
}

/// The page behind a page; `None` behind the last one.
pub(super) fn next(
    paging: &Paging,
    place: &PagePosition,
    page: &PageContent<'_>,
    seen: &mut RepetitionFinder,
) -> Result<Option<PagePosition>, PagingError> {
    let end = end_of(paging);
    if let Some(end) = end
        && is_last(page.body, end)?
    {
        return Ok(None);
    }
    let next = match paging {
        Paging::Single => None,
        Paging::Cursor { at: CursorAt::Page(at), .. } => cursor(page.body, at)?.map(PagePosition::Cursor),
        Paging::Cursor { at: CursorAt::LastRow(at), .. } => in_last_row(page.items, at)?.map(PagePosition::Cursor),
        Paging::Link => page.link.map(|link| address(page.url, link)).transpose()?,
        Paging::NextUrl { at, .. } => cursor(page.body, at)?.map(|link| address(page.url, &link)).transpose()?,
        // A page that is smaller than asked for is not the last: servers have limits of their own.
        Paging::Number { .. } | Paging::Offset { .. } if page.items.is_empty() => None,
        Paging::Number { .. } => match place {
            PagePosition::Number(number) => Some(PagePosition::Number(number + 1)),
            _ => None,
        },
        Paging::Offset { .. } => match place {
            PagePosition::Offset(rows) => Some(PagePosition::Offset(rows + page.items.len() as u64)),
            _ => None,
        },
    };
    let fingerprint = match &next {
        None => return end.map_or(Ok(None), |end| Err(PagingError::NoWayOn(end.at.clone()))),
        Some(PagePosition::Cursor(text) | PagePosition::Url(text)) => xxh3_64(text.as_bytes()),
        // Numbers never repeat, but a server that ignores them gives the same rows again and again.
        Some(_) => fingerprint(page.items),
    };
    if seen.again(fingerprint) { Err(PagingError::Loop) } else { Ok(next) }
}

/// The place where a page should name the next one and has nothing; null and the like are something. `None` if the page
/// need not name one.
pub(super) fn lacking<'p>(paging: &'p Paging, page: &PageContent<'_>) -> Option<&'p str> {
    match paging {
        // A page that says that it is the last need not name a next one.
        Paging::Cursor { end: Some(_), .. } | Paging::NextUrl { end: Some(_), .. } => None,
        Paging::Cursor { at: CursorAt::Page(at), .. } | Paging::NextUrl { at, .. } => {
            let found = page.body.and_then(|body| json::at(body, at));
            found.is_none().then_some(at.as_str())
        }
        Paging::Link => (!page.has_links).then_some("the header Link"),
        Paging::Cursor { at: CursorAt::LastRow(_), .. } => None,
        Paging::Single | Paging::Number { .. } | Paging::Offset { .. } => None,
    }
}

/// Where pages say whether they are the last.
fn end_of(paging: &Paging) -> Option<&PageEnd> {
    match paging {
        Paging::Cursor { end, .. } | Paging::NextUrl { end, .. } => end.as_ref(),
        Paging::Single | Paging::Link | Paging::Number { .. } | Paging::Offset { .. } => None,
    }
}

/// Whether a page says that it is the last. A page without content is.
fn is_last(body: Option<&RawValue>, end: &PageEnd) -> Result<bool, PagingError> {
    let Some(body) = body else { return Ok(true) };
    match json::at(body, &end.at).map(RawValue::get) {
        Some("true") => Ok(end.last),
        Some("false") => Ok(!end.last),
        _ => Err(PagingError::NoEnd(end.at.clone())),
    }
}

/// The value of a page's last row that is sent next; `None` without rows.
fn in_last_row(items: &[&RawValue], pointer: &str) -> Result<Option<String>, PagingError> {
    let Some(row) = items.last() else { return Ok(None) };
    let text = json::at(row, pointer).and_then(json::text).filter(|text| !text.is_empty());
    text.map(Some).ok_or_else(|| PagingError::NoCursorInRow(pointer.to_owned()))
}

/// Whether the rows of a page repeat those of the page before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    /// They do not, or must not: pages that repeat without end are a fault.
    Others,
    /// They do. The page before was the last: servers give it again for higher numbers.
    Same,
    /// They do, and the page before is the first. It is smaller than asked for, so it may be the only one.
    SameAsFirst,
}

/// Compares a page by number or offset with the page before.
///
/// A server whose second page differs from the first respects numbers: if it repeats a page, there is no further one. A
/// server that gives the first page twice may ignore numbers: then only a page that is smaller than asked for is taken
/// as the only one.
pub(super) fn again(
    paging: &Paging,
    place: &PagePosition,
    items: &[&RawValue],
    seen: &mut RepetitionFinder,
) -> Repetition {
    let (is_second, size) = match (paging, place) {
        (Paging::Number { first, size, .. }, PagePosition::Number(number)) => (*number == first + 1, size),
        (Paging::Offset { size, .. }, PagePosition::Offset(offset)) => (*offset == items.len() as u64, size),
        _ => return Repetition::Others,
    };
    let before = seen.before.replace(fingerprint(items));
    let is_small = size.as_ref().is_some_and(|size| (items.len() as u64) < size.rows);
    match (before == seen.before && !items.is_empty(), is_second, is_small) {
        (true, false, _) => Repetition::Same,
        (true, true, true) => Repetition::SameAsFirst,
        _ => Repetition::Others,
    }
}

/// A hash of the rows of a page.
fn fingerprint(items: &[&RawValue]) -> u64 {
    let mut hash = Xxh3::new();
    for item in items {
        hash.update(item.get().as_bytes());
        hash.update(b"\n");
    }
    hash.digest()
}

/// The cursor of a page; `None` for a missing value, null, false and "", which mean that there is no further page.
fn cursor(body: Option<&RawValue>, pointer: &str) -> Result<Option<String>, PagingError> {
    let Some(found) = body.and_then(|body| json::at(body, pointer)) else { return Ok(None) };
    if matches!(found.get(), "null" | "false") {
        return Ok(None);
    }
    let text = json::text(found).ok_or_else(|| PagingError::NoCursor(pointer.to_owned()))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The address of a link on a page. It may be relative (RFC 3986, 5).
fn address(page: &Url, link: &str) -> Result<PagePosition, PagingError> {
    let mut url = page.join(link).map_err(|_| PagingError::NoAddress)?;
    if !is_same_host(page, &url) {
        return Err(PagingError::OtherHost(url.host_str().unwrap_or_default().to_owned()));
    }
    url.set_fragment(None);
    Ok(PagePosition::Url(url.into()))
}

/// Notices a cycle in a sequence, in constant space (Brent 1980, "An improved Monte Carlo factorization algorithm"):
/// a cycle of `n` that is entered after `m` is noticed after `3 max(m, n) + n` at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepetitionFinder {
    /// The fingerprint that later ones are compared with.
    mark: Option<u64>,
    /// How many are compared with it before it is replaced: a power of two.
    reach: u64,
    /// How many were compared with it.
    steps: u64,
    /// The rows of the page before, for pages by number or offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
}

impl RepetitionFinder {
    /// Takes the next fingerprint. Whether it equals the mark.
    fn again(&mut self, fingerprint: u64) -> bool {
        if self.mark == Some(fingerprint) {
            return true;
        }
        self.steps += 1;
        if self.mark.is_none() || self.steps > self.reach {
            *self = Self { mark: Some(fingerprint), reach: (self.reach * 2).max(1), steps: 0, before: self.before };
        }
        false
    }
}

#[cfg(test)]
mod tests;
