//! Weights for tests.

use onefold_config::Config;
use onefold_scoring::weights::{BIT, FieldWeights, Score, Weights};
use onefold_scoring::{DIFFER, EQUAL, FieldKind, LEVELS, ScoredFields};

use super::Scorer;

/// Equal values speak for one person, those that differ against it, and others do not speak.
pub(crate) fn scorer(config: &Config) -> Scorer {
    let field = |differ: Score, equal: Score| {
        let mut weights = [0; LEVELS];
        weights[usize::from(DIFFER)] = differ * BIT;
        weights[usize::from(EQUAL)..].fill(equal * BIT);
        FieldWeights { strangers: weights, relatives: weights }
    };
    let of_kind = |kind| match kind {
        FieldKind::GivenName => field(-8, 4),
        FieldKind::Birthdate => field(-9, 6),
        FieldKind::Email => field(-1, 7),
        _ => field(0, 0),
    };
    let fields = ScoredFields::of(config).iter().map(|field| of_kind(field.kind)).collect();
    Scorer::new(config, Weights { strangers_prior: -5 * BIT, relatives_prior: 9 * BIT, fields }, 0)
}
