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

/// The lines of accounts of people with names, addresses and birth dates.
fn lines() -> String {
    let mut text = String::new();
    for id in 0..ACCOUNTS {
        let person = scattered(u64::from(id) % 25_000);
        let [given, family, street, city, phone] = [0, 11, 22, 33, 40].map(|shift| person >> shift);
        let _ = writeln!(
            text,
            "{{\"ref\":\"crm:{id}\",\"received_at\":\"2026-01-01T00:00:00Z\",\"given_name\":\"Given{}\",\
             \"family_name\":\"Family{}\",\"email\":\"person{person:x}@mail.de\",\"phone_number\":\"+4930{:07}\",\
             \"address\":{{\"street_address\":\"Street{} {}\",\"locality\":\"City{}\"}}}}",
            given % 300,
            family % 2_000,
            phone % 10_000_000,
            street % 5_000,
            street % 90,
            city % 200,
        );
    }
    text
}

#[test]
fn rounds_keep_to_what_a_run_is_divided_by() {
    alone(|| {
        let memory = MemoryBudget::of_usable(96 << 20);
        let lake = Lake::new(1, memory);
        let config = format!("{CONFIG}[score]\n");
        lake.put(&keys::run_config(&lake.run), config.clone());
        lake.put("interim/a", compress(lines().as_bytes()).expect("a frame"));
        let input = MapperInput { key: "interim/a".to_owned(), links: None, lines: ACCOUNTS.into() };
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
        let call = |request| lake.block_on(block::run(request, &lake.context)).expect("an answer");
        call(BlockRequest::Describe { run: lake.run.clone(), mapper });

        let passes = Passes::of(&ScoredFields::of(&Config::parse(&config).expect("a configuration"))).len() as u32;
        let of_slice = memory.match_slice_bytes(ACCOUNTS.into(), 1);
        let of_shard = memory.match_shard_bytes(ACCOUNTS.into(), passes, 1);
        let mut findings = Findings::default();
        let mut round = 0;
        loop {
            let BlockResult::Advance(next) = call(BlockRequest::Advance { run: lake.run.clone(), round }) else {
                panic!("an advance answers with what comes next");
            };
            let BlockAdvanceResult { done: false, round: following, work, .. } = next else { break };
            round = following;
            let request = BlockRequest::Round { run: lake.run.clone(), round, work, worker: 0 };
            let (_, measured) = measured(|| call(request));
            let formula = if work.is_by_slice() { of_slice } else { of_shard };
            // What decides is what a slice gathers. A shard may have far more blocks than these accounts make.
            match work {
                BlockWork::Gather => findings.note(&format!("{work:?}"), measured, formula),
                _ => {
                    println!("{work:?}: {measured} bytes of {formula}");
                    assert!(measured as u64 <= formula, "{work:?}: {measured} bytes of {formula}");
                }
            }
        }
        assert!(round >= 5, "{round} rounds");
        findings.assert();
    });
}
