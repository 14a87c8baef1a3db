//! Follows an execution to its end: reads its history and counts receipts at intervals.

use std::time::Duration;

use aws_sdk_sfn::types::HistoryEvent;
use onefold_lake::keys::Stage;
use tokio::time::sleep;

use crate::cloud::Cloud;
use crate::error::Error;
use crate::run::history::{Ending, Timeline};
use crate::run::progress::{ProgressDisplay, StageProgress};
use crate::run::stage;
use crate::run::totals::Totals;

/// The pause between two looks at AWS, which charges for requests and limits them.
const PAUSE: Duration = Duration::from_millis(1000);
/// The pause between two looks at a local cloud.
const PAUSE_LOCAL: Duration = Duration::from_millis(250);
/// How many looks in a row may fail. The run goes on while the connection is down.
const FAILED_LOOKS_MAX: u32 = 10;

/// Shows the progress of an execution until it has ended, and returns its history.
pub async fn follow(cloud: &Cloud, execution_arn: &str) -> Result<Timeline, Error> {
    let pause = if cloud.endpoint.is_some() { PAUSE_LOCAL } else { PAUSE };
    let mut timeline = Timeline::default();
    let mut stages = ProgressDisplay::begin();
    let mut lists = Totals::default();
    let mut failed_looks = 0;
    loop {
        match look(cloud, execution_arn, &mut timeline, &mut stages, &mut lists).await {
            Ok(()) => failed_looks = 0,
            Err(error) => {
                failed_looks += 1;
                if failed_looks == FAILED_LOOKS_MAX {
                    return Err(error);
                }
            }
        }
        if timeline.ending().is_some() && failed_looks == 0 {
            return Ok(timeline);
        }
        sleep(pause * (1 + failed_looks)).await;
    }
}

/// Reads new events of the history, and shows the stages that work.
async fn look(
    cloud: &Cloud,
    execution_arn: &str,
    timeline: &mut Timeline,
    stages: &mut ProgressDisplay,
    lists: &mut Totals,
) -> Result<(), Error> {
    for event in new_events(cloud, execution_arn, timeline.last_event()).await? {
        timeline.apply(&event);
    }
    if let Some(run) = timeline.run() {
        stages.name_run(run);
    }
    let has_failed = matches!(timeline.ending(), Some(Ending::Failed(_)));
    let failed_stage = stage::of_state(timeline.last_state()).filter(|_| has_failed);
    for stage in Stage::ALL {
        // Settle only waits for Translate, which is shown.
        if stage == Stage::Settle || stages.has_shown_end_of(stage) {
            continue;
        }
        let Some(span) = timeline.stage(stage) else { continue };
        let (done, total) = match timeline.run() {
            Some(run) => lists.count(cloud, run, stage, timeline).await?,
            None => (0, 0),
        };
        let has_failed =
            failed_stage == Some(stage) || (failed_stage == Some(Stage::Settle) && stage == Stage::Translate);
        let elapsed_ms = span.has_ended.then_some(span.to_ms - span.from_ms);
        stages.show(stage, StageProgress { done, total, elapsed_ms, has_failed });
    }
    Ok(())
}

/// The events after the one with the id `known`, oldest first. Pages are read from the newest on, because the history of a
/// long run has many.
async fn new_events(cloud: &Cloud, execution_arn: &str, known: i64) -> Result<Vec<HistoryEvent>, Error> {
    let history = cloud.sfn.get_execution_history().execution_arn(execution_arn).reverse_order(true);
    let mut pages = history.max_results(100).into_paginator().send();
    let mut events = Vec::new();
    'pages: while let Some(page) = pages.next().await {
        for event in page.map_err(Error::call("read the history of the execution"))?.events {
            if event.id <= known {
                break 'pages;
            }
            events.push(event);
        }
    }
    events.reverse();
    Ok(events)
}
