use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::tests::{fields, record_of, texts};
use super::*;

type Pairs = BTreeSet<[usize; 2]>;

/// The rows of each block.
type Blocks = BTreeMap<(u16, u64), BTreeSet<usize>>;

fn pairs_of(rows: &BTreeSet<usize>) -> impl Iterator<Item = [usize; 2]> + '_ {
    rows.iter().flat_map(|one| rows.range(one + 1..).map(move |other| [*one, *other]))
}

fn share(passes: &Passes, both: [&Features; 2], by: u8) -> bool {
    assert!(usize::from(by) < passes.plan.features.len());
    both[0].of(by).iter().any(|value| both[1].of(by).contains(value))
}

proptest! {
    /// What is left out of the keys of great blocks finds nothing that is not found without it.
    #[test]
    fn other_passes_find_what_is_left_out(
        accounts in prop::collection::vec(texts(), 2..12), most in 1usize..4, dropped in any::<u128>(),
    ) {
        let passes = Passes::of(&fields());
        let names: Vec<String> = (0..passes.len()).filter(|pass| dropped >> pass & 3 == 3).map(|pass| passes.name(pass)).collect();
        let passes = passes.without(&names);
        let records: Vec<Vec<u8>> = accounts.iter().map(|values| record_of(values)).collect();
        let features: Vec<Features> = records.iter().map(|record| passes.features(record)).collect();
        let mut blocks = Blocks::new();
        for (row, record) in records.iter().enumerate() {
            passes.keys(record, &mut |pass, hash| { blocks.entry((pass, hash)).or_default().insert(row); });
        }
        let mut great_in = vec![PassSet::default(); records.len()];
        let (great, small): (Blocks, Blocks) = blocks.into_iter().partition(|(_, rows)| rows.len() > most);
        great.iter().for_each(|((pass, _), rows)| rows.iter().for_each(|row| great_in[*row].insert(*pass)));

        let mut found: Pairs = small.values().flat_map(pairs_of).collect();
        let mut expected = found.clone();
        let mut refined = Blocks::new();
        for ((pass, hash), rows) in &great {
            for row in rows {
                let key = GreatKey { pass: *pass, hash: *hash };
                passes.refined(&features[*row], great_in[*row], key, &mut |hash| { refined.entry((*pass, hash)).or_default().insert(*row); });
            }
            let has = |by: &&u8| !passes.passes[usize::from(*pass)].parts().contains(by);
            let by: Vec<u8> = passes.refining.iter().filter(has).copied().collect();
            let has_none = |row: usize| by.iter().all(|by| features[row].of(*by).is_empty());
            expected.extend(pairs_of(rows).filter(|[one, other]| {
                let both = [&features[*one], &features[*other]];
                by.iter().any(|by| share(&passes, both, *by)) || has_none(*one) && has_none(*other)
            }));
        }
        found.extend(refined.values().flat_map(pairs_of));
        prop_assert_eq!(found, expected);
    }
}
