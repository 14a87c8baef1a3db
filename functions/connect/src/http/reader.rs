//! Reading page after page into the sink, with retries and within the time limit.

use std::time::Duration;

use hyper::StatusCode;
use onefold_config::HttpSettings;
use onefold_identity::json_error::JsonError;
use onefold_lake::run::note::Note;
use onefold_normalise::timestamp::Timestamp;
use onefold_shell::StageError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::client::{PageClient, PageResponse};
use super::status::RequestFailure;
use super::walk::{self, PageContent, PagePosition, Repetition, RepetitionFinder};
use super::watermark::NextWatermark;
use super::{json, link, request, retry};
use crate::{Fault, Flow, ReadOutcome, Sink, SplitPosition};

/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Time that a request leaves for writing the chunk after it.
const TIME_TO_WRITE: Duration = Duration::from_secs(15);

/// Where a source is left at the end of a page. It is kept in raw chunks, so the names of its fields must stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    /// The page to ask for.
    place: PagePosition,
    /// The pages before it, to notice that they repeat.
    seen: RepetitionFinder,
    /// The watermark so far.
    watermark: Option<String>,
    /// How many requests for the page have failed.
    failures: u32,
    /// How long to wait before it is asked for, in milliseconds.
    wait_ms: u64,
}

/// Reads a source's pages.
pub(super) struct PageReader<'r> {
    pub(super) source: &'r str,
    pub(super) settings: &'r HttpSettings,
    pub(super) client: PageClient<'r>,
}

impl PageReader<'_> {
    /// Reads to the last page, or until time is short.
    pub(super) async fn read(
        &self,
        watermark: Option<&str>,
        from: Option<SplitPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault> {
        let mut at = self.start(watermark, from).map_err(Fault::Stage)?;
        let started_at = Timestamp::from_milliseconds(sink.received_at())
            .ok_or_else(|| Fault::internal("the run's start is no time"))?;
        let settings = self.settings.watermark.as_ref();
        let mut gathered = settings.map(|settings| NextWatermark::from(settings, started_at, at.watermark.as_deref()));
        let asked_with = watermark.or_else(|| settings?.initial.as_deref());
        let mut pace = RequestPace::new(self.settings);
        loop {
            let url = request::url(self.settings, &at.place, asked_with)
                .ok_or_else(|| StageError::corrupt("a raw chunk goes on at an address of another host"))
                .map_err(Fault::Stage)?;
            let shown = request::shown(&url);
            let Some(answer) = self.page(&url, &shown, &mut at, &mut pace, sink).await? else {
                return sink.leave(position(&at)?).await;
            };
            sink.received(answer.body.len() as u64);
            let next = self.take(&answer, &mut at, gathered.as_mut(), sink);
            let next = next.map_err(|what| Fault::source(format!("{shown} {what}")))?;
            let Some(place) = next else {
                return sink.end(gathered.and_then(NextWatermark::end)).await;
            };
            let watermark = gathered.as_ref().and_then(NextWatermark::so_far);
            at = Checkpoint { place, seen: at.seen, watermark, failures: 0, wait_ms: 0 };
            if sink.page_end(position(&at)?).await? == Flow::Stop {
                return Ok(ReadOutcome::Stopped(None));
            }
        }
    }

    fn start(&self, watermark: Option<&str>, from: Option<SplitPosition>) -> Result<Checkpoint, StageError> {
        match from {
            None => Ok(Checkpoint {
                place: walk::first(&self.settings.paging),
                seen: RepetitionFinder::default(),
                watermark: watermark.map(str::to_owned),
                failures: 0,
                wait_ms: 0,
            }),
            Some(SplitPosition::Opaque(position)) => serde_json::from_value(position).map_err(|error| {
                let what_failed = "a raw chunk does not say where its API is read on";
                StageError::corrupt(what_failed).caused_by(JsonError::new(&error))
            }),
            Some(SplitPosition::Object(_)) => Err(StageError::internal("the position is not on a page")),
        }
    }

    /// Asks for a page until it is there. `None` if time is short: `at` says what is left to wait.
    async fn page(
        &self,
        url: &Url,
        shown: &str,
        at: &mut Checkpoint,
        pace: &mut RequestPace,
        sink: &Sink<'_>,
    ) -> Result<Option<PageResponse>, Fault> {
        let patience = &self.settings.patience;
        loop {
            let is_first = pace.is_first();
            if !wait(at, pace, sink).await {
                return Ok(None);
            }
            let getting = self.client.get(url, patience.timeout);
            // The first request of an invocation has its whole time limit: otherwise a slow page would never arrive.
            let got = match sink.context().time_left().filter(|_| !is_first) {
                None => getting.await,
                Some(left) => match tokio::time::timeout(left.saturating_sub(TIME_TO_WRITE), getting).await {
                    Ok(got) => got,
                    Err(_) => return Ok(None),
                },
            };
            let (what, asked) = match got {
                Ok(answer) => return Ok(Some(answer)),
                Err(RequestFailure::Lasting { what }) => return Err(Fault::source(format!("{shown} {what}"))),
                Err(RequestFailure::Passing { what, asked }) => (what, asked),
            };
            at.failures += 1;
            let seed = format!("{} {} {shown}", sink.run(), sink.split());
            let wait = retry::wait(patience, at.failures, asked, &seed);
            if at.failures >= patience.tries {
                let failures = at.failures;
                return Err(gave_up(format!("{shown} {what}; that was the {failures}. try, and the last")));
            }
            if wait > LONGEST_WAIT {
                let (asked, most) = (wait.as_secs(), LONGEST_WAIT.as_secs());
                return Err(gave_up(format!(
                    "{shown} {what} and asks to wait {asked} s, more than the {most} s that a run waits; lower requests_per_second, or start a run later"
                )));
            }
            at.wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(source = self.source, request = shown, what, failures = at.failures, wait_ms = at.wait_ms);
        }
    }

    /// Takes a page's rows, and finds the way to the next one.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence about the request; nothing of its body.
    fn take(
        &self,
        answer: &PageResponse,
        at: &mut Checkpoint,
        mut gathered: Option<&mut NextWatermark<'_>>,
        sink: &mut Sink<'_>,
    ) -> Result<Option<PagePosition>, String> {
        let status = answer.status;
        let body =
            match status {
                StatusCode::NO_CONTENT => None,
                _ => Some(json::page(&answer.body).ok_or_else(|| {
                    format!("answered {status} with a body that is no JSON; check url in [source.http]")
                })?),
            };
        let items = match body {
            None => Vec::new(),
            Some(body) => json::at(body, &self.settings.items).and_then(json::elements_or_null).ok_or_else(|| {
                let items = &self.settings.items;
                format!(
                    "answered {status} with JSON that has no array at items = {items:?}; check items in [source.http]"
                )
            })?,
        };
        match walk::again(&self.settings.paging, &at.place, &items, &mut at.seen) {
            Repetition::Others => {}
            Repetition::Same => return Ok(None),
            Repetition::SameAsFirst => {
                let param = request::page_param(&self.settings.paging).to_owned();
                sink.note(Note::SamePage { param });
                return Ok(None);
            }
        }
        for item in &items {
            if let Some(gathered) = &mut gathered {
                gathered.row(item);
            }
            sink.row(item.get().as_bytes());
        }
        let has_links = answer.links().next().is_some();
        let page = PageContent { url: &answer.url, body, items: &items, link: link::next(answer.links()), has_links };
        let next = walk::next(&self.settings.paging, &at.place, &page, &mut at.seen)
            .map_err(|lost| format!("answered {status}, but {lost}"))?;
        if next.is_none() && at.place == PagePosition::First {
            self.only_page(&page, sink).map_err(|what| format!("answered {status} {what}"))?;
        }
        Ok(next)
    }

    /// Checks a first page that names no next one. If it has nothing at the place that should name one, the place may
    /// be wrong: this gives a note, or a fault if the page is as full as it was asked to be.
    fn only_page(&self, page: &PageContent<'_>, sink: &mut Sink<'_>) -> Result<(), String> {
        let lacking = walk::lacking(&self.settings.paging, page).filter(|_| !page.items.is_empty());
        let Some(at) = lacking else { return Ok(()) };
        if let Some((param, rows)) = request::rows_asked_for(self.settings)
            && page.items.len() as u64 >= rows
        {
            return Err(format!(
                "with as many rows as {param} = {rows} asks for, but with nothing at {at}, which should name the next \
                 page; check page in [source.http]. If there are exactly so many rows, set {param} to another number"
            ));
        }
        sink.note(Note::NoNextPage { at: at.to_owned() });
        Ok(())
    }
}

