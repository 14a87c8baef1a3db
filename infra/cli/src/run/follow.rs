//! Follows an execution to its end: asks for its history and counts receipts, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sfn::types::HistoryEvent;
use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_store::Store;
use tokio::time::sleep;

use crate::cloud::{Cloud, objects};
use crate::error::Error;
use crate::run::history::{Ending, Timeline};
use crate::run::progress::{StageProgress, Stages};
use crate::run::{stage, totals};

/// Between two looks at AWS, which counts and limits them.
const PAUSE: Duration = Duration::from_millis(1000);
/// Between two looks at a local cloud.
const PAUSE_LOCAL: Duration = Duration::from_millis(250);
/// How often in a row a look may fail: the line of the one who watches may be down for a while, and the run goes on.
const FAILED_LOOKS_MAX: u32 = 10;

/// Shows how far the execution is until it has ended.
pub async fn follow(cloud: &Cloud, execution_arn: &str) -> Result<Timeline, Error> {
    let pause = if cloud.endpoint.is_some() { PAUSE_LOCAL } else { PAUSE };
    let mut timeline = Timeline::default();
    let mut stages = Stages::begin();
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

/// Takes in what is new in the history, and shows the stages that it is about.
async fn look(
    cloud: &Cloud,
    execution_arn: &str,
    timeline: &mut Timeline,
    stages: &mut Stages,
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
        // What settle waits for is shown as translate.
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

/// The events behind the one that is known, in their order. The newest are asked for first, because the history of a
/// long run has many pages.
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

/// How much there is to do, for the stages where that does not change while they work.
#[derive(Debug, Default)]
struct Totals {
    known: BTreeMap<Stage, u64>,
}

impl Totals {
    /// How much of a stage is done, and out of how much.
    async fn count(
        &mut self,
        cloud: &Cloud,
        run: &RunId,
        stage: Stage,
        timeline: &Timeline,
    ) -> Result<(u64, u64), Error> {
        if stage::unit(stage).is_none() {
            return Ok((0, 0));
        }
        let done = cloud.store.list(&keys::receipts_of(run, stage)).await?.len() as u64;
        let total = match stage {
            Stage::Plan | Stage::Settle | Stage::Compact | Stage::Purge => 0,
            Stage::Extract => match timeline.splits() {
                Some(splits) => splits,
                None => self.items(cloud, stage, &keys::run_splits(run)).await?,
            },
            Stage::Translate => cloud.store.list(&keys::raw_of(run)).await?.len() as u64,
            Stage::Link => timeline.link_steps(),
            Stage::Partition => self.items(cloud, stage, &keys::mappers(run)).await?,
            Stage::Merge => self.items(cloud, stage, &keys::partitions(run)).await?,
        };
        // A run that was resumed has receipts of before, and a split can take several invocations.
        Ok((done.min(total), total))
    }

    /// The items of a list, which is read once it is there.
    async fn items(&mut self, cloud: &Cloud, stage: Stage, key: &str) -> Result<u64, Error> {
        if let Some(items) = self.known.get(&stage) {
            return Ok(*items);
        }
        let Some(list) = objects::read(cloud, key).await? else { return Ok(0) };
        let items = totals::items(&list);
        self.known.insert(stage, items);
        Ok(items)
    }
}
