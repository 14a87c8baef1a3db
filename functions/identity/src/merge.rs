//! Merge of one partition, in four steps, each a value that the next is made of:
//!
//! 1. [`Loaded`]: the lines, and which accounts stand by their latest versions;
//! 2. [`Clustered`]: which accounts are one customer;
//! 3. [`Decided`]: which customer keeps which id of the previous version;
//! 4. [`MergeOutput`], by [`written`]: customers, members, tombstones and changes.

mod changes;
mod clustered;
mod compared;
mod decided;
mod guarded;
mod held_by;
mod line;
mod loaded;
mod member_stars;
mod members;
mod output;
mod previous;
mod record;
mod review;
mod weak;
mod written;

use clustered::{Clustered, judge};
use decided::Decided;
use loaded::Loaded;
use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_normalise::timestamp::Timestamp;

use crate::account::Account;
use crate::cluster::Clusters;
use crate::identifiers::Identifiers;
use crate::match_keys::Matcher;
use crate::scores::{PoolScores, Scorer, ScoresError, SliceScores};
use crate::snapshot::SourceMarks;
use crate::statistics::{Counter, CustomerStatistics};
use crate::suppression::Suppression;
use crate::survive::Survivorship;

pub use compared::ComparedAccounts;
pub use guarded::{AMBIGUOUS_KEY, BLOCKED_KEY, Guarded};
pub use line::{LineError, MemberLine, split_member};
pub use member_stars::member_stars;
pub use members::{Member, members};
pub use output::{BlockedRule, FrameEnd, MergeOutput};
pub use previous::PreviousRules;
pub use review::{AskedAccounts, PlacedAccount, levels};

/// Merges the partitions of a run.
pub struct Merger<'c> {
    config: &'c Config,
    survivorship: Survivorship<'c>,
    identifiers: Identifiers<'c>,
    matcher: Matcher,
    /// Sorted.
    blocked: &'c [Node],
    started_at: Timestamp,
    /// The sources whose members bear a mark.
    snapshots: SourceMarks,
    /// The sources of which this run read a snapshot.
    replaced: SourceMarks,
    /// The persons whose accounts of the previous version are erased.
    erased: Option<&'c Suppression>,
    previous: PreviousRules<'c>,
    /// How pairs are scored, if they are.
    scorer: Option<&'c Scorer>,
    counter: Counter<'c>,
    /// Of all that was merged so far.
    statistics: CustomerStatistics,
    /// The accounts whose customers people are asked about.
    asked: Option<&'c AskedAccounts>,
}

/// A slice cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A line of it is no account.
    #[error(transparent)]
    Line(LineError),
    /// Its scores are of other accounts.
    #[error(transparent)]
    Scores(ScoresError),
}

impl<'c> Merger<'c> {
    /// A merger for a run. `blocked` are the keys that link nothing, sorted; `started_at` is the run's time.
    pub fn new(config: &'c Config, matcher: Matcher, blocked: &'c [Node], started_at: Timestamp) -> Self {
        let snapshots = SourceMarks::of_snapshots(config, matcher.hasher());
        Self {
            config,
            survivorship: Survivorship::new(config),
            identifiers: Identifiers::new(config),
            matcher,
            blocked,
            started_at,
            snapshots,
            replaced: SourceMarks::default(),
            erased: None,
            previous: PreviousRules::Unknown,
            scorer: None,
            counter: Counter::new(config),
            statistics: CustomerStatistics::default(),
            asked: None,
        }
    }

    /// Sets the rules of the previous version. Without them, a customer of the previous version is taken to be what this
    /// run's rules make of its accounts.
    #[must_use]
    pub fn building_on(mut self, previous: PreviousRules<'c>) -> Self {
        self.previous = previous;
        self
    }

    /// Drops the previous version's accounts of these sources: this run read a snapshot of each.
    #[must_use]
    pub fn replacing<'s>(mut self, sources: impl IntoIterator<Item = &'s str>) -> Self {
        self.replaced = SourceMarks::new(sources, self.matcher.hasher());
        self
    }

    /// Drops the previous version's accounts of the persons on this list.
    #[must_use]
    pub fn erasing(mut self, list: &'c Suppression) -> Self {
        self.erased = Some(list);
        self
    }

    /// Has customers grow by scores, on from what rules and corrections join. All lines are merged by
    /// [`Merger::merge_scored`] then.
    #[must_use]
    pub fn scoring(mut self, scorer: &'c Scorer) -> Self {
        self.scorer = Some(scorer);
        self
    }

    /// Has the output say where these accounts stand, if pairs are scored.
    #[must_use]
    pub fn asking(mut self, asked: &'c AskedAccounts) -> Self {
        self.asked = Some(asked);
        self
    }

    /// Merges the lines of a partition: accounts of this run, and members of the previous version.
    ///
    /// # Errors
    /// A line is neither: the object that it came from is damaged.
    pub fn merge(&mut self, text: &str) -> Result<MergeOutput, LineError> {
        let loaded = Loaded::read(text, self)?;
        let judge = judge(&loaded, self.config, &mut self.matcher, self.blocked);
        let clusters = Clusters::new(&judge, &self.config.guard);
        Ok(self.write(&loaded, &Clustered { judge, clusters, scores: None, asked: Vec::new() }))
    }

    /// As [`Merger::merge`], where pairs are scored: with what Score found of the accounts of these lines.
    ///
    /// # Errors
    /// A line is no account, or the scores are of other accounts.
    pub fn merge_scored(&mut self, text: &str, scores: &SliceScores) -> Result<MergeOutput, MergeError> {
        let Some(scorer) = self.scorer else {
            return self.merge(text).map_err(MergeError::Line);
        };
        let loaded = Loaded::read(text, self).map_err(MergeError::Line)?;
        let hasher = self.matcher.hasher();
        let references = loaded.references(hasher);
        let scores = PoolScores::new(scorer, scores, &references).map_err(MergeError::Scores)?;
        let asked = self.asked.map(|asked| asked.among(&references)).unwrap_or_default();
        let judge = judge(&loaded, self.config, &mut self.matcher, self.blocked);
        let clusters = Clusters::with_scores(&judge, &self.config.guard, &scores).map_err(MergeError::Scores)?;
        Ok(self.write(&loaded, &Clustered { judge, clusters, scores: Some(scores), asked }))
    }

    fn write(&mut self, loaded: &Loaded<'_>, clustered: &Clustered<'_>) -> MergeOutput {
        let decided = Decided::new(loaded, clustered);
        let mut statistics = std::mem::take(&mut self.statistics);
        let output = written::write(self, loaded, clustered, &decided, &mut statistics);
        self.statistics = statistics;
        output
    }

    /// What was counted of the customers of all partitions that were merged.
    #[must_use]
    pub fn into_statistics(self) -> CustomerStatistics {
        self.statistics
    }

    fn is_erased(&self, account: &Account<'_>) -> bool {
        self.erased.is_some_and(|erased| erased.covers(account, self.config))
    }

    fn is_replaced(&self, account: &Account<'_>) -> bool {
        self.replaced.of(&account.reference).is_some()
    }
}

#[cfg(test)]
mod tests;
