//! Announce: tells other systems of versions and failed runs, and writes the metrics of a run.
//!
//! EventBridge calls it when an execution has ended in any way, so it is no part of a run and cannot fail one. It writes
//! nothing into the bucket, and no value of an account leaves it: events and metrics are made of the manifest's counts, of
//! the report's figures and of what Step Functions says of the execution.
//!
//! EventBridge may call it twice for an execution. Then the same events and metrics are sent again.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod ended;
mod events;
mod metrics;

use onefold_lake::RunId;
use onefold_lake::calls::{AnnounceRequest, AnnounceResult, EndedExecution, RolledBackRequest};
use onefold_lake::keys;
use onefold_lake::version::announcement::Announcement;
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::manifest::Manifest;
use onefold_report::Report;
use onefold_shell::{Context, StageError};

use crate::ended::Ended;
use crate::metrics::Figures;
pub use crate::metrics::{METRICS, NAMESPACE, STAGE_SECONDS};

/// Sends the events and writes the metrics of an execution, or sends the event of a rollback.
///
/// # Errors
/// `InvalidInput` if the request names no run; `Transient` or `Internal` if an event was not sent; `Corrupt` if a version
/// has no manifest.
pub async fn run(request: AnnounceRequest, context: &Context) -> Result<AnnounceResult, StageError> {
    match request {
        AnnounceRequest::Ended(change) => announce(&change.detail, context).await,
        AnnounceRequest::RolledBack(request) => rolled_back(request, context).await,
    }
}

async fn announce(execution: &EndedExecution, context: &Context) -> Result<AnnounceResult, StageError> {
    let current = current_run(context).await?;
    let ended = Ended::of(execution, current.as_ref())?;
    let manifest = match ended.has_version() {
        true => Some(context.json::<Manifest>(&keys::manifest(&ended.run)).await?),
        false => None,
    };
    let report = match ended.has_version() {
        true => context.json_if_there::<Report>(&keys::processed_report(&ended.run)).await?.map(|(report, _)| report),
        false => None,
    };
    let announcements = events::of(execution, &ended, manifest.as_ref(), context.store.as_ref());
    let sent = send(&announcements, context).await;
    // Metrics say how the run was, even if nobody can be told of it.
    let figures = Figures { execution, ended: &ended, manifest: manifest.as_ref(), report: report.as_ref() };
    let lines = figures.lines()?;
    lines.iter().for_each(|line| println!("{line}"));
    let metrics = lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>();
    Ok(AnnounceResult { events: sent?, metrics: metrics.map_err(|error| StageError::unwritable(&error))? })
}

async fn rolled_back(request: RolledBackRequest, context: &Context) -> Result<AnnounceResult, StageError> {
    let current = current_run(context).await?;
    let current = current.ok_or_else(|| StageError::invalid_input("nothing has been published"))?;
    let manifest: Manifest = context.json(&keys::manifest(&current)).await?;
    let announcement = events::rolled_back(&request, &manifest, context.store.as_ref());
    Ok(AnnounceResult { events: send(&[announcement], context).await?, metrics: Vec::new() })
}

async fn current_run(context: &Context) -> Result<Option<RunId>, StageError> {
    let current = context.json_if_there::<CurrentVersion>(keys::CURRENT).await?;
    Ok(current.map(|(current, _)| current.run))
}

/// Sends events, and returns their detail types. Without a bus there are none.
async fn send(announcements: &[Announcement], context: &Context) -> Result<Vec<String>, StageError> {
    let Some(bus) = &context.bus else { return Ok(Vec::new()) };
    for announcement in announcements {
        bus.send(announcement).await?;
    }
    Ok(announcements.iter().map(|announcement| announcement.detail_type().to_owned()).collect())
}

#[cfg(test)]
mod tests;
