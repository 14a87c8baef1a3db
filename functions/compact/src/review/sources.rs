//! Reads what the stages know of pairs that people are asked about.

use std::collections::BTreeMap;

use onefold_graph::node::Node;
use onefold_identity::merge::PlacedAccount;
use onefold_identity::question::{Question, best};
use onefold_lake::RunId;
use onefold_lake::data::asked::{self, AskedPair};
use onefold_lake::data::partition_review::PartitionReview;
use onefold_lake::keys;
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::run::matching::RunDraw;
use onefold_lake::version::review::QUESTIONS_MAX;
use onefold_scoring::review::Draw;
use onefold_shell::{Context, StageError, in_order};

/// The number of partitions whose objects are read at once.
const READ_AHEAD: usize = 8;

/// What the stages know of pairs that people are asked about.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The best questions of Merge, in no order.
    pub(super) questions: Vec<Question>,
    /// Where the accounts stand that Score asks about, by the nodes of their references.
    pub(super) placed: BTreeMap<Node, PlacedAccount>,
    /// Which pairs were drawn, and the pairs. `None` if pairs are not scored, or by an earlier program.
    pub(super) drawn: Option<(Draw, Vec<AskedPair>)>,
}

impl Sources {
    pub(super) async fn read(
        run: &RunId,
        partitions: &[PartitionCounts],
        context: &Context,
    ) -> Result<Self, StageError> {
        let mut found = Self::default();
        let reviewed = (0..).zip(partitions).filter(|(_, counts)| counts.reviewed).map(|(partition, _)| partition);
        let read = |partition: u32| async move {
            let key = keys::merged_review(run, partition);
            let (bytes, _) = context.get(&key).await?;
            PartitionReview::parse(&key, &bytes).map_err(StageError::damaged)
        };
        in_order(reviewed, READ_AHEAD, read, |review| {
            found.add(review);
            Ok(())
        })
        .await?;
        let key = keys::link_asked(run);
        if let Some((bytes, _)) = context.get_if_there(&key).await? {
            let draw: RunDraw = context.json(&keys::match_draw(run)).await?;
            found.drawn = Some((draw.draw, asked::parse(&key, &bytes).map_err(StageError::damaged)?));
        }
        Ok(found)
    }

    fn add(&mut self, review: PartitionReview) {
        self.placed.extend(review.placed.into_iter().map(|placed| (placed.node, placed)));
        self.questions.extend(review.questions);
        if self.questions.len() > 2 * QUESTIONS_MAX {
            self.questions = best(std::mem::take(&mut self.questions), QUESTIONS_MAX);
        }
    }
}
