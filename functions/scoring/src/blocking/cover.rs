//! Which keys of a divided block find nothing: each pair that they would give is given by another pass.

use super::feature::{Feature, Features, Part, Plan};
use super::pass::Pass;

/// Some passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassSet(u128);

impl PassSet {
    /// Adds a pass.
    pub fn insert(&mut self, pass: u16) {
        self.0 |= bit(pass);
    }

    pub(super) fn has(self, pass: u16) -> bool {
        self.0 & bit(pass) != 0
    }
}

fn bit(pass: u16) -> u128 {
    1u128.checked_shl(pass.into()).unwrap_or_default()
}

/// What else finds the pairs that share a key of a pass and a further feature: passes whose features follow from those. An
/// account that is in no great block of one of them has met all others there.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover(Vec<Follower>);

/// A pass, and the features of it that only follow from others.
#[derive(Clone, Debug)]
struct Follower {
    pass: u16,
    derived: Vec<Derived>,
}

/// A feature that follows from another one.
#[derive(Clone, Copy, Debug)]
struct Derived {
    from: u8,
    to: u8,
}

impl Derived {
    /// Whether each value of the account has it. A name of two letters has no first three.
    fn is_in(self, features: &Features) -> bool {
        features.of(self.to).len() == features.of(self.from).len()
    }
}

impl Cover {
    /// Of a pass whose blocks are divided by a feature.
    pub(super) fn new(plan: &Plan, passes: &[Pass], number: usize, by: u8) -> Self {
        let shared = shared(&passes[number], by);
        let others = (0u16..).zip(passes).filter(|(other, _)| usize::from(*other) != number);
        let followers = others.filter_map(|(pass, other)| {
            let follows: Option<Vec<_>> = other.parts().iter().map(|part| follows(plan, &shared, *part)).collect();
            // What is shared itself needs no check.
            let derived = follows?.into_iter().filter(|part| part.from != part.to).collect();
            Some(Follower { pass, derived })
        });
        Self(followers.collect())
    }

    /// Whether a pass is among those.
    pub(super) fn has(&self, pass: u16) -> bool {
        self.0.iter().any(|follower| follower.pass == pass)
    }

    /// Whether an account's key finds nothing. `great` are the passes in which it is in a great block, `dropped` those
    /// that make no keys.
    pub(super) fn holds(&self, features: &Features, great: PassSet, dropped: PassSet) -> bool {
        self.0.iter().any(|Follower { pass, derived }| {
            !great.has(*pass) && !dropped.has(*pass) && derived.iter().all(|derived| derived.is_in(features))
        })
    }
}

/// The features that two accounts share who share a key of a pass and a further feature. Where two features may be swapped,
/// it is not known which of them they share.
fn shared(pass: &Pass, by: u8) -> Vec<u8> {
    let parts = if pass.is_in_any_order() { &[] } else { pass.parts() };
    parts.iter().copied().chain([by]).collect()
}

/// From which of the shared features a feature follows: from itself, or from the whole value of which it is a part.
fn follows(plan: &Plan, shared: &[u8], wanted: u8) -> Option<Derived> {
    let Feature { field, .. } = plan.feature(wanted);
    let is_whole = |from: u8| plan.feature(from) == Feature { field, part: Part::Whole } && !plan.is_address(field);
    let from = if shared.contains(&wanted) { wanted } else { shared.iter().copied().find(|from| is_whole(*from))? };
    Some(Derived { from, to: wanted })
}
