//! Scored pairs in Merge: what Score found of the accounts of a slice, and what scores two accounts again.
//!
//! Score gives the pairs that blocking found and that are one person's by their scores. In a component of three accounts or
//! more, Merge compares all pairs.

#[cfg(test)]
pub(crate) mod testing;

use hashbrown::HashTable;
use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_scoring::customers::{Grown, Linkage, Merge, ScoredLink, grow};
use onefold_scoring::describe::Describer;
use onefold_scoring::levels::{Comparer, Records};
use onefold_scoring::weights::{PairScore, Score, Weights};
use onefold_scoring::{Pattern, ScoredFields, record};

use crate::pool::AccountPool;
use crate::unblocked_texts::UnblockedTexts;

/// The scores of a slice cannot be those of its accounts. Accounts are not named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoresError {
    /// A scored link, or frequency classes.
    #[error("scores are of an account that the slice does not have")]
    OtherAccount,
    /// An account has none.
    #[error("the frequency classes of an account of the slice are missing")]
    MissingFrequencies,
    /// The classes were made of other values.
    #[error("an account of the slice has {values} values that are compared and {classes} frequency classes")]
    OtherValues {
        /// The values of its record.
        values: usize,
        /// What was given.
        classes: usize,
    },
}

/// How the accounts of a version are compared and scored.
#[derive(Clone, Debug)]
pub struct Scorer {
    describer: Describer,
    comparer: Comparer,
    weights: Weights,
    threshold: Score,
}

impl Scorer {
    /// By the fields of a configuration, with weights of these. A score of the threshold is enough.
    pub fn new(config: &Config, weights: Weights, threshold: Score) -> Self {
        let describer = Describer::new(config);
        Self { comparer: Comparer::new(describer.fields()), describer, weights, threshold }
    }

    /// The fields that are compared.
    pub const fn fields(&self) -> &ScoredFields {
        self.describer.fields()
    }

    /// The weights of their levels.
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// From where on a pair is one person's.
    pub const fn threshold(&self) -> Score {
        self.threshold
    }

    fn record(&self, pool: &AccountPool<'_>, number: u32, out: &mut Vec<u8>) {
        self.describer.record(&UnblockedTexts::new(pool.account(number), pool.listed(number)), out);
    }

    /// How many values of an account are compared.
    #[cfg(test)]
    pub(crate) fn values(&self, pool: &AccountPool<'_>, number: u32) -> usize {
        let mut bytes = Vec::new();
        self.record(pool, number, &mut bytes);
        record::values(&bytes).count()
    }
}

/// What Score found of the accounts of a slice. Accounts are named by the nodes of their references.
#[derive(Clone, Debug, Default)]
pub struct SliceScores {
    links: Vec<([Node; 2], Score)>,
    /// Each account, and where its classes end.
    accounts: Vec<(Node, usize)>,
    classes: Vec<u8>,
}

impl SliceScores {
    /// Adds a pair of accounts and its score.
    pub fn push_link(&mut self, accounts: [Node; 2], score: Score) {
        self.links.push((accounts, score));
    }

    /// Adds the frequency classes of an account's values.
    pub fn push_frequencies(&mut self, account: Node, classes: &[u8]) {
        self.classes.extend_from_slice(classes);
        self.accounts.push((account, self.classes.len()));
    }

    fn frequencies(&self) -> impl Iterator<Item = (Node, &[u8])> {
        let starts = std::iter::once(0).chain(self.accounts.iter().map(|(_, end)| *end));
        self.accounts.iter().zip(starts).map(|((account, end), start)| (*account, &self.classes[start..*end]))
    }
}

/// The scores of the accounts of a pool. Accounts are named by their numbers.
#[derive(Clone, Debug)]
pub struct PoolScores<'s> {
    scorer: &'s Scorer,
    links: Vec<ScoredLink>,
    /// By account.
    frequencies: Vec<&'s [u8]>,
}

