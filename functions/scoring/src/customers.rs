//! Customers that grow by scores: what is compared are customers, not accounts.
//!
//! Two groups of accounts are scored like two accounts. Of a field that a person may have several values of, the best pair
//! of accounts across speaks, and of any other field the mean of all pairs that know it. The two groups of the greatest
//! score become one, again and again, as long as there is a score of the threshold at least. It is agglomerative clustering
//! with a linkage of its own, by integers. So it is a function of the set of accounts.

mod evidence;
mod growth;
mod pieces;

pub(crate) use growth::half_log2;
pub use growth::{Grown, Merge, grow};
pub use pieces::{ACCOUNTS_MAX, ScoredLink, pieces};

use crate::weights::{BIT, Score, Weights};
use crate::{Pattern, ScoredFields};

/// How far above the threshold the best pair of accounts across two groups must be, so that not only sums of weak evidence
/// join them. It does not hold for two accounts alone.
pub const DIRECT_BITS: Score = 2 * BIT;

/// What decides whether groups of accounts are one customer.
#[derive(Clone, Debug)]
pub struct Linkage<'l> {
    weights: &'l Weights,
    threshold: Score,
    /// By field: whether the best pair speaks for it.
    has_many_values: Vec<bool>,
}

impl<'l> Linkage<'l> {
    /// By the weights of these fields. A score of the threshold is enough.
    pub fn new(fields: &ScoredFields, weights: &'l Weights, threshold: Score) -> Self {
        let has_many_values = fields.iter().map(|field| field.kind.has_many_values()).collect();
        Self { weights, threshold, has_many_values }
    }

    /// The score of two accounts.
    fn bits(&self, pattern: Pattern) -> Score {
        self.weights.pair(pattern).bits()
    }
}
