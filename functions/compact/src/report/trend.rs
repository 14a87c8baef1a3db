//! The last versions.

use onefold_lake::keys;
use onefold_lake::version::manifest::{Manifest, SourceCounts};
use onefold_report::{Report, TrendPoint};
use onefold_shell::{Context, StageError};

use super::contents;

/// The most versions of a trend.
const VERSIONS_MAX: usize = 30;

/// The versions up to the previous one, the oldest first. Its report has them; if it has none that can be read, the manifests
/// do.
pub(super) async fn before(previous: Option<&Manifest>, context: &Context) -> Result<Vec<TrendPoint>, StageError> {
    let Some(previous) = previous else { return Ok(Vec::new()) };
    match super::read(&previous.run, context).await? {
        Some(report) => Ok(report.trend),
        None => by_manifests(previous, context).await,
    }
}

/// What the manifests of the versions say, as long as they are there.
async fn by_manifests(previous: &Manifest, context: &Context) -> Result<Vec<TrendPoint>, StageError> {
    let mut version = previous.clone();
    let mut points = Vec::new();
    while points.len() < VERSIONS_MAX - 1 {
        let before = match &version.previous {
            Some(before) => context.json_if_there::<Manifest>(&keys::manifest(before)).await?,
            None => None,
        };
        points.push(point_of(&version, before.as_ref().map(|(before, _)| before)));
        let Some((before, _)) = before else { break };
        version = before;
    }
    points.reverse();
    Ok(points)
}

fn point_of(version: &Manifest, before: Option<&Manifest>) -> TrendPoint {
    TrendPoint {
        run: version.run.to_string(),
        started_at: version.started_at.clone(),
        rows_read: version.counts.rows_read,
        rejected: version.sources.values().map(SourceCounts::faulty).sum(),
        members: version.counts.members,
        customers: version.counts.customers,
        changes: before.map(|before| contents::changes(&version.counts, &before.counts)),
        links: version.scores.as_ref().map(|scores| scores.links),
        elapsed_ms: None,
        dollars: None,
    }
}

/// The report with its trend: the versions before, and itself.
pub(super) fn with_trend(report: Report, before: Vec<TrendPoint>) -> Report {
    let funnel = &report.funnel;
    let is_measured = report.timeline.started_ms.is_some();
    let own = TrendPoint {
        run: report.run.clone(),
        started_at: report.started_at.clone(),
        rows_read: funnel.rows_read,
        rejected: funnel.rejected.saturating_sub(funnel.repeated + funnel.suppressed),
        members: funnel.members,
        customers: funnel.customers,
        changes: report.changes,
        links: report.scores.as_ref().map(|scores| scores.links),
        elapsed_ms: report.timeline.stages.iter().filter_map(|stage| stage.end_ms).max(),
        dollars: is_measured.then_some(report.cost.dollars.total),
    };
    let left_out = (before.len() + 1).saturating_sub(VERSIONS_MAX);
    let trend = before.into_iter().skip(left_out).chain([own]).collect();
    Report { trend, ..report }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_versions_are_kept() {
        let mut before: Vec<TrendPoint> = Vec::new();
        for number in 0..40 {
            let report = Report { run: number.to_string(), ..Report::default() };
            before = with_trend(report, before).trend;
        }
        let runs: Vec<&str> = before.iter().map(|point| point.run.as_str()).collect();
        assert_eq!((runs.len(), runs[0], runs[29]), (VERSIONS_MAX, "10", "39"));
        assert_eq!((before[29].elapsed_ms, before[29].dollars), (None, None));
    }
}
