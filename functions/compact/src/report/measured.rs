//! What the invocations of the stages took, from their receipts.

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::Stage;
use onefold_lake::run::receipt::Cost;
use onefold_report::{StageTimes, Timeline};
use onefold_shell::{Context, Receipts, StageError};

/// The stages whose receipts are read for nothing but this. Those of the others are read for their counts.
const OTHERS: [Stage; 8] = [
    Stage::Plan,
    Stage::Settle,
    Stage::Divide,
    Stage::Block,
    Stage::Link,
    Stage::Partition,
    Stage::Merge,
    Stage::Export,
];

/// What the stages took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured(BTreeMap<Stage, StageMeasures>);

/// What a stage took. Times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StageMeasures {
    pub(super) invocations: u64,
    cold_starts: u64,
    /// Since 1970; `None` if an earlier program ran the stage.
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    longest_ms: u64,
    elapsed_ms: u64,
    max_rss_bytes: u64,
    memory_mb: u64,
    pub(super) cpu_ms: u64,
    /// Elapsed milliseconds times megabytes.
    pub(super) mb_ms: u64,
    pub(super) s3_requests: u64,
    pub(super) s3_reads: u64,
}

impl StageMeasures {
    fn add(&mut self, cost: &Cost) {
        self.invocations += 1;
        self.cold_starts += u64::from(cost.is_cold_start);
        if cost.started_ms > 0 {
            let end_ms = cost.started_ms.saturating_add(cost.elapsed_ms);
            self.start_ms = Some(self.start_ms.map_or(cost.started_ms, |known| known.min(cost.started_ms)));
            self.end_ms = Some(self.end_ms.map_or(end_ms, |known| known.max(end_ms)));
        }
        self.longest_ms = self.longest_ms.max(cost.elapsed_ms);
        self.elapsed_ms += cost.elapsed_ms;
        self.max_rss_bytes = self.max_rss_bytes.max(cost.max_rss_bytes);
        self.memory_mb = self.memory_mb.max(cost.memory_mb);
        self.cpu_ms += cost.cpu_ms;
        self.mb_ms += cost.elapsed_ms.saturating_mul(cost.memory_mb);
        self.s3_requests += cost.s3_requests;
        self.s3_reads += cost.s3_reads;
    }
}

impl Measured {
    /// Adds what an invocation took.
    pub(crate) fn add(&mut self, stage: Stage, cost: &Cost) {
        self.0.entry(stage).or_default().add(cost);
    }

    /// Reads the receipts of all stages that are not read for their counts.
    pub(super) async fn read_others(&mut self, run: &RunId, context: &Context) -> Result<(), StageError> {
        for stage in OTHERS {
            Receipts::costs(context, run, stage).await?.iter().for_each(|cost| self.add(stage, cost));
        }
        Ok(())
    }

    /// The stages, in their order.
    pub(super) fn stages(&self) -> impl Iterator<Item = (Stage, &StageMeasures)> {
        Stage::ALL.into_iter().filter_map(|stage| Some((stage, self.0.get(&stage)?)))
    }

    pub(super) fn timeline(&self) -> Timeline {
        let started_ms = self.0.values().filter_map(|stage| stage.start_ms).min();
        let since = |time: Option<u64>| Some(time?.saturating_sub(started_ms?));
        let of_stage = |(stage, measures): (Stage, &StageMeasures)| StageTimes {
            stage: stage.name().to_owned(),
            invocations: measures.invocations,
            cold_starts: measures.cold_starts,
            start_ms: since(measures.start_ms),
            end_ms: since(measures.end_ms),
            longest_ms: measures.longest_ms,
            elapsed_ms: measures.elapsed_ms,
            max_rss_bytes: measures.max_rss_bytes,
            memory_mb: measures.memory_mb,
        };
        Timeline { started_ms, stages: self.stages().map(of_stage).collect() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn measured(costs: &[(Stage, Cost)]) -> Measured {
        let mut measured = Measured::default();
        costs.iter().for_each(|(stage, cost)| measured.add(*stage, cost));
        measured
    }

    #[test]
    fn stages_start_with_their_first_invocation_and_end_with_the_last() {
        let cost = |started_ms, elapsed_ms, is_cold_start| Cost {
            started_ms,
            elapsed_ms,
            is_cold_start,
            memory_mb: 1_024,
            ..Cost::default()
        };
        let merge = [cost(9_000, 500, true), cost(8_000, 700, false), cost(8_100, 1_500, true)];
        let mut costs: Vec<(Stage, Cost)> = merge.map(|cost| (Stage::Merge, cost)).to_vec();
        costs.push((Stage::Plan, cost(5_000, 90, true)));
        costs.push((Stage::Link, Cost { elapsed_ms: 40, ..Cost::default() }));
        let timeline = measured(&costs).timeline();
        assert_eq!(timeline.started_ms, Some(5_000));
        let told: Vec<_> = timeline
            .stages
            .iter()
            .map(|stage| (stage.stage.as_str(), stage.start_ms, stage.end_ms, stage.invocations, stage.cold_starts))
            .collect();
        let expected =
            [("plan", Some(0), Some(90), 1, 1), ("link", None, None, 1, 0), ("merge", Some(3_000), Some(4_600), 3, 2)];
        assert_eq!(told, expected);
        assert_eq!((timeline.stages[2].longest_ms, timeline.stages[2].elapsed_ms), (1_500, 2_700));
        costs.reverse();
        assert_eq!(measured(&costs).timeline(), timeline);
    }

    #[test]
    fn the_receipts_of_every_stage_before_compact_are_read_once() {
        let counted = [Stage::Extract, Stage::Translate, Stage::Compare, Stage::Train, Stage::Score];
        for stage in Stage::ALL {
            let times = OTHERS.iter().chain(&counted).filter(|known| **known == stage).count();
            let expected = usize::from(!matches!(stage, Stage::Compact | Stage::Purge));
            assert_eq!(times, expected, "{stage}");
        }
    }
}
