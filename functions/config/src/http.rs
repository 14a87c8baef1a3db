//! Settings of the connector `http`.

use std::time::Duration;

use onefold_normalise::timestamp::{TimeFormat, Timestamp};
use url::Url;

/// A JSON API and its paging.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The address of the first page, without query: https, or http on this machine.
    pub url: Url,
    /// JSON Pointer (RFC 6901) of the array of rows in a page; empty if the page is the array.
    pub items: String,
    /// How the next page is found.
    pub paging: Paging,
    /// Query parameters of every request.
    pub params: Vec<(String, String)>,
    /// How new rows are asked for; without it, every run reads all rows.
    pub watermark: Option<HttpWatermark>,
    /// How requests are authenticated.
    pub auth: Option<HttpAuth>,
    /// Most requests in a second.
    pub requests_per_second: Option<f64>,
    /// Most bytes of a page; larger ones are refused.
    pub max_page_bytes: usize,
    /// Time limit and retries of requests.
    pub patience: HttpPatience,
}

/// How the next page is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paging {
    /// There is one page.
    Single,
    /// A page holds the cursor of the next one. The last page holds none, or null, or "".
    Cursor {
        /// Where the cursor is.
        at: CursorAt,
        /// The parameter for the cursor.
        param: String,
        /// Where a page says whether it is the last, if the cursor alone does not.
        end: Option<PageEnd>,
    },
    /// The header `Link` of a page has the address of the next one, as `rel="next"` (RFC 8288).
    Link,
    /// A page holds the address of the next one.
    NextUrl {
        /// JSON Pointer of the address in a page.
        at: String,
        /// Where a page says whether it is the last, if the address alone does not.
        end: Option<PageEnd>,
    },
    /// Pages have numbers. The page behind the last is empty.
    Number {
        /// The parameter that takes the number.
        param: String,
        /// The first page's number.
        first: u64,
        /// The size of pages to ask for.
        size: Option<PageSize>,
    },
    /// A page starts behind so many rows. The page behind the last is empty.
    Offset {
        /// The parameter that takes the number of rows.
        param: String,
        /// The size of pages to ask for.
        size: Option<PageSize>,
    },
}

/// Where a cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorAt {
    /// JSON Pointer in a page.
    Page(String),
    /// JSON Pointer in the last row of a page: its id, mostly. A page without rows is the last.
    LastRow(String),
}

/// Where a page says whether it is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// JSON Pointer of true or false in a page.
    pub at: String,
    /// Which of the two the last page has.
    pub last: bool,
}

/// The size of pages to ask for. A server may give smaller ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// The parameter that takes the size.
    pub param: String,
    /// Rows.
    pub rows: u64,
}

/// How new rows are asked for.
#[derive(Clone, Debug)]
pub struct HttpWatermark {
    /// The parameter that takes the watermark.
    pub param: String,
    /// JSON Pointer, in a row, of the time that becomes the watermark. Without it, the run's start becomes the
    /// watermark.
    pub at: Option<String>,
    /// How the time is written.
    pub format: TimeFormat,
    /// The watermark of the first run. Without it, the first run sends no such parameter.
    pub initial: Option<String>,
}

impl HttpWatermark {
    /// The time that a watermark stands for.
    pub fn time(&self, watermark: &str) -> Option<Timestamp> {
        self.format.parse(watermark)
    }
}

/// How requests are authenticated. Secrets are named here; their values are in Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpAuth {
    /// A bearer token (RFC 6750).
    Bearer {
        /// The secret's name.
        secret: String,
    },
    /// A key in a header of its own.
    Header {
        /// The header, in lower case.
        name: String,
        /// The secret's name.
        secret: String,
    },
}

impl HttpAuth {
    /// The secret's name.
    pub fn secret(&self) -> &str {
        match self {
            Self::Bearer { secret } | Self::Header { secret, .. } => secret,
        }
    }
}

/// Time limit and retries of the requests of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpPatience {
    /// How long a page may take, from the request to its last byte.
    pub timeout: Duration,
    /// How often a page is requested before the source fails.
    pub tries: u32,
    /// The longest wait before the second try; it doubles with each further one.
    pub wait: Duration,
}
