//! Compare, Train and Score, of one slice whose pairs are compared in parts.

use onefold_config::Config;
use onefold_lake::calls::{CompareRequest, CompareResult, ScoreRequest, ScoreResult, TrainRequest, TrainResult};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::matching::Tile;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::ScoredFields;
use onefold_scoring::levels::Records;
use onefold_shell::{MemoryBudget, SliceRecords};

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::block::{config, described, rounds};
use crate::lake::Lake;

const ACCOUNTS: u32 = 64_000;
/// So few that there are many pairs.
const FAMILY_NAMES: u64 = 100;

/// The bytes of the slice's records as Compare holds them.
fn records_bytes(lake: &Lake) -> u64 {
    let fields = ScoredFields::of(&Config::parse(&config()).expect("a configuration"));
    let mut records = Records::new(&fields);
    let mut moved = Moved::default();
    let slice = lake.block_on(SliceRecords::read(&lake.run, 0, &lake.context, &mut moved)).expect("the slice");
    slice.each(|_, record, classes| records.push(record, classes)).expect("records");
    records.memory_bytes() as u64
}

/// What the stages answer, and the bytes that each needs.
struct Scored {
    compared: (CompareResult, usize),
    trained: (TrainResult, usize),
    scored: (ScoreResult, usize),
    model: Vec<u8>,
}

fn scored(lake: &Lake) -> Scored {
    let run = || lake.run.clone();
    let get = |key: &str| lake.block_on(lake.context.get(key)).expect("an object").0.to_vec();
    let tiles = get(&keys::match_tiles(&lake.run));
    let tiles: Vec<Tile> =
        tiles.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let [tile] = tiles[..] else { panic!("{} tiles of one slice", tiles.len()) };
    let compare = || lake.block_on(compare::run(CompareRequest { run: run(), tile }, &lake.context));
    let (compared, of_compare) = measured(compare);
    let (trained, of_train) = measured(|| lake.block_on(train::run(TrainRequest { run: run() }, &lake.context)));
    let score = || lake.block_on(score::run(ScoreRequest { run: run(), tile }, &lake.context));
    let (scored, of_score) = measured(score);
    Scored {
        compared: (compared.expect("compared"), of_compare),
        trained: (trained.expect("a model"), of_train),
        scored: (scored.expect("scores"), of_score),
        model: get(&keys::match_model(&lake.run)),
    }
}

/// Forgets that the stages were through.
fn forget(lake: &Lake) {
    let receipts = [Stage::Compare, Stage::Train, Stage::Score].map(|stage| keys::receipts_of(&lake.run, stage));
    let store = &lake.context.store;
    for prefix in receipts {
        let objects = lake.block_on(store.list(&prefix)).expect("a list");
        assert_eq!(objects.len(), 1, "{prefix}");
        let keys: Vec<String> = objects.into_iter().map(|object| object.key).collect();
        lake.block_on(store.delete(&keys)).expect("they are removed");
    }
}

/// With the least memory that it accepts, Compare takes a quarter of a million pairs at a time. What follows is the same.
#[test]
fn parts_keep_to_the_formula_and_change_nothing() {
    alone(|| {
        let lake = described(ACCOUNTS, FAMILY_NAMES, MemoryBudget::of_usable(1 << 30));
        rounds(&lake, |_, _| ());
        let at_once = scored(&lake);
        forget(&lake);
        let records = records_bytes(&lake);
        let least = MemoryBudget::least_compare_bytes(records);
        let lake = lake.with_memory(MemoryBudget::of_usable(least));
        let pairs = lake.context.memory.compared_at_once(records);
        // The parts are nearly full, so that they need what the formula says.
        let given = at_once.compared.0.given;
        let parts = given.div_ceil(pairs);
        assert!(parts >= 3 && given * 4 > parts * pairs * 3, "{given} pairs, {pairs} at a time");
        let in_parts = scored(&lake);
        assert_eq!(in_parts.compared.0, at_once.compared.0);
        assert_eq!((&in_parts.trained.0, &in_parts.scored.0), (&at_once.trained.0, &at_once.scored.0));
        assert_eq!(in_parts.model, at_once.model);
        assert!(in_parts.scored.0.links > u64::from(ACCOUNTS) / 4, "{:?}", in_parts.scored.0);

        let mut findings = Findings::default();
        findings.note("Compare", in_parts.compared.1, least);
        // They have no formula: what Compare could hold, they can.
        for (what, needed) in [("Train", in_parts.trained.1), ("Score", in_parts.scored.1)] {
            println!("{what}: {needed} bytes of {least}");
            assert!(needed as u64 <= least, "{what}: {needed} bytes of {least}");
        }
        findings.assert();
    });
}
