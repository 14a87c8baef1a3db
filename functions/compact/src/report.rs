//! The report of a version, for people: `report.json` has its numbers, and `report.html` shows them. Nothing that the next run
//! or a reader of customers needs is in it.

mod calibrated;
mod contents;
mod cost;
mod measured;
mod scored;
mod trend;

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_identity::statistics::CustomerStatistics;
use onefold_lake::calls::ScoredPairs;
use onefold_lake::version::manifest::Manifest;
use onefold_lake::{RunId, keys};
use onefold_report::{FORMAT, Report};
use onefold_shell::{Context, ErrorKind, Pinned, StageError};

pub(crate) use measured::Measured;

/// What is gathered for the report alone, along with the counts of the stages.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) statistics: CustomerStatistics,
    /// Rejected rows by source and by what is wrong.
    pub(crate) rejected_by_kind: BTreeMap<String, BTreeMap<String, u64>>,
    /// Pairs by score in whole bits.
    pub(crate) distribution: BTreeMap<i64, ScoredPairs>,
    pub(crate) measured: Measured,
}

impl Observed {
    /// Adds the rejected rows of a chunk.
    pub(crate) fn rejected(&mut self, source: &str, by_kind: BTreeMap<String, u64>) {
        if by_kind.is_empty() {
            return;
        }
        let of_source = self.rejected_by_kind.entry(source.to_owned()).or_default();
        for (kind, rows) in by_kind {
            *of_source.entry(kind).or_default() += rows;
        }
    }

    /// Adds the scored pairs of a tile.
    pub(crate) fn scored(&mut self, distribution: BTreeMap<i64, ScoredPairs>) {
        for (bits, ScoredPairs { pairs, links }) in distribution {
            let count = self.distribution.entry(bits).or_default();
            count.pairs += pairs;
            count.links += links;
        }
    }
}

/// The keys of the report's files, for the manifest.
pub(crate) fn keys_of(run: &RunId) -> Vec<String> {
    vec![keys::processed_report(run), keys::processed_page(run)]
}

/// Writes the report of a version whose manifest is `manifest`, and that builds on `previous`.
pub(crate) async fn write(
    manifest: &Manifest,
    previous: Option<&Manifest>,
    mut observed: Observed,
    pinned: &Pinned,
    context: &Context,
) -> Result<(), StageError> {
    observed.measured.read_others(&manifest.run, context).await?;
    let scores = scored::scores(manifest, observed.distribution.clone(), &pinned.config, context).await?;
    let before = trend::before(previous, context).await?;
    let report = Report { scores, ..of_counts(manifest, previous, observed, &pinned.config) };
    put(&trend::with_trend(report, before), &manifest.run, context).await
}

/// All but the scores and the versions before.
fn of_counts(manifest: &Manifest, previous: Option<&Manifest>, observed: Observed, config: &Config) -> Report {
    let Observed { statistics, rejected_by_kind, measured, .. } = observed;
    Report {
        format: FORMAT,
        run: manifest.run.to_string(),
        previous: manifest.previous.as_ref().map(RunId::to_string),
        started_at: manifest.started_at.clone(),
        health: contents::health(manifest),
        input: contents::input(&manifest.sources, &rejected_by_kind),
        funnel: contents::funnel(&manifest.counts),
        sizes: contents::sizes(&statistics.sizes),
        source_sets: contents::source_sets(&statistics, config),
        fill: contents::fill(&statistics.fill, config),
        scores: None,
        weakest: contents::weakest(&statistics.weakest),
        blocked_keys: contents::blocked_keys(manifest),
        guards: contents::guards(&manifest.guards),
        changes: previous.map(|previous| contents::changes(&manifest.counts, &previous.counts)),
        trend: Vec::new(),
        timeline: measured.timeline(),
        cost: cost::cost(&measured),
    }
}

/// Writes the report again as it is after somebody has published the version. Versions of earlier programs have none.
pub(crate) async fn release(manifest: &Manifest, context: &Context) -> Result<(), StageError> {
    let Some(report) = read(&manifest.run, context).await? else { return Ok(()) };
    put(&Report { health: contents::health(manifest), ..report }, &manifest.run, context).await
}

/// The report of a version; `None` if it has none that this program can read.
async fn read(run: &RunId, context: &Context) -> Result<Option<Report>, StageError> {
    match context.json_if_there(&keys::processed_report(run)).await {
        Ok(found) => Ok(found.map(|(report, _)| report)),
        Err(error) if error.kind == ErrorKind::Corrupt => Ok(None),
        Err(error) => Err(error),
    }
}

async fn put(report: &Report, run: &RunId, context: &Context) -> Result<(), StageError> {
    context.put_json(&keys::processed_report(run), report).await?;
    context.put(&keys::processed_page(run), onefold_report::page(report)).await
}
