//! The passes of blocking, and which of them later runs do without.

use std::collections::BTreeMap;

use onefold_lake::run::matching::{Blocking, PassBlocks};
use onefold_scoring::blocking::useful;
use onefold_scoring::model::{Pass, RunModel};

/// The passes of a run. `links` has by rank how many links a pass found first. A run that takes the model of `before` drops
/// no more passes than that one: what it did without finds nothing, and the next would lose more.
pub(crate) fn of(blocking: Blocking, links: &BTreeMap<u8, u64>, before: Option<&RunModel>) -> Vec<Pass> {
    let first_found: Vec<u64> =
        blocking.passes.iter().map(|pass| links.get(&pass.rank).copied().unwrap_or_default()).collect();
    let dropped_before = before.map(RunModel::dropped_passes);
    let stays = useful(&first_found);
    let passes = blocking.passes.into_iter().zip(first_found.into_iter().zip(stays));
    let pass = |(pass, (first_found, stays)): (PassBlocks, (u64, bool))| {
        let is_dropped = dropped_before.as_ref().map_or(!stays, |dropped| dropped.contains(&pass.name));
        Pass { name: pass.name, cap: pass.cap, first_found, is_dropped }
    };
    passes.map(pass).collect()
}

#[cfg(test)]
mod tests {
    use onefold_scoring::counts::Counts;
    use onefold_scoring::curve::Curve;
    use onefold_scoring::model::Model;

    use super::*;

    fn blocking() -> Blocking {
        let pass =
            |(name, rank): (&str, u8)| PassBlocks { name: name.to_owned(), cap: 50, rank, ..PassBlocks::default() };
        Blocking { passes: [("email", 1), ("city", 2), ("phone", 0)].map(pass).into() }
    }

    fn dropped(passes: &[Pass]) -> Vec<(&str, u64, bool)> {
        passes.iter().map(|pass| (pass.name.as_str(), pass.first_found, pass.is_dropped)).collect()
    }

    #[test]
    fn a_pass_that_finds_nothing_first_is_dropped() {
        let links = BTreeMap::from([(0, 40_000), (1, 9)]);
        let learnt = of(blocking(), &links, None);
        assert_eq!(dropped(&learnt), [("email", 9, false), ("city", 0, true), ("phone", 40_000, false)]);
    }

    #[test]
    fn a_model_that_is_used_again_drops_no_more() {
        let passes = of(blocking(), &BTreeMap::from([(0, 40_000), (1, 9)]), None);
        let model = Model {
            levels: 0,
            learnt_in: String::new(),
            is_prior: false,
            matches_per_account: 0.0,
            relatives_per_account: 0.0,
            fields: Vec::new(),
        };
        let (counts, curve) = (Counts::default(), Curve::default());
        let before = RunModel { model, counts, passes, curve, threshold: 0, digest: String::new() };
        let later = of(blocking(), &BTreeMap::from([(1, 40_000)]), Some(&before));
        assert_eq!(dropped(&later), [("email", 40_000, false), ("city", 0, true), ("phone", 0, false)]);
    }
}