impl<'s> PoolScores<'s> {
    /// The scores of a slice, whose accounts are given by the nodes of their references.
    ///
    /// # Errors
    /// The scores are of other accounts, or an account has none.
    pub fn new(scorer: &'s Scorer, slice: &'s SliceScores, accounts: &[Node]) -> Result<Self, ScoresError> {
        let mut numbers: HashTable<u32> = HashTable::with_capacity(accounts.len());
        let hash = |number: &u32| accounts[*number as usize].spread();
        for (number, account) in (0..).zip(accounts) {
            numbers.insert_unique(account.spread(), number, hash);
        }
        let number = |account: Node| {
            let found = numbers.find(account.spread(), |number| accounts[*number as usize] == account);
            found.copied().ok_or(ScoresError::OtherAccount)
        };
        let mut frequencies: Vec<Option<&[u8]>> = vec![None; accounts.len()];
        for (account, classes) in slice.frequencies() {
            frequencies[number(account)? as usize] = Some(classes);
        }
        let link = |([left, right], bits): &([Node; 2], Score)| {
            Ok(ScoredLink { accounts: [number(*left)?, number(*right)?], bits: *bits })
        };
        let links = slice.links.iter().map(link).collect::<Result<_, _>>()?;
        let frequencies: Option<Vec<_>> = frequencies.into_iter().collect();
        Ok(Self { scorer, links, frequencies: frequencies.ok_or(ScoresError::MissingFrequencies)? })
    }

    /// Those of accounts with these frequency classes, without links.
    pub const fn of_frequencies(scorer: &'s Scorer, frequencies: Vec<&'s [u8]>) -> Self {
        Self { scorer, links: Vec::new(), frequencies }
    }

    /// What scores pairs.
    pub const fn scorer(&self) -> &'s Scorer {
        self.scorer
    }

    /// The pairs that Score found.
    pub fn links(&self) -> &[ScoredLink] {
        &self.links
    }

    /// See [`Scorer::threshold`].
    pub const fn threshold(&self) -> Score {
        self.scorer.threshold
    }

    /// The frequency classes of an account's values.
    pub fn frequencies(&self, number: u32) -> &'s [u8] {
        self.frequencies[number as usize]
    }

    /// The comparison levels of two accounts.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn pattern(&self, pool: &AccountPool<'_>, left: u32, right: u32) -> Result<Pattern, ScoresError> {
        let records = self.records(pool, &[left, right])?;
        Ok(self.scorer.comparer.pattern(&records, 0, &records, 1))
    }

    /// The score of two accounts.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn pair(&self, pool: &AccountPool<'_>, left: u32, right: u32) -> Result<PairScore, ScoresError> {
        Ok(self.scorer.weights.pair(self.pattern(pool, left, right)?))
    }

    /// The pairs of some accounts that score enough.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn links_among(&self, pool: &AccountPool<'_>, members: &[u32]) -> Result<Vec<[u32; 2]>, ScoresError> {
        let records = self.records(pool, members)?;
        let is_linked = |left: usize, right: usize| {
            let pattern = self.scorer.comparer.pattern(&records, left, &records, right);
            self.scorer.weights.pair(pattern).bits() >= self.scorer.threshold
        };
        let pairs = (0..members.len()).flat_map(|left| (left + 1..members.len()).map(move |right| (left, right)));
        Ok(pairs
            .filter(|(left, right)| is_linked(*left, *right))
            .map(|(left, right)| [members[left], members[right]])
            .collect())
    }

    /// Has some accounts of a pool grow together: see [`grow`]. They are named by their places.
    ///
    /// # Errors
    /// The frequency classes of an account are not those of its values.
    pub fn grow(
        &self,
        pool: &AccountPool<'_>,
        members: &[u32],
        groups: &[u32],
        join: impl FnMut(&Merge) -> bool,
    ) -> Result<Grown, ScoresError> {
        let records = self.records(pool, members)?;
        let compare =
            |left: u32, right: u32| self.scorer.comparer.pattern(&records, left as usize, &records, right as usize);
        let linkage = Linkage::new(self.scorer.fields(), &self.scorer.weights, self.scorer.threshold);
        Ok(grow(&linkage, groups, compare, join))
    }

    /// The records of some accounts, in their order.
    fn records(&self, pool: &AccountPool<'_>, members: &[u32]) -> Result<Records, ScoresError> {
        let mut records = Records::new(self.scorer.fields());
        let mut bytes = Vec::new();
        for member in members {
            bytes.clear();
            self.scorer.record(pool, *member, &mut bytes);
            let (values, classes) = (record::values(&bytes).count(), self.frequencies(*member));
            if values != classes.len() {
                return Err(ScoresError::OtherValues { values, classes: classes.len() });
            }
            records.push(&bytes, classes);
        }
        Ok(records)
    }
}
