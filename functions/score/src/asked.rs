//! The pairs of a tile that are put before people.

use onefold_graph::node::Node;
use onefold_lake::data::asked::{AskedPair, DOUBTFUL, LABELLED, SAMPLED};
use onefold_lake::run::matching::RunDraw;
use onefold_scoring::Pattern;
use onefold_scoring::review::{Lot, pair_hash};
use onefold_scoring::weights::Score;

use crate::slice::SliceAccounts;

/// Takes the pairs of a tile that are drawn, or of which people said something.
pub(crate) struct AskedPairs<'d> {
    labels: &'d [[Node; 2]],
    /// By slice and place: whether people said something of the account. Empty if they did of none of a slice.
    is_labelled: [Vec<bool>; 2],
    /// What was taken.
    pub(crate) taken: Vec<AskedPair>,
}

impl<'d> AskedPairs<'d> {
    pub(crate) fn new(draw: &'d RunDraw, slices: [&SliceAccounts; 2]) -> Self {
        let labels = draw.labels.pairs.as_slice();
        Self { labels, is_labelled: slices.map(|slice| labelled(labels, slice)), taken: Vec::new() }
    }

    /// Whether people may have said something of the accounts at these places.
    #[inline]
    pub(crate) fn may_be_labelled(&self, [first, second]: [u32; 2]) -> bool {
        let [firsts, seconds] = &self.is_labelled;
        !firsts.is_empty()
            && !seconds.is_empty()
            && firsts.get(first as usize) == Some(&true)
            && seconds.get(second as usize) == Some(&true)
    }

    /// Takes a pair, whose accounts come with the lesser first, if it is drawn or labelled.
    pub(crate) fn offer(&mut self, accounts: [Node; 2], pattern: Pattern, bits: Score, lot: Lot) {
        let hash = pair_hash(accounts);
        let is_labelled = !self.labels.is_empty() && self.labels.binary_search(&accounts).is_ok();
        let reasons = [(lot.doubts(hash), DOUBTFUL), (lot.samples(hash), SAMPLED), (is_labelled, LABELLED)];
        let reasons = reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).sum();
        if reasons != 0 {
            let score = bits.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
            self.taken.push(AskedPair { accounts, pattern, score, reasons });
        }
    }
}

/// By place: whether an account of a slice is in a labelled pair. Empty if none is.
fn labelled(labels: &[[Node; 2]], slice: &SliceAccounts) -> Vec<bool> {
    let places: Vec<usize> = labels.iter().flatten().filter_map(|account| slice.place(*account)).collect();
    let mut is_labelled = Vec::new();
    if !places.is_empty() {
        is_labelled.resize(slice.len(), false);
        places.into_iter().for_each(|place| is_labelled[place] = true);
    }
    is_labelled
}

#[cfg(test)]
mod tests {
    use onefold_lake::run::matching::Labels;
    use onefold_scoring::review::Draw;

    use super::*;

    #[test]
    fn pairs_are_taken_that_are_drawn_or_labelled() {
        let [one, two, three] = [1, 2, 3].map(Node::from_bits);
        let draw = RunDraw { draw: Draw::default(), labels: Labels { pairs: vec![[one, three]] } };
        let slice = SliceAccounts::of_references(vec![one, two, three]);
        let mut asked = AskedPairs::new(&draw, [&slice, &slice]);
        assert!(asked.may_be_labelled([0, 2]) && asked.may_be_labelled([2, 2]) && !asked.may_be_labelled([0, 1]));
        asked.offer([one, three], Pattern::default(), -5, Lot::default());
        asked.offer([one, two], Pattern::default(), 7, Lot::default());
        let taken = AskedPair { accounts: [one, three], pattern: Pattern::default(), score: -5, reasons: LABELLED };
        assert_eq!(asked.taken, [taken]);
        let other = SliceAccounts::of_references(vec![two]);
        assert!(!AskedPairs::new(&draw, [&slice, &other]).may_be_labelled([0, 0]));
    }
}