/// The source is not available now. The state machine tries again if the source must be read.
fn gave_up(message: String) -> Fault {
    Fault::Source(StageError::transient(message))
}

fn position(at: &Checkpoint) -> Result<Value, Fault> {
    serde_json::to_value(at).map_err(|error| Fault::Stage(StageError::unwritable(&error).about("a position")))
}

/// Waits until the page may be asked for. `false` if time is short before that.
async fn wait(at: &mut Checkpoint, pace: &mut RequestPace, sink: &Sink<'_>) -> bool {
    let wait = Duration::from_millis(at.wait_ms).max(pace.wait());
    // An invocation without any time still asks once: otherwise none would get any further.
    let left = sink.time_left().filter(|left| !(pace.is_first() && left.is_zero()));
    if let Some(left) = left.filter(|left| *left < wait || left.is_zero()) {
        tokio::time::sleep(left).await;
        at.wait_ms = u64::try_from((wait - left).as_millis()).unwrap_or(u64::MAX);
        return false;
    }
    tokio::time::sleep(wait).await;
    at.wait_ms = 0;
    pace.begin();
    true
}

/// Keeps requests apart.
struct RequestPace {
    between: Option<Duration>,
    began: Option<Instant>,
}

impl RequestPace {
    fn new(settings: &HttpSettings) -> Self {
        Self { between: settings.requests_per_second.map(|rate| Duration::from_secs_f64(1.0 / rate)), began: None }
    }

    /// Whether no request was begun yet.
    fn is_first(&self) -> bool {
        self.began.is_none()
    }

    /// How long it is until the next request may begin.
    fn wait(&self) -> Duration {
        match (self.between, self.began) {
            (Some(between), Some(began)) => between.saturating_sub(began.elapsed()),
            _ => Duration::ZERO,
        }
    }

    fn begin(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "how far requests are apart is no part of what is read")]
        let now = Instant::now();
        self.began = Some(now);
    }
}
