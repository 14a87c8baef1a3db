//! Block: each round, of one slice and one shard.

use std::fmt::Write;

use onefold_config::Config;
use onefold_lake::calls::{BlockAdvanceResult, BlockRequest, BlockResult, BlockWork};
use onefold_lake::run::layout::{Layout, Mapper, MapperInput, MatchLayout};
use onefold_lake::{compress, keys};
use onefold_scoring::ScoredFields;
use onefold_scoring::blocking::Passes;
use onefold_shell::MemoryBudget;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{CONFIG, Lake, scattered};

const ACCOUNTS: u32 = 40_000;

/// The configuration of these runs.
pub fn config() -> String {
    format!("{CONFIG}[score]\n")
}

/// The lines of accounts of people with names, addresses and birth dates. Eight accounts are five
/// people's, who have so many family names.
fn lines(accounts: u32, family_names: u64) -> String {
    let mut text = String::new();
    for id in 0..accounts {
        let person = scattered(u64::from(id) % u64::from(accounts * 5 / 8));
        let [given, family, street, city, phone] = [0, 11, 22, 33, 40].map(|shift| person >> shift);
        let _ = writeln!(
            text,
            "{{\"ref\":\"crm:{id}\",\"received_at\":\"2026-01-01T00:00:00Z\",\"given_name\":\"Given{}\",\
             \"family_name\":\"Family{}\",\"email\":\"person{person:x}@mail.de\",\"phone_number\":\"+4930{:07}\",\
             \"address\":{{\"street_address\":\"Street{} {}\",\"locality\":\"City{}\"}}}}",
            given % 300,
            family % family_names,
            phone % 10_000_000,
            street % 5_000,
            street % 90,
            city % 200,
        );
    }
    text
}

/// A run of one slice and one shard, whose accounts are described.
pub fn described(accounts: u32, family_names: u64, memory: MemoryBudget) -> Lake {
    let lake = Lake::new(1, memory);
    lake.put(&keys::run_config(&lake.run), config());
    lake.put("interim/a", compress(lines(accounts, family_names).as_bytes()).expect("a frame"));
    let input = MapperInput { key: "interim/a".to_owned(), links: None, lines: accounts.into() };
    let matching = MatchLayout { slices: 1, shards: 1, pairs_at_once: memory.pairs_at_once() };
    let layout = Layout {
        exports: 0,
        shards: 1,
        partitions: 1,
        slices: 1,
        nodes: 0,
        matching: Some(matching),
        mappers: vec![vec![input.clone()]],
        replaced: Vec::new(),
    };
    lake.put(&keys::layout(&lake.run), serde_json::to_vec(&layout).expect("JSON"));
    let mapper = Mapper { mapper: 0, mappers: 1, inputs: vec![input], partitions: 1, slices: 1, shards: 1 };
    call(&lake, BlockRequest::Describe { run: lake.run.clone(), mapper });
    lake
}

fn call(lake: &Lake, request: BlockRequest) -> BlockResult {
    lake.block_on(block::run(request, &lake.context)).expect("an answer")
}

/// Does the rounds of a run, and tells the bytes that each needs. Returns how many there were.
pub fn rounds(lake: &Lake, mut needed: impl FnMut(BlockWork, usize)) -> u32 {
    let mut round = 0;
    loop {
        let BlockResult::Advance(next) = call(lake, BlockRequest::Advance { run: lake.run.clone(), round }) else {
            panic!("an advance answers with what comes next");
        };
        let BlockAdvanceResult { done: false, round: following, work, .. } = next else { return round };
        round = following;
        let request = BlockRequest::Round { run: lake.run.clone(), round, work, worker: 0 };
        let (_, measured) = measured(|| call(lake, request));
        needed(work, measured);
    }
}

#[test]
fn rounds_keep_to_what_a_run_is_divided_by() {
    alone(|| {
        let memory = MemoryBudget::of_usable(96 << 20);
        let lake = described(ACCOUNTS, 2_000, memory);
        let passes = Passes::of(&ScoredFields::of(&Config::parse(&config()).expect("a configuration"))).len() as u32;
        let of_slice = memory.match_slice_bytes(ACCOUNTS.into(), 1);
        let of_shard = memory.match_shard_bytes(ACCOUNTS.into(), passes, 1);
        let mut findings = Findings::default();
        let rounds = rounds(&lake, |work, measured| {
            let formula = if work.is_by_slice() { of_slice } else { of_shard };
            // What decides is what a slice gathers. A shard may have far more blocks than these accounts make.
            match work {
                BlockWork::Gather => findings.note(&format!("{work:?}"), measured, formula),
                _ => {
                    println!("{work:?}: {measured} bytes of {formula}");
                    assert!(measured as u64 <= formula, "{work:?}: {measured} bytes of {formula}");
                }
            }
        });
        assert!(rounds >= 5, "{rounds} rounds");
        findings.assert();
    });
}
