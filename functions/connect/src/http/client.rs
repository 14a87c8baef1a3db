//! One request and its answer, held in memory and bounded.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue, LINK, LOCATION,
    USER_AGENT,
};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as Pool, ResponseFuture};
use hyper_util::rt::TokioExecutor;
use onefold_config::{HttpAuth, HttpSettings};
use onefold_shell::{StageError, chain};
use url::Url;

use super::origin::is_same_host;
use super::retry;
use super::status::{RequestFailure, failure};

/// Time limit for making a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// More redirects than these are taken for a circle.
const MAX_REDIRECTS: u32 = 5;

/// Sends requests to one host.
pub(super) struct PageClient<'c> {
    pool: ConnectionPool,
    credentials: Option<(HeaderName, HeaderValue)>,
    auth: Option<&'c HttpAuth>,
    max_bytes: usize,
}

/// Connections that are kept for the next request.
enum ConnectionPool {
    /// To this machine; the configuration allows no other host.
    Plain(Pool<HttpConnector, Empty<Bytes>>),
    /// With TLS, against the roots of the operating system.
    Tls(Pool<HttpsConnector<HttpConnector>, Empty<Bytes>>),
}

impl ConnectionPool {
    fn request(&self, request: Request<Empty<Bytes>>) -> ResponseFuture {
        match self {
            Self::Plain(pool) => pool.request(request),
            Self::Tls(pool) => pool.request(request),
        }
    }
}

/// An answer with a page, or without content.
#[derive(Debug)]
pub(super) struct PageResponse {
    /// Where it came from, redirects followed.
    pub(super) url: Url,
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl PageResponse {
    /// The values of its headers `Link`.
    pub(super) fn links(&self) -> impl Iterator<Item = &str> {
        self.headers.get_all(LINK).into_iter().filter_map(|value| value.to_str().ok())
    }
}

impl<'c> PageClient<'c> {
    /// A client that authenticates itself with the value of a secret, if the source has one.
    ///
    /// # Errors
    /// The secret cannot be sent, or the system has no roots.
    pub(super) fn new(settings: &'c HttpSettings, secret: Option<&str>) -> Result<Self, StageError> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let builder = Pool::builder(TokioExecutor::new());
        let pool = if settings.url.scheme() == "http" {
            ConnectionPool::Plain(builder.build(connector))
        } else {
            connector.enforce_http(false);
            let tls = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
                .map_err(|error| StageError::internal("there are no certificates to verify TLS by").caused_by(error))?;
            ConnectionPool::Tls(builder.build(tls.https_only().enable_http1().wrap_connector(connector)))
        };
        let auth = settings.auth.as_ref();
        let credentials = match (auth, secret) {
            (Some(auth), Some(secret)) => Some(credentials(auth, secret)?),
            _ => None,
        };
        Ok(Self { pool, credentials, auth, max_bytes: settings.max_page_bytes })
    }

    /// Gets a page within a time, following redirects on the same host.
    ///
    /// # Errors
    /// Why there is no page. The message never holds any of a body.
    pub(super) async fn get(&self, url: &Url, within: Duration) -> Result<PageResponse, RequestFailure> {
        tokio::time::timeout(within, self.follow(url)).await.unwrap_or_else(|_| {
            Err(RequestFailure::passing(format!("was not answered to the end within {} s", within.as_secs_f32())))
        })
    }

    async fn follow(&self, url: &Url) -> Result<PageResponse, RequestFailure> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.pool.request(self.request(&url)?).await.map_err(|error| broken(&error))?;
            let (head, body) = response.into_parts();
            if head.status.is_redirection() && head.headers.contains_key(LOCATION) {
                url = redirect(&url, &head.headers)?;
                continue;
            }
            if !head.status.is_success() {
                return Err(failure(head.status, retry::asked_for(&head.headers), self.auth));
            }
            let encoding = head.headers.get(CONTENT_ENCODING).filter(|encoding| *encoding != "identity");
            if encoding.is_some() {
                return Err(RequestFailure::lasting("was answered with a compressed page, which was not asked for"));
            }
            let body = self.read(&head.headers, body).await?;
            return Ok(PageResponse { url, status: head.status, headers: head.headers, body });
        }
        Err(RequestFailure::lasting(format!(
            "was redirected more than {MAX_REDIRECTS} times; check url in [source.http]"
        )))
    }

    fn request(&self, url: &Url) -> Result<Request<Empty<Bytes>>, RequestFailure> {
        let mut request = Request::get(url.as_str())
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, concat!("onefold/", env!("CARGO_PKG_VERSION")));
        if let Some((name, value)) = &self.credentials {
            request = request.header(name, value);
        }
        request.body(Empty::new()).map_err(|_| RequestFailure::lasting("is no request that can be sent; check url"))
    }

    /// Reads a body, up to the most bytes of a page.
    async fn read(&self, headers: &HeaderMap, mut body: Incoming) -> Result<Vec<u8>, RequestFailure> {
        let too_large = || {
            RequestFailure::lasting(format!(
                "was answered with more than {} bytes; ask for smaller pages, or raise max_page_bytes",
                self.max_bytes
            ))
        };
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|bytes| bytes > self.max_bytes as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| broken(&error))?;
            if let Some(data) = frame.data_ref() {
                if bytes.len() + data.len() > self.max_bytes {
                    return Err(too_large());
                }
                bytes.extend_from_slice(data);
            }
        }
        Ok(bytes)
    }
}

/// The header that authenticates requests.
fn credentials(auth: &HttpAuth, secret: &str) -> Result<(HeaderName, HeaderValue), StageError> {
    let name = auth.secret();
    let unfit = || {
        StageError::invalid_input(format!(
            "the secret {name:?} cannot be sent in a header: it must be the token alone, as plain text"
        ))
    };
    let secret = secret.trim();
    if secret.is_empty() {
        return Err(unfit());
    }
    let (header, value) = match auth {
        HttpAuth::Bearer { .. } => (AUTHORIZATION, format!("Bearer {secret}")),
        HttpAuth::Header { name, .. } => {
            (HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?, secret.to_owned())
        }
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| unfit())?;
    value.set_sensitive(true);
    Ok((header, value))
}

/// Where a redirect leads, if the credentials may go there.
fn redirect(from: &Url, headers: &HeaderMap) -> Result<Url, RequestFailure> {
    let target = headers.get(LOCATION).and_then(|target| target.to_str().ok());
    let target = target.and_then(|target| from.join(target).ok());
    let target = target.ok_or_else(|| RequestFailure::lasting("was redirected to what is no address"))?;
    if !is_same_host(from, &target) {
        return Err(RequestFailure::lasting(format!(
            "was redirected to another host, {}, and that is not followed; if the API moved, change url",
            target.origin().ascii_serialization()
        )));
    }
    Ok(target)
}

/// A connection that could not be made, or broke. The causes name hosts and system errors, never what was sent.
fn broken(error: &dyn Error) -> RequestFailure {
    RequestFailure::passing(format!("failed: {}", chain(error)))
}

#[cfg(test)]
mod tests;
